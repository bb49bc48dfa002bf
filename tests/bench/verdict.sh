#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Edited sketch → verdict (compiled, sample rows run on the virtual board and compared), five times:
#   tests/bench/verdict.sh [PROJECT [RUNTIME]]
# PROJECT has passed once; without one the example fruit is made and run first. $TINYWRIGHT: the binary, best a release
# build. The time is that of `tinywright run` from the approved edit to its end, start of the program included.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tinywright=${TINYWRIGHT:-$here/../../build/release/tinywright}
runtime=${2:+--runtime=$2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project=${1:-}
if [ -z "$project" ]; then
    project=$work/fruit
    export XDG_STATE_HOME=$work/state
    "$tinywright" example fruit "$project" >/dev/null
    "$tinywright" run "$project" $runtime --policy trust-clean >/dev/null 2>&1
fi
times=()
for i in 1 2 3 4 5; do
    sketch=$(ls "$project"/out/*/*.ino)
    { cat "$sketch"; echo "// edit $i"; } >"$work/edited.ino"
    last=$("$tinywright" status "$project" --json | python3 -c '
import json, sys
print([a["id"] for g in json.load(sys.stdin)["stages"] if g["id"] == "sketch" for a in g["attempts"]][-1])')
    "$tinywright" decide "$project" "$last" take-over "$work/edited.ino" >/dev/null
    read -r waits sha < <("$tinywright" status "$project" --json | python3 -c '
import json, sys
print(*[(a["id"], a["sha256"]) for g in json.load(sys.stdin)["stages"] for a in g["attempts"] if a["waits"]][0])')
    "$tinywright" decide "$project" "$waits" approve --sha256 "$sha" >/dev/null
    begun=$(date +%s%N)
    "$tinywright" run "$project" $runtime --from sketch --policy trust-clean >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
    times+=($((($(date +%s%N) - begun) / 1000000)))
    grep -q 'of 50 rows right' "$work/out" || { echo "no verdict:"; cat "$work/out"; exit 1; }
done
mapfile -t sorted < <(printf '%s\n' "${times[@]}" | sort -n)
echo "edited sketch to verdict on 50 rows: min ${sorted[0]} ms, median ${sorted[2]} ms, max ${sorted[4]} ms"
