/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "views/format.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "tui/widget/view.h"

enum { BLOB_CAP = 8 * 1024 * 1024 };

const char *format_count(int64_t n, char *dst, size_t size)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%lld", (long long)n);
    struct buf out;

    buf_init(&out, 64);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            buf_putc(&out, ',');
        buf_putc(&out, digits[i]);
    }
    str_copy(dst, size, buf_text(&out));
    buf_done(&out);
    return dst;
}

const char *format_short(int64_t n, char *dst, size_t size)
{
    if (n < 1000)
        snprintf(dst, size, "%lld", (long long)n);
    else if (n < 100000)
        snprintf(dst, size, "%.1fk", (double)n / 1000);
    else
        snprintf(dst, size, "%lldk", (long long)n / 1000);
    return dst;
}

const char *format_bytes(double n, char *dst, size_t size)
{
    if (n < 1000)
        snprintf(dst, size, "%.0f B", n);
    else if (n < 1024 * 1000)
        snprintf(dst, size, n < 102400 ? "%.1f KB" : "%.0f KB", n / 1024);
    else
        snprintf(dst, size, n < 10 * 1048576.0 ? "%.1f MB" : "%.0f MB", n / 1048576);
    return dst;
}

const char *format_seconds(int64_t ms, char *dst, size_t size)
{
    if (ms < 0)
        ms = 0;
    if (ms < 9950)
        snprintf(dst, size, "%.1f s", (double)ms / 1000);
    else if (ms < 100000)
        snprintf(dst, size, "%lld s", (long long)ms / 1000);
    else
        snprintf(dst, size, "%lld:%02lld", (long long)ms / 60000, (long long)ms / 1000 % 60);
    return dst;
}

const char *format_money(double dollars, char *dst, size_t size)
{
    if (dollars < 0)
        str_copy(dst, size, "$ unknown");
    else
        snprintf(dst, size, "$%.3f", dollars);
    return dst;
}

const char *format_sha(const char *sha, char *dst, size_t size)
{
    if (strlen(sha) < 64)
        str_copy(dst, size, sha[0] ? sha : "none yet");
    else
        snprintf(dst, size, "%.4s %.4s … %.4s", sha, sha + 4, sha + 60);
    return dst;
}

int format_blob(const struct state *s, const char *sha, struct buf *out)
{
    struct buf raw;
    int rc = -1;

    if (!sha[0] || !s->blob)
        return -1;
    buf_init(&raw, BLOB_CAP);
    if (s->blob(s->arg, sha, &raw) >= 0) {
        text_sanitize(out, buf_text(&raw), raw.len, TEXT_TABS);
        rc = 0;
    }
    buf_done(&raw);
    return rc;
}

const struct attempt *format_attempt(const struct view_context *at)
{
    if (!at->state || at->attempt < 0 || (size_t)at->attempt >= at->state->attempts.n)
        return NULL;
    return at->state->attempts.items[at->attempt];
}

const char *format_number(const struct state *s, const struct attempt *a, char *dst, size_t size)
{
    const struct stage_state *stage = &s->stages[a->stage];

    if (stage->steps.n <= 1) {
        snprintf(dst, size, "%d", a->number);
        return dst;
    }
    for (size_t i = 0; i < stage->steps.n; i++) {
        if (stage->steps.items[i] == a->step)
            snprintf(dst, size, "%zu/%d", i + 1, a->number);
    }
    return dst;
}
