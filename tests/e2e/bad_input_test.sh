#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad input, one row each: exit code, a sentence that says what is wrong, a hint where one helps, and nothing lost.
. "$(dirname "$0")/lib.sh"

# row CODE NAME SENTENCE HINT: about the last tw; HINT "" = none is asked for
row() {
    expect "$1" "$2" "$3"
    [ -z "$4" ] || ok "$(grep -qE -- "$4" <<<"$errors"; echo $?)" "$2: the hint" "wanted «$4»
$errors"
}

# ---- the CSV, given to new: bytes as printf writes them | label | code | sentence | hint
csv_rows() {
    cat <<'ROWS'
empty file||class|3|empty|
only a byte order mark|\xef\xbb\xbf|class|3|empty|
header alone|a,b,class\n|class|3|row|
no header|1.5,2.5,1\n1.6,2.4,2\n1.7,2.2,1\n|class|3|header|
ragged rows|a,b,class\n1,2,x\n1,2\n1,2,y\n|class|3|:3|
too many cells|a,b,class\n1,2,x\n1,2,y\n1,2,3,4,x\n|class|3|:4|
a NUL byte|a,b,class\n1,2,x\n1,\x00,y\n|class|3|NUL|
invalid UTF-8|a,b,class\n1,2,x\n1,\xff\xfe,y\n|class|3|UTF-8|
label absent|a,b,clasz\n1,2,x\n1,3,y\n|class|3|class|clasz
label with one class|a,b,class\n1,2,x\n1,3,x\n|class|3|one class|
an open quote|a,b,class\n1,"2,x\n1,3,y\n|class|3|quot|
ROWS
}
i=0
while IFS='|' read -r name bytes label code_wanted sentence hint; do
    [ -n "$name" ] || continue
    i=$((i + 1))
    printf -- "$bytes" >"$work/bad.csv"
    tw new "$work/new$i" --data "$work/bad.csv" --label "$label"
    row "$code_wanted" "new, $name" "$sentence" "$hint"
    ok "$([ ! -e "$work/new$i/tinywright.yaml" ]; echo $?)" "new, $name: leaves no project behind"
done < <(csv_rows)

tw new "$work/none" --data "$work/nowhere.csv" --label class
row 3 "new, a missing file" "nowhere.csv" ""
tw new "$work/none" --data "$work" --label class
row 3 "new, a folder instead of a file" "directory" ""
tw new "$work/none" --label class
row 2 "new without data" "--data" "tinywright new"
printf 'Red (counts),  Gas Voltage [mV] ,class\n1,2,x\n2,3,y\n1,2,x\n2,3,y\n' >"$work/units.csv"
tw new "$work/units" --data "$work/units.csv" --label class
expect 0 "new, units and spaces in headers"
tw new "$work/units" --data "$work/units.csv" --label class
row 2 "new where there is a project" "already" ""
tw new "$work/b" --data "$work/units.csv" --label class --board nano33ble-virtul
row 3 "new, an unknown board" "no board named" "nano33ble-virtual"

# ---- the project file
project=$work/y
mkdir -p "$project"
cp "$work/units.csv" "$project/t.csv"
good='name: y\ndata: t.csv\nlabel: class\nboard: nano33ble-virtual\n'
yaml_rows() {
    cat <<'ROWS'
a tab|name: y\n\tdata: t.csv\n|:2:|tab
an unknown key|name: y\ndata: t.csv\nlable: class\n|:3:1|label
a duplicate key|name: y\nname: z\ndata: t.csv\nlabel: class\n|:2:1|
an alias|name: &a y\ndata: *a\nlabel: class\n|:1:|
a list where a word belongs|name: [y]\ndata: t.csv\nlabel: class\n|:1:|
an unknown board|name: y\ndata: t.csv\nlabel: class\nboard: nano33\n|board|nano33ble-virtual
a path that leads out|name: y\ndata: ../t.csv\nlabel: class\n|:2:|
an absolute path|name: y\ndata: /etc/passwd\nlabel: class\n|:2:|
it sets a provider|name: y\ndata: t.csv\nlabel: class\nprovider:\n  base_url: http://evil.example/v1\n|:4:|config
it sets a policy|name: y\ndata: t.csv\nlabel: class\npolicy: trust-clean\n|:4:|
it sets an editor|name: y\ndata: t.csv\nlabel: class\neditor: rm -rf\n|:4:|
not a document|- just\n- a list\n|:1:|
nothing at all||tinywright.yaml|
ROWS
}
while IFS='|' read -r name bytes sentence hint; do
    [ -n "$name" ] || continue
    printf -- "$bytes" >"$project/tinywright.yaml"
    before=$(sha256sum <"$project/tinywright.yaml")
    tw_run "$project" --policy trust-clean
    row 3 "project file, $name" "$sentence" "$hint"
    ok "$([ "$before" = "$(sha256sum <"$project/tinywright.yaml")" ]; echo $?)" "project file, $name: is left as it is"
