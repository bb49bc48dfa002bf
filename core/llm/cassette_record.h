/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes a cassette of a real session: the bytes of each reply as they came, with their times.
 *
 * Secrets named beforehand are overwritten with '*' wherever they occur in a reply, also across pieces, before
 * anything of it is kept. Request headers are never recorded.
 */
#ifndef CORE_LLM_CASSETTE_RECORD_H
#define CORE_LLM_CASSETTE_RECORD_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/llm/provider.h"

struct cassette_record;

/* model and note are copied; wall_ms dates the recording. NULL on failure. */
struct cassette_record *cassette_record_new(const char *model, const char *note, int64_t wall_ms,
                                            struct err *err);
void cassette_record_free(struct cassette_record *r); /* NULL is fine */

/* Copied; shorter than 8 bytes is refused (it would be found in ordinary text). */
int cassette_record_secret(struct cassette_record *r, const char *secret, struct err *err);

/* What a provider reports its bytes to; borrowed from r, which must outlive the provider. */
const struct provider_tap *cassette_record_tap(struct cassette_record *r);

/* The cassette so far, finished replies only; borrowed until the next reply. ERR_CAP when it grew too long. */
int cassette_record_text(struct cassette_record *r, const char **ret, size_t *ret_len, struct err *err);

#endif
