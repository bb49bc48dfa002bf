#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The documentation is what the program is now: the man page, the configuration reference, the list of keys, the gaps
# of the sandbox and the kinds of events are compared with the tables they come from; links lead somewhere; the folder
# table of HACKING.md names what exists; every `tinywright COMMAND` and option that the pages name is there.
# Prints TAP. $TINYWRIGHT names the binary.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tinywright=${TINYWRIGHT:-$root/build/check/tinywright}
docs_tool=$(dirname "$tinywright")/tests/docs_tool
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$root" || exit 1
[ -x "$tinywright" ] || { echo "1..0 # SKIP there is no binary $tinywright: build it, or set TINYWRIGHT"; exit 77; }

n=0
failed=0

# ok NAME DETAILS: passed when there are no details
ok() {
    n=$((n + 1))
    if [ -z "$2" ]; then
        echo "ok $n - $1"
    else
        failed=1
        echo "not ok $n - $1"
        printf '%s\n' "$2" | head -n 40 | sed 's/^/# /'
    fi
}

mapfile -t pages < <(ls README.md HACKING.md CHANGELOG.md docs/*.md docs/internals/*.md docs/examples/*/README.md)

ok "the man page is what help --man prints" \
    "$("$tinywright" help --man | diff docs/tinywright.1 - 2>&1)"

if [ -x "$docs_tool" ]; then
    ok "docs/configuration.md is what docs_tool prints" "$("$docs_tool" | diff docs/configuration.md - 2>&1)"
else
    ok "docs_tool is built" "there is no $docs_tool"
fi

# Links to files, relative to the page; anchors inside a page.
anchor_of() { sed -n 's/^##* //p' "$1" | tr 'A-Z' 'a-z' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'; }
links() {
    local page target file anchor
    for page in "${pages[@]}"; do
        grep -o '](\([^)]*\))' "$page" | sed 's/^](//; s/)$//' | while read -r target; do
            case $target in http://* | https://* | mailto:*) continue ;; esac
            file=${target%%#*}
            anchor=
            [[ $target == *'#'* ]] && anchor=${target#*#}
            if [ -z "$file" ]; then file=$page; else file=$(dirname "$page")/$file; fi
            [ -e "$file" ] || { echo "$page: $target does not exist"; continue; }
            [ -z "$anchor" ] || anchor_of "$file" | grep -qx -- "$anchor" || echo "$page: no heading for $target"
        done
    done
}
ok "internal links lead somewhere" "$(links)"

# The first cell of each row between the markers is a path.
table_of() { sed -n "/<!-- $1 -->/,/<!-- end -->/p" HACKING.md | sed -n 's/^| `\([^`]*\)` |.*/\1/p'; }
folders() {
    local path
    [ "$(table_of folders | wc -l)" -ge 20 ] || echo "the folder table of HACKING.md is too short to be right"
    table_of folders | while read -r path; do [ -d "$path" ] || echo "$path is no folder"; done
    for path in core/*/ tui/*/ views/ prompts/*/ themes/ tests/*/ docs/*/; do
        table_of folders | grep -qxF -- "${path%/}" || echo "${path%/} is not in the folder table of HACKING.md"
    done
}
ok "HACKING.md names every folder, and only what exists" "$(folders)"

# Paths in back quotes that begin like one of ours, in the pages for people who work on the program.
paths() {
    grep -oHE '`(core|tui|views|prompts|themes|tests|docs)/[A-Za-z0-9_./{},*-]*`' HACKING.md docs/internals/*.md |
        tr -d '`' | while IFS=: read -r page path; do
        compgen -G "$path" >/dev/null || eval "ls -d $path" >/dev/null 2>&1 || echo "$page: $path does not exist"
    done
}
ok "files that HACKING.md and the internals name exist" "$(paths)"

keys() {
    sed -n 's/^ *\[ACTION_[A-Z_]*\] = {"\([^"]*\)", "\([^"]*\)".*/\1\t\2/p' tui/widget/action.c |
        while IFS=$'\t' read -r id given; do
            [ "$id" = none ] || grep -qF -- "| \`$id\` | \`$given\` |" docs/guide.md || echo "docs/guide.md lacks | \`$id\` | \`$given\` |"
        done
}
ok "the guide lists every action with its default keys" "$(keys)"

gaps() {
    sed -n 's/^ *{EXEC_[A-Z]*, "[^"]*", "\([^"]*\)"},$/\1/p' core/exec/exec_gaps.c | while read -r text; do
        grep -qF -- "$text" docs/guide.md || echo "docs/guide.md lacks the gap: $text"
    done
}
ok "the guide lists every gap of the sandbox" "$(gaps)"

kinds() {
    sed -n 's/^ *\[EVENT_[A-Z_]*\] = {"\([a-z.]*\)".*/\1/p' core/pipeline/event.c | grep . | while read -r kind; do
        grep -q "^| \`$kind\` |" docs/internals/history.md || echo "docs/internals/history.md lacks the event $kind"
    done
}
ok "every kind of event is described" "$(kinds)"

commands() {
    local known word
    known=$("$tinywright" --help | sed -n 's/^  \([a-z]*\)  *.*/\1/p')
    # in back quotes, or a line of a code block
    { grep -ohE '`tinywright [a-z]+' README.md docs/guide.md
      awk '/^```/ { inside = !inside; next } inside && /^ *tinywright [a-z]/' README.md docs/guide.md |
          grep -oE 'tinywright [a-z]+'; } | sed 's/.*tinywright //' | sort -u | while read -r word; do
        grep -qx -- "$word" <<<"$known" || echo "the pages name tinywright $word, which is no command"
    done
    for word in $known; do
        grep -q "tinywright $word" docs/guide.md || echo "docs/guide.md does not name tinywright $word"
    done
}
ok "the pages name commands that exist, and the guide names all" "$(commands)"

options() {
    grep -ohE 'tinywright [a-z]+ [^`|]*--[a-z0-9-]+[^`|]*' README.md docs/guide.md | while read -r line; do
        read -r _ command _ <<<"$line"
        grep -oE -- ' --[a-z0-9-]+' <<<"$line" | sort -u | while read -r option; do
            "$tinywright" "$command" --help | grep -qF -- "  $option" || echo "tinywright $command has no $option"
        done
    done
}
ok "the pages name options that exist" "$(options)"

ok "no page names a place on our machines" \
    "$(grep -nE '/work/|/farm/|/tmp/tw|/root/' "${pages[@]}" docs/tinywright.1 .clang-format .editorconfig)"

echo "1..$n"
exit $failed
