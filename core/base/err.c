/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void err_reset(struct err *e)
{
    if (e)
        memset(e, 0, sizeof(*e));
}

static int set_va(struct err *e, int code, const char *fmt, va_list ap)
{
    if (!e)
        return -code;
    err_reset(e);
    e->code = code;
    vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
    return -code;
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_va(e, code, fmt, ap);
    va_end(ap);
    return -code;
}

int err_sys(struct err *e, int code, const char *fmt, ...)
{
    int saved = errno;
    va_list ap;

    va_start(ap, fmt);
    set_va(e, code, fmt, ap);
    va_end(ap);
    if (e) {
        size_t used = strlen(e->msg);
        snprintf(e->msg + used, sizeof(e->msg) - used, ": %s.", strerror(saved));
    }
    errno = saved;
    return -code;
}

int err_at(struct err *e, int code, const char *file, int line, int column, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set_va(e, code, fmt, ap);
    va_end(ap);
    if (e) {
        snprintf(e->file, sizeof(e->file), "%s", file ? file : "");
        e->line = line;
        e->column = column;
    }
    return -code;
}

void err_hint(struct err *e, const char *fmt, ...)
{
    va_list ap;

    if (!e)
        return;
    va_start(ap, fmt);
    vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
    va_end(ap);
}

const char *err_text(const struct err *e, char *dst, size_t size)
{
    if (!e->file[0])
        snprintf(dst, size, "%s", e->msg);
    else if (e->line <= 0)
        snprintf(dst, size, "%s: %s", e->file, e->msg);
    else if (e->column <= 0)
        snprintf(dst, size, "%s:%d: %s", e->file, e->line, e->msg);
    else
        snprintf(dst, size, "%s:%d:%d: %s", e->file, e->line, e->column, e->msg);
    return dst;
}
