/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/fault.h"

#include <ctype.h>
#include <json-c/json.h>
#include <string.h>
#include <strings.h>

#include "core/base/str.h"
#include "core/base/text.h"

/* In order; the first row that fits names the kind. Words are looked for in type, code and message. */
static const struct {
    int status; /* 0 = any */
    const char *word; /* NULL = any */
    enum fault_kind kind;
} kinds[] = {
    {0, "insufficient_quota", FAULT_QUOTA},
    {0, "billing", FAULT_QUOTA},
    {0, "spend limit", FAULT_QUOTA},
    {0, "spending limit", FAULT_QUOTA},
    {0, "credit", FAULT_QUOTA},
    {402, NULL, FAULT_QUOTA},
    {0, "exceed_context_size", FAULT_CONTEXT},
    {0, "context_length_exceeded", FAULT_CONTEXT},
    {0, "maximum context length", FAULT_CONTEXT},
    {0, "context size", FAULT_CONTEXT},
    {0, "context window", FAULT_CONTEXT},
    {503, "loading", FAULT_LOADING},
    {0, "rate_limit", FAULT_RATE},
    {0, "slow_down", FAULT_RATE},
    {0, "overloaded", FAULT_OVERLOAD},
    {0, "server_error", FAULT_OVERLOAD},
    {429, NULL, FAULT_RATE},
    {401, NULL, FAULT_KEY},
    {403, NULL, FAULT_KEY},
    {404, NULL, FAULT_NOT_FOUND},
    {405, NULL, FAULT_NOT_FOUND},
    {400, NULL, FAULT_REQUEST},
    {422, NULL, FAULT_REQUEST},
    {408, NULL, FAULT_OVERLOAD},
    {409, NULL, FAULT_OVERLOAD},
};

static const struct {
    enum fault_kind kind;
    const char *sentence, *hint;
} texts[] = {
    {FAULT_KEY, "refuses the key", "Check the key (environment or configuration) and that it belongs to this server."},
    {FAULT_QUOTA, "says that the account has no credit left", "Add credit at the provider, or take another provider."},
    {FAULT_RATE, "gets requests faster than it allows", "Wait a little and ask again."},
    {FAULT_OVERLOAD, "cannot answer at the moment", "Wait a little and ask again."},
    {FAULT_LOADING, "is still loading its model", "Wait until it has loaded and ask again."},
    {FAULT_CONTEXT, "says that the prompt is longer than the model's context", "Shorten the prompt, or take a model with a longer context."},
    {FAULT_REQUEST, "refuses the request", "The model may not know a parameter; look at the message and the configuration."},
    {FAULT_NOT_FOUND, "does not know this address or model", "Check the base URL (it usually ends in /v1) and the name of the model."},
    {FAULT_REDIRECT, "redirects to another address", "Redirects are not followed, so that the key goes to no other host; set the final base URL."},
    {FAULT_PAGE, "answered with a web page instead of a reply", "A proxy or login page may be in between; check the base URL."},
    {FAULT_OTHER, "reported an error", "Ask again; if it stays, look at the message."},
};

static bool says(const struct fault *f, const char *word)
{
    return strcasestr(f->type, word) || strcasestr(f->code, word) || strcasestr(f->message, word);
}

static enum fault_kind classify(const struct fault *f)
{
    if (f->status >= 300 && f->status < 400)
        return FAULT_REDIRECT;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (kinds[i].status && kinds[i].status != f->status)
            continue;
        if (!kinds[i].word || says(f, kinds[i].word))
            return kinds[i].kind;
    }
    return f->status >= 500 ? FAULT_OVERLOAD : FAULT_OTHER;
}

static void read_code(struct fault *f, struct json_object *o)
{
    int64_t number;

    if (wire_field(o, "code", f->code, sizeof(f->code)) || !wire_int(o, "code", &number))
        return;
    if (number >= 300 && number <= 599 && (f->status == 0 || f->status == 200))
        f->status = (int)number;
}

static void read_object(struct fault *f, struct json_object *o)
{
    wire_field(o, "message", f->message, sizeof(f->message));
    wire_field(o, "type", f->type, sizeof(f->type));
    wire_field(o, "param", f->param, sizeof(f->param));
    read_code(f, o);
}

/* {"detail": "text"} or {"detail": [{"msg": "text"}]}, as FastAPI servers write it. */
static bool read_detail(struct fault *f, struct json_object *o)
{
    struct json_object *list = wire_array(o, "detail");

    if (wire_field(o, "detail", f->message, sizeof(f->message)))
        return true;
    if (!list || json_object_array_length(list) == 0)
        return false;
    return wire_field(json_object_array_get_idx(list, 0), "msg", f->message, sizeof(f->message));
}

