# SPDX-License-Identifier: Apache-2.0
"""Drops columns that carry no information for the label.

Usage: python3 drop_columns.py IN.csv OUT.csv
"""
import sys

import pandas as pd

SPEC = @SPEC@


def main(source, target):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    before = table.shape[1]
    table = table.drop(columns=SPEC["columns"])  # an absent column is an error
    table.to_csv(target, index=False, lineterminator="\n")
    print(f"{len(table)} rows, columns {before} -> {table.shape[1]}")


main(sys.argv[1], sys.argv[2])
