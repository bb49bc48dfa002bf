/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/trace.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/pipeline/event.h"
#include "core/pipeline/json.h"
#include "core/store/store.h"

enum { CALLS_MAX = 100000 };

typedef struct json_object json;
#define LINE(o, key, field) json_get_line(o, key, field, sizeof(field))

/* ---- reading ---- */

struct walk {
    struct trace *trace;
    struct store *store;
    struct { char id[STATE_ID], provider[96]; } started; /* the attempt that is being made */
    bool full;
};

static int64_t size_of(struct walk *w, const char *sha)
{
    int64_t size = 0;

    return sha[0] && store_has_blob(w->store, sha, &size, NULL) > 0 ? size : 0;
}

static struct trace_call *open_call(struct walk *w, const char *attempt)
{
    for (size_t i = w->trace->calls.n; i-- > 0;) {
        if (str_eq(w->trace->calls.items[i].attempt, attempt))
            return w->trace->calls.items[i].ended_ms ? NULL : &w->trace->calls.items[i];
    }
    return NULL;
}

static void begin_call(struct walk *w, json *o, const struct store_event *e)
{
    struct trace_call c = {.begun_ms = e->wall_ms, .first_ms = -1, .total_ms = -1, .tokens_out = -1, .tokens_cached = -1,
                           .tokens_reasoning = -1, .estimated = true, .money = -1, .end = "interrupted"};

    str_copy(c.attempt, sizeof(c.attempt), e->subject);
    if (str_eq(w->started.id, e->subject))
        str_copy(c.provider, sizeof(c.provider), w->started.provider);
    json_get_sha(o, "prompt", c.prompt);
    c.prompt_bytes = size_of(w, c.prompt);
    c.tokens_in = json_get_int(o, "estimated_tokens", -1);
    w->full = vec_push(&w->trace->calls, c, CALLS_MAX) != 0;
}

static void end_call(struct walk *w, json *o, const struct store_event *e)
{
    struct trace_call *c = open_call(w, e->subject);

    if (!c)
        return;
    LINE(o, "kind", c->kind);
    LINE(o, "host", c->host);
    LINE(o, "asked", c->asked);
    LINE(o, "model", c->model);
    LINE(o, "request_id", c->request_id);
    LINE(o, "finish", c->finish);
    LINE(o, "end", c->end);
    LINE(o, "error", c->error);
    json_get_sha(o, "reply", c->reply);
    c->reply_bytes = size_of(w, c->reply);
    c->ended_ms = e->wall_ms;
    c->first_ms = json_get_int(o, "first_ms", -1);
    c->total_ms = json_get_int(o, "total_ms", -1);
    c->tokens_in = json_get_int(o, "tokens_in", -1);
    c->tokens_out = json_get_int(o, "tokens_out", -1);
    c->tokens_cached = json_get_int(o, "tokens_cached", -1);
    c->tokens_reasoning = json_get_int(o, "tokens_reasoning", -1);
    c->estimated = json_get_flag(o, "estimated");
    c->money = json_get_number(o, "money", -1);
    c->retries = (int)json_get_int(o, "retries", 0);
}

static int take_event(void *arg, const struct store_event *e)
{
    struct walk *w = arg;
    enum event_kind kind = event_find(e->kind);
    json *o;

    if (kind != EVENT_ATTEMPT_STARTED && kind != EVENT_ATTEMPT_PROMPTED && kind != EVENT_ATTEMPT_REPLIED)
        return 0;
    o = json_read(e->body, e->body_len, NULL);
    if (!o)
        return 0;
    if (kind == EVENT_ATTEMPT_STARTED) {
        str_copy(w->started.id, sizeof(w->started.id), e->subject);
        LINE(o, "provider", w->started.provider);
    } else if (kind == EVENT_ATTEMPT_PROMPTED) {
        begin_call(w, o, e);
    } else {
        end_call(w, o, e);
    }
    json_object_put(o);
    return w->full;
}

int trace_read(struct engine *e, struct trace *ret, struct err *err)
{
    struct walk w = {.trace = ret, .store = engine_store(e)};
    int r;

    memset(ret, 0, sizeof(*ret));
    r = store_each(w.store, 0, take_event, &w, err);
    return r == 0 && w.full ? err_set(err, ERR_MACHINE, "The history has more than %d calls.", CALLS_MAX) : r;
}

void trace_done(struct trace *t)
{
    vec_done(&t->calls);
}

/* ---- names ---- */

static json *text(const char *s)
{
    return *s ? json_object_new_string(s) : NULL;
}

static json *count(int64_t n)
{
    return n >= 0 ? json_object_new_int64(n) : NULL;
}

static json *seconds(int64_t ms)
{
    return ms >= 0 ? json_object_new_double((double)ms / 1000) : NULL;
}

static json *operation(const struct trace_call *c)
{
    (void)c;
    return text("chat");
}

/* The known id of a vendor; a plain one of our own for everything else. A recording is called one. */
static json *provider_name(const struct trace_call *c)
{
    if (str_eq(c->kind, "cassette"))
        return text("tinywright.recorded");
    if (str_eq(c->host, "api.openai.com"))
        return text("openai");
    return text(str_eq(c->kind, "openai") ? "tinywright.openai_compatible" : "tinywright.other");
}

static json *request_model(const struct trace_call *c)
{
    return text(c->asked);
}

static json *request_stream(const struct trace_call *c)
{
    (void)c;
    return json_object_new_boolean(true);
}

