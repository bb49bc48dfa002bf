#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The virtual board's platform: sketches in the style of Arduino's examples and of language models compile
# unchanged, get every row of the feed, and each fault is called by its name. Prints TAP; 77: cannot run here.
set -u
here=$(cd "$(dirname "$0")" && pwd)
sketches=$here/../data/sketches
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$here/board_helpers.sh"

if ! board_ready; then
    echo "1..0 # SKIP no board in $runtime: run core/board/setup/build-runtime"
    exit 77
fi

n=0
failed=0

ok() {
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        failed=$((failed + 1))
        echo "not ok $n - $2"
        [ -n "${3:-}" ] && printf '%s\n' "$3" | sed 's/^/# /'
    fi
}

# same NAME WANTED GOT
same() {
    [ "$2" = "$3" ]
    ok $? "$1" "wanted: $2
got:    $3"
}

ctl() {
    cat "$work/$1.ctl"
}

exit_line() {
    grep '^EXIT ' "$work/$1.ctl" | cut -d' ' -f1-3
}

# go SKETCH FEED [FLAG...]: compiles and runs; the run's name is the sketch's
go() {
    local name=$1 feed=$2
    shift 2
    if ! compile "$sketches/$name.ino" "$work/$name.elf" "$@" 2>"$work/$name.log"; then
        ok 1 "$name compiles" "$(head -n 20 "$work/$name.log")"
        return 1
    fi
    run_board "$work/$name.elf" "$feed" "$name"
}

feed_of() {
    { echo 'tinywright-feed 1'; cat; echo 'end'; } >"$work/feed.$1"
}

# ---- feeds ----

printf 'limit-ms 2000\nlimit-serial 5000\n' | feed_of none
printf 'row\ncolor 10 20 30 60\nrow\ncolor 40 50 60 150\nrow\ncolor 7 8 9 24\n' | feed_of color
awk 'BEGIN { for (r = 0; r < 4; r++) { print "row"
    for (i = 0; i < 100; i++) { printf "accel %g %g %g\ngyro %g %g %g\n", r, i / 10, 0.5, -r, 1, 0.25 } } }' |
    feed_of imu
printf 'row\ntemperature 20.5\nhumidity 40\npressure 100.5\nrow\ntemperature -3.25\nhumidity 55.5\npressure 99\n' |
    feed_of environment
printf 'row\nline 1,2,3.5\nrow\nline -4,5e0,6\nrow\nline 7,8,9\n' | feed_of line

# ---- every row arrives, whatever the style of the sketch ----

go color_poll "$work/feed.color"
same "polling for color: three rows" "EXIT 0 feed-end" "$(exit_line color_poll)"
same "polling for color: the second row's output is cut by its byte offsets" \
    "r = 40 g = 50 b = 60 " "$(row 1 color_poll | tr -s '\r\n' ' ')"

go tcs_straight "$work/feed.color"
same "reading without asking: one row a reading" "10 20 30 60,40 50 60 150,7 8 9 24," \
    "$(tr -d '\r' <"$work/tcs_straight.out" | tr '\n' ',')"

go fast_color "$work/feed.color"
same "five readings averaged: the row stays until the sketch reacts" "10,40,7," \
    "$(tr -d '\r' <"$work/fast_color.out" | tr '\n' ',')"

go apds_never_asks "$work/feed.color"
same "APDS9960 without colorAvailable() reads zeros, as the real one" "0 0 0,0 0 0,0 0 0," \
    "$(tr -d '\r' <"$work/apds_never_asks.out" | tr '\n' ',')"
ctl apds_never_asks | grep -q '^NOTE color-engine-off'
ok $? "and the host is told why"

# sum over i of r + i/10 + 0.5 - r + 1 + 0.25 = 495 + 175
go imu_window "$work/feed.imu"
same "window of 100 IMU samples, polled" "670.000 670.000 670.000 670.000 " \
    "$(sed 's/window sum=//' "$work/imu_window.out" | tr -s '\r\n' ' ')"
same "window: a row starts with its first sample" 4 "$(grep -c '^ROW ' "$work/imu_window.ctl")"

go imu_straight "$work/feed.imu"
same "window of 100 IMU samples, straight reads" "670.000 670.000 670.000 670.000 " \
    "$(sed 's/window sum=//' "$work/imu_straight.out" | tr -s '\r\n' ' ')"

go millis_timer "$work/feed.color"
same "a loop around millis(): one row a second" "42.5,68.0,74.4," "$(tr -d '\r' <"$work/millis_timer.out" | tr '\n' ',')"

go imu_classifier "$work/feed.imu"
same "a window that starts behind the first sample: what is left of a row is reported" "SHORT 0 gyro=22" \
    "$(grep '^SHORT 0' "$work/imu_classifier.ctl")"

