/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A cassette: recorded or authored replies with timing that play the same each time, without network.
 * File format: see docs/internals/cassette.md. Replies are found by attempt id; a subject without a reply is
 * a PROVIDER_FAILED that says so.
 */
#ifndef CORE_LLM_CASSETTE_H
#define CORE_LLM_CASSETTE_H

#include "core/llm/provider.h"

/* bytes: the cassette file's text, copied. speed: 1 = recorded timing, 0 = as fast as possible. The label says
 * "recorded, authored" or "recorded, MODEL on DATE" as the file's header declares. */
struct provider *cassette_new(struct loop *l, const char *bytes, size_t n, const char *name,
                              double speed, struct err *err);

#endif
