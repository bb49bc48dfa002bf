/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/wrap.h"

#include "core/base/utf8.h"

size_t wrap_next(const char *s, size_t n, int width)
{
    int used, w;
    size_t fit = utf8_fit(s, n, width, &used), cut;

    if (fit == n)
        return n;
    if (fit == 0)
        return n ? utf8_cluster(s, n, &w) : 0;
    if (s[fit] == ' ')
        return fit + 1;
    for (cut = fit; cut > 0 && s[cut - 1] != ' '; cut--)
        ;
    return cut > fit / 2 ? cut : fit; /* a break that leaves more than half the row empty is no help */
}

int wrap_count(const char *s, size_t n, int width)
{
    int rows = 0;

    for (size_t i = 0; i < n; rows++)
        i += wrap_next(s + i, n - i, width);
    return rows ? rows : 1;
}

size_t wrap_find(const char *s, size_t n, int width, int row, size_t *ret_n)
{
    size_t i = 0, len = wrap_next(s, n, width);

    while (row-- > 0 && i + len < n) {
        i += len;
        len = wrap_next(s + i, n - i, width);
    }
    *ret_n = len;
    return i;
}
