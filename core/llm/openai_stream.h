/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The body of a Chat Completions answer, bytes in, meaning out (into a struct reply). No network in here:
 * openai.c feeds it from a transfer, cassette.c from a recording.
 *
 * What the body is decides its first byte, not what was asked for: events, one plain JSON object, or a page.
 */
#ifndef CORE_LLM_OPENAI_STREAM_H
#define CORE_LLM_OPENAI_STREAM_H

#include "core/llm/reply.h"
#include "core/llm/sse.h"
#include "core/llm/wire.h"

enum openai_shape { OPENAI_UNKNOWN, OPENAI_EVENTS, OPENAI_JSON, OPENAI_PAGE };

struct openai_stream {
    struct reply *reply;      /* borrowed */
    const char *host;         /* borrowed; for sentences, "" = the server */
    enum openai_shape shape;
    struct sse sse;
    struct wire wire;
    struct buf body;          /* plain JSON or a page, capped */
    bool terminal;            /* [DONE] or an error came: nothing after it counts */
    bool passes;              /* the failure came in-band and repeating may help */
};

void openai_stream_init(struct openai_stream *s, struct reply *reply, const char *host);
void openai_stream_done(struct openai_stream *s);

/* Failures land in the reply. Returns 1 when the answer is over and no more bytes are needed, else 0. */
int openai_stream_feed(struct openai_stream *s, const char *bytes, size_t n);
/* The body is over: fills reply->outcome.end. */
void openai_stream_end(struct openai_stream *s);

#endif
