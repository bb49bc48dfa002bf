# SPDX-License-Identifier: Apache-2.0
"""Writes wine.csv from the data set that comes inside scikit-learn (UCI Wine, 178 rows, 3 classes).

Usage: VENV/bin/python3 make_data.py OUT.csv
"""
import sys

from sklearn.datasets import load_wine


def main(path):
    data = load_wine(as_frame=True)
    table = data.data.copy()
    table["cultivar"] = ["cultivar_" + str(number + 1) for number in data.target]
    table.to_csv(path, index=False, lineterminator="\n")


main(sys.argv[1])
