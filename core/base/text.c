/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/text.h"

#include <string.h>
#include <utf8proc.h>

#include "core/base/utf8.h"

enum { TAB = 4, LINE_CAP = 64 * 1024 };

static bool misleading(uint32_t cp)
{
    return (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200E ||
           cp == 0x200F || cp == 0x061C || cp == 0x200B || cp == 0x2060 || cp == 0xFEFF ||
           cp == 0x00AD || cp == 0x180E || (cp >= 0x2028 && cp <= 0x2029) ||
           (cp >= 0xE0000 && cp <= 0xE0FFF) || (cp >= 0xFFF9 && cp <= 0xFFFB);
}

bool text_allowed(uint32_t cp)
{
    utf8proc_category_t cat;

    if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || misleading(cp))
        return false;
    if (cp < 0x7F)
        return true;
    cat = utf8proc_category((utf8proc_int32_t)cp);
    return cat != UTF8PROC_CATEGORY_CS && cat != UTF8PROC_CATEGORY_CC &&
           cat != UTF8PROC_CATEGORY_CO && cat != UTF8PROC_CATEGORY_CN;
}

/* Bytes of a control string's body up to and with its terminator; it never runs past the line. */
static size_t string_body(const char *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i] != '\n') {
        if (s[i] == '\a')
            return i + 1;
        if (s[i] == 0x1B && i + 1 < n && s[i + 1] == '\\')
            return i + 2;
        if ((unsigned char)s[i] == 0xC2 && i + 1 < n && (unsigned char)s[i + 1] == 0x9C)
            return i + 2;
        i++;
    }
    return i;
}

static size_t csi_body(const char *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i] >= 0x20 && s[i] < 0x40)
        i++;
    if (i < n && s[i] >= 0x40 && s[i] < 0x7F)
        i++;
    return i;
}

/* s[0] is ESC: bytes of the whole sequence. */
static size_t escape(const char *s, size_t n)
{
    size_t i = 1;

    if (n < 2)
        return n;
    if (s[1] == '[')
        return 2 + csi_body(s + 2, n - 2);
    if (strchr("]PX^_", s[1]))
        return 2 + string_body(s + 2, n - 2);
    while (i < n && s[i] >= 0x20 && s[i] < 0x30)
        i++;
    return i < n && s[i] >= 0x30 && s[i] < 0x7F ? i + 1 : i;
}

/* A C1 control of used bytes at s: bytes of the sequence it opens, 0 when it opens none. */
static size_t c1_sequence(uint32_t cp, const char *s, size_t n, size_t used)
{
    if (cp == 0x9B)
        return used + csi_body(s + used, n - used);
    if (cp == 0x9D || cp == 0x90 || cp == 0x98 || cp == 0x9E || cp == 0x9F)
        return used + string_body(s + used, n - used);
    return 0;
}

static size_t control(const char *s, size_t n)
{
    uint32_t cp;
    size_t used;

    if (s[0] == 0x1B)
        return escape(s, n);
    used = utf8_decode(s, n, &cp);
    if (cp == UTF8_BAD && (unsigned char)s[0] >= 0x80 && (unsigned char)s[0] < 0xA0)
        cp = (unsigned char)s[0];
    return c1_sequence(cp, s, n, used);
}

static void put_bad(struct buf *out)
{
    buf_puts(out, "\xEF\xBF\xBD");
}

static void put_space(struct buf *out, int flags, int *column)
{
    int n = flags & TEXT_ONE_LINE ? 1 : TAB - *column % TAB;

    buf_put(out, "    ", (size_t)n);
    *column += n;
}

static size_t put_cluster(struct buf *out, const char *s, size_t n, int *column)
{
    uint32_t cp;
    size_t used = utf8_decode(s, n, &cp);

    if (!text_allowed(cp) || (cp == UTF8_BAD && used == 1)) {
        put_bad(out);
        *column += 1;
        return used;
    }
    buf_put(out, s, used);
    *column += utf8proc_charwidth((utf8proc_int32_t)cp);
    return used;
}

int text_sanitize(struct buf *out, const char *in, size_t n, int flags)
{
    int column = 0;

    for (size_t i = 0; i < n;) {
        char c = in[i];
        size_t skip;
        if (c == '\r') {
            if (i + 1 == n || in[i + 1] != '\n')
                buf_putc(out, flags & TEXT_ONE_LINE ? ' ' : '\n');
            column = 0;
            i++;
        } else if (c == '\n') {
            buf_putc(out, flags & TEXT_ONE_LINE ? ' ' : '\n');
            column = 0;
            i++;
        } else if (c == '\t' && flags) {
            put_space(out, flags, &column);
            i++;
        } else if (c == '\t') {
            buf_putc(out, c);
            i++;
        } else if (((unsigned char)c < 0x20 || (unsigned char)c >= 0x80) &&
                   (skip = control(in + i, n - i)) > 0) {
            i += skip;
        } else {
            i += put_cluster(out, in + i, n - i, &column);
        }
    }
    return out->broken ? -1 : 0;
}

const char *text_line(char *dst, size_t size, const char *in)
{
    struct buf b;
    size_t n, end = 0;
    int w;

    buf_init(&b, LINE_CAP);
    text_sanitize(&b, in, strnlen(in, LINE_CAP / 4), TEXT_ONE_LINE);
    n = b.len;
    if (n >= size && size > 3) {
        while (end < n) {
            size_t used = utf8_cluster(b.data + end, n - end, &w);
            if (end + used + 4 > size)
                break;
            end += used;
        }
        memcpy(dst, b.data, end);
        memcpy(dst + end, "\xE2\x80\xA6", 4);
    } else if (size > 0) {
        if (n >= size)
            n = size - 1;
        memcpy(dst, buf_text(&b), n);
        dst[n] = '\0';
    }
    buf_done(&b);
    return dst;
}
