#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Decisions from the command line: what waits and how it is said, hashes, reasons, groups, revoking, a second process
# beside the first, and a project that was decided about on another installation. Real tools: data and train.
. "$(dirname "$0")/lib.sh"
needs_runtime

table() { # table FILE: a small messy table: several data steps, so that a group waits
    python3 - "$1" <<'PY'
import random, sys
r = random.Random(3)
with open(sys.argv[1], "w") as f:
    f.write("red,green,blue,constant,class\n")
    for i in range(60):
        k = i % 3
        row = [str(round(r.gauss(500 + 600 * k, 30))), str(round(r.gauss(1500 - 500 * k, 30))), str(round(r.gauss(300, 30))), "1"]
        if i % 13 == 0: row[1] = ""
        f.write(",".join([*row, ["apple", "pear", "plum"][k]]) + "\n")
PY
}

sha() { json "a['$1']['sha256']"; }
state() { json "a['$1']['state'] if '$1' in a else 'none'"; }
same() { # same NAME WANTED GOT
    ok "$([ "$2" = "$3" ]; echo $?)" "$1" "wanted $2, got $3"
}

project=$work/p
table "$work/t.csv"
tw new "$project" --data "$work/t.csv" --label class
expect 0 "a project is made"

# ---- without a policy: the question, in words that can be typed
tw_run "$project" --until train
expect 4 "without a policy it stops at the question" 'data\.1/1 waits for a decision'
ok "$(grep -qE "tinywright decide .*data\.1/1 approve --sha256 [0-9a-f]{64}" <<<"$errors"; echo $?)" "and names the command that decides" "$errors"
same "nothing was executed" 0 "$(ls "$project/out" 2>/dev/null | wc -l)"
steps=$(json "len(g['data']['attempts'])")
ok "$([ "$steps" -ge 2 ] && [ "$(json "len(s['waiting'])")" = "$steps" ]; echo $?)" "all steps of the stage wait as one group" "$steps steps; $(json "s['waiting']")"

# ---- hashes and reasons
tw decide "$project" data.1/1 approve
expect 2 "approve without the hash is refused" 'needs the hash'
ok "$(grep -q "$(sha data.1/1)" <<<"$out$errors"; echo $?)" "and prints the hash" "$errors"
tw decide "$project" data.1/1 approve --sha256 "$(sha data.2/1)"
expect 2 "approve with another artifact's hash is refused" 'not that of'
tw decide "$project" data.1/1 approve --sha256 short
expect 2 "approve with nonsense is refused"
same "it still waits" "waits for you" "$(state data.1/1)"
tw decide "$project" data.1/1 reject
expect 2 "reject without a reason is refused" 'reason'
tw decide "$project" data.99/1 approve --sha256 "$(sha data.1/1)"
expect 2 "an unknown attempt is named" 'no attempt data.99/1'
tw decide "$project" data.1/1 aprove --sha256 "$(sha data.1/1)"
expect 2 "an unknown decision gets the nearest known one" 'Did you mean approve'
tw decide "$project" data.1/1 later
expect 0 "later leaves the question open"
same "it still waits after later" "waits for you" "$(state data.1/1)"

# ---- reject: another attempt with the reason in the history
tw decide "$project" data.1/1 reject --reason "keep the empty cells"
expect 0 "reject with a reason"
same "the attempt is rejected" rejected "$(state data.1/1)"
tw_run "$project" --until train
expect 1 "a generator would write the same again, and the run says so" 'the generator would write the same again'
tw_run "$project" --until train
expect 4 "who runs again all the same is asked again"
same "with another attempt" "waits for you" "$(state data.1/2)"