go environment "$work/feed.environment"
same "three sensors, averaged, never two rows mixed" "20.50 40.00 100.50,-3.25 55.50 99.00," \
    "$(tr -d '\r' <"$work/environment.out" | tr '\n' ',')"

go serial1_chars "$work/feed.line"
same "Serial1 character by character" "sum 6.50,sum 7.00,sum 24.00," \
    "$(tr -d '\r' <"$work/serial1_chars.out" | tr '\n' ',')"
go serial1_read_string "$work/feed.line"
same "Serial1.readString keeps rows apart" "[1,2,3.5][-4,5e0,6][7,8,9]" \
    "$(tr -d '\r\n' <"$work/serial1_read_string.out")"
go serial1_parse_float "$work/feed.line"
same "Serial1.parseFloat leaves the line end and still gets each row" "1.00|2.00|3.50" \
    "$(row 0 serial1_parse_float | tr -d '\r\n')"
same "the run of the parser ends by itself" "EXIT 0 feed-end" "$(exit_line serial1_parse_float)"

printf '%s\n' 'first-row 100' row 'usb one' 'gesture 2' 'proximity 7' 'mag -1.5 0 0' 'a3 512' \
    row 'usb two' 'proximity 9' 'mag 2 0 0' 'a3 3' | feed_of sensors
go all_sensors "$work/feed.sensors"
same "gesture, proximity, magnet, analog input, Serial" "one 2 7 -1.5 512,two -1 9 2.0 3," \
    "$(tr -d '\r' <"$work/all_sensors.out" | tr '\n' ',')"
same "rows are numbered from first-row" "100 101 " "$(awk '$1 == "ROW" { printf "%s ", $2 }' "$work/all_sensors.ctl")"

printf 'row\nline 6,7\nrow\nline 2,3\nrow\nline 5,5\n' | feed_of pairs
go bytes_until "$work/feed.pairs"
same "Serial1.readBytesUntil without asking" "42,6,25," "$(tr -d '\r' <"$work/bytes_until.out" | tr '\n' ',')"

# ---- language and libraries ----

go strings "$work/feed.none"
same "String, F(), map, print of numbers" \
    'abc1,2.50!|bc-10-ff|ABBC1,2.50!|1|15.50|50|255|2.5|-7|3.1416|1010|nan|7 x 1.50|serial|7|' \
    "$(tr -d '\r' <"$work/strings.out" | tr '\n' '|')"
same "exit(3) is the sketch's own code" "EXIT 3 exit" "$(exit_line strings)"
ctl strings | grep -q '^NOTE ble-without-radio'
ok $? "Bluetooth says that there is no radio"

go standard_library "$work/feed.none"
same "vector, string, function, sort, printf, sscanf, strtod, time" \
    '4.50|22.50|abcdef|3|printf  2.50 text|1|3.50|125.00|1|0|3|1.414214|1|' \
    "$(tr -d '\r' <"$work/standard_library.out" | tr '\n' '|')"

go emoji "$work/feed.none"
same "emoji reach the host as bytes" "f09f8d8e0d0af09f8d8c0d0a" "$(od -An -tx1 "$work/emoji.out" | tr -d ' \n')"

compile "$sketches/headers.ino" "$work/headers.elf" 2>"$work/headers.log"
ok $? "every header that ordinary sketches name" "$(head -n 20 "$work/headers.log")"

! grep -q 'gch' "$work/headers.log"
ok $? "the precompiled header is taken" "$(cat "$work/headers.log")"

printf 'void setup() { tflite::MicroErrorReporter r; }\nvoid loop() {}\n' >"$work/forgot.ino"
! compile "$work/forgot.ino" "$work/forgot.elf" 2>"$work/forgot.log" && grep -q "'tflite' has not been declared" "$work/forgot.log"
ok $? "a forgotten include is an error, precompiled header or not" "$(cat "$work/forgot.log")"

# the feed's numbers are those of strtod, rounded to float; tried on the host with the board's own reader
cat >"$work/numbers.c" <<'END'
#include "feed_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
    unsigned state = 1, wrong = 0;
    for (int i = 0; i < 2000000; i++) {
        char text[64];
        const char *p = text;
        float value, read = 0;
        unsigned bits = (state = state * 1664525u + 1013904223u) ^ state >> 13;
        memcpy(&value, &bits, 4);
        if (!(value > -1e15f && value < 1e15f) || (value < 1e-12f && value > -1e-12f))
            continue;
        snprintf(text, sizeof text, "%.9g\n", (double)value);
        if (!feed_text_number(&p, &read) || memcmp(&read, &value, 4) || *p != '\n')
            wrong++;
    }
    return wrong != 0;
}
END
core=$(values include | head -n 1)
gcc -O1 -I "$core" "$work/numbers.c" "$core/feed_text.c" -o "$work/numbers" && "$work/numbers"
ok $? "a float printed with %.9g arrives as that float (2,000,000 tried)"

