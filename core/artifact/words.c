/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>

#include "core/artifact/diff.h"

enum { WORDS_MAX = 120 };

struct words {
    struct diff_word at[WORDS_MAX];
    bool kept[WORDS_MAX];
    int n;
    bool cut; /* more words than the table holds */
};

static int class_of(char c)
{
    if (isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80)
        return 1;
    return isspace((unsigned char)c) ? 2 : 0;
}

static void split(struct words *w, const struct diff_row *r)
{
    size_t n = r->len;

    w->n = 0;
    w->cut = false;
    while (n && (r->text[n - 1] == '\n' || r->text[n - 1] == '\r'))
        n--;
    for (size_t i = 0; i < n;) {
        size_t from = i++;
        int c = class_of(r->text[from]);
        while (c && i < n && class_of(r->text[i]) == c)
            i++;
        if (w->n == WORDS_MAX) {
            w->cut = true;
            w->at[WORDS_MAX - 1].len = n - w->at[WORDS_MAX - 1].start;
            return;
        }
        w->kept[w->n] = false;
        w->at[w->n++] = (struct diff_word){from, i - from};
    }
}

static bool same(const struct diff_row *a, const struct diff_word *x, const struct diff_row *b,
                 const struct diff_word *y)
{
    return x->len == y->len && !memcmp(a->text + x->start, b->text + y->start, x->len);
}

/* Longest common subsequence of words. */
static void match(const struct diff_row *a, struct words *x, const struct diff_row *b,
                  struct words *y)
{
    unsigned char best[WORDS_MAX + 1][WORDS_MAX + 1];
    int i, j;

    memset(best, 0, sizeof(best));
    for (i = x->n - 1; i >= 0; i--) {
        for (j = y->n - 1; j >= 0; j--) {
            if (same(a, &x->at[i], b, &y->at[j]))
                best[i][j] = (unsigned char)(best[i + 1][j + 1] + 1);
            else
                best[i][j] = best[i + 1][j] > best[i][j + 1] ? best[i + 1][j] : best[i][j + 1];
        }
    }
    for (i = j = 0; i < x->n && j < y->n;) {
        if (same(a, &x->at[i], b, &y->at[j]))
            x->kept[i++] = y->kept[j++] = true;
        else if (best[i + 1][j] >= best[i][j + 1])
            i++;
        else
            j++;
    }
}

static int marks(const struct words *w, struct diff_word *out, int max)
{
    int n = 0;

    for (int i = 0; i < w->n; i++) {
        if (w->kept[i])
            continue;
        if (n && out[n - 1].start + out[n - 1].len == w->at[i].start)
            out[n - 1].len += w->at[i].len;
        else if (n < max)
            out[n++] = w->at[i];
        else
            break;
    }
    return n;
}

void diff_words(const struct diff_row *del, const struct diff_row *add, struct diff_word *del_marks,
                int *n_del, struct diff_word *add_marks, int *n_add, int max)
{
    struct words x, y;

    split(&x, del);
    split(&y, add);
    match(del, &x, add, &y);
    *n_del = marks(&x, del_marks, max);
    *n_add = marks(&y, add_marks, max);
}
