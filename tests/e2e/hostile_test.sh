#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Hostile scripts and sketches, approved by a person who did not look: each is stopped, a finding names it, nothing
# outside its box is touched and nothing of the user's gets into the history. As root and as an ordinary user.
. "$(dirname "$0")/lib.sh"
needs_runtime
chmod 755 "$work"
mkdir "$work/bin"
cp "$tinywright" "$(dirname "$tinywright")/tinywright-box" "$work/bin/"
tinywright=$work/bin/tinywright
me=()

tw() {
    ${me[@]+"${me[@]}"} "$tinywright" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
    code=$?
    out=$(tr -d '\0' <"$work/stdout")
    errors=$(tr -d '\0' <"$work/stderr")
}

# attack NAME ATTEMPT FILE FINDING: takes over, approves, runs; the run must fail with a finding that says FINDING
attack() {
    local name=$1 attempt=$2 file=$3 finding=$4 sha begun=$SECONDS
    tw decide "$project" "$attempt" take-over "$file"
    expect 0 "$who: $name: is taken over"
    tw status "$project" --json
    sha=$(python3 -c 'import json, sys
print(next(a["sha256"] for g in json.load(sys.stdin)["stages"] for a in g["attempts"] if a["id"] == sys.argv[1]))' "$attempt" <<<"$out")
    tw decide "$project" "$attempt" approve --sha256 "$sha"
    expect 0 "$who: $name: is approved"
    tw_run "$project"
    expect 1 "$who: $name: the run fails"
    tw show "$project" "$attempt" --what findings
    ok "$(grep -qiE "error: .*($finding)" <<<"$out"; echo $?)" "$who: $name: a finding names it" "$out
$errors"
    ok "$([ $((SECONDS - begun)) -lt 120 ]; echo $?)" "$who: $name: is over soon" "$((SECONDS - begun)) s"
}

fresh_copy() { # fresh_copy FROM
    project=$home/attacked
    rm -rf "$project"
    cp -a "$1" "$project"
}

# script NAME FINDING: standard input is a data script
script() {
    fresh_copy "$home/asking"
    cat >"$work/hostile.py"
    attack "$1" data.1/1 "$work/hostile.py" "$2"
}

sketch() {
    fresh_copy "$home/drawn"
    cat >"$work/hostile.ino"
    attack "$1" sketch/1 "$work/hostile.ino" "$2"
}

secret_is_safe() { # secret_is_safe WHAT
    python3 - "$project/.tinywright" "$secret" <<'PY'
import pathlib, sys
sys.exit(any(sys.argv[2].encode() in f.read_bytes() for f in pathlib.Path(sys.argv[1]).iterdir() if f.is_file()))
PY
    ok $? "$who: $1: nothing of the user's file is in the history"
}

suite() {
    secret=secret-of-the-user-$RANDOM$RANDOM
    printf 'int %s;\n' "${secret//-/_}" >"$home/secret.h"
    printf '%s\n' "$secret" >"$home/secret.txt"
    secret=${secret//-/_}
    cp "$home/secret.h" "$home/secret.txt"
    [ ${#me[@]} = 0 ] || chown -R 1000:1000 "$home"

    tw example fruit "$home/asking"
    expect 0 "$who: a project is made"
    tw_run "$home/asking" --until data
    expect 4 "$who: it asks"

    script "a script that writes into the user's folder" 'Permission|Read-only|No such file|exited' <<PY
open("$home/planted", "w").write("x")
PY
    ok "$([ ! -e "$home/planted" ]; echo $?)" "$who: nothing was planted"
    script "a script that reads the user's file" 'Permission|No such file|exited' <<PY
print(open("$home/secret.txt").read())
PY
    secret_is_safe "a script that reads"
    script "a script that opens a socket" 'Permission|not permitted|refused|unreachable|exited' <<PY
import socket
socket.create_connection(("127.0.0.1", $port), timeout=5)
PY
    ok "$([ ! -s "$work/connected" ]; echo $?)" "$who: nobody connected"
    script "a script that forks without end" 'process' <<'PY'
import os
while True:
    os.fork()
PY
    script "a script that eats memory" 'memory|MemoryError' <<'PY'
x = []
while True:
    x.append(bytearray(64 << 20))
PY
    script "a script that prints without end" 'print|output' <<'PY'
while True:
    print("x" * 4000)
PY
    script "a script that fills the disk" 'space|disk|file' <<'PY'
f = open("big", "wb")
while True:
    f.write(b"x" * (1 << 20))
PY
    script "a script that leaves a link as its result" 'link|regular|data.csv' <<PY
import os
os.symlink("$home/secret.txt", "data.csv")
PY
    secret_is_safe "a link as result"

    tw_run "$home/asking" --until convert --policy trust-clean
    expect 0 "$who: a network is there"
    tw_run "$home/asking" --until sketch
    expect 4 "$who: the sketch waits"
    rm -rf "$home/drawn"
    cp -a "$home/asking" "$home/drawn"
    sketch "a sketch that includes the user's file" 'include|path|secret.h' <<INO
#include "$home/secret.h"
void setup() {}
void loop() {}
INO
    secret_is_safe "an #include"
    sketch "a sketch that assembles the user's file" 'incbin|path|secret' <<INO
asm(".section .rodata\\n.global stolen\\nstolen: .inc" "bin \"$home/secret.txt\"\\n.previous");
extern const char stolen[];
void setup() { Serial.begin(9600); }
void loop() { Serial.println(stolen); }
INO
    secret_is_safe "an .incbin"
    sketch "a sketch that prints without end" 'print|output|time|no class|row' <<'INO'
void setup() { Serial.begin(115200); }
void loop() { for (;;) Serial.println("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"); }
INO
    sketch "a sketch that the compiler never finishes" 'memory|time|compil|depth|limit|error' <<'INO'
template <int a, int b> struct t { enum { v = t<a - 1, b>::v + t<a, b - 1>::v }; };
template <int a> struct t<a, 0> { enum { v = a }; };
template <int b> struct t<0, b> { enum { v = b }; };
int x = t<700, 700>::v;
void setup() {}
void loop() {}
INO
    if [ "$uid" = 1000 ]; then # nobody else is this user
        wait_for 10 bash -c '! pgrep -u 1000 >/dev/null'
        ok $? "$who: no process is left" "$(pgrep -u 1000 -a)"
    fi
}

# A listener that notes whether somebody came.
python3 - "$work/port" "$work/connected" <<'PY' &
import socket, sys
s = socket.create_server(("127.0.0.1", 0))
open(sys.argv[1] + ".new", "w").write(str(s.getsockname()[1]) + "\n")
import os
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    s.accept()
    open(sys.argv[2], "a").write("x")
PY
children+=($!)
wait_for 10 test -s "$work/port"
read -r port <"$work/port"

who=$(id -un) uid=$(id -u) home=$work/home
mkdir "$home"
suite
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && [ -r "$runtime/venv/bin/python3" ]; then
    who="an ordinary user" uid=1000 home=$work/user
    mkdir -p "$home"
    chown 1000:1000 "$home"
    me=(setpriv --reuid 1000 --regid 1000 --clear-groups env "HOME=$home" "XDG_STATE_HOME=$home/state" "XDG_CONFIG_HOME=$home/config")
    if "${me[@]}" "$runtime/venv/bin/python3" -c 0 2>/dev/null; then suite; else echo "# an ordinary user cannot read $runtime"; fi
fi
finish
