/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a history takes room, and what may go: the bytes of blobs that no decided artifact and no current attempt
 * needs. Events and hashes stay, so the chain stays valid and a pruned blob is known as pruned.
 */
#ifndef CORE_PIPELINE_RETENTION_H
#define CORE_PIPELINE_RETENTION_H

#include "core/pipeline/engine.h"
#include "core/store/store.h"

enum { RETENTION_ROLES_MAX = 16 };

struct retention_role { /* "prompt", "reply", "output" … */
    char role[24];
    int64_t blobs, bytes;      /* with bytes; a blob counts where it is named first */
    int64_t may_go, may_go_bytes;
};

struct retention {
    struct store_sizes sizes;
    struct retention_role roles[RETENTION_ROLES_MAX]; int n_roles;
    int64_t may_go, may_go_bytes;
    VEC(char *) keep;          /* owned names of the blobs that stay */
};

/* ret: release it with retention_done either way. */
int retention_survey(struct engine *e, struct retention *ret, struct err *err);
/* Drops what the survey says may go; ret_freed in bytes. The project must be open for writing. */
int retention_prune(struct engine *e, const struct retention *r, int64_t *ret_freed, struct err *err);
void retention_done(struct retention *r);

#endif
