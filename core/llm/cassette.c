/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/cassette.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/base/utf8.h"
#include "core/llm/cassette_file.h"
#include "core/llm/fault.h"
#include "core/llm/openai_stream.h"
#include "core/llm/reply.h"

enum {
    TOKEN_BYTES = 4,         /* an authored text comes in pieces of about a token */
    SLICE_BYTES = 64 * 1024, /* at most this much a turn, however fast */
};

struct cassette {
    struct provider provider;
    struct loop *loop;
    struct cassette_file file;
    char name[256];
    double speed;
    /* the request at work */
    bool busy;
    int timer;
    const struct cassette_reply *reply; /* NULL: there is none for the subject */
    struct provider_events events;
    void *arg;
    int64_t started_ms;
    size_t at;               /* chunk (raw) or byte (authored) that comes next */
    size_t token;            /* authored: number of tokens given */
    struct reply meaning;
    struct openai_stream stream;
    char subject[64];
};

static void step(void *arg);

/* Delivers `done` as the very last thing: the callback may free the provider. */
static void finish(struct cassette *c)
{
    struct provider_outcome outcome = c->meaning.outcome;
    void (*done)(void *, const struct provider_outcome *) = c->events.done;
    void *arg = c->arg;

    if (c->reply && c->reply->raw)
        openai_stream_done(&c->stream);
    reply_done(&c->meaning);
    c->busy = false;
    c->timer = 0;
    if (done)
        done(arg, &outcome);
}

static void fail_missing(struct cassette *c)
{
    struct err e;
    char known[400] = "";

    for (size_t i = 0; i < c->file.replies.n; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof(known) - used, "%s%s", used ? ", " : "",
                 c->file.replies.items[i]->subject);
    }
    err_set(&e, ERR_PROVIDER, "The cassette %s holds no reply for %s.", c->name, c->subject);
    err_hint(&e, "It has replies for: %s. A recording answers only what was asked when it was made; "
             "decide in another way or take a real model.", known[0] ? known : "nothing");
    reply_fail(&c->meaning, &e);
    reply_end(&c->meaning, true);
}

/* When the next piece is due, in milliseconds of the recording. */
static double due_ms(const struct cassette *c)
{
    const struct cassette_reply *r = c->reply;

    if (r->raw)
        return c->at < r->chunks.n ? (double)r->chunks.items[c->at].ms : 0;
    return (double)r->first_token_ms + (double)c->token * 1000.0 / r->tokens_per_second;
}

static bool over(const struct cassette *c)
{
    return c->at >= (c->reply->raw ? c->reply->chunks.n : c->reply->bytes.len);
}

/* Up to the next token's end: TOKEN_BYTES or what completes a character. */
static size_t token_len(const char *s, size_t n)
{
    size_t len = TOKEN_BYTES;
    uint32_t cp;

    if (n <= TOKEN_BYTES)
        return n;
    while (len > 1 && ((unsigned char)s[len] & 0xC0) == 0x80)
        len--;
    return ((unsigned char)s[len] & 0xC0) == 0x80 ? utf8_decode(s, n, &cp) : len;
}

static size_t play_piece(struct cassette *c)
{
    const struct cassette_reply *r = c->reply;
    size_t n;

    if (!r->raw) {
        n = token_len(r->bytes.data + c->at, r->bytes.len - c->at);
        reply_text(&c->meaning, r->bytes.data + c->at, n);
        c->at += n;
        c->token++;
        return n;
    }
    n = r->chunks.items[c->at].len;
    if (r->status == 200 &&
        openai_stream_feed(&c->stream, buf_text(&r->bytes) + r->chunks.items[c->at].start, n))
        c->at = r->chunks.n;
    else
        c->at++;
    return n;
}

static void end_raw(struct cassette *c)
{
    const struct cassette_reply *r = c->reply;
    struct fault f;
    struct err e;

    c->meaning.outcome.http_status = r->status;
    if (r->status != 200) {
        fault_read_body(&f, r->status, r->content_type, buf_text(&r->bytes), r->bytes.len);
        fault_error(&f, "The recorded server", &e);
        reply_fail(&c->meaning, &e);
    } else if (!r->ended && !c->stream.terminal) {
        err_set(&e, ERR_PROVIDER, "The recorded stream was cut here.");
        reply_fail(&c->meaning, &e);
    }
    openai_stream_end(&c->stream);
}

