# SPDX-License-Identifier: Apache-2.0
"""Turns cells such as "12.5 mV" into plain numbers; a cell that is no number becomes empty.

Usage: python3 parse_numbers.py IN.csv OUT.csv
"""
import sys

import pandas as pd

SPEC = @SPEC@

NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"


def parse(cells, column):
    text = cells.str.strip()
    if column["decimal"] == ",":
        text = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    parts = text.str.extract("^" + NUMBER + r"\s*(.*)$")
    known = parts[1].isin([column["unit"], ""])
    return parts[0].where(known).fillna("")


def main(source, target):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    for column in SPEC["columns"]:
        name = column["name"]
        cells = table[name]
        table[name] = parse(cells, column)
        lost = int(((cells.str.strip() != "") & (table[name] == "")).sum())
        print(f"{name}: {int((table[name] != '').sum())} numbers, {lost} cells were no number")
    table.to_csv(target, index=False, lineterminator="\n")


main(sys.argv[1], sys.argv[2])
