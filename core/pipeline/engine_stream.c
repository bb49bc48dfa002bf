/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reply while it streams: raw bytes kept for the record and spooled, a sanitized copy in the state for the
 * screen. Reply bytes are no events; the finished reply is one.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/base/utf8.h"
#include "core/pipeline/engine_private.h"
#include "core/pipeline/engine_prompt.h"

enum { HOLD_MAX = 4096 };

static void tell(struct engine *e)
{
    e->state.generation++;
    if (e->on_event)
        e->on_event(e->listener, NULL);
}

/* How much of the raw bytes can be shown without cutting a character or an escape sequence in two. */
static size_t showable(const char *s, size_t n)
{
    size_t end = utf8_whole(s, n);

    for (size_t i = end; i > 0 && end - i < HOLD_MAX; i--) {
        if (s[i - 1] == '\n')
            break;
        if (s[i - 1] == 0x1B || s[i - 1] == '\r' || (unsigned char)s[i - 1] == 0x9B)
            end = i - 1;
    }
    return end;
}

static void show(struct engine *e, bool all)
{
    const char *s = buf_text(&e->stream.raw) + e->stream.shown;
    size_t n = e->stream.raw.len - e->stream.shown;
    size_t end = all ? n : showable(s, n);

    text_sanitize(&e->state.live.text, s, end, TEXT_TABS);
    e->stream.shown += end;
}

/* Whole lines only, so that no key is cut in two and missed by the redaction. */
static void spool(struct engine *e)
{
    const char *from = buf_text(&e->stream.raw) + e->stream.spooled;
    const char *end = memrchr(from, '\n', e->stream.raw.len - e->stream.spooled);
    struct buf text;

    if (!end || !e->stream.attempt)
        return;
    buf_init(&text, ENGINE_REPLY_CAP);
    if (redact_put(e->redact, &text, from, (size_t)(end + 1 - from)) == 0 &&
        store_spool(e->store, e->stream.attempt->id, buf_text(&text), text.len, NULL) == 0)
        e->stream.spooled += (size_t)(end + 1 - from);
    buf_done(&text);
}

static void spool_due(void *arg)
{
    struct engine *e = arg;

    e->stream.spool_timer = 0;
    spool(e);
}

static void on_text(void *arg, const char *bytes, size_t n, bool reasoning)
{
    struct engine *e = arg;
    struct state_live *live = &e->state.live;
    int64_t now = os_mono_ms();

    if (!live->first_ms)
        live->first_ms = now;
    live->last_ms = now;
    live->progress[0] = '\0';
    live->tokens++;
    if (reasoning) {
        text_sanitize(&live->reasoning, bytes, n, TEXT_TABS);
    } else {
        buf_put(&e->stream.raw, bytes, n);
        show(e, false);
        if (e->stream.raw.len - e->stream.spooled >= ENGINE_SPOOL_BYTES)
            spool(e);
        else if (!e->stream.spool_timer)
            e->stream.spool_timer = loop_add_timer(e->loop, ENGINE_SPOOL_MS, spool_due, e);
    }
    engine_caps_during(e, n);
    if (e->on_event) /* no new generation: a longer reply changes nothing but itself */
        e->on_event(e->listener, NULL);
}

static void on_progress(void *arg, const char *sentence)
{
    struct engine *e = arg;

    text_line(e->state.live.progress, sizeof(e->state.live.progress), sentence);
    tell(e);
}

static void end_live(struct engine *e)
{
    if (e->stream.spool_timer)
        loop_remove(e->loop, e->stream.spool_timer);
    e->stream.spool_timer = 0;
    e->stream.attempt = NULL;
    e->state.live.attempt = -1;
}

static struct json_object *reply_body(struct engine *e, const struct attempt *a,
                                      struct provider_outcome *o)
{
    static const char *const ends[] = {"complete", "truncated", "refused", "failed", "canceled"};
    struct json_object *body = json_object_new_object();
    bool estimated;
    double money;