static void end_authored(struct cassette *c)
{
    const struct cassette_reply *r = c->reply;
    struct err e;

    if (r->fail[0]) {
        err_set(&e, ERR_PROVIDER, "%s", r->fail);
        reply_fail(&c->meaning, &e);
    } else {
        reply_finish(&c->meaning, r->finish);
    }
    c->meaning.outcome.usage = r->usage;
    reply_end(&c->meaning, true);
}

static void schedule(struct cassette *c)
{
    double wait = 0;

    if (c->speed > 0 && !over(c)) {
        wait = ceil(due_ms(c) / c->speed) - (double)(os_mono_ms() - c->started_ms);
        if (wait < 0)
            wait = 0;
    }
    c->timer = loop_add_timer(c->loop, (int64_t)wait, step, c);
}

static bool due(const struct cassette *c)
{
    return c->speed <= 0 || due_ms(c) / c->speed <= (double)(os_mono_ms() - c->started_ms);
}

static void step(void *arg)
{
    struct cassette *c = arg;
    size_t given = 0;

    c->timer = 0;
    if (c->meaning.stopped) {
        finish(c);
        return;
    }
    if (!c->reply) {
        fail_missing(c);
        finish(c);
        return;
    }
    while (!over(c) && due(c) && given < SLICE_BYTES && !c->meaning.stopped)
        given += play_piece(c);
    if (c->meaning.stopped)
        return; /* the callback canceled: that end is under way */
    if (!over(c)) {
        schedule(c);
        return;
    }
    if (c->reply->raw)
        end_raw(c);
    else
        end_authored(c);
    finish(c);
}

static int start(struct provider *p, const struct provider_request *r, const struct provider_events *ev,
                 void *arg, struct err *err)
{
    struct cassette *c = (struct cassette *)p;

    if (c->busy)
        return err_set(err, ERR_PROVIDER, "The cassette plays another reply already.");
    str_copy(c->subject, sizeof(c->subject), r->subject ? r->subject : "");
    c->reply = cassette_file_find(&c->file, c->subject);
    c->events = *ev;
    c->arg = arg;
    c->at = c->token = 0;
    c->started_ms = os_mono_ms();
    reply_init(&c->meaning, &c->events, arg, c->started_ms);
    if (c->reply && c->reply->raw)
        openai_stream_init(&c->stream, &c->meaning, "The recorded server");
    c->busy = true;
    if (c->reply)
        schedule(c); /* the first piece too comes from the loop */
    else
        c->timer = loop_defer(c->loop, step, c);
    return 0;
}

static void cancel(struct provider *p)
{
    struct cassette *c = (struct cassette *)p;

    if (!c->busy || c->meaning.stopped)
        return;
    reply_cancel(&c->meaning);
    if (c->timer > 0)
        loop_remove(c->loop, c->timer);
    c->timer = loop_defer(c->loop, step, c);
}

static void cassette_free(struct provider *p)
{
    struct cassette *c = (struct cassette *)p;

    if (c->busy) {
        c->events = (struct provider_events){0};
        reply_cancel(&c->meaning);
        if (c->timer > 0)
            loop_remove(c->loop, c->timer);
        finish(c);
    }
    cassette_file_done(&c->file);
    free(c);
}

static const struct provider_ops ops = {
    .kind = "cassette", .start = start, .cancel = cancel, .free = cassette_free};

static void name_it(struct cassette *c, const char *name)
{
    const struct cassette_file *f = &c->file;

    char label[160];

    text_line(c->name, sizeof(c->name), name);
    snprintf(label, sizeof(label), "recorded, %s on %s", f->model, f->date);
    if (str_eq(f->origin, "authored"))
        str_copy(c->provider.label, sizeof(c->provider.label), "recorded, authored");
    else
        text_line(c->provider.label, sizeof(c->provider.label), label);
}

struct provider *cassette_new(struct loop *l, const char *bytes, size_t n, const char *name,
                              double speed, struct err *err)
{
    struct cassette *c = os_alloc(sizeof(*c));

    if (!c) {
        err_set(err, ERR_MACHINE, "There is no memory left for a cassette.");
        return NULL;
    }
    c->loop = l;
    c->speed = speed;
    c->provider.ops = &ops;
    if (cassette_file_read(&c->file, bytes, n, name, err)) {
        cassette_free(&c->provider);
        return NULL;
    }
    name_it(c, name);
    return &c->provider;
}
