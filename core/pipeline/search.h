/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words in a history: in prompts, replies, artifacts, refused hunks, what tools printed, and in events (findings,
 * reasons, outcomes). Reads everything, needs no index and no lock.
 */
#ifndef CORE_PIPELINE_SEARCH_H
#define CORE_PIPELINE_SEARCH_H

#include "core/pipeline/engine.h"

struct search_hit {        /* borrowed for the call */
    int64_t seq, wall_ms;
    const char *kind, *attempt;
    const char *role;      /* "reply", "artifact" …; "event" for the event itself */
    char line[240];        /* the first line that holds the first word, sanitized */
};

typedef int search_fn(void *arg, const struct search_hit *hit); /* nonzero stops */

/* Texts that hold all words (letter case ignored), oldest first. */
int search_history(struct engine *e, const char *const *words, int n, search_fn *fn, void *arg, struct err *err);

#endif
