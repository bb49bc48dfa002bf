# SPDX-License-Identifier: Apache-2.0
"""Drops rows that repeat an earlier row, so that no row is in both training and test.

Usage: python3 drop_duplicates.py IN.csv OUT.csv
"""
import sys

import pandas as pd

SPEC = @SPEC@


def main(source, target):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    before = len(table)
    columns = [name for name in table.columns if name not in SPEC["ignore"]]
    table = table.drop_duplicates(subset=columns, keep="first")
    table.to_csv(target, index=False, lineterminator="\n")
    print(f"rows {before} -> {len(table)}")


main(sys.argv[1], sys.argv[2])
