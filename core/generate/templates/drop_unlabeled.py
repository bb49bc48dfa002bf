# SPDX-License-Identifier: Apache-2.0
"""Drops rows without a label: nothing can be learned or tested with them.

Usage: python3 drop_unlabeled.py IN.csv OUT.csv
"""
import sys

import pandas as pd

SPEC = @SPEC@


def main(source, target):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    before = len(table)
    table = table[table[SPEC["label"]].str.strip() != ""]
    table.to_csv(target, index=False, lineterminator="\n")
    print(f"rows {before} -> {len(table)}")


main(sys.argv[1], sys.argv[2])
