/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/str.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX_LEN = 63 };

bool str_eq(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(a, b) == 0;
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);

    return n >= m && memcmp(text + n - m, suffix, m) == 0;
}

bool str_copy(char *dst, size_t size, const char *src)
{
    size_t n = strlen(src);
    bool whole = n < size;

    if (size == 0)
        return false;
    if (!whole)
        n = size - 1;
    memcpy(dst, src, n);
    dst[n] = '\0';
    return whole;
}

bool str_to_long(const char *text, int64_t *ret)
{
    char *end;
    long long v;

    if (!text || !*text || isspace((unsigned char)*text))
        return false;
    errno = 0;
    v = strtoll(text, &end, 10);
    if (errno || *end)
        return false;
    *ret = v;
    return true;
}

bool str_to_double(const char *text, double *ret)
{
    static locale_t c_locale;
    char *end;
    double v;

    if (!text || !*text || isspace((unsigned char)*text))
        return false;
    if (!c_locale)
        c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    v = strtod_l(text, &end, c_locale);
    if (*end || !isfinite(v))
        return false;
    *ret = v;
    return true;
}

static int least(int a, int b, int c)
{
    int m = a < b ? a : b;

    return m < c ? m : c;
}

int str_distance(const char *a, const char *b)
{
    int d[3][WORD_MAX_LEN + 2];
    int n = (int)strnlen(a, WORD_MAX_LEN), m = (int)strnlen(b, WORD_MAX_LEN);

    for (int j = 0; j <= m; j++)
        d[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *cur = d[i % 3], *prev = d[(i + 2) % 3], *prev2 = d[(i + 1) % 3];
        cur[0] = i;
        for (int j = 1; j <= m; j++) {
            int ca = tolower((unsigned char)a[i - 1]), cb = tolower((unsigned char)b[j - 1]);
            cur[j] = least(prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + (ca != cb));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                prev2[j - 2] + 1 < cur[j])
                cur[j] = prev2[j - 2] + 1;
        }
    }
    return d[n % 3][m];
}

const char *str_nearest(const char *word, const char *const *words, size_t n)
{
    const char *best = NULL;
    int least_edits = (int)strlen(word) / 3 + 1;

    for (size_t i = 0; i < n; i++) {
        int edits = str_distance(word, words[i]);
        if (edits <= least_edits && (!best || edits < least_edits)) {
            least_edits = edits;
            best = words[i];
        }
    }
    return best;
}
