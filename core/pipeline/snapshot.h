/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state as bytes, so that a start does not fold a long history again: state = snapshot_read + the later events.
 *
 * A snapshot is a cache and never the truth. It holds the structs of state.h as they lie in memory, each as what
 * differs from the one before, and is read only by a program built from the same definitions (a stamp over the source
 * of state and fold). What it depends on besides the events, the ledger of this installation, is the caller's to
 * compare: `mark`. Bytes must come from where only this installation writes (store_set_secret).
 */
#ifndef CORE_PIPELINE_SNAPSHOT_H
#define CORE_PIPELINE_SNAPSHOT_H

#include <stdint.h>

#include "core/base/buf.h"
#include "core/pipeline/state.h"

enum { SNAPSHOT_CAP = 256 * 1024 * 1024 };

/* Appends to out (cap SNAPSHOT_CAP); 0, or -1 when it has no room. The reply that streams is left out. */
int snapshot_write(const struct state *s, uint64_t mark, struct buf *out);

/* Replaces what s adds up to; folder, live and callbacks stay as they are. 0, or -1 when the bytes are of another
 * build or damaged: then s is unchanged. */
int snapshot_read(struct state *s, const char *bytes, size_t n, uint64_t *ret_mark);

#endif
