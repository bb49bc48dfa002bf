/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/openai.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/llm/fault.h"
#include "core/llm/openai_request.h"
#include "core/llm/openai_stream.h"
#include "core/llm/reply.h"
#include "core/net/http.h"
#include "core/net/url.h"

enum {
    RETRIES = 2,
    BACKOFF_MS = 500,
    BACKOFF_MAX_MS = 8000,
    HINT_MAX_MS = 120000,    /* a server that asks for more is taken at its word: give up */
    LOADING_MS = 1000,
    FAULT_BODY_CAP = 64 * 1024,
    AFTER_FINISH_MS = 5000,  /* for the usage chunk and [DONE] after the finish reason */
    AFTER_DONE_MS = 200,     /* for the end of the body, so that the connection can be used again */
};

struct openai {
    struct provider provider;
    struct loop *loop;
    struct http *http;
    char *url, *authorization; /* owned; authorization NULL = no key */
    char model[128];
    bool official;
    int connect_ms, first_token_ms, idle_ms, max_retries;
    const struct provider_tap *tap;
    char *ca_folder;
    /* the request at work */
    bool busy;
    char *instruction, *user, *schema; /* owned copies: a repeated request is built again */
    struct provider_request request;
    char subject[64];
    struct provider_events events;
    void *arg;
    struct http_transfer *transfer;
    int timer;
    int64_t started_ms, try_ms; /* of the request and of the try at work */
    int tries;                  /* repeats that count against max_retries */
    unsigned left_out;          /* parameters the server refused; kept for later requests */
    unsigned sent;              /* parameters of the try at work */
    struct http_head head;
    struct buf fault_body;
    struct reply reply;
    struct openai_stream stream;
};

static int try_now(struct openai *o, struct err *err);

/* ---- the end of a request ---- */

