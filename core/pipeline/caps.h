/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Caps on tokens, money and seconds: hard, checked before each call of a model and while its reply streams. What is
 * not counted by a server is estimated (bytes / 4) and said to be so. 0 = no cap. Pure.
 */
#ifndef CORE_PIPELINE_CAPS_H
#define CORE_PIPELINE_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/config/project.h"
#include "core/llm/price.h"

struct caps_use {         /* of the whole project so far */
    int64_t tokens;       /* input and output */
    double money;         /* US dollars */
    bool money_unknown;   /* some of it had no price: money is a lower bound */
};

struct caps_call {        /* the one call that is about to be made or under way; all estimates */
    int64_t input, output;
    const char *model;
    bool metered;         /* costs money */
    const struct price *price; /* NULL = unknown */
};

/* The lower one of each; user NULL = none. */
struct project_caps caps_merge(const struct project_caps *project, const struct project_caps *user);

/* 0, or ERR_CAP with what is used, what the call needs (estimated) and where the cap stands. */
int caps_check(const struct project_caps *caps, const struct caps_use *used, const struct caps_call *call,
               struct err *err);
int caps_check_seconds(const struct project_caps *caps, int64_t run_ms, struct err *err);

#endif
