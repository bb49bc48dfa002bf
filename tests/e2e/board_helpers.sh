# SPDX-License-Identifier: GPL-3.0-or-later
# Compiles, links and runs sketches for the virtual board straight from build.txt. Sourced by the tests of the
# platform; the program does the same in C (core/board). Needs $work, an empty folder.

if [ -n "${TINYWRIGHT_RUNTIME:-}" ]; then
    runtime=$TINYWRIGHT_RUNTIME
elif [ "$(id -u)" = 0 ]; then
    runtime=/var/lib/tinywright
else
    runtime=${XDG_DATA_HOME:-$HOME/.local/share}/tinywright
fi
build_txt=$runtime/board-nano33ble-virtual/build.txt

# values KEY: every value of the key, one a line
values() {
    sed -n "s/^$1=//p" "$build_txt"
}

value() {
    values "$1" | head -n 1
}

board_ready() {
    [ -r "$build_txt" ] && [ -x "$(value cxx)" ] && [ -x "$(value qemu)" ] && [ -x /usr/bin/arduino-ctags ]
}

# prototypes FILE.ino: declarations of its functions, as the Arduino builder writes them
prototypes() {
    arduino-ctags -u --language-force=c++ -f - --c++-kinds=f --fields=KSTtzns "$1" |
        awk -F'\t' '{ sig = ret = cls = ""
            for (i = 4; i <= NF; i++) {
                if ($i ~ /^signature:/) sig = substr($i, 11)
                if ($i ~ /^returntype:/) ret = substr($i, 12)
                if ($i ~ /^(class|struct|namespace):/) cls = 1 }
            if (!cls && ret != "" && ret !~ /static|template|inline/ && sig !~ /=/) print ret " " $1 sig ";" }'
}

# preprocess FILE.ino OUT.cpp: puts the prototypes in front of the first function
preprocess() {
    local line
    line=$(arduino-ctags -u --language-force=c++ -f - --c++-kinds=f --fields=KSTtzns "$1" |
        awk -F'\t' '{ for (i = 4; i <= NF; i++) if ($i ~ /^line:/) { sub("line:", "", $i); print $i } }' |
        sort -n | head -n 1)
    line=${line:-1}
    {
        echo "#line 1 \"$1\""
        head -n $((line - 1)) "$1"
        prototypes "$1"
        echo "#line $line \"$1\""
        tail -n +"$line" "$1"
    } >"$2"
}

# compile FILE.ino ELF [FLAG...]: diagnostics go to standard error
compile() {
    local ino=$1 elf=$2 pch dir=$work/build.$BASHPID
    shift 2
    mkdir -p "$dir" && preprocess "$ino" "$dir/sketch.cpp" || return 1
    pch=$(value pch)
    grep -qF "$(value pch_tflm_when)" "$ino" && pch=$(value pch_tflm)
    mapfile -t flags < <(values flag; values cxxflag; values include | sed 's/^/-isystem\n/'
        values include_after | sed 's/^/-idirafter\n/')
    mapfile -t links < <(values link)
    mapfile -t archives < <(values archive; values library)
    "$(value cxx)" "${flags[@]}" -Winvalid-pch -include "$pch" -I "$(dirname "$ino")" -I "$work" "$@" \
        -c "$dir/sketch.cpp" -o "$dir/sketch.o" &&
        "$(value cxx)" "${links[@]}" -T "$(value script)" -o "$elf" "$dir/sketch.o" -Wl,--start-group \
            "${archives[@]}" -Wl,--end-group
}

# run_board ELF FEED NAME: leaves NAME.out and NAME.ctl in $work; the wall limit is $wall seconds
run_board() {
    local elf=$1 feed=$2 name=$3
    mapfile -t arguments < <(values qemu_arg |
        sed -e "s|@CTL@|$work/$name.ctl|" -e "s|@FEED@|$feed|" -e "s|@ELF@|$elf|")
    : >"$work/$name.ctl"
    # the inner shell keeps what bash says about a killed child out of the test's own output
    (timeout -k 1 "${wall:-20}" "$(value qemu)" "${arguments[@]}" </dev/null >"$work/$name.out"; exit $?) \
        2>"$work/$name.err"
}

# row N NAME: what the sketch printed for row N, cut by the byte offsets of the control lines
row() {
    local from to
    from=$(awk -v n="$1" '$1 == "ROW" && $2 == n { sub("serial=", "", $3); print $3 }' "$work/$2.ctl")
    to=$(awk -v n="$1" '$1 == "ROW" && $2 > n || $1 == "EXIT" {
        for (i = 3; i <= NF; i++) if ($i ~ /^serial=/) { sub("serial=", "", $i); print $i; exit } }' "$work/$2.ctl")
    [ -n "$from" ] && tail -c +$((from + 1)) "$work/$2.out" | head -c $((to - from))
}
