# SPDX-License-Identifier: Apache-2.0
"""Cuts a continuous recording into windows of equal length: adds columns window and t.

A window never mixes labels; what is left at the end of a run of one label is dropped.
Usage: python3 make_windows.py IN.csv OUT.csv
"""
import sys

import pandas as pd

SPEC = @SPEC@


def main(source, target):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    label = table[SPEC["label"]]
    run = (label != label.shift()).cumsum()
    pieces = []
    for _, rows in table.groupby(run, sort=False):
        for start in range(0, len(rows) - SPEC["length"] + 1, SPEC["stride"]):
            piece = rows.iloc[start:start + SPEC["length"]].copy()
            piece.insert(0, "t", range(SPEC["length"]))
            piece.insert(0, "window", len(pieces))
            pieces.append(piece)
    if not pieces:
        sys.exit(f"no run of one label is {SPEC['length']} rows long: choose a shorter window")
    pd.concat(pieces).to_csv(target, index=False, lineterminator="\n")
    print(f"{len(table)} rows -> {len(pieces)} windows of {SPEC['length']}")


main(sys.argv[1], sys.argv[2])
