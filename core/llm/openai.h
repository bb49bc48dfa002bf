/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenAI-compatible chat completions over HTTPS with server-sent events.
 * Source: protocols note sections 1, 5-7; vendor reference of "Chat Completions, streaming".
 */
#ifndef CORE_LLM_OPENAI_H
#define CORE_LLM_OPENAI_H

#include "core/llm/provider.h"

struct openai_options {         /* all borrowed until openai_new returns */
    const char *base_url;       /* e.g. https://api.openai.com/v1; plain http only to loopback */
    const char *model;
    const char *key;            /* NULL = none; never logged, never in an error */
    int connect_ms, first_token_ms, idle_ms; /* 0 = defaults */
    int max_retries;            /* before the first token; < 0 = default 2 */
    const struct provider_tap *tap; /* hears the raw replies, NULL = none; must outlive the provider */
    const char *ca_folder;      /* certificates of authorities, NULL = the system's */
};

enum { OPENAI_CONNECT_MS = 15000, OPENAI_FIRST_TOKEN_MS = 300000, OPENAI_IDLE_MS = 120000 };

/* NULL with a full sentence when base URL, model or key cannot be used; nothing is sent, libcurl not yet opened. */
struct provider *openai_new(struct loop *l, const struct openai_options *o, struct err *err);

#endif
