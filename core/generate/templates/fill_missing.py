# SPDX-License-Identifier: Apache-2.0
"""Fills empty cells; the value comes from training rows only, so that the test stays unseen.

Usage: python3 fill_missing.py IN.csv OUT.csv
"""
import sys

import pandas as pd

SPEC = @SPEC@


def main(source, target):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    known = table["split"] == "train" if "split" in table else pd.Series(True, index=table.index)
    for column in SPEC["columns"]:
        name, cells = column["name"], table[column["name"]]
        empty = cells.str.strip() == ""
        if column["with"] == "median":
            numbers = pd.to_numeric(cells.where(~empty), errors="raise")
            value = repr(float(numbers[known].median()))
        else:
            value = cells[known & ~empty].mode().iloc[0]
        table[name] = cells.where(~empty, value)
        print(f"{name}: {int(empty.sum())} cells filled with {value}")
    table.to_csv(target, index=False, lineterminator="\n")


main(sys.argv[1], sys.argv[2])
