/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of policies only: the conditions a rule can name, one row each.
 */
#ifndef CORE_PIPELINE_POLICY_FACT_H
#define CORE_PIPELINE_POLICY_FACT_H

#include "core/pipeline/policy.h"

enum policy_fact {
    POLICY_STAGE,
    POLICY_MODE,
    POLICY_WORST,
    POLICY_CATEGORY,
    POLICY_CAUSE,
    POLICY_BUDGET,
    POLICY_PROVIDER,
    POLICY_BOX,
    POLICY_BOARD,
    POLICY_AUTHOR,
    POLICY_AUTHOR_IS_DECIDER,
    POLICY_FACTS
};

struct policy_fact_row {
    const char *key;
    const char *approving; /* the word an approving rule needs when it says nothing; NULL = any */
    bool (*has)(const struct policy_facts *f, const char *word);
    void (*show)(const struct policy_facts *f, struct buf *out);
};

extern const struct policy_fact_row policy_fact_table[POLICY_FACTS];

/* For the field table: what is wrong with a word of a condition, NULL when it is fine. */
const char *policy_check_stage(const char *word);
const char *policy_check_mode(const char *word);
const char *policy_check_worst(const char *word);
const char *policy_check_category(const char *word);
const char *policy_check_cause(const char *word);
const char *policy_check_budget(const char *word);
const char *policy_check_box(const char *word);
const char *policy_check_board(const char *word);
const char *policy_check_author(const char *word);
const char *policy_check_flag(const char *word);

#endif
