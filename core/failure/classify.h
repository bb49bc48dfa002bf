/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a message to a category of the published taxonomy (A1…E4) and a root cause.
 *
 * One flat table, no order: of all rows that match, the one with the highest rank wins, then the
 * one whose pattern is longest, then the id. Rank says how far down a cause lies: a Markdown fence
 * in the source explains the undeclared name after it, never the other way round. (The substring
 * cascade that the failure study used depends on its order and files a name clash as a syntax
 * error.)
 */
#ifndef CORE_FAILURE_CLASSIFY_H
#define CORE_FAILURE_CLASSIFY_H

#include <stddef.h>

#include "core/finding/finding.h"

enum { FAILURE_PATTERNS = 12 };

struct failure_cause {
    const char *id; /* "model-symbol"; an id may have rows in two categories */
    enum finding_category category;
    int rank;          /* 1..100 */
    const char *blame; /* step that has to change; "" = the artifact's own */
    const char *help;  /* what happened, one sentence */
    const char *fix;   /* what to do, one sentence */
    /* Alternatives; in each, parts joined by '&' must all be in the text, "!part" must not; case
     * ignored.
     * "@upper": the first quoted name is written in capitals. */
    const char *patterns[FAILURE_PATTERNS + 1];
};

extern const struct failure_cause failure_causes[];
extern const int failure_cause_count;

/* The first row with that id; NULL when it is unknown. */
const struct failure_cause *failure_cause_find(const char *id);

/* The row that explains a message best; NULL when none matches. */
const struct failure_cause *failure_cause_of(const char *message);

/* Fills category, cause, fix and blame where they are still empty; a cause that a gate has set is
 * kept. 0, or 1 when nothing matches: the category is then FINDING_OTHER. */
int failure_classify(struct finding *f);
void failure_classify_list(struct finding_list *l);

struct failure_verdict {            /* one attempt or one log, in short */
    enum finding_category category; /* FINDING_NONE: nothing is wrong */
    char cause[32];
    int index; /* of the finding that says it; line number of a text, 1-based; -1 none */
    int rank;
};

/* The root cause among the errors of a list: the deepest one, the first of equals. */
void failure_verdict_of(const struct finding_list *l, struct failure_verdict *ret);

/* The same for plain text, a line at a time: compiler output, a log. Text is untrusted. */
void failure_classify_text(const char *text, size_t n, struct failure_verdict *ret);

#endif