static void forget(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

static const char *key_of(const struct openai *o)
{
    return o->authorization + strlen("Authorization: Bearer ");
}

/* A server may send the key back in its message. */
static void hide_key(const struct openai *o, char *text)
{
    char *p = text;
    size_t n;

    if (!o->authorization)
        return;
    n = strlen(key_of(o));
    while (n >= 4 && (p = strstr(p, key_of(o))) != NULL)
        memset(p, '*', n);
}

/* `done` comes last: the callback may start the next request or free the provider. */
static void finish(void *arg)
{
    struct openai *o = arg;
    struct provider_outcome outcome = o->reply.outcome;
    void (*done)(void *, const struct provider_outcome *) = o->events.done;
    void *done_arg = o->arg;

    hide_key(o, outcome.error.msg);
    hide_key(o, outcome.model);
    hide_key(o, outcome.request_id);
    openai_stream_done(&o->stream);
    reply_done(&o->reply);
    buf_done(&o->fault_body);
    forget(&o->instruction);
    forget(&o->user);
    forget(&o->schema);
    o->timer = 0;
    o->busy = false;
    if (done)
        done(done_arg, &outcome);
}

static void tap_end(const struct openai *o, bool whole)
{
    if (o->tap)
        o->tap->end(o->tap->arg, whole);
}

/* ---- trying again ---- */

static void on_retry(void *arg)
{
    struct openai *o = arg;
    struct err e;

    o->timer = 0;
    if (try_now(o, &e) == 0)
        return;
    reply_fail(&o->reply, &e);
    reply_end(&o->reply, true);
    finish(o);
}

static int64_t backoff_ms(const struct openai *o)
{
    int64_t ms = (int64_t)BACKOFF_MS << (o->tries < 5 ? o->tries : 5);
    uint8_t jitter = 0;

    if (ms > BACKOFF_MAX_MS)
        ms = BACKOFF_MAX_MS;
    os.random(&jitter, 1);
    return ms - ms * jitter / 1024; /* up to a quarter less, so that many clients do not come back at once */
}

/* Everything of the failed try goes, except what counts over all tries. */
static void again(struct openai *o, int64_t delay_ms)
{
    int retries = o->reply.outcome.retries + 1;

    openai_stream_done(&o->stream);
    reply_done(&o->reply);
    reply_init(&o->reply, &o->events, o->arg, o->started_ms);
    o->reply.outcome.retries = retries;
    openai_stream_init(&o->stream, &o->reply, o->provider.label);
    o->timer = loop_add_timer(o->loop, delay_ms, on_retry, o);
}

static bool try_without(struct openai *o, const struct fault *f)
{
    const char *name;
    unsigned bit = openai_request_refused(f, o->sent, &name);
    char sentence[120];

    if (!bit)
        return false;
    o->left_out |= bit;
    snprintf(sentence, sizeof(sentence), "The server does not take %s; asking again without it.", name);
    reply_progress(&o->reply, sentence);
    again(o, 0);
    return true;
}

static bool try_while_loading(struct openai *o, const struct fault *f)
{
    if (f->kind != FAULT_LOADING || os_mono_ms() - o->started_ms > o->first_token_ms)
        return false;
    reply_progress(&o->reply, "The server is loading the model; waiting for it.");
    again(o, LOADING_MS);
    return true;
}

static bool try_later(struct openai *o, const char *why)
{
    int64_t wait = fault_wait_ms(o->head.retry_after, o->head.retry_after_ms, os.wall_ms());
    char sentence[200];

    if (o->tries >= o->max_retries || wait > HINT_MAX_MS)
        return false;
    if (wait < 0)
        wait = backoff_ms(o);
    o->tries++;
    snprintf(sentence, sizeof(sentence), "%s; asking again in %.1f s (%d of %d).", why, (double)wait / 1000,
             o->tries, o->max_retries);
    reply_progress(&o->reply, sentence);
    again(o, wait);
    return true;
}

/* ---- one try ---- */

static void on_head(void *arg, const struct http_head *head)
{
    struct openai *o = arg;

    o->head = *head;
    o->reply.outcome.http_status = head->status;
    if (head->request_id[0])
        text_line(o->reply.outcome.request_id, sizeof(o->reply.outcome.request_id), head->request_id);
    if (o->tap)
        o->tap->head(o->tap->arg, head->status, head->content_type);
}

static bool encoded(const struct openai *o)
{
    return o->head.content_encoding[0] && !str_eq(o->head.content_encoding, "identity");
}

static enum http_take on_body(void *arg, const char *bytes, size_t n)
{
    struct openai *o = arg;
    bool began = reply_began(&o->reply);

    if (o->tap)
        o->tap->bytes(o->tap->arg, os_mono_ms() - o->try_ms, bytes, n);
    if (o->head.status != 200) {
        buf_put(&o->fault_body, bytes, n < FAULT_BODY_CAP - o->fault_body.len ? n : FAULT_BODY_CAP - o->fault_body.len);
        return HTTP_MORE;
    }
    if (encoded(o))
        return HTTP_MORE;
    openai_stream_feed(&o->stream, bytes, n);
    if (!o->transfer)
        return HTTP_MORE; /* canceled from inside a callback */
    if (o->stream.terminal)
        http_set_idle(o->transfer, AFTER_DONE_MS);
    else if (reply_finished(&o->reply))
        http_set_idle(o->transfer, AFTER_FINISH_MS);
    else if (!began && reply_began(&o->reply))
        http_set_idle(o->transfer, o->idle_ms);
    return HTTP_MORE;
}

static void end_fault(struct openai *o)
{
    struct fault f;
    struct err e;
    bool again_says = str_eq(o->head.should_retry, "true"), never = str_eq(o->head.should_retry, "false");
    int64_t wait = fault_wait_ms(o->head.retry_after, o->head.retry_after_ms, os.wall_ms());

    fault_read_body(&f, o->head.status, o->head.content_type, buf_text(&o->fault_body), o->fault_body.len);
    fault_error(&f, o->provider.label, &e);
    if (!never && (try_without(o, &f) || try_while_loading(o, &f)))
        return;
    if (!never && (fault_passes(&f) || again_says) &&
        try_later(o, f.kind == FAULT_RATE ? "The server asks for fewer requests" : "The server cannot answer now"))
        return;
    if (wait > HINT_MAX_MS && fault_passes(&f))
        err_hint(&e, "The server asks to wait %lld s; ask again then.", (long long)(wait / 1000));
    reply_fail(&o->reply, &e);
    reply_end(&o->reply, true);
    finish(o);
}

/* Whatever the connection did after the last word of the answer does not matter. */
static bool over(const struct openai *o)
{
    return o->stream.terminal || reply_finished(&o->reply);
}

static void end_stream(struct openai *o, enum http_end end, const struct err *err)
{
    struct err e;

    if (encoded(o)) {
        err_set(&e, ERR_PROVIDER, "The server sends a compressed answer, which was not asked for.");
        err_hint(&e, "A proxy may be in between; check the base URL.");
        err = &e;
    } else if (!reply_began(&o->reply) && !over(o) && end == HTTP_BROKEN &&
               try_later(o, "The connection broke")) {
        return;
    } else if (!reply_began(&o->reply) && o->stream.passes && try_later(o, "The server cannot answer now")) {
        return;
    }
    if (err && !over(o))
        reply_fail(&o->reply, err);
    openai_stream_end(&o->stream);
    finish(o);
}

static void on_done(void *arg, enum http_end end, const struct err *err)
{
    struct openai *o = arg;

    o->transfer = NULL;
    tap_end(o, end == HTTP_WHOLE || o->stream.terminal);
    if (o->head.status == 0) {
        if (end == HTTP_BROKEN && try_later(o, "There is no connection to the server"))
            return;
        reply_fail(&o->reply, err);
        reply_end(&o->reply, true);
        finish(o);
    } else if (o->head.status != 200) {
        end_fault(o);
    } else {
        end_stream(o, end, err);
    }
}

static const struct http_events transfer_events = {.head = on_head, .body = on_body, .done = on_done};

static int try_now(struct openai *o, struct err *err)
{
    struct http_request h = {.url = o->url, .connect_ms = o->connect_ms, .idle_ms = o->first_token_ms,
                             .ca_folder = o->ca_folder};
    struct buf body;
    int code;

    buf_init(&body, OPENAI_REQUEST_CAP);
    code = openai_request_put(&o->request, o->model, o->official, o->left_out, &body, &o->sent, err);
    if (code == 0) {
        h.headers[h.n_headers++] = "Content-Type: application/json";
        h.headers[h.n_headers++] = "Accept: text/event-stream, application/json";
        if (o->authorization)
            h.headers[h.n_headers++] = o->authorization;
        h.body = buf_text(&body);
        h.body_len = body.len;
        memset(&o->head, 0, sizeof(o->head));
        buf_reset(&o->fault_body);
        o->try_ms = os_mono_ms();
        if (o->tap)
            o->tap->begin(o->tap->arg, o->subject);
        o->transfer = http_start(o->http, &h, &transfer_events, o, err);
        if (!o->transfer)
            code = err ? -err->code : -ERR_PROVIDER;
    }
    buf_done(&body);
    return code;
}

/* ---- the provider ---- */

static int copy_text(char **dst, const char *text)
{
    *dst = text ? os_dup(text, strlen(text)) : NULL;
    return text && !*dst ? -1 : 0;
}

static int start(struct provider *p, const struct provider_request *r, const struct provider_events *ev,
                 void *arg, struct err *err)
{
    struct openai *o = (struct openai *)p;
    int code = 0;

    if (o->busy)
        return err_set(err, ERR_PROVIDER, "The provider works on another request already.");
    o->events = *ev;
    o->arg = arg;
    o->request = *r;
    o->tries = 0;
    o->started_ms = os_mono_ms();
    str_copy(o->subject, sizeof(o->subject), r->subject ? r->subject : "");
    buf_init(&o->fault_body, FAULT_BODY_CAP);
    reply_init(&o->reply, &o->events, arg, o->started_ms);
    openai_stream_init(&o->stream, &o->reply, o->provider.label);
    if (copy_text(&o->instruction, r->instruction) | copy_text(&o->user, r->user) |
        copy_text(&o->schema, r->schema))
        code = err_set(err, ERR_MACHINE, "There is no memory left for the prompt.");
    o->request.instruction = o->instruction;
    o->request.user = o->user;
    o->request.schema = o->schema;
    o->busy = true;
    if (code == 0)
        code = try_now(o, err);
    if (code) {
        o->events = (struct provider_events){0};
        finish(o);
    }
    return code;
}

static void stop_waiting(struct openai *o)
{
    if (o->transfer) {
        http_cancel(o->transfer);
        o->transfer = NULL;
        tap_end(o, false);
    }
    if (o->timer > 0)
        loop_remove(o->loop, o->timer);
    o->timer = 0;
}

static void cancel(struct provider *p)
{
    struct openai *o = (struct openai *)p;

    if (!o->busy || o->reply.ended)
        return;
    reply_cancel(&o->reply);
    stop_waiting(o);
    o->timer = loop_defer(o->loop, finish, o);
}

static void openai_free(struct provider *p)
{
    struct openai *o = (struct openai *)p;

    if (o->busy) {
        o->events = (struct provider_events){0};
        stop_waiting(o);
        finish(o);
    }
    http_close(o->http);
    forget(&o->authorization);
    free(o->url);
    free(o->ca_folder);
    free(o);
}

static const struct provider_ops ops = {
    .kind = "openai", .start = start, .cancel = cancel, .free = openai_free};

static int set_key(struct openai *o, const char *key, struct err *err)
{
    struct buf text;
    size_t n = key ? strlen(key) : 0;

    while (n > 0 && isspace((unsigned char)key[n - 1]))
        n--;
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (key[i] <= ' ' || key[i] >= 0x7F)
            return err_set(err, ERR_INVALID, "The key holds a space, a line break or a character that no key has.");
    }
    buf_init(&text, 8192);
    buf_puts(&text, "Authorization: Bearer ");
    if (buf_put(&text, key, n))
        return err_set(err, ERR_INVALID, "The key is too long.");
    o->authorization = buf_take(&text);
    o->provider.key = key_of(o);
    return o->authorization ? 0 : err_set(err, ERR_MACHINE, "There is no memory left for the key.");
}

