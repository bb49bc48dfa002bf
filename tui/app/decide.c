/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "prompts/human/prompt_line.h"
#include "tui/app/workbench_private.h"

bool decide_draft(const struct workbench *w)
{
    return w->reason.open || w->confirm.open || prompt_line_active() || w->external.pid != 0;
}

int decide_waiting(const struct workbench *w)
{
    int waits[STATE_STEPS_MAX];

    return w->project.state ? state_waiting(w->project.state, waits, STATE_STEPS_MAX) : 0;
}

void decide_refresh(struct workbench *w)
{
    const struct attempt *a = workbench_attempt(w);
    char subject[sizeof(w->question.subject)];

    snprintf(subject, sizeof(subject), "%s %s", a ? a->id : "", a ? a->sha : "");
    if (!a || a->state != ATTEMPT_WAITING || !a->sha[0] || w->home || w->overlay != VIEW_HOME || decide_draft(w) ||
        str_eq(subject, w->put_off)) {
        question_hide(&w->question);
        return;
    }
    if (!question_open(&w->question) || !str_eq(subject, w->question.subject)) {
        str_copy(w->asked_id, sizeof(w->asked_id), a->id);
        str_copy(w->asked_sha, sizeof(w->asked_sha), a->sha);
        w->asked_ms = os_mono_ms();
    }
    question_ask(&w->question, subject);
}

void decide_send(struct workbench *w, enum decision_verb verb, const char *reason)
{
    struct command c = {
        .kind = COMMAND_DECIDE, .attempt = w->asked_id, .verb = verb, .sha256 = w->asked_sha, .reason = reason,
        .looked_ms = os_mono_ms() - w->asked_ms,
    };

    if (workbench_send(w, &c) >= 0) {
        workbench_notice(w, verb == DECISION_APPROVE ? ROLE_PASSED : ROLE_TEXT, "%s %s", w->asked_id,
                         decision_table[verb].past);
        w->follow = true;
    }
}

static void put_off(struct workbench *w)
{
    char key[32];

    str_copy(w->put_off, sizeof(w->put_off), w->question.subject);
    decide_send(w, DECISION_LATER, NULL);
    w->follow = false;
    workbench_notice(w, ROLE_TEXT, "put off: nothing runs; %s brings the question back",
                     keymap_key(&w->keymap, ACTION_WAITING, key, sizeof(key)));
}

void decide_key(struct workbench *w, char key)
{
    enum decision_verb verb = question_verb(&w->question, key);
    char title[160];

    switch (verb) {
    case DECISION_NONE:
        break;
    case DECISION_REJECT:
        question_hide(&w->question);
        w->reason_verb = verb;
        snprintf(title, sizeof(title), "Why is %s rejected? It goes into the next prompt", w->asked_id);
        reason_open(&w->reason, title, true);
        break;
    case DECISION_EDIT:
    case DECISION_TAKE_OVER:
        external_edit(w, verb);
        break;
    case DECISION_HUNKS:
        workbench_notice(w, ROLE_WARNING, "taking single hunks comes with the review screen; e edits, x rejects");
        break;
    case DECISION_LATER:
        put_off(w);
        break;
    default:
        decide_send(w, verb, NULL);
    }
}

void decide_confirmed(struct workbench *w, int what)
{
    const struct attempt *a = workbench_attempt(w);

    if (what == CONFIRM_QUIT) {
        workbench_quit(w, 0);
    } else if ((what == CONFIRM_STOP || what == CONFIRM_REVOKE) && a) {
        str_copy(w->asked_id, sizeof(w->asked_id), a->id);
        str_copy(w->asked_sha, sizeof(w->asked_sha), a->sha);
        w->asked_ms = os_mono_ms();
        decide_send(w, what == CONFIRM_STOP ? DECISION_STOP : DECISION_REVOKE, NULL);
    }
}
