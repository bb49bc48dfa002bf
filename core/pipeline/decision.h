/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decisions: one table serves screen, command line and history.
 */
#ifndef CORE_PIPELINE_DECISION_H
#define CORE_PIPELINE_DECISION_H

#include <stdbool.h>
#include <stddef.h>

enum decision_verb {
    DECISION_NONE,
    DECISION_APPROVE,
    DECISION_EDIT,       /* approve after edit: carries the edited bytes; their own hash is decided on */
    DECISION_HUNKS,      /* take some hunks: carries the resulting bytes and the refused hunks with reasons */
    DECISION_REJECT,     /* with reason: next attempt gets the reason */
    DECISION_REGENERATE, /* same prompt again */
    DECISION_FRESH,      /* new conversation without the history of failures */
    DECISION_TAKE_OVER,  /* the person writes it: carries bytes; still waits for its own approval */
    DECISION_LATER,
    DECISION_STOP,
    DECISION_REVOKE,     /* undoes an approval; later stages become stale */
    DECISION_VERBS
};

struct decision_row {
    const char *id;      /* word of the command line and the history: "take-over" */
    const char *key;     /* key on the screen; "" none; approve is armed: "a" then Enter */
    const char *label;   /* on the decision line */
    const char *past;    /* "approved" */
    bool needs_reason, needs_hash, needs_bytes, needs_waiting; /* needs_waiting: only for an attempt that waits */
    const char *help;    /* one sentence */
};

extern const struct decision_row decision_table[DECISION_VERBS];

enum decision_verb decision_find(const char *id); /* DECISION_NONE when unknown */

#endif
