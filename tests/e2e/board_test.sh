#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sketch → C++ → firmware → rows through core/board and core/exec, with the real compiler and emulator: findings land
# on the sketch's own lines, hostile sketches reach nothing, printed classes are the right ones. Prints TAP; 77: skip.
set -u
here=$(cd "$(dirname "$0")" && pwd)
sketches=$here/../data/sketches
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$here/board_helpers.sh"

tool=${BOARD_TOOL:-}
for folder in "${BUILD_FOLDER:-}" "$here/../../build/check" "$here/../../build"; do
    [ -z "$tool" ] && [ -x "$folder/tests/board_tool" ] && tool=$folder/tests/board_tool
done
[ -x "$tool" ] || { echo "1..0 # SKIP no board_tool in the build folder"; exit 77; }
board_ready || { echo "1..0 # SKIP no board in $runtime: run core/board/setup/build-runtime"; exit 77; }

n=0
failed=0

ok() { # ok CODE NAME [DETAIL]
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        failed=$((failed + 1))
        echo "not ok $n - $2"
        printf '%s\n' "${3:-}" | sed 's/^/# /'
    fi
}

says() { # says NAME PATTERN TEXT
    grep -qE -- "$2" <<<"$3"
    ok $? "$1" "wanted: $2
$3"
}

silent() { # silent NAME PATTERN TEXT
    ! grep -qE -- "$2" <<<"$3"
    ok $? "$1" "not wanted: $2
$3"
}

# build NAME [OPTION…] <SKETCH: what the tool says about it
build() {
    local name=$1
    shift
    cat >"$work/$name.ino"
    "$tool" "$runtime" "$work/$name.ino" "$@" 2>&1
}

# ---- from sketch to C++ ----

out=$(build styles <<'INO'
#include <vector>
#define UNUSED __attribute__((unused))
struct Point { int x, y; void move(int by) { x += by; } };
enum class Mode { A, B };
namespace { int hidden(int v) { return v + 1; } }
typedef void (*Callback)(int);
const char *text = "void no() {"; // void never() {
const char *raw = R"x(void no() { )" )x";
void setup() { static int n = 0; n++; Serial.begin(9600); later(1, 2); run(report); }
void loop() { Serial.println(sum(Point{1, 2})); Serial.println((int)next(Mode::A)); exit(hidden(0) - 1); }
int later(int a, int b) { static int calls = 0; return a + b + calls++; }
int sum(const Point &p, int extra = 3) { return p.x + p.y + extra; }
Mode next(Mode m) { return m == Mode::A ? Mode::B : Mode::A; }
void run(Callback f) { f(7); }
#ifdef NEVER
Undefined broken(Unknown x) { return x; }
#else
void report(int v) { Serial.println(v); }
#endif
UNUSED static int idle(void) { return 0; }
template <typename T> T twice(T v) { return v * 2; }
INO
)
says "default arguments are not in the prototype" "finding error compile .* styles.ino:10:[0-9]+ too few arguments" "$out"
out=$(build styles2 < <(sed 's/sum(Point{1, 2})/sum(Point{1, 2}, 3)/' "$work/styles.ino"))
silent "every style of function compiles" "^finding (error|warning) compile" "$out"
says "and runs" "called exit" "$out"

# ---- findings on the sketch's own lines ----

out=$(build lines <<'INO'
void setup() {
  helper(1);
}

void loop() {
  Serial.prntln("x");
  int unused;
}

Missing helper(int a) { return a; }
INO
)
says "a wrong method is on line 6" "error compile - - lines.ino:6:10 .*no member named 'prntln'.* \| Write println" "$out"
says "a warning is on line 7" "warning compile - - lines.ino:7:7 unused variable" "$out"
says "an unknown type is on line 10" "error compile - - lines.ino:10:[0-9]+ 'Missing' does not name a type" "$out"