static int set_url(struct openai *o, const char *base, struct err *err)
{
    static const char route[] = "/chat/completions";
    struct url u;
    struct buf text;
    char label[400];
    size_t n = strlen(base);

    if (url_read(&u, base, err))
        return -ERR_INVALID;
    while (n > 0 && base[n - 1] == '/')
        n--;
    buf_init(&text, 2048);
    buf_put(&text, base, n);
    if (n < sizeof(route) || strncmp(base + n - strlen(route), route, strlen(route)) != 0)
        buf_puts(&text, route);
    if (text.broken) {
        buf_done(&text);
        return err_set(err, ERR_INVALID, "The base URL is too long.");
    }
    o->url = buf_take(&text);
    o->official = str_eq(u.host, "api.openai.com");
    o->provider.metered = !u.loopback;
    if (!u.loopback)
        str_copy(o->provider.host, sizeof(o->provider.host), u.host);
    if (o->official)
        snprintf(label, sizeof(label), "openai:%s", o->model);
    else if (u.port_given)
        snprintf(label, sizeof(label), "%s:%d %s", u.host, u.port, o->model);
    else
        snprintf(label, sizeof(label), "%s %s", u.host, o->model);
    text_line(o->provider.label, sizeof(o->provider.label), label);
    return 0;
}

