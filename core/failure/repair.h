/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deterministic fixes for known root causes, shown as a diff, each one a choice that can be switched off.
 */
#ifndef CORE_FAILURE_REPAIR_H
#define CORE_FAILURE_REPAIR_H

#include "core/artifact/artifact.h"
#include "core/base/buf.h"
#include "core/finding/finding.h"

enum { REPAIR_ALL = ~0u, REPAIR_MAX = 16 };

struct repair_facts { /* borrowed; NULL or 0 when unknown */
    const char *model_symbol, *model_length_symbol;
    const char *const *operators; int n_operators;
};

struct repair_result {
    struct buf bytes;              /* caller inits and releases; the repaired artifact */
    const char *applied[REPAIR_MAX]; /* static ids */
    int n_applied;
};

/* mask: bit i allows row i of the repair table. 0, or negative when memory is short. n_applied 0 = nothing to do. */
int repair_artifact(enum artifact_kind kind, const char *bytes, size_t n, const struct finding_list *findings,
                    const struct repair_facts *facts, unsigned mask, struct repair_result *ret, struct err *err);

/* "tflm-api, model-symbol" */
const char *repair_names(const struct repair_result *r, char *dst, size_t size);

#endif
