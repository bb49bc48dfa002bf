#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A recorded freeform session: in data, convert and sketch the first attempt fails and is diagnosed, the second passes.
# Then a server on loopback streams the same replies in pieces of 1 to 7 bytes: the artifacts are the same bytes.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs_runtime
binary=$tinywright
stub=$(dirname "$binary")/tests/stub_server
cassette=$here/../data/freeform.cassette

check() { # check NAME COMMAND…
    local name=$1
    shift
    "$@"
    ok $? "$name"
}

# Runs; whatever waits is looked at and approved with its hash, as a person would. trust-clean decides what is clean.
drive() { # drive PROJECT ARGS…
    local project=$1 code id sha
    shift
    for _ in 1 2 3 4 5 6 7 8; do
        "$binary" run "$project" --runtime "$runtime" --mode freeform --policy trust-clean "$@" >>"$work/log" 2>&1
        code=$?
        [ $code = 4 ] || return $code
        id=$("$binary" status "$project" --json | sed -n '/"waiting":/,/\]/s/.*"\([a-z.0-9]*\/[0-9]*\)".*/\1/p' | head -n 1)
        sha=$("$binary" decide "$project" "$id" approve 2>&1 | sed -n 's/.*--sha256 \([0-9a-f]*\).*/\1/p')
        "$binary" decide "$project" "$id" approve --sha256 "$sha" >>"$work/log" 2>&1 || return 99
    done
    return 98
}
outcome() { "$binary" status "$1" | grep -q "$2"; }
artifact() { "$binary" show "$1" "$2"; }

"$binary" example fruit "$work/recorded" >/dev/null
drive "$work/recorded" --provider "cassette:$cassette"
check "the recorded session ends verified" [ $? = 0 ]
check "a step that says it is done and writes nothing fails" outcome "$work/recorded" 'data.1/1 *failed'
check "its second attempt passes" outcome "$work/recorded" 'data.1/2 *passed'
check "the missing file is named" grep -q 'data.csv' <("$binary" show "$work/recorded" data.1/1 --what findings)
check "a conversion with a wrong key fails" outcome "$work/recorded" 'convert/1 *failed'
check "its second attempt passes" outcome "$work/recorded" 'convert/2 *passed'
check "a sketch that does not compile fails" outcome "$work/recorded" 'sketch/1 *failed'
check "with its category" grep -q 'D2' <("$binary" show "$work/recorded" sketch/1 --what findings)
check "its second attempt is verified on the board" outcome "$work/recorded" 'sketch/2 *passed.*50 of 50 rows right'
check "the second prompt carries the finding" grep -q "setColorGain" <("$binary" show "$work/recorded" sketch/2 --what prompt)
check "the history verifies" "$binary" verify "$work/recorded"

if [ -x "$stub" ]; then
    # The replies, in the order in which they are asked for.
    awk -v dir="$work" '/^\{"subject"/ { n++; file = dir "/reply" n; next } /^=== end$/ { file = ""; next }
        file { printf "%s%s", (seen[file]++ ? "\n" : ""), $0 > file }' "$cassette"
    for i in 1 2 3 4 5 6 7; do
        [ "$i" = 1 ] || echo next
        printf 'pieces 1 7\nreply %s\n' "$work/reply$i"
    done >"$work/script"
    "$stub" "$work/script" 42 >"$work/port" &
    children+=($!)
    for _ in $(seq 200); do [ -s "$work/port" ] && break; read -r -t 0.05 _ <> <(:); done
    mkdir -p "$work/config/tinywright"
    printf 'provider:\n  kind: openai\n  base_url: http://127.0.0.1:%s/v1\n  model: stub\n' "$(grep -o '[0-9]*' "$work/port" | tail -n 1)" \
        >"$work/config/tinywright/config.yaml"
    "$binary" example fruit "$work/streamed" >/dev/null
    drive "$work/streamed"
    check "the same session over the wire ends verified" [ $? = 0 ]
    for id in data/1 data.1/2 convert/2 sketch/2; do
        check "$id has the same bytes" cmp -s <(artifact "$work/recorded" $id) <(artifact "$work/streamed" $id)
    done
    check "the provider is named by its origin" outcome "$work/streamed" 'stub'
fi
[ "$failed" = 0 ] || tail -n 40 "$work/log"
finish