static json *response_id(const struct trace_call *c)
{
    return text(c->request_id);
}

static json *response_model(const struct trace_call *c)
{
    return text(c->model);
}

static json *finish_reasons(const struct trace_call *c)
{
    json *array;

    if (!c->finish[0] && !str_eq(c->end, "failed"))
        return NULL;
    array = json_object_new_array();
    json_object_array_add(array, json_object_new_string(c->finish[0] ? c->finish : "error"));
    return array;
}

static json *first_chunk(const struct trace_call *c)
{
    return seconds(c->first_ms);
}

static json *input_tokens(const struct trace_call *c)
{
    return count(c->tokens_in);
}

static json *output_tokens(const struct trace_call *c)
{
    return count(c->tokens_out);
}

static json *cached_tokens(const struct trace_call *c)
{
    return count(c->tokens_cached);
}

static json *reasoning_tokens(const struct trace_call *c)
{
    return count(c->tokens_reasoning);
}

static json *server_address(const struct trace_call *c)
{
    return text(c->host);
}

static json *error_type(const struct trace_call *c)
{
    return str_eq(c->end, "complete") ? NULL : text(c->end);
}

static json *own_provider(const struct trace_call *c)
{
    return text(c->provider);
}

static json *own_error(const struct trace_call *c)
{
    return text(c->error);
}

static json *own_retries(const struct trace_call *c)
{
    return count(c->retries);
}

static json *own_estimated(const struct trace_call *c)
{
    return json_object_new_boolean(c->estimated);
}

static json *own_cost(const struct trace_call *c)
{
    return c->money >= 0 ? json_object_new_double(c->money) : NULL;
}

static json *own_prompt(const struct trace_call *c)
{
    return text(c->prompt);
}

static json *own_prompt_bytes(const struct trace_call *c)
{
    return count(c->prompt_bytes);
}

static json *own_reply(const struct trace_call *c)
{
    return text(c->reply);
}

static json *own_reply_bytes(const struct trace_call *c)
{
    return count(c->reply_bytes);
}

const struct trace_name trace_names[] = {
    {"gen_ai.operation.name", "what was asked for: chat", operation},
    {"gen_ai.provider.name", "openai, or a plain id of our own; a recording is tinywright.recorded", provider_name},
    {"gen_ai.request.model", "model that was asked", request_model},
    {"gen_ai.request.stream", "replies always stream", request_stream},
    {"gen_ai.response.id", "id that the server gave", response_id},
    {"gen_ai.response.model", "model that answered, as the server says", response_model},
    {"gen_ai.response.finish_reasons", "why it ended; error when it broke off", finish_reasons},
    {"gen_ai.response.time_to_first_chunk", "seconds", first_chunk},
    {"gen_ai.usage.input_tokens", "with those the server had already", input_tokens},
    {"gen_ai.usage.output_tokens", "with reasoning", output_tokens},
    {"gen_ai.usage.cache_read.input_tokens", "of the input", cached_tokens},
    {"gen_ai.usage.reasoning.output_tokens", "of the output", reasoning_tokens},
    {"server.address", "host; left out when nothing left this machine", server_address},
    {"error.type", "how it ended when not complete", error_type},
    {"tinywright.provider", "the provider as the screen names it", own_provider},
    {"tinywright.error", "sentence", own_error},
    {"tinywright.retries", "requests repeated before the first token", own_retries},
    {"tinywright.tokens.estimated", "true: counted by us (bytes / 4), not by the server", own_estimated},
    {"tinywright.cost.dollars", "from the prices in the user's configuration; left out when unknown", own_cost},
    {"tinywright.prompt.sha256", "blob of the prompt in the history", own_prompt},
    {"tinywright.prompt.bytes", "its size", own_prompt_bytes},
    {"tinywright.reply.sha256", "blob of the reply in the history", own_reply},
    {"tinywright.reply.bytes", "its size", own_reply_bytes},
    {NULL, NULL, NULL},
};

static json *call_json(const struct trace_call *c)
{
    json *o = json_object_new_object(), *attributes = json_object_new_object();
    char name[120], when[40];

    snprintf(name, sizeof(name), "chat%s%s", c->asked[0] ? " " : "", c->asked);
    json_put_text(o, "name", name);
    json_put_text(o, "kind", "CLIENT");
    json_put_text(o, "attempt", c->attempt);
    json_put_text(o, "start", clock_iso(c->begun_ms, when, sizeof(when)));
    if (c->ended_ms)
        json_put_text(o, "end", clock_iso(c->ended_ms, when, sizeof(when)));
    for (const struct trace_name *n = trace_names; n->name; n++) {
        json *v = n->value(c);
        if (v)
            json_object_object_add(attributes, n->name, v);
    }
    json_object_object_add(o, "attributes", attributes);
    return o;
}

struct json_object *trace_to_json(const struct trace *t, const struct state *s)
{
    json *o = json_object_new_object(), *spans = json_object_new_array();

    json_put_text(o, "schema", TRACE_SCHEMA);
    json_put_text(o, "conventions", "open-telemetry/semantic-conventions-genai, development, after v1.41");
    json_put_text(o, "project", s->project);
    json_put_text(o, "project_id", s->project_id);
    for (size_t i = 0; i < t->calls.n; i++)
        json_object_array_add(spans, call_json(&t->calls.items[i]));
    json_object_object_add(o, "spans", spans);
    return o;
}
