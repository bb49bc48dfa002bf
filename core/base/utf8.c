/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/utf8.h"

#include <stdbool.h>
#include <utf8proc.h>

size_t utf8_decode(const char *s, size_t n, uint32_t *ret_cp)
{
    utf8proc_int32_t cp;
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &cp);

    if (used <= 0) {
        *ret_cp = UTF8_BAD;
        return 1;
    }
    *ret_cp = (uint32_t)cp;
    return (size_t)used;
}

size_t utf8_encode(uint32_t cp, char dst[4])
{
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)dst);
}

static size_t wanted(unsigned char lead)
{
    if (lead >= 0xF0 && lead < 0xF5)
        return 4;
    if (lead >= 0xE0)
        return lead < 0xF0 ? 3 : 1;
    return lead >= 0xC2 ? 2 : 1;
}

size_t utf8_whole(const char *s, size_t n)
{
    size_t back = 1;

    while (back <= 3 && back <= n) {
        unsigned char c = (unsigned char)s[n - back];
        if ((c & 0xC0) != 0x80)
            return wanted(c) > back ? n - back : n;
        back++;
    }
    return n;
}

static int cp_width(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 0x20 && cp != 0x7F;
    return utf8proc_charwidth((utf8proc_int32_t)cp);
}

size_t utf8_cluster(const char *s, size_t n, int *ret_width)
{
    uint32_t cp, next;
    size_t used = utf8_decode(s, n, &cp), more;
    utf8proc_int32_t state = 0;
    int width = cp_width(cp);

    while (used < n) {
        if (cp < 0x80 && (unsigned char)s[used] < 0x80)
            break;
        more = utf8_decode(s + used, n - used, &next);
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)cp, (utf8proc_int32_t)next, &state))
            break;
        if (next == 0xFE0F)
            width = 2;
        else if (cp_width(next) > width)
            width = cp_width(next);
        used += more;
        cp = next;
    }
    *ret_width = width > 2 ? 2 : width;
    return used;
}

int utf8_width(const char *s, size_t n)
{
    int total = 0, w;

    for (size_t i = 0; i < n; total += w)
        i += utf8_cluster(s + i, n - i, &w);
    return total;
}

size_t utf8_fit(const char *s, size_t n, int columns, int *ret_width)
{
    size_t i = 0;
    int total = 0, w;

    while (i < n) {
        size_t used = utf8_cluster(s + i, n - i, &w);
        if (total + w > columns)
            break;
        total += w;
        i += used;
    }
    *ret_width = total;
    return i;
}
