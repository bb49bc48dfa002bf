/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linear mode: what the screen shows, as text that is only ever appended; numbered choices. Pure: the state goes
 * in, text comes out. Usable with a screen reader, in a log, on a slow line.
 */
#ifndef PROMPTS_HUMAN_LINEAR_H
#define PROMPTS_HUMAN_LINEAR_H

#include "core/base/buf.h"
#include "core/pipeline/state.h"

enum linear_choice {
    LINEAR_NONE, LINEAR_APPROVE, LINEAR_EDIT, LINEAR_READ, LINEAR_DIFF, LINEAR_REJECT, LINEAR_REGENERATE,
    LINEAR_LATER, LINEAR_QUIT, LINEAR_CHOICES
};

struct linear_row {
    char key;          /* what is typed */
    const char *label; /* beside it */
    enum decision_verb verb; /* DECISION_NONE: not a decision */
};

extern const struct linear_row linear_table[LINEAR_CHOICES];

enum { LINEAR_ATTEMPTS = 4096 };

/* What was printed already. */
struct linear {
    unsigned char stages[STATE_STAGES_MAX];     /* status + 1 */
    unsigned char attempts[LINEAR_ATTEMPTS];    /* state + 1 */
    size_t messages, live; /* of the messages; bytes of the reply */
    int live_attempt;
    bool in_reply;
};

void linear_init(struct linear *l);

/* Appends what changed since the last call: stages, attempts, findings, messages, whole lines of the reply. */
void linear_changes(struct linear *l, const struct state *s, struct buf *out);

/* Appends the question about an attempt with its numbered choices. */
void linear_question(const struct state *s, const struct attempt *a, struct buf *out);

enum linear_choice linear_find(char key); /* LINEAR_NONE for others */
const char *linear_keys(void);            /* all keys, for question_init */

#endif
