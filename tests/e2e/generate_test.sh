#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Generated scripts and sketches on real tools: a messy table of five classes that this test writes (units in headers
# and cells, missing cells, a constant column, row numbers, repeated rows, a column that no sensor measures) and the
# fruit example go all the way: data steps, training, conversion, reference, sketch, virtual board, row by row.
# Prints TAP; 77: cannot run here. Usage: generate_test.sh [BUILD_FOLDER]
set -u
here=$(cd "$(dirname "$0")" && pwd)
tool=${1:-${BUILD_FOLDER:-$(dirname "${TINYWRIGHT:-$here/../../build/check/tinywright}")}}/tests/generate_tool
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$here/board_helpers.sh"
python=$runtime/venv/bin/python3

[ -x "$tool" ] || { echo "1..0 # SKIP no generate_tool in the build folder"; exit 77; }
[ -x "$python" ] || { echo "1..0 # SKIP no Python environment: run core/generate/setup/build-venv"; exit 77; }

n=0
failed=0

# ok STATUS NAME [DETAILS]
ok() {
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        failed=$((failed + 1))
        echo "not ok $n - $2"
        [ -n "${3:-}" ] && printf '%s\n' "$3" | tail -n 20 | sed 's/^/# /'
    fi
}

# messy FILE: 5 classes × 60 rows, seeded
messy() {
    "$python" -I - "$1" <<'PY'
import random, sys
r = random.Random(5)
rows = []
kinds = {"very ripe": (1500, 900, 30, 21), "ripe": (1200, 1000, 35, 20), "green": (700, 1300, 60, 19),
         "moldy": (600, 500, 90, 24), "no fruit": (150, 160, 45, 17)}
for kind, (red, green, hum, gas) in kinds.items():
    for _ in range(60):
        rows.append([f"{round(r.gauss(red, 40))}", f"{round(r.gauss(green, 40))}", f"{min(r.gauss(hum, 3), 99):.1f}",
                     f"{r.gauss(gas, 0.6):.2f} mV", r.choice(["left", "right"]), "3.3", kind])
r.shuffle(rows)
for k in range(0, 200, 17): rows[k][2] = ""
for k in range(3, 200, 29): rows[k][0] = "NA"
rows[11][3] = "overflow"
rows[40][6] = ""
rows[44][6] = "  ripe "
rows += [list(row) for row in rows[50:56]]
with open(sys.argv[1], "w", encoding="utf-8-sig", newline="") as f:
    f.write("Nr.;Red (counts);Green (counts);rel. Humidity (%);Gas Voltage [mV];Side;Supply (V);Ripeness Class\r\n")
    for i, row in enumerate(rows): f.write(";".join([str(i + 1), *row]) + "\r\n")
PY
}

# steps FOLDER CSV: runs the data scripts one after the other; leaves data.csv
steps() {
    local dir=$1 now=$2 next script i=0
    for script in "$dir"/[0-9][0-9]_*.py; do
        i=$((i + 1))
        next=$dir/step$i.csv
        "$python" -I "$script" "$now" "$next" || return 1
        now=$next
    done
    cp "$now" "$dir/data.csv"
}

# whole NAME CSV LABEL
whole() {
    local name=$1 csv=$2 label=$3 dir=$work/$1 log
    mkdir -p "$dir"
    log=$("$tool" plan "$csv" "$label" "$dir" 2>&1)
    ok $? "$name: steps and scripts are proposed" "$log"
    printf '%s\n' "$log" >"$dir/plan.txt"
    log=$(steps "$dir" "$csv" 2>&1)
    ok $? "$name: every data script runs" "$log"
    [ "$(sed -n 's/^column //p' "$dir/plan.txt" | paste -sd,)" = "$(head -n 1 "$dir/data.csv")" ]
    ok $? "$name: the table has the promised columns" "$(head -n 1 "$dir/data.csv")"
    log=$(cd "$dir" && "$python" -I train.py data.csv 2>&1)
    ok $? "$name: training runs" "$log"
    log=$(cd "$dir" && "$python" -I convert.py data.csv train.json model.keras 2>&1)
    ok $? "$name: conversion runs" "$log"
    log=$(cd "$dir" && "$python" -I reference.py data.csv train.json model.tflite 2>&1)
    ok $? "$name: reference outputs are recorded" "$log"
    log=$("$tool" app "$csv" "$label" "$dir" 2>&1)
    ok $? "$name: the sketch is generated" "$log"
    board_ready || { echo "# no board in $runtime: the sketch is not run"; return; }
    log=$(cd "$dir" && compile app.ino app.elf -Wall -Wextra 2>&1)
    ok $? "$name: the sketch compiles" "$log"
    [ -z "$log" ]
    ok $? "$name: without a warning" "$log"
    run_board "$dir/app.elf" "$dir/feed.txt" "$name"
    log=$(diff "$dir/expected.txt" <(tr -d '\r' <"$work/$name.out"))
    ok $? "$name: $(wc -l <"$dir/expected.txt") of $(wc -l <"$dir/expected.txt") rows as the reference says" "$log"
    [ "$(wc -l <"$dir/expected.txt")" -ge 40 ]
    ok $? "$name: at least 40 rows were compared"
}

messy "$work/messy.csv"
whole messy "$work/messy.csv" "Ripeness Class"
grep -q '^map gas_voltage_mv -> serial1' "$work/messy/plan.txt" && grep -q '^map red_counts -> color.r' "$work/messy/plan.txt" &&
    grep -q '^map rel_humidity -> humidity' "$work/messy/plan.txt"
ok $? "messy: color and humidity come from sensors, the gas voltage over Serial1" "$(grep ^map "$work/messy/plan.txt")"
for op in clean_names drop_columns parse_numbers drop_unlabeled drop_duplicates encode_text split fill_missing; do
    [ -e "$(echo "$work"/messy/[0-9][0-9]_$op.py)" ]
    ok $? "messy: $op is proposed"
done
[ "$("$python" -I -c 'import json, sys; print(json.load(open(sys.argv[1]))["accuracy"] > 0.9)' "$work/messy/train.json")" = True ]
ok $? "messy: the network learned" "$(head -c 400 "$work/messy/train.json")"
cp "$work/messy/model.tflite" "$work/first.tflite"
(cd "$work/messy" && "$python" -I train.py data.csv && "$python" -I convert.py data.csv train.json model.keras) >/dev/null 2>&1
cmp -s "$work/first.tflite" "$work/messy/model.tflite"
ok $? "messy: training and conversion again give the same bytes"
whole fruit "$here/../../docs/examples/fruit/fruit.csv" fruit

echo "1..$n"
exit $((failed > 0))
