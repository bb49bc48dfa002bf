/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/decision.h"

#include "core/base/str.h"

const struct decision_row decision_table[DECISION_VERBS] = {
    [DECISION_NONE] = {"none", "", "", "", false, false, false, false, ""},
    [DECISION_APPROVE] = {"approve", "a", "approve", "approved", false, true, false, true,
                          "These bytes may be executed; any change voids it."},
    [DECISION_EDIT] = {"edit", "e", "edit", "edited", false, false, true, true,
                       "Opens the artifact in your editor; the edited bytes are checked again and wait."},
    [DECISION_HUNKS] = {"hunks", "h", "take hunks", "taken in part", false, false, true, true,
                        "Takes some hunks against the last approved or previous attempt."},
    [DECISION_REJECT] = {"reject", "x", "reject with reason…", "rejected", true, false, false, true,
                         "The reason goes into the next prompt."},
    [DECISION_REGENERATE] = {"regenerate", "r", "regenerate", "regenerated", false, false, false, true,
                             "Asks for another attempt with the same request."},
    [DECISION_FRESH] = {"fresh", "R", "fresh start", "started afresh", false, false, false, true,
                        "A new attempt that does not see the failed ones."},
    [DECISION_TAKE_OVER] = {"take-over", "t", "take over", "taken over", false, false, true, false,
                            "You write the artifact; it is checked and waits like any other."},
    [DECISION_LATER] = {"later", "q", "later", "put off", false, false, false, true,
                        "Leaves the question open; nothing runs."},
    [DECISION_STOP] = {"stop", "S", "stop", "stopped", false, false, false, false,
                       "Ends the run here; everything so far is kept."},
    [DECISION_REVOKE] = {"revoke", "V", "revoke", "revoked", false, false, false, false,
                         "Undoes an approval; what was made from it becomes stale."},
};

enum decision_verb decision_find(const char *id)
{
    for (int i = 1; i < DECISION_VERBS; i++) {
        if (str_eq(decision_table[i].id, id))
            return (enum decision_verb)i;
    }
    return DECISION_NONE;
}
