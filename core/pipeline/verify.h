/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verification of a whole project: chain, blobs, that events name only blobs that were stored and decisions only bytes
 * that there were, and out/ against what the history says was made.
 */
#ifndef CORE_PIPELINE_VERIFY_H
#define CORE_PIPELINE_VERIFY_H

#include "core/pipeline/engine.h"
#include "core/store/store.h"

enum { VERIFY_CHANGED_MAX = 32 };

struct verify_result {
    struct store_verdict history;
    int64_t named;                          /* blobs that events name */
    int64_t decisions, claims;              /* claims: approvals that were made elsewhere */
    int n_files;                            /* files in out/ that were compared */
    char changed[VERIFY_CHANGED_MAX][256];  /* files that differ or are gone */
    int n_changed;
};

/* 0; ERR_DAMAGED when the history is damaged; ERR_STAGE when a file in out/ differs (names the first). */
int engine_verify(struct engine *e, struct verify_result *ret, struct err *err);

#endif
