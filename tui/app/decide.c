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

/* The waiting attempts of a's group, oldest first; 0 when it is alone. */
static int group_of(const struct state *s, const struct attempt *a, const struct attempt **members)
{
    int waits[STATE_STEPS_MAX], n = state_waiting(s, waits, STATE_STEPS_MAX), found = 0;

    for (int i = 0; a->group[0] && i < n; i++) {
        const struct attempt *b = s->attempts.items[waits[i]];
        if (str_eq(b->group, a->group))
            members[found++] = b;
    }
    return found > 1 ? found : 0;
}

static bool may_ask(const struct workbench *w, const struct attempt *a)
{
    return a && a->state == ATTEMPT_WAITING && a->sha[0] && !w->home && w->overlay == VIEW_HOME && !decide_draft(w) &&
           !choose_draft(w, a);
}

/* A group is one question whichever of its artifacts is looked at, so reading them does not start it over. */
void decide_refresh(struct workbench *w)
{
    const struct attempt *a = workbench_attempt(w), *members[STATE_STEPS_MAX];
    char subject[sizeof(w->question.subject)], sha[SHA256_HEX];
    int group;

    if (!may_ask(w, a)) {
        question_hide(&w->question);
        return;
    }
    group = group_of(w->project.state, a, members);
    if (group)
        engine_group_hash(members, group, sha);
    else
        str_copy(sha, sizeof(sha), a->sha);
    snprintf(subject, sizeof(subject), "%s %s", group ? a->group : a->id, sha);
    if (str_eq(subject, w->put_off)) {
        question_hide(&w->question);
        return;
    }
    str_copy(w->asked_id, sizeof(w->asked_id), a->id);
    if (!question_open(&w->question) || !str_eq(subject, w->question.subject)) {
        str_copy(w->asked_sha, sizeof(w->asked_sha), sha);
        w->asked_ms = os_mono_ms();
        w->asked_group = group;
    }
    question_ask(&w->question, subject);
}

void decide_send(struct workbench *w, enum decision_verb verb, const char *reason)
{
    const struct attempt *a = workbench_attempt(w);
    bool together = w->asked_group > 1 && verb == DECISION_APPROVE;
    struct command c = {
        .kind = COMMAND_DECIDE, .attempt = w->asked_id, .verb = verb, .reason = reason, .group = together,
        .sha256 = w->asked_group > 1 && !together && a ? a->sha : w->asked_sha,
        .looked_ms = os_mono_ms() - w->asked_ms,
    };

    if (workbench_send(w, &c) < 0)
        return;
    workbench_notice(w, verb == DECISION_APPROVE ? ROLE_PASSED : ROLE_TEXT, "%s %s%s", w->asked_id,
                     together ? "and its group " : "", decision_table[verb].past);
    w->follow = true;
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
        choose_open(w);
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
    } else if (what == CONFIRM_CHOICE) {
        choose_drop(w);
    } else if ((what == CONFIRM_STOP || what == CONFIRM_REVOKE) && a) {
        str_copy(w->asked_id, sizeof(w->asked_id), a->id);
        str_copy(w->asked_sha, sizeof(w->asked_sha), a->sha);
        w->asked_ms = os_mono_ms();
        w->asked_group = 0;
        decide_send(w, what == CONFIRM_STOP ? DECISION_STOP : DECISION_REVOKE, NULL);
    }
}
