# SPDX-License-Identifier: Apache-2.0
"""Replaces words in feature columns by numbers; the codes are fixed in SPEC.

Usage: python3 encode_text.py IN.csv OUT.csv
"""
import sys

import pandas as pd

SPEC = @SPEC@


def main(source, target):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    for column in SPEC["columns"]:
        codes = {word: str(code) for code, word in enumerate(column["words"])}
        cells = table[column["name"]].str.strip()
        unknown = sorted(set(cells) - set(codes) - {""})
        if unknown:
            sys.exit(f"column {column['name']} has words without a code: {unknown[:5]}")
        table[column["name"]] = cells.map(codes).fillna("")
        print(f"{column['name']}: {codes}")
    table.to_csv(target, index=False, lineterminator="\n")


main(sys.argv[1], sys.argv[2])
