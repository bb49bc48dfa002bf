/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which blobs an event names. The store does not know what bodies mean; verify and prune have to.
 */
#ifndef CORE_PIPELINE_BLOBS_H
#define CORE_PIPELINE_BLOBS_H

#include "core/base/err.h"
#include "core/store/store.h"

/* sha: 64 digits, borrowed for the call; role: the key it stands under ("reply", "output" …). Nonzero stops. */
typedef int blobs_fn(void *arg, const char *role, const char *sha);

/* fn for every blob that the event names; what fn returned, or negative when the body cannot be read. */
int blobs_each(const struct store_event *e, blobs_fn *fn, void *arg, struct err *err);

#endif
