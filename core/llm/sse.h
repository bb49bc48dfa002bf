/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Server-sent events as a byte machine: pieces of any size in, whole events out. Source: WHATWG HTML, section
 * "Server-sent events"; habits of providers: protocols note sections 5-7.
 *
 * Every buffer is capped; a line or event above its cap ends the stream with an error. Unlike a browser, an
 * event without its closing empty line is still delivered by sse_end (marked unfinished).
 */
#ifndef CORE_LLM_SSE_H
#define CORE_LLM_SSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum { SSE_EVENT_CAP = 1024 * 1024, SSE_NAME_CAP = 64 };

struct sse_event {
    const char *name; /* of the `event:` field, "" when none; borrowed for the call */
    const char *data; /* borrowed for the call; NUL-terminated */
    size_t len;
    bool error_field; /* the data came in a non-standard `error:` field (old llama.cpp) */
    bool unfinished;  /* the stream ended before the empty line */
};

typedef void sse_fn(void *arg, const struct sse_event *event);

struct sse {
    sse_fn *fn;
    void *arg;
    struct buf line;         /* an unfinished line */
    struct buf data;         /* data lines of the event so far */
    char name[SSE_NAME_CAP];
    bool has_data, error_field, after_cr, past_bom, stopped;
    int64_t comments;        /* `:` lines seen: they are life, not events */
};

/* event_cap: most bytes of one line and of one event; 0 = SSE_EVENT_CAP. */
void sse_init(struct sse *s, size_t event_cap, sse_fn *fn, void *arg);
void sse_done(struct sse *s);

/* 0, or negative (ERR_PROVIDER) when a cap was passed: later calls then fail too. */
int sse_feed(struct sse *s, const char *bytes, size_t n, struct err *err);
/* The stream is over: delivers what is left. */
int sse_end(struct sse *s, struct err *err);
/* From inside fn: no further event is delivered. */
void sse_stop(struct sse *s);

#endif