# ---- faults by name ----

fault() { # SKETCH EXIT-LINE NAME [PATTERN of the FAULT line]
    go "$1" "$work/feed.none"
    same "$3" "$2" "$(exit_line "$1")"
    if [ -n "${4:-}" ]; then
        grep -Eq "$4" "$work/$1.ctl"
        ok $? "$3: the fault line says where" "$(ctl "$1")"
    fi
}

fault stack_overflow "EXIT 140 stack-overflow" "stack overflow"
fault write_flash "EXIT 141 memory-protection" "write to flash" '^FAULT memory-protection address=0x000.* pc=0x'
fault outside_memory "EXIT 141 memory-protection" "write above 256 KB" 'address=0x20050000 pc=0x'
fault write_feed "EXIT 141 memory-protection" "write into the feed" 'address=0x21000000'
fault division "EXIT 143 division-by-zero" "division by zero" '^FAULT division-by-zero pc=0x'
fault null_pointer "EXIT 146 null-pointer" "null pointer" 'address=0x00000004 pc=0x'
fault heap "EXIT 148 heap-end" "heap end" '^FAULT heap-end asked=10000'
fault abort "EXIT 134 abort" "abort()"
fault code_in_ram "EXIT 141 memory-protection" "code in RAM" 'pc=0x2000'
fault illegal "EXIT 144 illegal-instruction" "illegal instruction" 'pc=0x'
fault endless "EXIT 120 time-limit" "endless loop with interrupts off"
fault flood "EXIT 121 output-limit" "output without end"
same "the flood stops at the limit" 5000 "$(stat -c %s "$work/flood.out")"
go lock_up "$work/feed.none"
same "lock-up: no EXIT line, what was printed is there" "before" "$(tr -d '\r\n' <"$work/lock_up.out")$(exit_line lock_up)"

printf '%s\n' 'static char big[300000];' 'void setup() { big[millis()] = 1; Serial.print(big[5]); }' 'void loop() {}' \
    >"$work/too_big.ino"
compile "$work/too_big.ino" "$work/too_big.elf" 2>"$work/too_big.log"
grep -q "region .RAM. overflowed by [0-9]* bytes" "$work/too_big.log"
ok $? "too much static data is a linker error with its size"

# ---- a feed that is wrong is refused with its line ----

bad_feed() { # NAME LINE CONTROL-LINE
    printf "$2" >"$work/feed.bad"
    run_board "$work/color_poll.elf" "$work/feed.bad" bad
    same "bad feed: $1" "$3" "$(grep '^FEED ' "$work/bad.ctl")"
}

bad_feed "unknown sensor" 'tinywright-feed 1\nrow\nnose 3\nend\n' "FEED line=3 unknown sensor"
bad_feed "number missing" 'tinywright-feed 1\nrow\ncolor 1 2 3\nend\n' \
    "FEED line=3 a sample needs as many numbers as its sensor has"
bad_feed "number too many" 'tinywright-feed 1\nrow\ncolor 1 2 3 4 5\nend\n' \
    "FEED line=3 something follows the last number"
bad_feed "cut off" 'tinywright-feed 1\nrow\ncolor 1 2 3 4\n' "FEED line=2 the feed ends inside this row (no end line)"
bad_feed "empty row" 'tinywright-feed 1\nrow\nrow\ncolor 1 2 3 4\nend\n' "FEED line=2 a row without samples"

# ---- many rows, many values: none lost ----

awk 'BEGIN { print "tinywright-feed 1\nlimit-ms 170000\nlimit-serial 10000000\ngap-ms 1"
    for (r = 0; r < 2000; r++) { print "row"
        for (i = 0; i < 100; i++) printf "accel %d %d.%d 1\ngyro 1 1 1\n", r % 50, i % 9, r % 10 }
    print "end" }' >"$work/feed.large"
wall=120
run_board "$work/imu_window.elf" "$work/feed.large" large
awk 'BEGIN { for (r = 0; r < 2000; r++) { s = 0
    for (i = 0; i < 100; i++) s += r % 50 + (i % 9) + (r % 10) / 10 + 4
    printf "%.1f\n", s } }' >"$work/large.wanted"
sed 's/window sum=//' "$work/large.out" | tr -d '\r' | awk '{ printf "%.1f\n", $1 }' >"$work/large.got"
cmp -s "$work/large.wanted" "$work/large.got"
ok $? "2,000 rows of 600 values ($(stat -c %s "$work/feed.large") bytes): every one right" "$(diff "$work/large.wanted" "$work/large.got" | head -n 5)"

run_board "$work/imu_window.elf" "$work/feed.imu" again
cmp -s "$work/imu_window.ctl" "$work/again.ctl" && cmp -s "$work/imu_window.out" "$work/again.out"
ok $? "two runs are the same, byte for byte, ticks included"

echo "1..$n"
[ "$failed" = 0 ]
