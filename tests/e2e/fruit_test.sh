#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The fruit example the whole way on real tools, symbolic, and what verify says of changes made afterwards; twice
# killed in the middle of it and taken up again.
. "$(dirname "$0")/lib.sh"
needs_runtime

# killed_at ATTEMPT KIND: starts a run and kills it at that event of that attempt
killed_at() {
    local pid
    "$tinywright" run "$project" --runtime "$runtime" --policy trust-clean --json >"$work/events" 2>/dev/null </dev/null &
    pid=$!
    children+=("$pid")
    wait_for 120 grep -q "\"kind\":\"$2\",\"about\":\"$1\"" "$work/events"
    ok $? "the run comes to $2 of $1"
    kill -9 "$pid"
    wait "$pid" 2>/dev/null
}

project=$work/fruit
tw example fruit "$project"
expect 0 "the example is made"
killed_at train/1 execution.started
tw status "$project"
ok "$([ "$code" = 0 ]; echo $?)" "status reads a project that was killed" "$errors"
killed_at convert/1 execution.started
ok "$([ -z "$(ls "$project/out" 2>/dev/null)" ]; echo $?)" "a killed run leaves no half out/"
whole_way fruit
ok "$([ "$(json "s['interrupted'] == '' or 'ended while' in s['interrupted']")" = yes ]; echo $?)" "status names what was cut off" \
    "$(json "s['interrupted']")"

cp -a "$project" "$work/changed"
echo tampered >>"$work/changed/out/data.csv"
tw verify "$work/changed"
expect 1 "verify names a changed file in out/" 'out/data.csv'
rm "$work/changed/out/firmware.elf"
tw verify "$work/changed" --json
ok "$([ "$code" = 1 ] && grep -q 'firmware.elf (missing)' <<<"$out"; echo $?)" "verify --json lists a missing file" "$out"

# One byte of the history, in an event's body and in a blob: the file stays a valid database, the content differs.
flip() { # flip TABLE COLUMN KEY
    rm -rf "$work/flipped"
    cp -a "$project" "$work/flipped"
    python3 - "$work/flipped/.tinywright/history.db" "$@" <<'PY'
import sqlite3, sys
path, table, column, key = sys.argv[1:]
db = sqlite3.connect(path)
data = db.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL AND length({column}) > 40 ORDER BY {key} LIMIT 1 OFFSET 3").fetchone()[0]
db.close()
whole = bytearray(open(path, "rb").read())
at = whole.find(bytes(data)[:40])
assert at > 0
whole[at + 20] ^= 1
open(path, "wb").write(whole)
PY
    tw verify "$work/flipped"
}
flip event body seq
expect 8 "one flipped byte of an event is found" 'damaged|chain'
flip blob bytes id
expect 8 "one flipped byte of a blob is found"
finish
