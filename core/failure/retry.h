/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What to do after an attempt that did not pass: a pure function over what was tried so far.
 *
 * A model loses most of its power to correct itself within two or three tries, so: repair what can
 * be repaired without it, ask once with the error, start afresh, and stop as soon as the same thing
 * failed twice in a row.
 */
#ifndef CORE_FAILURE_RETRY_H
#define CORE_FAILURE_RETRY_H

#include <stdbool.h>

#include "core/finding/finding.h"

enum { RETRY_ATTEMPTS_DEFAULT = 5 };

enum retry_action {
    RETRY_REPAIR, /* deterministic repairs, no model */
    RETRY_ERROR,  /* prompt with the code and its errors */
    RETRY_FRESH,  /* the first prompt again, nothing of the old thread */
    RETRY_ASK,    /* a person decides */
    RETRY_DONE,   /* the last attempt passed */
};

struct retry_attempt {              /* oldest first */
    enum finding_category category; /* FINDING_NONE: it passed */
    const char *cause;              /* borrowed; "" unknown */
    const char *blame;              /* another step that has to change; "" none */
    enum retry_action how;          /* how this attempt came to be; RETRY_FRESH for the first */
    bool repairable;                /* a repair is known and would change something */
};

struct retry_limits {
    int attempts; /* 0: RETRY_ATTEMPTS_DEFAULT */
    bool repairs; /* repairs may be used */
};

struct retry_choice {
    enum retry_action action;
    char why[240]; /* one sentence for the screen and the history */
};

void retry_choose(const struct retry_attempt *attempts, int n, const struct retry_limits *limits,
                  struct retry_choice *ret);

const char *retry_action_name(enum retry_action a); /* "repair", "error prompt", … */

#endif
