/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/openai_stream.h"

#include <ctype.h>
#include <json-c/json.h>
#include <string.h>
#include <strings.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/llm/fault.h"

enum { BODY_CAP = REPLY_CAP + 1024 * 1024 };

static void on_event(void *arg, const struct sse_event *e);

void openai_stream_init(struct openai_stream *s, struct reply *reply, const char *host)
{
    memset(s, 0, sizeof(*s));
    s->reply = reply;
    s->host = host;
    sse_init(&s->sse, 0, on_event, s);
    wire_init(&s->wire);
    buf_init(&s->body, BODY_CAP);
}

void openai_stream_done(struct openai_stream *s)
{
    sse_done(&s->sse);
    wire_done(&s->wire);
    buf_done(&s->body);
}

static void stop(struct openai_stream *s)
{
    s->terminal = true;
    sse_stop(&s->sse);
}

static void fail(struct openai_stream *s, const struct fault *f)
{
    struct err e;

    fault_error(f, s->host, &e);
    s->passes = fault_passes(f);
    reply_fail(s->reply, &e);
    stop(s);
}

static void take_usage(struct openai_stream *s, struct json_object *chunk)
{
    struct json_object *usage = wire_object(chunk, "usage");
    struct provider_usage *u = &s->reply->outcome.usage;

    if (!usage)
        return;
    wire_int(usage, "prompt_tokens", &u->input_tokens);
    wire_int(usage, "completion_tokens", &u->output_tokens);
    wire_int(wire_object(usage, "prompt_tokens_details"), "cached_tokens", &u->cached_tokens);
    wire_int(wire_object(usage, "completion_tokens_details"), "reasoning_tokens", &u->reasoning_tokens);
}

typedef void take_fn(struct reply *r, const char *bytes, size_t n);

static bool take(struct openai_stream *s, struct json_object *o, const char *key, take_fn *fn)
{
    const char *text;
    size_t n;

    if (!wire_text(o, key, &text, &n) || n == 0)
        return false;
    fn(s->reply, text, n);
    return true;
}

/* Content as a list of typed parts, nested once for thinking. */
static void take_parts(struct openai_stream *s, struct json_object *parts, bool reasoning)
{
    size_t n = json_object_array_length(parts);

    for (size_t i = 0; i < n; i++) {
        struct json_object *part = json_object_array_get_idx(parts, i);
        struct json_object *inner = wire_array(part, "thinking");
        char type[32];
        bool thinks;
        wire_field(part, "type", type, sizeof(type));
        thinks = reasoning || str_starts(type, "thinking") || str_starts(type, "reasoning");
        if (inner && !reasoning)
            take_parts(s, inner, true);
        else if (!take(s, part, "text", thinks ? reply_reasoning : reply_text))
            take(s, part, "thinking", reply_reasoning);
    }
}

static void take_tools(struct openai_stream *s, struct json_object *delta)
{
    struct json_object *calls = wire_array(delta, "tool_calls");
    struct json_object *call = wire_object(delta, "function_call");
    char name[64] = "";

    if (calls && json_object_array_length(calls) > 0)
        call = wire_object(json_object_array_get_idx(calls, 0), "function");
    else if (!call)
        return;
    wire_field(call, "name", name, sizeof(name));
    reply_tool(s->reply, name);
}

/* delta of a chunk, or message of a whole answer. Non-empty is the test, not present: some servers send
 * every field in every delta. */
static void take_delta(struct openai_stream *s, struct json_object *delta)
{
    struct json_object *parts = wire_array(delta, "content");

    if (!take(s, delta, "reasoning_content", reply_reasoning) &&
        !take(s, delta, "reasoning", reply_reasoning))
        take(s, delta, "thinking", reply_reasoning);
    if (parts)
        take_parts(s, parts, false);
    else
        take(s, delta, "content", reply_text);
    take(s, delta, "refusal", reply_refusal);
    take_tools(s, delta);
}

/* Of several choices only the first one counts: one answer was asked for. */
static void take_choice(struct openai_stream *s, struct json_object *choice)
{
    struct json_object *delta = wire_object(choice, "delta");
    char reason[32];
    int64_t index = 0;

    wire_int(choice, "index", &index);
    if (index != 0)
        return;
    if (!delta)
        delta = wire_object(choice, "message");
    if (delta)
        take_delta(s, delta);
    else
        take(s, choice, "text", reply_text);
    if (wire_field(choice, "finish_reason", reason, sizeof(reason)) && reason[0])
        reply_finish(s->reply, reason);
}

static void take_progress(struct openai_stream *s, struct json_object *chunk)
{
    struct json_object *p = wire_object(chunk, "prompt_progress");
    int64_t done, total;
    char sentence[96];

    if (!p || !wire_int(p, "processed", &done) || !wire_int(p, "total", &total))
        return;
    snprintf(sentence, sizeof(sentence), "The model reads the prompt: %lld of %lld tokens.",
             (long long)done, (long long)total);
    reply_progress(s->reply, sentence);
}