out=$(build nomain <<<'void setup() {}')
says "a missing loop() is named" "error compile E4 missing-main .*loop\(\).* \| Define void loop" "$out"
out=$(build large <<<'static char a[300000]; void setup() { a[micros()] = 1; } void loop() { Serial.print(a[millis()]); }')
says "too much RAM is a budget finding with numbers" "error budget - budget-ram large.ino:0:0 The firmware needs [0-9]+ bytes of RAM; the board has 262144: [0-9]+ too many" "$out"
out=$("$tool" "$runtime" "$sketches/fruit_all_ops.ino" 2>&1)
says "a missing model.h is named" "fruit_all_ops.ino:[0-9]+:[0-9]+ model.h: No such file" "$out"
out=$(build forgot <<<'#include "Arduino_APDS9960.h"
tflite::MicroInterpreter *p; void setup() {} void loop() {}')
says "a forgotten header is not hidden by the precompiled one" "forgot.ino:2:1 'tflite' does not name a type" "$out"

# ---- hostile sketches ----

echo "canary_$$_text" >"$work/secret.h"
chmod 0755 "$work"
for level in full partial; do
    out=$(build steal -l $level <<INO
#include "$work/secret.h"
#include "/proc/self/environ"
#include "../../../../etc/passwd"
void setup() { asm(".incbin \"$work/secret.h\""); asm(".incbin \"/etc/shadow\""); } void loop() {}
INO
)
    says "$level: files of the host are not there" "error compile" "$out"
    silent "$level: no text of theirs comes back" "canary_$$|root:|PATH=" "$out"
    out=$(build spoof -l $level <<INO
#line 1 "$work/secret.h"
int x = ;
void setup() {} void loop() {}
INO
)
    silent "$level: #line brings no other file's text" "canary_$$" "$out"
    out=$(build incbin -l $level <<<"void setup() { asm(\".incbin \\\"$work/secret.h\\\"\"); } void loop() {}")
    says "$level: nor for the assembler" "Error: file not found" "$out"
    out=$(build bomb -l $level <<<'void setup() { asm(".fill 900000000, 1, 1"); } void loop() {}')
    says "$level: an object that fills the disk is stopped" "error compile - box-disk" "$out"
    silent "$level: and leaves no firmware" "report rows" "$out"
done
out=$(build memory <<<'template <int N> struct F { F<N * 2> a; F<N * 2 + 1> b; }; F<1> f; void setup() {} void loop() {}')
says "endless templates are stopped" "error compile - box-memory" "$out"

# ---- on the board ----

for pair in division:fault-division stack_overflow:fault-stack null_pointer:fault-null heap:fault-heap \
    outside_memory:fault-memory write_flash:fault-memory flood:run-flood lock_up:fault-lockup; do
    out=$("$tool" "$runtime" "$sketches/${pair%%:*}.ino" -t 2000 2>&1)
    says "${pair%%:*} is called ${pair##*:}" "finding error run - ${pair##*:} " "$out"
done
out=$("$tool" "$runtime" "$sketches/endless.ino" -t 1000 2>&1)
says "an endless loop ends at the board's time limit" "finding error run - run-time " "$out"

python=$runtime/venv/bin/python3
if [ -x "$python" ] && "$python" "$here/board_model.py" "$work/model.h" >"$work/model.log" 2>&1; then
    wanted=
    for i in {0..49}; do
        v=(7 13 29)
        v[$((i % 3))]=$((200 + i))
        echo "color ${v[*]}"
        echo row
        wanted+="row $i $(cut -d, -f $((i % 3 + 1)) <<<Apple,Banana,Orange) invokes=1
"
    done >"$work/feed"
    for level in full partial; do
        out=$("$tool" "$runtime" "$sketches/fruit_all_ops.ino" -m "$work/model.h" -f "$work/feed" -c Apple,Banana,Orange -l $level 2>&1)
        [ "$(sed -n 's/ bytes=.*//; /^row/p' <<<"$out")" = "${wanted%?}" ]
        ok $? "$level: all 50 rows name the right class" "$out"
        says "$level: arena, instructions and stack were measured" "report rows=50 done=1 arena=[1-9][0-9]* instructions=[1-9][0-9]* invokes=50 stack=[1-9]" "$out"
        grep '^time' <<<"$out" | sed "s/^/# $level: /"
    done
    out=$(for sketch in "$sketches"/*.ino; do
        "$tool" "$runtime" "$sketch" -m "$work/model.h" -t 300 2>&1 | grep -E "^finding error (compile|budget)"
    done)
    silent "every sketch of tests/data compiles unchanged" "." "$out"
else
    tail -n 3 "$work/model.log" 2>/dev/null | sed 's/^/# /'
    ok 1 "the program's venv makes a network" "no $python, or it failed"
fi

echo "1..$n"
[ $failed -eq 0 ]