bool fault_read(struct fault *f, struct json_object *o, int status)
{
    struct json_object *inner = wire_object(o, "error");
    char object[16];

    memset(f, 0, sizeof(*f));
    f->status = status;
    wire_field(o, "object", object, sizeof(object));
    if (inner)
        read_object(f, inner);
    else if (wire_field(o, "error", f->message, sizeof(f->message)) && f->message[0])
        read_code(f, o);
    else if (str_eq(object, "error") || status != 200)
        read_object(f, o);
    else
        return false;
    if (!f->message[0] && !read_detail(f, o))
        text_line(f->message, sizeof(f->message), f->type);
    f->kind = classify(f);
    return true;
}

static void read_page(struct fault *f, const char *body)
{
    const char *title = strcasestr(body, "<title");
    const char *end;
    char text[200];

    f->message[0] = '\0';
    f->kind = f->status == 200 ? FAULT_PAGE : classify(f);
    title = title ? strchr(title, '>') : NULL;
    end = title ? strchr(title, '<') : NULL;
    if (!end || (size_t)(end - title) > sizeof(text))
        return;
    memcpy(text, title + 1, (size_t)(end - title - 1));
    text[end - title - 1] = '\0';
    text_line(f->message, sizeof(f->message), text);
}

void fault_read_body(struct fault *f, int status, const char *content_type, const char *body, size_t n)
{
    struct wire w;
    struct json_object *o;
    char text[600];

    wire_init(&w);
    o = wire_parse(&w, body, n);
    memset(f, 0, sizeof(*f));
    f->status = status;
    if (o && fault_read(f, o, status)) {
        json_object_put(o);
        wire_done(&w);
        return;
    }
    json_object_put(o);
    wire_done(&w);
    snprintf(text, sizeof(text), "%.*s", (int)(n < 500 ? n : 500), body);
    if (strcasestr(content_type, "html") || strcasestr(text, "<html") || strcasestr(text, "<!doctype")) {
        read_page(f, text);
        return;
    }
    text_line(f->message, sizeof(f->message), text);
    f->kind = classify(f);
}

static size_t text_row(enum fault_kind kind)
{
    size_t i = 0;

    while (texts[i].kind != kind && texts[i].kind != FAULT_OTHER)
        i++;
    return i;
}

int fault_error(const struct fault *f, const char *host, struct err *err)
{
    size_t row = text_row(f->kind);
    size_t used;

    if (!err)
        return -ERR_PROVIDER;
    err_set(err, ERR_PROVIDER, "%s %s", host && host[0] ? host : "The server", texts[row].sentence);
    used = strlen(err->msg);
    if (f->status && f->status != 200) {
        snprintf(err->msg + used, sizeof(err->msg) - used, " (HTTP %d)", f->status);
        used = strlen(err->msg);
    }
    if (f->message[0])
        snprintf(err->msg + used, sizeof(err->msg) - used, ": \"%s\".", f->message);
    else
        snprintf(err->msg + used, sizeof(err->msg) - used, ".");
    err_hint(err, "%s", texts[row].hint);
    return -ERR_PROVIDER;
}

bool fault_passes(const struct fault *f)
{
    return f->kind == FAULT_RATE || f->kind == FAULT_OVERLOAD || f->kind == FAULT_LOADING;
}

static int month_of(const char *name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int i = 0; i < 12; i++) {
        if (strncmp(months + i * 3, name, 3) == 0)
            return i;
    }
    return -1;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" to milliseconds since 1970, -1 when it is not that. */
static int64_t date_ms(const char *text)
{
    struct tm t = {0};
    char month[4];
    int end = 0;

    if (sscanf(text, "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &t.tm_mday, month, &t.tm_year,
               &t.tm_hour, &t.tm_min, &t.tm_sec, &end) != 6 || end == 0)
        return -1;
    t.tm_mon = month_of(month);
    t.tm_year -= 1900;
    if (t.tm_mon < 0 || t.tm_year < 70)
        return -1;
    return (int64_t)timegm(&t) * 1000;
}

int64_t fault_wait_ms(const char *retry_after, const char *retry_after_ms, int64_t now_ms)
{
    double d;
    int64_t date;

    if (retry_after_ms && str_to_double(retry_after_ms, &d) && d >= 0)
        return d < 1e12 ? (int64_t)d : (int64_t)1e12;
    if (!retry_after || !retry_after[0])
        return -1;
    if (str_to_double(retry_after, &d)) {
        if (d < 0)
            return -1;
        return d < 1e9 ? (int64_t)(d * 1000) : (int64_t)1e12;
    }
    date = date_ms(retry_after);
    if (date < 0)
        return -1;
    return date > now_ms ? date - now_ms : 0;
}
