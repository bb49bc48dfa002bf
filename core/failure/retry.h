/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What to do after a failed attempt; pure, over summaries of the attempts so far.
 */
#ifndef CORE_FAILURE_RETRY_H
#define CORE_FAILURE_RETRY_H

#include <stdbool.h>

#include "core/finding/finding.h"

struct retry_attempt {
    bool rejected;               /* by a person or a policy, not by evidence */
    enum finding_category category;
    char cause[32];
};

/* The last two failed with the same category and root cause: stop and ask. */
bool retry_is_stuck(const struct retry_attempt *attempts, int n);

#endif
