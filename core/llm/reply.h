/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The meaning of a streamed reply, whatever its dialect: text, reasoning, usage, the reason it ended, and
 * from these the outcome. Network and cassettes share it, so that a replay means what the recording meant.
 *
 * A reply that ends without a reason is a failure, one that holds reasoning only is a failure, one that was
 * cut at a limit is truncated: never success by default.
 */
#ifndef CORE_LLM_REPLY_H
#define CORE_LLM_REPLY_H

#include "core/llm/provider.h"
#include "core/llm/wire.h"

enum { REPLY_CAP = 8 * 1024 * 1024 }; /* bytes of text and reasoning together */

enum reply_think { REPLY_START, REPLY_INSIDE, REPLY_ANSWER };

struct reply {
    const struct provider_events *events; /* borrowed */
    void *arg;
    struct provider_outcome outcome;
    int64_t started_ms;
    size_t answer, reasoning;  /* bytes delivered of each */
    size_t blank;              /* of answer: white space */
    bool refused, ended, stopped, tool_asked;
    enum reply_think think;    /* inline <think>…</think> at the start of the answer */
    const char *think_close;   /* tag that ends it */
    struct buf held;           /* bytes that may become a tag */
    struct wire_joiner answer_join, reasoning_join;
};

/* started_ms: os_mono_ms when the request was made. events and arg must outlive the reply. */
void reply_init(struct reply *r, const struct provider_events *events, void *arg, int64_t started_ms);
void reply_done(struct reply *r);

void reply_text(struct reply *r, const char *bytes, size_t n);
void reply_reasoning(struct reply *r, const char *bytes, size_t n);
void reply_refusal(struct reply *r, const char *bytes, size_t n);
void reply_tool(struct reply *r, const char *name); /* the model asked for a tool: none was offered */
/* reason as the server wrote it; the first one counts. */
void reply_finish(struct reply *r, const char *reason);
bool reply_finished(const struct reply *r);
/* Something was delivered, so that the request can no longer be repeated silently. */
bool reply_began(const struct reply *r);
void reply_progress(struct reply *r, const char *sentence);

/* The outcome is a failure; the first one counts. Copies err. */
void reply_fail(struct reply *r, const struct err *err);
/* The stream is over. terminal: an explicit end mark was seen, so that a missing reason is no failure.
 * Fills outcome.end; the caller then calls events->done. */
void reply_end(struct reply *r, bool terminal);
/* No more callbacks; outcome.end becomes PROVIDER_CANCELED. */
void reply_cancel(struct reply *r);

#endif
