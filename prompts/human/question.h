/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The question that typing cannot answer: reads of the terminal and time in, decisions out. Pure.
 *
 * It arms after 600 ms without any input byte since it was painted; every byte except an armed `a` and its Enter
 * restarts that. Approve is `a`, then Enter, each alone in its read and at least 50 ms from any other byte; so
 * both keys count only after 50 ms of silence, seen by a tick at which no input waits. A stalled program
 * therefore cannot mistake queued bytes for a pause. Other decisions take their one key under the same rule.
 */
#ifndef PROMPTS_HUMAN_QUESTION_H
#define PROMPTS_HUMAN_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/pipeline/decision.h"

enum { QUESTION_ARM_MS = 600, QUESTION_APART_MS = 50 };

enum question_phase {
    QUESTION_HIDDEN,
    QUESTION_UNPAINTED, /* asked, not yet on the screen */
    QUESTION_WAIT,      /* painted, not quiet for long enough */
    QUESTION_ARMED,
    QUESTION_FIRST,     /* the approve key came; is it alone? */
    QUESTION_HALF,      /* it was: Enter approves */
    QUESTION_ENTER,     /* Enter came; is it alone? */
    QUESTION_KEY,       /* another decision's key came; is it alone? */
};

struct question {
    enum question_phase phase;
    char approve;               /* 'a', or '1' in linear mode */
    const char *keys;           /* other keys that answer; NULL = those of decision_table */
    char subject[160];          /* what it is about: attempt and SHA-256 */
    int64_t painted_ms, last_ms; /* monotonic */
    char pending;               /* the key of QUESTION_KEY */
    bool early;                 /* a decision key came before it was armed */
};

void question_init(struct question *q, char approve, const char *keys);

/* Asks about subject; asking the same again changes nothing, another subject starts over unpainted. */
void question_ask(struct question *q, const char *subject);
void question_hide(struct question *q);
void question_painted(struct question *q, int64_t now_ms); /* after the frame with it went out */

/* One read(2) of n > 0 bytes. True when it was meant for the question and is used up. */
bool question_read(struct question *q, const char *bytes, size_t n, int64_t now_ms);

/* Lets time act. input_waits: unread bytes are there now. Returns the key of a decision (question.approve for
 * an approval), or 0. */
char question_tick(struct question *q, int64_t now_ms, bool input_waits);

/* Milliseconds until question_tick has something to do; -1 = never. */
int question_wait(const struct question *q, int64_t now_ms);

bool question_open(const struct question *q);
const char *question_word(const struct question *q); /* "wait", "armed", "now Enter" */

/* The decision whose key it is; DECISION_NONE for others. */
enum decision_verb question_verb(const struct question *q, char key);

#endif
