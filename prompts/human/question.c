/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompts/human/question.h"

#include <string.h>

#include "core/base/str.h"

void question_init(struct question *q, char approve, const char *keys)
{
    memset(q, 0, sizeof(*q));
    q->approve = approve;
    q->keys = keys;
}

void question_ask(struct question *q, const char *subject)
{
    if (q->phase != QUESTION_HIDDEN && str_eq(q->subject, subject))
        return;
    str_copy(q->subject, sizeof(q->subject), subject);
    q->phase = QUESTION_UNPAINTED;
    q->early = false;
}

void question_hide(struct question *q)
{
    q->phase = QUESTION_HIDDEN;
    q->early = false;
}

void question_painted(struct question *q, int64_t now_ms)
{
    if (q->phase != QUESTION_UNPAINTED)
        return;
    q->phase = QUESTION_WAIT;
    q->painted_ms = now_ms;
}

enum decision_verb question_verb(const struct question *q, char key)
{
    if (key == q->approve)
        return DECISION_APPROVE;
    for (int i = DECISION_APPROVE + 1; i < DECISION_VERBS; i++) {
        const char *k = decision_table[i].key;
        if (k[0] && k[0] == key && !k[1] && decision_table[i].needs_waiting)
            return (enum decision_verb)i;
    }
    return DECISION_NONE;
}

static bool answers(const struct question *q, char key)
{
    if (q->keys)
        return key && (key == q->approve || strchr(q->keys, key));
    return question_verb(q, key) != DECISION_NONE;
}

static bool restart(struct question *q)
{
    q->phase = QUESTION_WAIT;
    return false;
}

static bool first_key(struct question *q, char key)
{
    q->pending = key;
    q->phase = key == q->approve ? QUESTION_FIRST : QUESTION_KEY;
    q->early = false;
    return true;
}

bool question_read(struct question *q, const char *bytes, size_t n, int64_t now_ms)
{
    bool alone = n == 1, enter = alone && (bytes[0] == '\r' || bytes[0] == '\n');
    bool key = alone && answers(q, bytes[0]);

    q->last_ms = now_ms;
    switch (q->phase) {
    case QUESTION_HIDDEN:
        return false;
    case QUESTION_UNPAINTED:
        return key;
    case QUESTION_ARMED:
        return key ? first_key(q, bytes[0]) : restart(q);
    case QUESTION_HALF:
        if (!enter)
            return restart(q) || key;
        q->phase = QUESTION_ENTER;
        return true;
    case QUESTION_WAIT:
        q->early = key;
        return key;
    default:
        q->early = key;
        restart(q);
        return key || enter;
    }
}

static int64_t due(const struct question *q)
{
    int64_t quiet = q->painted_ms > q->last_ms ? q->painted_ms : q->last_ms;

    switch (q->phase) {
    case QUESTION_WAIT: return quiet + QUESTION_ARM_MS;
    case QUESTION_FIRST:
    case QUESTION_ENTER:
    case QUESTION_KEY: return q->last_ms + QUESTION_APART_MS;
    default: return -1;
    }
}

int question_wait(const struct question *q, int64_t now_ms)
{
    int64_t at = due(q);

    return at < 0 ? -1 : at <= now_ms ? 0 : (int)(at - now_ms);
}

char question_tick(struct question *q, int64_t now_ms, bool input_waits)
{
    if (input_waits || question_wait(q, now_ms) != 0)
        return 0;
    switch (q->phase) {
    case QUESTION_WAIT:
        q->phase = QUESTION_ARMED;
        q->early = false;
        return 0;
    case QUESTION_FIRST:
        q->phase = QUESTION_HALF;
        return 0;
    case QUESTION_ENTER:
        q->phase = QUESTION_HIDDEN;
        return q->approve;
    case QUESTION_KEY:
        q->phase = QUESTION_WAIT;
        return q->pending;
    default:
        return 0;
    }
}

bool question_open(const struct question *q)
{
    return q->phase != QUESTION_HIDDEN;
}

const char *question_word(const struct question *q)
{
    switch (q->phase) {
    case QUESTION_ARMED:
    case QUESTION_KEY: return "armed";
    case QUESTION_FIRST:
    case QUESTION_HALF:
    case QUESTION_ENTER: return "now Enter";
    default: return "wait";
    }
}