# ---- a group by the stage's name
tw decide "$project" data approve
expect 2 "approving a group needs its hash too" 'hash of the group|hash'
group=$(grep -oE -- '--sha256 [0-9a-f]{64}' <<<"$errors" | cut -d' ' -f2)
tw decide "$project" data approve --sha256 "$(sha data.1/2)"
expect 2 "a member's hash is not the group's"
tw decide "$project" data approve --sha256 "$group"
expect 0 "the group is approved by the stage's name"
same "nothing of it waits" 0 "$(json "len(s['waiting'])")"
tw_run "$project" --until train
expect 4 "then the data runs and train waits" 'train/1 waits'
same "data passed" passed "$(json "g['data']['state']")"
tw decide "$project" train/1 approve --sha256 "$(sha train/1)"
expect 0 "approve with the right hash"
tw decide "$project" train/1 approve --sha256 "$(sha train/1)"
expect 2 "a second approval of the same is refused" 'does not wait'

# ---- a second process beside one that has the project open, while a job runs
"$tinywright" run "$project" --runtime "$runtime" --until convert --json >"$work/events" 2>"$work/first" </dev/null &
first=$!
children+=("$first")
wait_for 60 grep -q '"kind":"execution.started","about":"train/1"' "$work/events"
ok $? "the first process trains"
tw status "$project" --json
expect 0 "status beside it"
same "it sees the job" running "$(state train/1)"
tw_run "$project"
expect 10 "a second writer is refused and told the pid" "\\b$first\\b"
tw decide "$project" data revoke
code_of_group=$code
tw decide "$project" train/1 reject --reason "too late"
expect 2 "a decision that makes no sense is refused by the first process" 'does not wait'
tw decide "$project" train/1 stop
expect 0 "stop reaches the first process"
wait "$first"
same "which ends with 1" 1 $?
ok "$(! kill -0 "$first" 2>/dev/null; echo $?)" "and is gone"
same "a group verb without waiting members is wrong usage" 2 "$code_of_group"
tw_run "$project" --until convert
expect 4 "the next run takes it up again" 'convert/1 waits'
same "train passed" passed "$(json "g['train']['state']")"

# ---- revoke: later stages become stale and it waits again
tw decide "$project" data.1/2 revoke
expect 0 "revoke"
same "the same bytes wait again" "waits for you" "$(state data.1/2)"
same "a later stage is stale" stale "$(json "g['train']['state']")"
ok "$(json "g['train']['why']" | grep -q 'data.1/2'; echo $?)" "and says why" "$(json "g['train']['why']")"
tw_run "$project" --until train
expect 4 "a run asks about it again" 'data\.[12]/[12] waits'
tw decide "$project" data.1/2 approve --sha256 "$(sha data.1/2)"
expect 0 "it can be approved again"
tw_run "$project" --until train
expect 0 "and the stages up to train pass again"
same "train is not stale any more" passed "$(json "g['train']['state']")"
tw verify "$project"
expect 0 "verify is clean after all this"

# ---- the same project on another installation: claims, asked again, nothing executes
cp -a "$project" "$work/copy"
project=$work/copy
export XDG_STATE_HOME=$work/elsewhere
tw status "$project"
expect 0 "status on another installation"
ok "$(grep -q 'claimed by .*, not verified here' <<<"$out"; echo $?)" "decisions from elsewhere are shown as claims" "$out"
before=$(json "s['events']")
tw_run "$project" --until convert --json
expect 4 "a run asks again about what was approved elsewhere" 'data\.[12]/[12] waits'
ok "$(! grep -q '"kind":"execution' "$work/stdout"; echo $?)" "and executes nothing" "$(grep execution "$work/stdout")"
group=$("$tinywright" decide "$project" data approve 2>&1 | grep -oE -- '--sha256 [0-9a-f]{64}' | cut -d' ' -f2)
tw decide "$project" data approve --sha256 "$group"
expect 0 "the group can be approved here"
tw_run "$project" --until train --json
expect 4 "then data is executed here, and train is asked about" 'train/[0-9]+ waits'
ok "$(grep -q '"kind":"execution.started","about":"data.1/2"' "$work/stdout"; echo $?)" "what was approved here is executed here"
[ "$before" -gt 0 ] || ok 1 "the copy has a history"
finish