static int set_all(struct openai *o, const struct openai_options *given, struct err *err)
{
    if (!given->model || !given->model[0]) {
        err_set(err, ERR_INVALID, "No model is named for the provider.");
        err_hint(err, "Name one in your configuration.");
        return -ERR_INVALID;
    }
    text_line(o->model, sizeof(o->model), given->model);
    str_copy(o->provider.model, sizeof(o->provider.model), o->model);
    o->connect_ms = given->connect_ms > 0 ? given->connect_ms : OPENAI_CONNECT_MS;
    o->first_token_ms = given->first_token_ms > 0 ? given->first_token_ms : OPENAI_FIRST_TOKEN_MS;
    o->idle_ms = given->idle_ms > 0 ? given->idle_ms : OPENAI_IDLE_MS;
    o->max_retries = given->max_retries >= 0 ? given->max_retries : RETRIES;
    o->tap = given->tap;
    if (copy_text(&o->ca_folder, given->ca_folder))
        return err_set(err, ERR_MACHINE, "There is no memory left for a provider.");
    if (set_url(o, given->base_url ? given->base_url : "https://api.openai.com/v1", err))
        return -ERR_INVALID;
    return set_key(o, given->key, err);
}

struct provider *openai_new(struct loop *l, const struct openai_options *given, struct err *err)
{
    struct openai *o = os_alloc(sizeof(*o));

    if (!o) {
        err_set(err, ERR_MACHINE, "There is no memory left for a provider.");
        return NULL;
    }
    o->loop = l;
    o->provider.ops = &ops;
    o->http = http_open(l, err);
    if (o->http && set_all(o, given, err) == 0)
        return &o->provider;
    openai_free(&o->provider);
    return NULL;
}
