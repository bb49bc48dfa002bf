/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/openai_request.h"

#include <json-c/json.h>
#include <string.h>

#include "core/base/str.h"
#include "core/llm/wire.h"

enum param { MAX_COMPLETION_TOKENS, MAX_TOKENS, STREAM_OPTIONS, TEMPERATURE, TOP_P, SEED, PARAMS };

static const char *const names[PARAMS] = {
    "max_completion_tokens", "max_tokens", "stream_options", "temperature", "top_p", "seed"};

struct body {
    struct json_object *o;
    const struct provider_request *r;
    unsigned left_out, sent;
    bool official;
};

static struct json_object *text_of(const char *text)
{
    struct json_object *o = NULL;
    struct buf valid;

    buf_init(&valid, OPENAI_REQUEST_CAP);
    if (wire_valid(text, strlen(text), &valid) == 0)
        o = json_object_new_string_len(buf_text(&valid), (int)valid.len);
    buf_done(&valid);
    return o;
}

static void put_message(struct json_object *list, const char *role, const char *text)
{
    struct json_object *m;

    if (!text || !text[0])
        return;
    m = json_object_new_object();
    json_object_object_add(m, "role", json_object_new_string(role));
    json_object_object_add(m, "content", text_of(text));
    json_object_array_add(list, m);
}

static bool wanted(const struct body *b, enum param p)
{
    return !(b->left_out & 1U << p);
}

static void put(struct body *b, enum param p, struct json_object *value)
{
    json_object_object_add(b->o, names[p], value);
    b->sent |= 1U << p;
}

/* The vendor's newer models refuse max_tokens, most other servers know nothing else. */
static void put_limit(struct body *b)
{
    bool newer = b->official ? wanted(b, MAX_COMPLETION_TOKENS) : !wanted(b, MAX_TOKENS);
    enum param p = newer ? MAX_COMPLETION_TOKENS : MAX_TOKENS;

    if (b->r->max_tokens > 0 && wanted(b, p))
        put(b, p, json_object_new_int(b->r->max_tokens));
}

static void put_number(struct body *b, enum param p, double value)
{
    char digits[32];

    if (value < 0 || !wanted(b, p))
        return;
    snprintf(digits, sizeof(digits), "%.6g", value);
    put(b, p, json_object_new_double_s(value, digits));
}

static void put_stream(struct body *b)
{
    struct json_object *o;

    json_object_object_add(b->o, "stream", json_object_new_boolean(1));
    if (!wanted(b, STREAM_OPTIONS))
        return;
    o = json_object_new_object();
    json_object_object_add(o, "include_usage", json_object_new_boolean(1));
    put(b, STREAM_OPTIONS, o);
}

static int put_schema(struct body *b, struct err *err)
{
    struct json_object *schema, *inner, *format;
    struct wire w;

    if (!b->r->schema)
        return 0;
    wire_init(&w);
    schema = wire_parse(&w, b->r->schema, strlen(b->r->schema));
    wire_done(&w);
    if (!schema)
        return err_set(err, ERR_INVALID, "The schema for the answer is not JSON.");
    inner = json_object_new_object();
    json_object_object_add(inner, "name", json_object_new_string("answer"));
    json_object_object_add(inner, "strict", json_object_new_boolean(1));
    json_object_object_add(inner, "schema", schema);
    format = json_object_new_object();
    json_object_object_add(format, "type", json_object_new_string("json_schema"));
    json_object_object_add(format, "json_schema", inner);
    json_object_object_add(b->o, "response_format", format);
    return 0;
}

static int put_all(struct body *b, const char *model, struct err *err)
{
    struct json_object *messages = json_object_new_array();

    json_object_object_add(b->o, "model", text_of(model));
    put_message(messages, "system", b->r->instruction);
    put_message(messages, "user", b->r->user);
    json_object_object_add(b->o, "messages", messages);
    put_stream(b);
    put_limit(b);
    put_number(b, TEMPERATURE, b->r->temperature);
    put_number(b, TOP_P, b->r->top_p);
    if (b->r->seed >= 0 && wanted(b, SEED))
        put(b, SEED, json_object_new_int64(b->r->seed));
    return put_schema(b, err);
}

int openai_request_put(const struct provider_request *r, const char *model, bool official,
                       unsigned left_out, struct buf *out, unsigned *ret_sent, struct err *err)
{
    struct body b = {.o = json_object_new_object(), .r = r, .left_out = left_out, .official = official};
    int code = put_all(&b, model, err);

    if (code == 0 && buf_puts(out, json_object_to_json_string_ext(
                                       b.o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)))
        code = err_set(err, ERR_CAP, "The prompt is too long to be sent.");
    json_object_put(b.o);
    *ret_sent = b.sent;
    return code;
}

unsigned openai_request_refused(const struct fault *f, unsigned sent, const char **ret_name)
{
    if (f->status != 400 && f->status != 422)
        return 0;
    for (unsigned p = 0; p < PARAMS; p++) {
        if (!(sent & 1U << p))
            continue;
        if (str_eq(f->param, names[p]) || (!f->param[0] && strstr(f->message, names[p]))) {
            *ret_name = names[p];
            return 1U << p;
        }
    }
    return 0;
}
