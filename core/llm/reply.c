/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/reply.h"

#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"

static const struct {
    const char *open, *close;
} tags[] = {
    {"<think>", "</think>"},
    {"<thinking>", "</thinking>"},
    {"<thought>", "</thought>"},
};

enum { TAGS = sizeof(tags) / sizeof(*tags), TAG_MAX = 16 };

static const struct {
    const char *reason;
    enum provider_end end;
} reasons[] = {
    {"stop", PROVIDER_COMPLETE},         {"eos", PROVIDER_COMPLETE},
    {"eos_token", PROVIDER_COMPLETE},    {"end_turn", PROVIDER_COMPLETE},
    {"stop_sequence", PROVIDER_COMPLETE}, {"length", PROVIDER_TRUNCATED},
    {"max_tokens", PROVIDER_TRUNCATED},  {"max_output_tokens", PROVIDER_TRUNCATED},
    {"model_length", PROVIDER_TRUNCATED}, {"content_filter", PROVIDER_REFUSED},
    {"refusal", PROVIDER_REFUSED},
};

void reply_init(struct reply *r, const struct provider_events *events, void *arg, int64_t started_ms)
{
    memset(r, 0, sizeof(*r));
    r->events = events;
    r->arg = arg;
    r->started_ms = started_ms;
    r->outcome.first_token_ms = -1;
    r->outcome.usage = (struct provider_usage){-1, -1, -1, -1};
    r->outcome.end = PROVIDER_FAILED;
    buf_init(&r->held, REPLY_CAP);
    wire_joiner_init(&r->answer_join);
    wire_joiner_init(&r->reasoning_join);
}

void reply_done(struct reply *r)
{
    buf_done(&r->held);
    wire_joiner_done(&r->answer_join);
    wire_joiner_done(&r->reasoning_join);
}

static bool deaf(const struct reply *r)
{
    return r->stopped || r->ended || r->outcome.error.code;
}

static void too_long(struct reply *r)
{
    struct err e;

    err_set(&e, ERR_PROVIDER, "The reply is longer than %d bytes or than memory allows; the rest was dropped.", REPLY_CAP);
    err_hint(&e, "Lower max_tokens, or look at the reply: a model that repeats itself never ends.");
    reply_fail(r, &e);
}

static size_t blanks(const char *s, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r';
    return count;
}

static void deliver(struct reply *r, const char *bytes, size_t n, bool reasoning)
{
    if (n == 0 || deaf(r))
        return;
    if (n > REPLY_CAP - r->answer - r->reasoning) {
        too_long(r);
        return;
    }
    if (r->outcome.first_token_ms < 0)
        r->outcome.first_token_ms = os_mono_ms() - r->started_ms;
    if (reasoning) {
        r->reasoning += n;
    } else {
        r->answer += n;
        r->blank += blanks(bytes, n);
    }
    if (r->events->text)
        r->events->text(r->arg, bytes, n, reasoning);
}

static void deliver_joined(struct reply *r, const char *bytes, size_t n, bool reasoning)
{
    struct wire_joiner *join = reasoning ? &r->reasoning_join : &r->answer_join;
    const char *text = wire_join(join, bytes, n, &n);

    if (join->out.broken)
        too_long(r); /* never a text with a hole */
    else
        deliver(r, text, n, reasoning);
}

/* The tag that held opens with: index, TAGS = none and never will be, -1 = more bytes are needed. */
static int opening(const char *held, size_t n)
{
    int answer = TAGS;

    for (int i = 0; i < TAGS; i++) {
        size_t len = strlen(tags[i].open);
        if (n >= len && memcmp(held, tags[i].open, len) == 0)
            return i;
        if (n < len && memcmp(held, tags[i].open, n) == 0)
            answer = -1;
    }
    return answer;
}

static void let_go(struct reply *r, size_t n, bool reasoning)
{
    struct buf out = r->held;

    /* the callback may come back to us: held is detached while it runs */
    buf_init(&r->held, REPLY_CAP);
    deliver_joined(r, buf_text(&out), n, reasoning);
    if (n < out.len && !deaf(r) && buf_put(&r->held, out.data + n, out.len - n))
        too_long(r);
    buf_done(&out);
}

/* Only a tag that is the first thing in the answer counts: code may hold "<think>" as text. */
static void think_start(struct reply *r)
{
    const char *held = buf_text(&r->held);
    size_t white = strspn(held, " \t\r\n");
    int tag;

    if (white == r->held.len)
        return;
    tag = opening(held + white, r->held.len - white);
    if (tag < 0)
        return;
    if (tag == TAGS) {
        r->think = REPLY_ANSWER;
        let_go(r, r->held.len, false);
        return;
    }
    r->think = REPLY_INSIDE;
    r->think_close = tags[tag].close;
    buf_drop(&r->held, white + strlen(tags[tag].open));
}

/* Bytes at the end of s that may be the start of tag. */
static size_t partial(const char *s, size_t n, const char *tag)
{
    size_t len = strlen(tag) - 1;

    if (len > n)
        len = n;
    while (len > 0 && memcmp(s + n - len, tag, len) != 0)
        len--;
    return len;
}