static void take_chunk(struct openai_stream *s, struct json_object *chunk)
{
    struct json_object *choices = wire_array(chunk, "choices");
    struct provider_outcome *out = &s->reply->outcome;
    struct fault f;

    if (!out->model[0])
        wire_field(chunk, "model", out->model, sizeof(out->model));
    if (!out->request_id[0])
        wire_field(chunk, "id", out->request_id, sizeof(out->request_id));
    take_usage(s, chunk);
    take_progress(s, chunk);
    for (size_t i = 0; choices && i < json_object_array_length(choices); i++)
        take_choice(s, json_object_array_get_idx(choices, i));
    if (fault_read(&f, chunk, 200))
        fail(s, &f);
}

static bool is_done(const struct sse_event *e)
{
    const char *p = e->data;

    while (isspace((unsigned char)*p))
        p++;
    return strncmp(p, "[DONE]", 6) == 0 && strspn(p + 6, " \t\n") == strlen(p + 6);
}

static void unreadable(struct openai_stream *s, const struct sse_event *e)
{
    struct err err;
    char shown[80];

    /* a heartbeat with a name of its own may hold anything; a chunk that is skipped leaves a hole in the text */
    if (e->unfinished || (e->name[0] && !str_eq(e->name, "message")))
        return;
    text_line(shown, sizeof(shown), e->data);
    err_set(&err, ERR_PROVIDER, "The server sent an event that is not JSON: \"%s\".", shown);
    err_hint(&err, "Check that the base URL is that of an OpenAI-compatible server.");
    reply_fail(s->reply, &err);
    stop(s);
}

static void on_error_field(struct openai_stream *s, const struct sse_event *e)
{
    struct fault f;

    fault_read_body(&f, 0, "", e->data, e->len);
    fail(s, &f);
}

static void on_event(void *arg, const struct sse_event *e)
{
    struct openai_stream *s = arg;
    struct json_object *chunk;

    if (is_done(e)) {
        stop(s);
        return;
    }
    chunk = wire_parse(&s->wire, e->data, e->len);
    if (e->error_field || (str_eq(e->name, "error") && !wire_array(chunk, "choices")))
        on_error_field(s, e);
    else if (!chunk || !json_object_is_type(chunk, json_type_object))
        unreadable(s, e);
    else
        take_chunk(s, chunk);
    json_object_put(chunk);
}

static enum openai_shape shape_of(char first)
{
    if (first == '{' || first == '[')
        return OPENAI_JSON;
    return first == '<' ? OPENAI_PAGE : OPENAI_EVENTS;
}

/* Bytes to skip: white space before the first byte that tells the shape, however the pieces are cut. */
static size_t find_shape(struct openai_stream *s, const char *bytes, size_t n)
{
    size_t i = 0;

    if (s->shape != OPENAI_UNKNOWN)
        return 0;
    while (i < n && isspace((unsigned char)bytes[i]))
        i++;
    if (i < n)
        s->shape = shape_of(bytes[i]);
    return i;
}

int openai_stream_feed(struct openai_stream *s, const char *bytes, size_t n)
{
    struct err e;
    size_t skip;

    if (s->terminal)
        return 1;
    skip = find_shape(s, bytes, n);
    bytes += skip;
    n -= skip;
    if (n == 0)
        return 0;
    if (s->shape != OPENAI_EVENTS) {
        if (!buf_put(&s->body, bytes, n))
            return 0;
        err_set(&e, ERR_PROVIDER, "The server's answer is longer than %d bytes.", BODY_CAP);
        reply_fail(s->reply, &e);
        stop(s);
        return 1;
    }
    if (sse_feed(&s->sse, bytes, n, &e)) {
        reply_fail(s->reply, &e);
        stop(s);
    }
    return s->terminal;
}

static void end_page(struct openai_stream *s)
{
    struct fault f;

    fault_read_body(&f, 200, "text/html", buf_text(&s->body), s->body.len);
    fail(s, &f);
}

static void end_json(struct openai_stream *s)
{
    struct json_object *o = wire_parse(&s->wire, buf_text(&s->body), s->body.len);
    struct err e;

    if (o && json_object_is_type(o, json_type_object)) {
        take_chunk(s, o);
        if (!wire_array(o, "choices") && !s->terminal) {
            err_set(&e, ERR_PROVIDER, "The server answered with JSON that holds no reply.");
            err_hint(&e, "Check that the base URL is that of an OpenAI-compatible server.");
            reply_fail(s->reply, &e);
        }
    } else {
        err_set(&e, ERR_PROVIDER, "The server's answer is cut off or no JSON.");
        err_hint(&e, "Ask again.");
        reply_fail(s->reply, &e);
    }
    json_object_put(o);
}

void openai_stream_end(struct openai_stream *s)
{
    struct err e;

    if (s->shape == OPENAI_EVENTS && !s->terminal && sse_end(&s->sse, &e))
        reply_fail(s->reply, &e);
    else if (s->shape == OPENAI_JSON && !s->terminal)
        end_json(s);
    else if (s->shape == OPENAI_PAGE && !s->terminal)
        end_page(s);
    reply_end(s->reply, s->terminal);
}
