/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Policies: written rules that may decide in a person's place; first match wins, the decision names the rule.
 * `trust-clean` approves an attempt without findings for the full sandbox and a virtual board, never a real
 * one; the default asks.
 */
#ifndef CORE_PIPELINE_POLICY_H
#define CORE_PIPELINE_POLICY_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/pipeline/state.h"

struct policy;

enum policy_verdict { POLICY_ASK, POLICY_APPROVE, POLICY_REFUSE };

struct policy_facts {
    const char *stage;
    enum state_mode mode;
    int errors, warnings;
    bool box_full, board_virtual, provider_recorded;
    bool over_budget;
};

/* "trust-clean", "ask", or the path of a YAML file; NULL + err otherwise (nearest known name). */
struct policy *policy_load(const char *name, struct err *err);
void policy_free(struct policy *p);
const char *policy_name(const struct policy *p); /* "ask" for NULL */

/* *ret_rule: the rule's name, borrowed from p; "none matched" when the default decided. */
enum policy_verdict policy_decide(const struct policy *p, const struct policy_facts *f, const char **ret_rule);

#endif
