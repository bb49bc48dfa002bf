#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A table as people have them, written by this test, goes the whole way without an edit by hand: five classes, units
# in the headers and in cells, missing cells, a constant column, row numbers, repeated rows, a semicolon as separator,
# a byte order mark, and a column that no sensor of the board measures.
. "$(dirname "$0")/lib.sh"
needs_runtime

python3 - "$work/measured.csv" <<'PY'
import random, sys
r = random.Random(11)
kinds = {"very ripe": (1500, 900, 30, 21), "ripe": (1200, 1000, 35, 20), "green": (700, 1300, 60, 19),
         "moldy": (600, 500, 90, 24), "no fruit": (150, 160, 45, 17)}
rows = []
for kind, (red, green, hum, gas) in kinds.items():
    for _ in range(50):
        rows.append([f"{round(r.gauss(red, 40))}", f"{round(r.gauss(green, 40))}", f"{min(r.gauss(hum, 3), 99):.1f}",
                     f"{r.gauss(gas, 0.6):.2f} mV", r.choice(["left", "right"]), "3.3", kind])
r.shuffle(rows)
for k in range(0, 240, 17): rows[k][2] = ""
for k in range(3, 240, 29): rows[k][0] = "NA"
rows[40][6] = ""
rows[44][6] = "  ripe "
rows += [list(row) for row in rows[50:56]]
with open(sys.argv[1], "w", encoding="utf-8-sig", newline="") as f:
    f.write("Nr.;Red (counts);Green (counts);rel. Humidity (%);Gas Voltage [mV];Side;Supply (V);Ripeness Class\r\n")
    for i, row in enumerate(rows): f.write(";".join([str(i + 1), *row]) + "\r\n")
PY
tw new "$work/messy" --data "$work/measured.csv" --label "Ripeness Class" --task "Sort fruit by ripeness"
expect 0 "a project is made of it"
ok "$(grep -q 'color.r' <<<"$out" && grep -q 'Serial1' <<<"$out"; echo $?)" "the mapping is shown: sensors by name, the rest over Serial1" "$out"
whole_way messy
ok "$([ "$(head -n 1 "$project/out/data.csv" | tr ',' '\n' | grep -ciE 'supply|^nr')" = 0 ]; echo $?)" \
    "the constant column and the row numbers are gone" "$(head -n 1 "$project/out/data.csv")"
ok "$(grep -q 'Serial1' "$project/out/messy/messy.ino"; echo $?)" "what no sensor measures is read from Serial1"
finish
