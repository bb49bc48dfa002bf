/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every call of a model, from the history alone: sizes, times, tokens, money. The JSON uses the names of
 * OpenTelemetry's semantic conventions for generative AI (open-telemetry/semantic-conventions-genai, in development,
 * after v1.41), kept in one table, and names of our own where it has none.
 */
#ifndef CORE_PIPELINE_TRACE_H
#define CORE_PIPELINE_TRACE_H

#include <json-c/json.h>

#include "core/pipeline/engine.h"

#define TRACE_SCHEMA "tinywright.trace/1"

struct trace_call {
    char attempt[STATE_ID], provider[96], kind[24], host[128], asked[96], model[96], request_id[96];
    char finish[32], end[16];       /* "complete", "truncated" …; "interrupted": no reply was recorded */
    char error[400];
    char prompt[SHA256_HEX], reply[SHA256_HEX];
    int64_t prompt_bytes, reply_bytes;
    int64_t begun_ms, ended_ms;     /* wall; ended 0 = not */
    int64_t first_ms, total_ms;     /* -1 = unknown */
    int64_t tokens_in, tokens_out, tokens_cached, tokens_reasoning; /* -1 = unknown */
    bool estimated;                 /* by us: the server did not count */
    double money;                   /* US dollars, -1 = unknown */
    int retries;
};

struct trace { VEC(struct trace_call) calls; };

/* ret: release it with trace_done either way. */
int trace_read(struct engine *e, struct trace *ret, struct err *err);
void trace_done(struct trace *t);
struct json_object *trace_to_json(const struct trace *t, const struct state *s); /* caller puts it */

struct trace_name {
    const char *name; /* in the JSON */
    const char *help;
    struct json_object *(*value)(const struct trace_call *c); /* NULL = leave it out */
};

extern const struct trace_name trace_names[]; /* ended by a NULL name */

#endif
