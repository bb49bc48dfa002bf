#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From an edited sketch to its verdict: tests/bench/verdict.sh measures it; here only that it comes out right, and a
# bound so generous that only something broken passes it.
. "$(dirname "$0")/lib.sh"
needs_runtime
project=$work/fruit
tw example fruit "$project"
tw_run "$project" --policy trust-clean
expect 0 "the example has passed once"
out=$(TINYWRIGHT=$tinywright "$here/../bench/verdict.sh" "$project" "$runtime" 2>&1)
ok $? "the measurement runs" "$out"
echo "# $out"
median=$(sed -n 's/.*median \([0-9]*\) ms.*/\1/p' <<<"$out")
ok "$([ -n "$median" ] && [ "$median" -lt 5000 ]; echo $?)" "an edited sketch is compiled, run on 50 rows and judged in less than 5 s" "$out"
finish
