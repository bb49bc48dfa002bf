/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A look at a project from outside: what waits for a decision in it, and how far it is. It reads the history
 * beside whoever has it open, in slices of about a millisecond, and changes nothing.
 */
#ifndef CORE_PIPELINE_LOOK_H
#define CORE_PIPELINE_LOOK_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/pipeline/state.h"

enum { LOOK_QUESTIONS_MAX = 16 };

struct look_question { /* sanitized */
    char attempt[STATE_ID], name[64], stage[24];
    int64_t since_ms;  /* wall: when the attempt began */
    int lines, errors, warnings;
};

struct look_result {
    struct look_question questions[LOOK_QUESTIONS_MAX]; /* oldest first */
    int n, waits;      /* waits counts also those that had no room */
    char word[64];     /* "2 decisions wait", "not started", "stopped at sketch", "all stages passed" */
};

struct look;

struct look *look_new(const char *folder); /* NULL without memory; reads nothing yet */
void look_free(struct look *l);

/* One slice: 1 = call again, 0 = ret is filled, negative = the history cannot be read. */
int look_step(struct look *l, struct look_result *ret, struct err *err);

#endif