done < <(yaml_rows)
rm "$project/tinywright.yaml"
tw_run "$project"
row 3 "no project file" "tinywright.yaml" "tinywright new"
tw_run "$work/not-there"
row 3 "no such project" "not-there" ""
printf "$good" >"$project/tinywright.yaml"
ln -sf /etc/passwd "$project/link.csv"
sed 's/t.csv/link.csv/' "$project/tinywright.yaml" >"$work/l.yaml"
mkdir -p "$work/linked" && cp "$work/l.yaml" "$work/linked/tinywright.yaml" && ln -sf /etc/passwd "$work/linked/link.csv"
tw_run "$work/linked" --policy trust-clean
row 3 "data that is a link out of the project" "link.csv" ""
ok "$(! grep -q root: <<<"$out$errors"; echo $?)" "and nothing of it is shown" "$errors"
printf 'a,class\n1,x\n' >"$project/t.csv"
tw_run "$project" --policy trust-clean
row 3 "a table with one class, at run" "one class" ""
cp "$work/units.csv" "$project/t.csv"

# ---- words of the command line
tw rn
row 2 "an unknown command" "rn" "Did you mean tinywright run"
tw run "$project" --polcy trust-clean
row 2 "an unknown option" "polcy" "--policy"
tw run "$project" --policy trust-claen
row 2 "an unknown policy" "trust-claen" "trust-clean"
tw run "$project" --until trian
row 2 "an unknown stage" "trian" "train"
tw run "$project" --mode symbolik
row 2 "an unknown mode" "symbolik" "symbolic"
tw run "$project" --provider gpt
row 2 "an unknown provider" "gpt" "cassette"
tw run "$project" --provider cassette:/nowhere
row 3 "a cassette that is not there" "/nowhere" ""
tw status "$project" --jsn
row 2 "an unknown option of status" "jsn" "--json"
tw show "$project" sketch/9
row 2 "an attempt that is not there" "sketch/9" "status"

# ---- no toolchain
mkdir -p "$work/empty"
tw run "$project" --runtime "$work/empty" --policy trust-clean
row 6 "no toolchain" "$work/empty|Python environment" "./run"
tw doctor
ok "$([ "$code" = 0 ] || [ "$code" = 6 ]; echo $?)" "doctor says what is there" "$out$errors"

