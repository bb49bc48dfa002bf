/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/sse.h"

#include <string.h>


void sse_init(struct sse *s, size_t event_cap, sse_fn *fn, void *arg)
{
    memset(s, 0, sizeof(*s));
    s->fn = fn;
    s->arg = arg;
    buf_init(&s->line, event_cap ? event_cap : SSE_EVENT_CAP);
    buf_init(&s->data, event_cap ? event_cap : SSE_EVENT_CAP);
}

void sse_done(struct sse *s)
{
    buf_done(&s->line);
    buf_done(&s->data);
}

void sse_stop(struct sse *s)
{
    s->stopped = true;
}

static void dispatch(struct sse *s, bool unfinished)
{
    struct sse_event e = {.name = s->name, .data = buf_text(&s->data), .len = s->data.len,
                          .error_field = s->error_field, .unfinished = unfinished};

    if (s->has_data && s->data.len > 0 && !s->stopped && !s->data.broken)
        s->fn(s->arg, &e);
    if (!s->data.broken)
        buf_reset(&s->data);
    s->has_data = s->error_field = false;
    s->name[0] = '\0';
}

static void put_data(struct sse *s, const char *value, size_t n)
{
    if (s->has_data)
        buf_putc(&s->data, '\n');
    buf_put(&s->data, value, n);
    s->has_data = true;
}

static bool field_is(const char *line, size_t n, const char *name)
{
    return n == strlen(name) && memcmp(line, name, n) == 0;
}

static void take_field(struct sse *s, const char *line, size_t n)
{
    const char *colon = memchr(line, ':', n);
    size_t name_len = colon ? (size_t)(colon - line) : n;
    const char *value = colon ? colon + 1 : line + n;
    size_t len = (size_t)(line + n - value);

    if (len > 0 && value[0] == ' ') {
        value++;
        len--;
    }
    if (field_is(line, name_len, "data")) {
        put_data(s, value, len);
    } else if (field_is(line, name_len, "error")) {
        s->error_field = true;
        put_data(s, value, len);
    } else if (field_is(line, name_len, "event")) {
        size_t keep = len < SSE_NAME_CAP - 1 ? len : SSE_NAME_CAP - 1;
        memcpy(s->name, value, keep);
        s->name[keep] = '\0';
    }
}

static void take_line(struct sse *s, const char *line, size_t n)
{
    if (!s->past_bom) {
        s->past_bom = true;
        if (n >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
            line += 3;
            n -= 3;
        }
    }
    if (n == 0)
        dispatch(s, false);
    else if (line[0] == ':')
        s->comments++;
    else
        take_field(s, line, n);
}

/* The first CR or LF of s[0..n), or n. */
static size_t line_end(const char *s, size_t n)
{
    const char *lf = memchr(s, '\n', n);
    size_t end = lf ? (size_t)(lf - s) : n;
    const char *cr = memchr(s, '\r', end);

    return cr ? (size_t)(cr - s) : end;
}

static int too_large(struct sse *s, struct err *err)
{
    if (!s->line.broken && !s->data.broken)
        return 0;
    err_set(err, ERR_PROVIDER, "The server sent one event of more than %zu bytes.", s->data.cap);
    err_hint(err, "The server does not speak the expected protocol; check the base URL.");
    return -ERR_PROVIDER;
}

int sse_feed(struct sse *s, const char *bytes, size_t n, struct err *err)
{
    while (n > 0 && !s->stopped && !s->line.broken && !s->data.broken) {
        size_t end;
        if (s->after_cr) {
            s->after_cr = false;
            if (bytes[0] == '\n') {
                bytes++;
                n--;
                continue;
            }
        }
        end = line_end(bytes, n);
        if (end == n) {
            buf_put(&s->line, bytes, n);
            break;
        }
        s->after_cr = bytes[end] == '\r';
        if (s->line.len > 0) {
            if (buf_put(&s->line, bytes, end))
                break;
            take_line(s, s->line.data, s->line.len);
            buf_reset(&s->line);
        } else if (end > s->line.cap) {
            s->line.broken = true;
        } else {
            take_line(s, bytes, end);
        }
        bytes += end + 1;
        n -= end + 1;
    }
    return too_large(s, err);
}

int sse_end(struct sse *s, struct err *err)
{
    if (too_large(s, err))
        return -ERR_PROVIDER;
    if (s->line.len > 0) {
        take_line(s, s->line.data, s->line.len);
        buf_reset(&s->line);
    }
    dispatch(s, true);
    return too_large(s, err);
}
