# SPDX-License-Identifier: Apache-2.0
"""Adds the column split (train or test): seeded, and with the same share of every class.

Rows of one group (a window of a recording) stay together.
Usage: python3 split.py IN.csv OUT.csv
"""
import sys

import numpy as np
import pandas as pd

SPEC = @SPEC@


def main(source, target):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    group = table[SPEC["group"]] if SPEC["group"] else pd.Series(table.index, index=table.index)
    labels = table[SPEC["label"]].groupby(group.values, sort=False).first()
    random = np.random.default_rng(SPEC["seed"])
    test = set()
    for name in sorted(labels.unique()):
        members = labels.index[labels == name].to_numpy()
        if len(members) < 2:
            sys.exit(f"class {name} has {len(members)} sample: training and test need one each")
        count = min(max(round(len(members) * SPEC["test_share"]), 1), len(members) - 1)
        test.update(random.permutation(members)[:count])
    table["split"] = np.where(group.isin(test), "test", "train")
    table.to_csv(target, index=False, lineterminator="\n")
    print(f"{len(labels) - len(test)} samples to train, {len(test)} to test, "
          f"{labels.nunique()} classes")


main(sys.argv[1], sys.argv[2])
