# SPDX-License-Identifier: Apache-2.0
"""Gives every column a plain name, trims cells, and writes missing values as empty cells.

Usage: python3 clean_names.py IN.csv OUT.csv
"""
import sys

import pandas as pd

SPEC = @SPEC@


def main(source, target):
    # header=None keeps repeated column names as they are: columns are renamed by position.
    table = pd.read_csv(source, sep=SPEC["separator"], header=None, dtype=str,
                        keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True,
                        skip_blank_lines=True)
    found = [name.strip() for name in table.iloc[0]]
    expected = [column["from"] for column in SPEC["columns"]]
    if found != expected:
        sys.exit(f"the columns are {found}, but this script was made for {expected}")
    table = table.iloc[1:]
    table.columns = [column["to"] for column in SPEC["columns"]]
    for name in table.columns:
        cells = table[name].str.replace(r"\s+", " ", regex=True).str.strip()
        table[name] = cells.where(~cells.isin(SPEC["missing"]), "")
    table.to_csv(target, index=False, lineterminator="\n")
    renamed = sum(column["from"] != column["to"] for column in SPEC["columns"])
    print(f"{len(table)} rows, {table.shape[1]} columns, {renamed} renamed, "
          f"{int((table == '').sum().sum())} cells empty")


main(sys.argv[1], sys.argv[2])
