/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/state.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

enum { LIVE_CAP = 8 * 1024 * 1024 };

const struct attempt_state_row attempt_state_table[ATTEMPT_STATES] = {
    [ATTEMPT_PREPARED] = {"prepared", "·", ".", "dim"},
    [ATTEMPT_STREAMING] = {"streaming…", "●", "*", "active"},
    [ATTEMPT_CHECKING] = {"checking", "●", "*", "active"},
    [ATTEMPT_WAITING] = {"waits for you", "?", "?", "question"},
    [ATTEMPT_APPROVED] = {"approved", "▸", ">", "active"},
    [ATTEMPT_RUNNING] = {"running", "●", "*", "active"},
    [ATTEMPT_PASSED] = {"passed", "✓", "+", "good"},
    [ATTEMPT_FAILED] = {"failed", "✗", "x", "bad"},
    [ATTEMPT_REJECTED] = {"rejected", "✗", "x", "bad"},
    [ATTEMPT_CANCELED] = {"canceled", "–", "-", "dim"},
    [ATTEMPT_INTERRUPTED] = {"interrupted", "–", "-", "warning"},
    [ATTEMPT_REVOKED] = {"revoked", "–", "-", "warning"},
    [ATTEMPT_CLAIMED] = {"passed elsewhere", "~", "~", "warning"},
};

const struct stage_status_row stage_status_table[STAGE_STATUSES] = {
    [STAGE_IDLE] = {"not started", "·", ".", "dim"},
    [STAGE_ACTIVE] = {"at work", "▸", ">", "active"},
    [STAGE_WAITS] = {"waits for you", "?", "?", "question"},
    [STAGE_PASSED] = {"passed", "✓", "+", "good"},
    [STAGE_FAILED] = {"failed", "✗", "x", "bad"},
    [STAGE_STALE] = {"stale", "~", "~", "warning"},
};

const char *state_mode_name(enum state_mode m)
{
    static const char *const names[] = {"symbolic", "freeform", "guided", "manual"};

    return names[m];
}

void state_init(struct state *s)
{
    memset(s, 0, sizeof(*s));
    s->live.attempt = -1;
    buf_init(&s->live.text, LIVE_CAP);
    buf_init(&s->live.reasoning, LIVE_CAP);
}

void attempt_free(struct attempt *a)
{
    if (!a)
        return;
    finding_list_done(&a->findings);
    free(a->inputs);
    free(a->outputs);
    free(a->metrics);
    free(a);
}

void state_done(struct state *s)
{
    for (size_t i = 0; i < s->attempts.n; i++)
        attempt_free(s->attempts.items[i]);
    for (size_t i = 0; i < s->steps.n; i++)
        vec_done(&s->steps.items[i].attempts);
    for (int i = 0; i < s->n_stages; i++)
        vec_done(&s->stages[i].steps);
    vec_done(&s->attempts);
    vec_done(&s->steps);
    vec_done(&s->messages);
    buf_done(&s->live.text);
    buf_done(&s->live.reasoning);
}

int state_find_stage(const struct state *s, const char *id)
{
    for (int i = 0; i < s->n_stages; i++) {
        if (str_eq(s->stages[i].id, id))
            return i;
    }
    return -1;
}

int state_find_step(const struct state *s, const char *id)
{
    for (size_t i = 0; i < s->steps.n; i++) {
        if (!s->steps.items[i].retired && str_eq(s->steps.items[i].id, id))
            return (int)i;
    }
    return -1;
}

struct attempt *state_find_attempt(const struct state *s, const char *id)
{
    for (size_t i = s->attempts.n; i-- > 0;) {
        if (str_eq(s->attempts.items[i]->id, id))
            return s->attempts.items[i];
    }
    return NULL;
}

struct attempt *state_last_attempt(const struct state *s, int step)
{
    const struct step *p;

    if (step < 0 || (size_t)step >= s->steps.n)
        return NULL;
    p = &s->steps.items[step];
    return p->attempts.n ? s->attempts.items[p->attempts.items[p->attempts.n - 1]] : NULL;
}

struct attempt *state_base_attempt(const struct state *s, int step, int before_number)
{
    const struct step *p = &s->steps.items[step];
    struct attempt *previous = NULL;

    for (size_t i = p->attempts.n; i-- > 0;) {
        struct attempt *a = s->attempts.items[p->attempts.items[i]];
        if ((before_number > 0 && a->number >= before_number) || !a->blob[0])
            continue;
        if (a->state == ATTEMPT_PASSED)
            return a;
        if (!previous)
            previous = a;
    }
    return previous;
}

int state_waiting(const struct state *s, int *ret_attempts, int max)
{
    int n = 0;

    for (size_t i = 0; i < s->attempts.n && n < max; i++) {
        const struct attempt *a = s->attempts.items[i];
        if (a->state == ATTEMPT_WAITING && !s->steps.items[a->step].retired && state_last_attempt(s, a->step) == a)
            ret_attempts[n++] = (int)i;
    }
    return n;
}

const struct state_output *state_output(const struct attempt *a, const char *name)
{
    for (int i = 0; i < a->n_outputs; i++) {
        if (str_eq(a->outputs[i].name, name))
            return &a->outputs[i];
    }
    return NULL;
}

const struct state_metric *state_metric(const struct attempt *a, const char *name)
{
    for (int i = 0; i < a->n_metrics; i++) {
        if (str_eq(a->metrics[i].name, name))
            return &a->metrics[i];
    }
    return NULL;
}
