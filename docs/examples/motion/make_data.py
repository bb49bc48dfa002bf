# SPDX-License-Identifier: Apache-2.0
"""Writes motion.csv from BasicMotions (UEA archive), which comes inside the package aeon.

Usage: VENV/bin/python3 make_data.py OUT.csv
80 windows of 100 moments (10 s at 10 Hz) of a watch's accelerometer and gyroscope, four activities,
in long form: one line per moment. The archive's own division into training and test is kept.
The watch's values look like m/s2 (without gravity) and rad/s; they are written in g and degrees
per second, which is what the board's motion sensor gives.
"""
import csv
import importlib.util
import math
import os
import sys

COLUMNS = ["acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"]
FACTORS = [1 / 9.80665] * 3 + [180 / math.pi] * 3


def windows(part):
    """(channels, activity) of each window; read without importing aeon, which needs much more."""
    folder = os.path.dirname(importlib.util.find_spec("aeon").origin)
    path = os.path.join(folder, "datasets", "data", "BasicMotions", f"BasicMotions_{part}.ts")
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and line[0] not in "#@":
                *channels, activity = line.strip().split(":")
                yield [[float(v) for v in channel.split(",")] for channel in channels], activity


def main(path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["window", "t", *COLUMNS, "activity", "split"])
        number = 0
        for part, split in (("TRAIN", "train"), ("TEST", "test")):
            for channels, activity in windows(part):
                for t, values in enumerate(zip(*channels)):
                    scaled = [f"{v * factor:.6g}" for v, factor in zip(values, FACTORS)]
                    out.writerow([number, t, *scaled, activity.lower(), split])
                number += 1


main(sys.argv[1])