static void think_inside(struct reply *r)
{
    const char *held = buf_text(&r->held);
    const char *close = memmem(held, r->held.len, r->think_close, strlen(r->think_close));
    size_t inside = close ? (size_t)(close - held)
                          : r->held.len - partial(held, r->held.len, r->think_close);

    let_go(r, inside, true);
    if (!close)
        return;
    r->think = REPLY_ANSWER;
    if (r->held.len >= strlen(r->think_close))
        buf_drop(&r->held, strlen(r->think_close));
    let_go(r, r->held.len, false);
}

void reply_text(struct reply *r, const char *bytes, size_t n)
{
    if (n == 0 || deaf(r))
        return;
    if (r->think == REPLY_ANSWER) {
        deliver_joined(r, bytes, n, false);
        return;
    }
    if (buf_put(&r->held, bytes, n)) {
        too_long(r);
        return;
    }
    if (r->think == REPLY_START)
        think_start(r);
    if (r->think == REPLY_INSIDE)
        think_inside(r);
}

void reply_reasoning(struct reply *r, const char *bytes, size_t n)
{
    deliver_joined(r, bytes, n, true);
}

void reply_refusal(struct reply *r, const char *bytes, size_t n)
{
    if (n == 0 || deaf(r))
        return;
    r->refused = true;
    reply_text(r, bytes, n);
}

void reply_tool(struct reply *r, const char *name)
{
    struct err e;
    char shown[64];

    if (r->tool_asked)
        return;
    r->tool_asked = true;
    text_line(shown, sizeof(shown), name);
    err_set(&e, ERR_PROVIDER, "The model asked for the tool \"%s\" instead of answering.", shown);
    err_hint(&e, "No tool is offered to the model; ask again, or take a model that follows this.");
    reply_fail(r, &e);
}

void reply_finish(struct reply *r, const char *reason)
{
    if (!r->outcome.finish[0] && reason)
        text_line(r->outcome.finish, sizeof(r->outcome.finish), reason);
}

bool reply_finished(const struct reply *r)
{
    return r->outcome.finish[0] != '\0';
}

bool reply_began(const struct reply *r)
{
    return r->answer + r->reasoning > 0;
}

void reply_progress(struct reply *r, const char *sentence)
{
    if (!r->stopped && !r->ended && r->events->progress)
        r->events->progress(r->arg, sentence);
}

static void flush(struct reply *r)
{
    const char *rest;

    if (r->held.len > 0 && !deaf(r))
        let_go(r, r->held.len, r->think == REPLY_INSIDE);
    rest = wire_join_end(&r->reasoning_join);
    deliver(r, rest, strlen(rest), true);
    rest = wire_join_end(&r->answer_join);
    deliver(r, rest, strlen(rest), false);
}

/* What is held back is given first: partial text stays. */
void reply_fail(struct reply *r, const struct err *err)
{
    flush(r);
    if (r->outcome.error.code || r->ended)
        return;
    r->outcome.error = *err;
    if (!r->outcome.error.code)
        r->outcome.error.code = ERR_PROVIDER;
}

static void fail_without_reason(struct reply *r)
{
    struct err e;

    err_set(&e, ERR_PROVIDER, "The stream ended without a finish reason, after %zu bytes of text.",
            r->answer);
    err_hint(&e, "The connection was cut or the server gave up; what came is kept, ask again.");
    reply_fail(r, &e);
}

static void fail_empty(struct reply *r)
{
    struct err e;

    if (r->reasoning > 0) {
        err_set(&e, ERR_PROVIDER, "The model sent %zu bytes of reasoning and no answer.", r->reasoning);
        err_hint(&e, "Raise max_tokens or lower the reasoning effort of the model, and ask again.");
    } else {
        err_set(&e, ERR_PROVIDER, "The reply is empty.");
        err_hint(&e, "A prompt that is longer than the model's context can cause this; check its size.");
    }
    reply_fail(r, &e);
}

static void fail_strange(struct reply *r)
{
    struct err e;

    err_set(&e, ERR_PROVIDER, "The server ended the reply with \"%s\".", r->outcome.finish);
    err_hint(&e, "That is no end of a whole answer; ask again.");
    reply_fail(r, &e);
}

/* The end that the finish reason stands for; an unknown reason is a failure. */
static enum provider_end by_reason(struct reply *r, bool terminal)
{
    if (!reply_finished(r)) {
        if (!terminal)
            fail_without_reason(r);
        return PROVIDER_COMPLETE;
    }
    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
        if (str_eq(reasons[i].reason, r->outcome.finish))
            return reasons[i].end;
    }
    fail_strange(r);
    return PROVIDER_FAILED;
}

void reply_end(struct reply *r, bool terminal)
{
    enum provider_end end;

    if (r->ended || r->stopped)
        return;
    flush(r);
    end = by_reason(r, terminal);
    if (r->refused && end == PROVIDER_COMPLETE)
        end = PROVIDER_REFUSED;
    if (end == PROVIDER_COMPLETE && r->answer == r->blank)
        fail_empty(r);
    r->ended = true;
    r->outcome.end = r->outcome.error.code ? PROVIDER_FAILED : end;
    r->outcome.total_ms = os_mono_ms() - r->started_ms;
}

void reply_cancel(struct reply *r)
{
    if (r->ended)
        return;
    r->stopped = r->ended = true;
    r->outcome.end = PROVIDER_CANCELED;
    r->outcome.total_ms = os_mono_ms() - r->started_ms;
}
