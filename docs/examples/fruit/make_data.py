# SPDX-License-Identifier: Apache-2.0
"""Makes fruit.csv: SYNTHETIC color sensor readings of three kinds of fruit.

Usage: python3 make_data.py OUT.csv    (needs nothing but Python; the same bytes every time)

The model behind the numbers: each kind has a mean reflectance in red, green and blue and a spread
from fruit to fruit (ripeness); every reading is taken at one of many distances and under lamps of
different brightness and color, which scales all channels together and shifts red against blue;
the sensor adds noise and rounds to counts. The values imitate raw counts of an APDS9960 with the
gain and integration time of the library Arduino_APDS9960, which end at 4097. No fruit was measured.
"""
import csv
import random
import sys

SEED = 20260
ROWS_PER_KIND = 150
FULL_SCALE = 4097
# kind: mean reflectance of red, green, blue, and its spread
KINDS = {
    "apple": ((0.46, 0.17, 0.14), 0.035),
    "banana": ((0.58, 0.49, 0.17), 0.040),
    "orange": ((0.62, 0.30, 0.11), 0.035),
}


def reading(rng, mean, spread):
    light = rng.uniform(1500, 4200)
    warmth = rng.gauss(0, 0.04)
    ripeness = rng.gauss(0, 1)
    counts = []
    for channel, value in enumerate(mean):
        reflectance = value + spread * (0.6 * ripeness * (1, -1, 0)[channel] + 0.5 * rng.gauss(0, 1))
        color = light * (1 + warmth * (1, 0, -1)[channel])
        count = round(max(reflectance, 0.02) * color + rng.gauss(0, 6))
        counts.append(min(max(count, 0), FULL_SCALE))
    return counts


def main(path):
    rng = random.Random(SEED)
    rows = [(*reading(rng, mean, spread), kind)
            for kind, (mean, spread) in KINDS.items() for _ in range(ROWS_PER_KIND)]
    rng.shuffle(rows)
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["red", "green", "blue", "fruit"])
        out.writerows(rows)


main(sys.argv[1])