# ---- the provider
server=$(dirname "$tinywright")/tests/stub_server
mkdir -p "$XDG_CONFIG_HOME/tinywright"
config=$XDG_CONFIG_HOME/tinywright/config.yaml
provider_at() { printf 'provider:\n  kind: openai\n  base_url: http://127.0.0.1:%s/v1\n  model: stub\n' "$1" >"$config"; }
stub() { # stub SCRIPT: starts a scripted server and points the configuration at it
    local port
    rm -f "$work/port"
    printf "$1" >"$work/script"
    "$server" "$work/script" >"$work/port" &
    stub_pid=$!
    children+=("$stub_pid")
    wait_for 10 test -s "$work/port" || return 1
    read -r port <"$work/port"
    provider_at "$port"
}
unstub() { kill "$stub_pid"; wait "$stub_pid" 2>/dev/null; }
if [ -x "$server" ]; then
    ask() { rm -rf "$project/.tinywright"; tw_run "$project" --mode freeform --policy trust-clean; }
    stub 'status 401\ntype application/json\nraw {"error":{"message":"no such key"}}\n'
    ask
    row 5 "the provider says 401" "401|key" "key"
    unstub
    stub 'status 429\ntype application/json\nheader Retry-After: 0\nraw {"error":{"message":"slow down"}}\n'
    ask
    row 5 "the provider says 429" "429|slow down" ""
    unstub
    stub 'type text/html\nraw <html><body>Please log in to the hotel network</body></html>\n'
    ask
    row 5 "HTML instead of JSON" "web page" ""
    unstub
    stub 'data {"choices":[{"delta":{"content":"half of a"}}]}\ncut\n'
    ask
    row 5 "the connection is cut in the reply" "" ""
    ok "$([ "$(json "any(x['outcome'] for x in a.values())")" = yes ]; echo $?)" "and what came is kept" "$(json a)"
    unstub
    provider_at 1
    ask
    row 5 "the provider is down" "127.0.0.1" ""
    rm "$config"
    ask
    row 5 "freeform without a provider" "no model provider" "OPENAI_API_KEY"
else
    ok 1 "there is no stub_server beside the binary: $server"
fi
printf 'provider:\n  base_url: ftp://x\n' >"$config"
tw_run "$project" --policy trust-clean
expect 3 "a broken configuration of one's own is named" 'config.yaml:2'
printf 'polcy: ask\n' >"$config"
tw_run "$project"
row 3 "an unknown key in one's own configuration" 'config.yaml:1:1' 'policy'
rm "$config"

# ---- stdin, TERM, terminal
tw_run "$project" --until data
"$tinywright" status "$project" <&- >"$work/stdout" 2>"$work/stderr"
ok "$?" "status works with stdin closed" "$(cat "$work/stderr")"
out= errors=
"$tinywright" "$project" </dev/null >"$work/stdout" 2>"$work/stderr"
code=$?
errors=$(cat "$work/stderr")
row 9 "the workbench without a terminal" "terminal" "run|--linear"
"$tinywright" "$project" <&- >"$work/stdout" 2>"$work/stderr"
code=$?
errors=$(cat "$work/stderr")
row 9 "the workbench with stdin closed" "terminal" ""
# in_terminal ROWS COLUMNS TERM PATTERN: the workbench on a terminal of that size, until PATTERN is read or it ends;
# $code is its exit code, or "shown" when it had to be ended
in_terminal() {
    errors=$(python3 - "$@" "$tinywright" "$project" <<'PY'
import fcntl, os, pty, re, select, signal, struct, sys, termios, time
rows, columns, term, pattern, *command = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
    os.execve(command[0], command, {**os.environ, "TERM": term})
seen, end, shown = b"", time.monotonic() + 20, False
while time.monotonic() < end and not shown:
    if not select.select([fd], [], [], 0.2)[0]: continue
    try: piece = os.read(fd, 65536)
    except OSError: break
    if not piece: break
    seen += piece
    plain = re.sub(rb"\x1b\[[0-9;?>=]*[a-zA-Z]|\x1b[()][0-9A-B]|\x1b[=>78]", b" ", seen)
    shown = re.search(pattern.encode(), plain, re.I) is not None
if shown: os.kill(pid, signal.SIGTERM)
elif time.monotonic() >= end: os.kill(pid, signal.SIGKILL)
status = os.waitpid(pid, 0)[1]
print(seen[-1500:].decode(errors="replace").replace("\x1b", "^"))
print("code", os.waitstatus_to_exitcode(status), "shown" if shown else "")
PY
    )
    code=$(sed -n '$s/^code \([-0-9]*\).*/\1/p' <<<"$errors")
}
# curses keeps what it allocated for a terminal that it does not know: leaks are looked for elsewhere
ASAN_OPTIONS=detect_leaks=0 in_terminal 24 80 no-such-terminal 'board of stages|Stages'
row 9 "TERM unknown" "no-such-terminal" "TERM|--linear"
in_terminal 5 20 xterm 'small|40'
ok "$(grep -q 'shown$' <<<"$errors"; echo $?)" "a terminal that is too small says so" "$errors"

