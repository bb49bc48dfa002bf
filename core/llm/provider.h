/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A provider: something that streams model replies. It is named by its true origin: a recorded session is
 * called recorded, never by a model's name.
 *
 * One request at a time per provider object; callbacks come from the loop, never from inside
 * provider_start or provider_cancel; exactly one `done` ends a request, also after cancel.
 */
#ifndef CORE_LLM_PROVIDER_H
#define CORE_LLM_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/loop/loop.h"

struct provider;

struct provider_request {
    const char *subject;     /* attempt id, e.g. "sketch/2": cassettes answer by it */
    const char *instruction, *user; /* instruction = the system message; borrowed until provider_start returns; UTF-8 */
    int max_tokens;          /* 0 = provider default */
    double temperature;      /* < 0 = provider default */
    double top_p;            /* < 0 = provider default */
    int64_t seed;            /* < 0 = none */
    const char *schema;      /* JSON schema for structured output, NULL = none; borrowed */
};

enum provider_end {
    PROVIDER_COMPLETE,  /* finish reason stop */
    PROVIDER_TRUNCATED, /* length: never repaired, never run */
    PROVIDER_REFUSED,   /* refusal or content filter */
    PROVIDER_FAILED,    /* transport, HTTP or in-stream error: see err; partial text stays */
    PROVIDER_CANCELED,
};

struct provider_usage {          /* -1 = not reported */
    int64_t input_tokens, output_tokens, cached_tokens, reasoning_tokens;
};

struct provider_outcome {
    enum provider_end end;
    struct provider_usage usage;
    int64_t first_token_ms;      /* from the request to the first text byte, -1 = none came */
    int64_t total_ms;
    int http_status;             /* 0 = none */
    int retries;                 /* requests repeated before the first token */
    char model[96];              /* as reported by the server, sanitized */
    char request_id[96];
    char finish[32];
    struct err error;            /* for PROVIDER_FAILED */
};

struct provider_events {
    /* Raw text of the reply as it comes (untrusted). reasoning = not part of the answer. */
    void (*text)(void *arg, const char *bytes, size_t n, bool reasoning);
    /* Waiting, retrying, prefill: one sanitized sentence, may be NULL. */
    void (*progress)(void *arg, const char *sentence);
    void (*done)(void *arg, const struct provider_outcome *outcome); /* borrowed for the call */
};

/* Hears the raw bytes of replies, for recordings; members may not be NULL. */
struct provider_tap {
    void (*begin)(void *arg, const char *subject);  /* again for a repeated request: forget what came */
    void (*head)(void *arg, int status, const char *content_type);
    void (*bytes)(void *arg, int64_t ms, const char *bytes, size_t n); /* ms since begin */
    void (*end)(void *arg, bool whole);             /* whole: the transfer came to its own end */
    void *arg;
};

struct provider_ops {
    const char *kind; /* "openai", "cassette" */
    int (*start)(struct provider *p, const struct provider_request *r,
                 const struct provider_events *ev, void *arg, struct err *err);
    void (*cancel)(struct provider *p);
    void (*free)(struct provider *p);
};

struct provider { /* first member of each implementation */
    const struct provider_ops *ops;
    char label[96];   /* shown on screen: "openai:gpt-5", "recorded, authored" */
    char host[128];   /* "" = nothing leaves this machine (cassette, loopback) */
    bool metered;     /* costs money */
    char model[96];   /* asked for; "" = none */
    const char *key;  /* borrowed for the provider's life, NULL = none: what whoever records has to redact */
};

int provider_start(struct provider *p, const struct provider_request *r,
                   const struct provider_events *ev, void *arg, struct err *err);
void provider_cancel(struct provider *p); /* no effect when nothing runs */
/* NULL is fine. A request that runs ends without `done`; allowed from inside `done`, not from inside `text` and
 * `progress`. */
void provider_free(struct provider *p);

#endif
