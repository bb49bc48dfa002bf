# SPDX-License-Identifier: Apache-2.0
"""Limits each column to quantiles of its training rows, so that outliers do not set the scale.

Usage: python3 clip_outliers.py IN.csv OUT.csv
"""
import sys

import pandas as pd

SPEC = @SPEC@


def main(source, target):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    known = table["split"] == "train" if "split" in table else pd.Series(True, index=table.index)
    for name in SPEC["columns"]:
        numbers = pd.to_numeric(table[name], errors="raise")
        low = numbers[known].quantile(SPEC["low"])
        high = numbers[known].quantile(SPEC["high"])
        outside = (numbers < low) | (numbers > high)
        clipped = numbers.clip(low, high).map(repr)
        table[name] = table[name].where(~outside, clipped)
        print(f"{name}: {int(outside.sum())} cells limited to {low:g} … {high:g}")
    table.to_csv(target, index=False, lineterminator="\n")


main(sys.argv[1], sys.argv[2])