"$tinywright" status "$project" >&- 2>"$work/stderr"
code=$?
errors=$(cat "$work/stderr")
expect 9 "stdout closed is an error, not success"
if [ -e /dev/full ]; then
    "$tinywright" status "$project" --json >/dev/full 2>"$work/stderr"
    code=$?
    errors=$(cat "$work/stderr")
    expect 9 "stdout on a full disk is an error"
fi

# ---- disk full: a small file system of its own
if [ "$(id -u)" = 0 ] && mkdir "$work/small" && mount -t tmpfs -o size=1m none "$work/small" 2>/dev/null; then
    project=$work/small/p
    mkdir "$project"
    printf "$good" >"$project/tinywright.yaml"
    python3 -c '
import random
r = random.Random(1)
print("a,b,class")
for i in range(60): print(round(r.gauss(i % 2 * 50, 3), 2), round(r.gauss(5, 1), 2), "xy"[i % 2], sep=",")' >"$project/t.csv"
    tw_run "$project" --until data
    expect 4 "on a small file system, while there is space" 'waits'
    events=$(json "s['events']")
    head -c 2000000 /dev/zero >"$work/small/filler" 2>/dev/null
    tw decide "$project" data approve --sha256 "$("$tinywright" decide "$project" data approve 2>&1 | grep -oE '[0-9a-f]{64}' | tail -n 1)"
    full=$code
    tw_run "$project" --until data --policy trust-clean
    expect 9 "a full disk" 'space|full|written|disk'
    ok "$([ "$full" = 9 ] || [ "$full" = 0 ]; echo $?)" "a decision on a full disk is taken or refused, not half" "code $full"
    rm "$work/small/filler"
    ok "$([ "$(json "s['events']")" -ge "$events" ]; echo $?)" "nothing of the history is lost" "$events, $(json "s['events']")"
    tw verify "$project"
    expect 0 "and it verifies"
    tw_run "$project" --until data --policy trust-clean
    [ -x "$runtime/venv/bin/python3" ] && expect 0 "and goes on when there is space again"
    umount "$work/small"
else
    echo "# no small file system can be mounted here: disk full is left to fault/engine_faults"
fi

# ---- 10 million cells: bounded memory, bounded time
python3 - "$work/big.csv" <<'PY'
import random, sys
r = random.Random(2)
pool = [",".join(f"{r.gauss(0, 1):.3f}" for _ in range(19)) for _ in range(997)]
with open(sys.argv[1], "w") as f:
    f.write(",".join(f"c{i}" for i in range(19)) + ",class\n")
    for i in range(500000): f.write(pool[i * 7 % 997] + (",yes\n" if i % 3 else ",no\n"))
PY
sanitized=$(grep -c __asan_init "$tinywright")
begun=$SECONDS
peak() { python3 - "$@" <<'PY'
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
PY
}
read -r code mb < <(peak "$tinywright" new "$work/big" --data "$work/big.csv" --label class)
echo "# 10 million cells: new took $((SECONDS - begun)) s and $mb MB"
ok "$([ "$code" = 0 ] && [ "$mb" -lt $((sanitized ? 400 : 100)) ]; echo $?)" "10 million cells: new takes bounded memory" "code $code, $mb MB"
begun=$SECONDS
read -r code mb < <(peak "$tinywright" run "$work/big" --until data --runtime "$runtime")
echo "# 10 million cells: run to the first question took $((SECONDS - begun)) s and $mb MB"
size=$(($(stat -c %s "$work/big.csv") / 1048576))
ok "$([ "$code" = 4 ] && [ "$mb" -lt $((sanitized ? 600 + 4 * size : 100 + 2 * size)) ]; echo $?)" "10 million cells: run comes to its question in bounded memory" "code $code, $mb MB for a file of $size MB"
finish