    engine_caps_count(e, o, &estimated, &money);
    json_put_text(body, "id", a->id);
    json_put_text(body, "end", ends[o->end]);
    json_put_text(body, "finish", o->finish);
    json_put_text(body, "model", o->model);
    json_put_text(body, "request_id", o->request_id);
    json_put_int(body, "http", o->http_status);
    json_put_int(body, "retries", o->retries);
    json_put_int(body, "first_ms", o->first_token_ms);
    json_put_int(body, "total_ms", o->total_ms);
    json_put_int(body, "tokens_in", o->usage.input_tokens);
    json_put_int(body, "tokens_out", o->usage.output_tokens);
    if (o->usage.cached_tokens >= 0)
        json_put_int(body, "tokens_cached", o->usage.cached_tokens);
    if (o->usage.reasoning_tokens >= 0)
        json_put_int(body, "tokens_reasoning", o->usage.reasoning_tokens);
    if (estimated)
        json_put_flag(body, "estimated", true);
    if (money >= 0)
        json_put_number(body, "money", money);
    json_put_text(body, "asked", e->provider->model[0] ? e->provider->model : NULL);
    json_put_text(body, "kind", e->provider->ops->kind);
    json_put_text(body, "host", e->provider->host[0] ? e->provider->host : NULL);
    if (o->error.msg[0])
        json_put_text(body, "error", o->error.msg);
    return body;
}

static int record_reply(struct engine *e, struct attempt *a, const struct provider_outcome *outcome,
                        struct err *err)
{
    struct provider_outcome o = *outcome;
    struct json_object *body = reply_body(e, a, &o);
    int r = engine_put_text(e, body, "reply", buf_text(&e->stream.raw), e->stream.raw.len, err);

    if (r) {
        json_object_put(body);
        return r;
    }
    r = engine_emit(e, EVENT_ATTEMPT_REPLIED, a->id, body, STORE_FULL, err);
    return r ? r : store_spool_drop(e->store, a->id, err);
}

static int record_cancel(struct engine *e, struct attempt *a, struct err *err)
{
    struct json_object *body = json_object_new_object();

    json_put_text(body, "id", a->id);
    return engine_emit(e, EVENT_ATTEMPT_CANCELED, a->id, body, STORE_NORMAL, err);
}

static void on_done(void *arg, const struct provider_outcome *o)
{
    struct engine *e = arg;
    struct attempt *a = e->stream.attempt;
    struct err err = {0};
    int r;

    if (!a)
        return;
    show(e, true);
    end_live(e);
    r = engine_redact_known(e, &e->stream.raw, &err); /* a server may send the key back */
    if (r == 0)
        r = record_reply(e, a, o, &err);
    if (r == 0 && o->end == PROVIDER_CANCELED)
        r = record_cancel(e, a, &err);
    else if (r == 0)
        r = engine_reply_done(e, a, &e->stream.raw, o, &err);
    if (!e->running)
        return;
    if (r)
        engine_end_run(e, err.code, &err);
    else if (o->end == PROVIDER_FAILED)
        engine_end_run(e, ERR_PROVIDER, &o->error);
    else
        engine_schedule(e, NULL);
}

/* The attempt number that a cassette knows: attempts that a kill cut off are not counted. */
static void subject_of(const struct engine *e, const struct attempt *a, char *dst, size_t size)
{
    const struct step *p = &e->state.steps.items[a->step];
    int n = 0;

    for (size_t i = 0; i < p->attempts.n; i++) {
        const struct attempt *other = e->state.attempts.items[p->attempts.items[i]];
        n += other->state != ATTEMPT_INTERRUPTED && other->state != ATTEMPT_CANCELED;
    }
    snprintf(dst, size, "%s/%d", p->id, n);
}

int engine_stream_start(struct engine *e, struct attempt *a, const char *instruction, const char *user,
                        struct err *err)
{
    static const struct provider_events events = {on_text, on_progress, on_done};
    char subject[STATE_ID + 12];
    struct provider_request request = {.subject = subject,
                                       .instruction = instruction,
                                       .user = user,
                                       .temperature = -1,
                                       .top_p = -1,
                                       .seed = -1};
    struct state_live *live = &e->state.live;
    int r;

    subject_of(e, a, subject, sizeof(subject));
    buf_reset(&e->stream.raw);
    buf_reset(&live->text);
    buf_reset(&live->reasoning);
    e->stream.shown = e->stream.spooled = 0;
    live->begun_ms = os_mono_ms();
    live->first_ms = live->last_ms = live->tokens = 0;
    text_line(live->progress, sizeof(live->progress), "waiting for the first token");
    for (size_t i = 0; i < e->state.attempts.n; i++) {
        if (e->state.attempts.items[i] == a)
            live->attempt = (int)i;
    }
    e->stream.attempt = a;
    if (e->user) {
        request.max_tokens = (int)e->user->provider.max_tokens;
        request.temperature = e->user->provider.temperature;
    }
    r = provider_start(e->provider, &request, &events, e, err);
    if (r)
        end_live(e);
    else
        tell(e);
    return r;
}

void engine_stream_cancel(struct engine *e)
{
    if (!e->stream.attempt)
        return;
    spool(e);
    provider_cancel(e->provider);
}
