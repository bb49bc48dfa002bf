# SPDX-License-Identifier: GPL-3.0-or-later
# What the end-to-end tests share; sourced by them. $TINYWRIGHT names the binary. Each test gets an empty folder
# $work and a user's folders of its own in it; the runtimes are those of this machine. Prints TAP.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tinywright=${TINYWRIGHT:-$here/../../build/check/tinywright}
work=$(mktemp -d "${TMPDIR:-/tmp}/tinywright-test.XXXXXX") || exit 1
n=0
failed=0
children=()

if [ -n "${TINYWRIGHT_RUNTIME:-}" ]; then
    runtime=$TINYWRIGHT_RUNTIME
elif [ "$(id -u)" = 0 ]; then
    runtime=/var/lib/tinywright
else
    runtime=${XDG_DATA_HOME:-$HOME/.local/share}/tinywright
fi
export XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config LC_ALL=C.UTF-8 TZ=UTC
unset XDG_DATA_HOME OPENAI_API_KEY EDITOR VISUAL

clean_up() {
    local pid
    for pid in ${children[@]+"${children[@]}"}; do kill -9 "$pid" 2>/dev/null; done
    wait 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT

skip_all() { # skip_all WHY
    echo "1..0 # SKIP $1"
    exit 77
}

[ -x "$tinywright" ] || skip_all "there is no binary $tinywright: build it, or set TINYWRIGHT"

needs_runtime() {
    [ -x "$runtime/venv/bin/python3" ] || skip_all "no Python environment in $runtime: ./run --setup makes it"
    [ -r "$runtime/board-nano33ble-virtual/build.txt" ] || skip_all "no board runtime in $runtime: ./run --setup makes it"
}

# ok STATUS NAME [DETAILS]
ok() {
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        failed=$((failed + 1))
        echo "not ok $n - $2"
        [ -n "${3:-}" ] && printf '%s\n' "$3" | tail -n 30 | sed 's/^/# /'
    fi
    return 0
}

finish() {
    echo "1..$n"
    [ "$failed" = 0 ]
    exit $?
}

# tw ARGS…: runs the program; $out and $errors hold what it printed, $code its exit code
tw() {
    "$tinywright" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
    code=$?
    out=$(tr -d '\0' <"$work/stdout")
    errors=$(tr -d '\0' <"$work/stderr")
}

# tw_run ARGS…: the same for `run`, on this machine's runtimes
tw_run() {
    tw run --runtime "$runtime" "$@"
}

# expect CODE NAME [PATTERN]: about the last tw: its exit code, and a part (grep -E) of what it said on stderr
expect() {
    local good=0
    [ "$code" = "$1" ] || good=1
    if [ -n "${3:-}" ] && ! grep -qE -- "$3" <<<"$errors"; then good=1; fi
    grep -qE 'AddressSanitizer|LeakSanitizer|runtime error:' <<<"$errors" && good=1
    ok "$good" "$2" "exit code $code, wanted $1${3:+ and «$3»}
$errors
$out"
}

# json EXPRESSION: evaluates a Python expression over `status --json` of project (variable s; stages by id in g,
# attempts by id in a)
json() {
    "$tinywright" status "$project" --json 2>/dev/null | python3 -c '
import json, sys
s = json.load(sys.stdin)
g = {x["id"]: x for x in s["stages"]}
a = {y["id"]: y for x in s["stages"] for y in x["attempts"]}
v = eval(sys.argv[1])
print(v if not isinstance(v, bool) else "yes" if v else "no")' "$1"
}

# blob SHA: bytes of a blob of project's history
blob() {
    python3 - "$project/.tinywright/history.db" "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for (b,) in db.execute("SELECT bytes FROM blob WHERE hash = ?", (sys.argv[2],)):
    sys.stdout.buffer.write(b)
PY
}

# made ATTEMPT FILE: bytes of something an attempt made
made() {
    local sha
    sha=$("$tinywright" show "$project" "$1" --what run | sed -n "s/^made $2 .*sha256 //p")
    [ -n "$sha" ] && blob "$sha"
}

# wait_for SECONDS COMMAND…: until it succeeds; the bound is generous, the wait short
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        read -rt 0.05 <> <(:) || :
    done
}

# same_classes: what the board printed, line by line, is the class that the reference gives for the row, and there
# are as many lines as rows; counted here once more, from the raw output of the last run attempt.
same_classes() {
    local attempt=$1
    made "$(json "max((k for k in a if k.startswith('convert/')), key=lambda k: int(k.split('/')[1]))")" reference.csv \
        >"$work/reference.csv" || return 1
    "$tinywright" show "$project" "$attempt" --what run | sed '1,/^--- output$/d;/^--- messages$/,$d' >"$work/printed.txt"
    python3 - "$work/reference.csv" "$work/printed.txt" <<'PY'
import csv, sys
rows = [r for r in csv.DictReader(open(sys.argv[1])) if r["t"] == "0"]
classes = {r["class"] for r in rows} | {r["label"] for r in rows}
lines = [l.strip() for l in open(sys.argv[2]) if any(l.strip() == c or l.startswith(c + " ") for c in classes)]
printed = [max((c for c in classes if l == c or l.startswith(c + " ")), key=len) for l in lines]
wanted = [r["class"] for r in rows]
bad = [i for i, (p, w) in enumerate(zip(printed, wanted)) if p != w]
print(f"{len(wanted)} rows, {len(printed)} printed, {len(bad)} differ")
sys.exit(not (len(wanted) >= 20 and len(printed) == len(wanted) and not bad))
PY
}

# whole_way NAME: a project that exists, symbolic, all six stages; what out/ must hold afterwards
whole_way() {
    local name=$1 f missing=
    project=$work/$name
    tw_run "$project" --policy trust-clean
    expect 0 "$name: runs to its end"
    for f in data.csv model.keras model.tflite "$name/$name.ino" "$name/model.h" firmware.elf report.md; do
        [ -s "$project/out/$f" ] || missing="$missing $f"
    done
    ok "$([ -z "$missing" ]; echo $?)" "$name: out/ is complete" "missing:$missing"
    ok "$([ "$(json "all(x['state'] == 'passed' for x in s['stages']) and len(s['stages']) == 6")" = yes ]; echo $?)" \
        "$name: all six stages passed" "$(json "{k: (x['state'], x['why']) for k, x in g.items()}")"
    f=$(same_classes run/1)
    ok $? "$name: every row's class printed by the board equals the reference" "$f"
    tw verify "$project"
    expect 0 "$name: verify is clean"
    f=$(json "s['events']")
    tw_run "$project" --policy trust-clean
    expect 0 "$name: a second run succeeds"
    ok "$([ "$(json "sum(len(x['attempts']) for x in s['stages'])")" = "$(json "len(a)")" ] &&
        [ "$(json "all(k.endswith('/1') for k in a)")" = yes ] && [ "$(json "s['events'] - $f <= 2")" = yes ]; echo $?)" \
        "$name: a second run does nothing new" "events before $f, now $(json "s['events']"); $(json "list(a)")"
}
