/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"

void buf_init(struct buf *b, size_t cap)
{
    memset(b, 0, sizeof(*b));
    b->cap = cap;
}

void buf_done(struct buf *b)
{
    free(b->data);
    buf_init(b, b->cap);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->broken = false;
    if (b->data)
        b->data[0] = '\0';
}

static int reserve(struct buf *b, size_t more)
{
    size_t want, room;
    char *p;

    if (b->broken || more > b->cap - b->len) {
        b->broken = true;
        return -1;
    }
    want = b->len + more + 1;
    if (want <= b->room)
        return 0;
    room = b->room ? b->room * 2 : 64;
    if (room < want)
        room = want;
    p = os_realloc(b->data, room);
    if (!p) {
        b->broken = true;
        return -1;
    }
    b->data = p;
    b->room = room;
    return 0;
}

int buf_put(struct buf *b, const void *bytes, size_t n)
{
    if (reserve(b, n))
        return -1;
    if (n)
        memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
    return 0;
}

int buf_puts(struct buf *b, const char *text)
{
    return buf_put(b, text, strlen(text));
}

int buf_putc(struct buf *b, char c)
{
    return buf_put(b, &c, 1);
}

int buf_putv(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0 || reserve(b, (size_t)n)) {
        b->broken = true;
        return -1;
    }
    vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
    b->len += (size_t)n;
    return 0;
}

int buf_putf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = buf_putv(b, fmt, ap);
    va_end(ap);
    return r;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n >= b->len) {
        b->len = 0;
    } else {
        memmove(b->data, b->data + n, b->len - n);
        b->len -= n;
    }
    if (b->data)
        b->data[b->len] = '\0';
}

const char *buf_text(const struct buf *b)
{
    return b->data ? b->data : "";
}

char *buf_take(struct buf *b)
{
    char *p = b->data;

    if (!p)
        p = os_realloc(NULL, 1);
    if (p)
        p[b->len] = '\0';
    b->data = NULL;
    buf_init(b, b->cap);
    return p;
}
