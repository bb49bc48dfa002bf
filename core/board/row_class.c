/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which class a printed row names. The rules stand in board.h; where they do not decide, nothing is guessed. */
#include <string.h>

#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/board/board.h"

enum { LOOK_BACK = 64 << 10 };

struct words {
    const char *const *classes;
    int n;
    size_t len[BOARD_CLASSES_MAX];
};

/* The findings of one row so far. */
struct tally {
    int verdict;                      /* rule 1 */
    bool scored[BOARD_CLASSES_MAX];   /* rule 2, over single lines */
    double score[BOARD_CLASSES_MAX];
    int list;                         /* rule 2, over one line */
};

struct mention {
    int class;
    const char *at, *end;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint32_t cp)
{
    if (cp < 0x80)
        return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || (cp >= '0' && cp <= '9') || cp == '_';
    /* letters of the scripts, not the blocks of symbols, dingbats and emoji */
    return (cp >= 0xaa && cp < 0x2000 && cp != 0xd7 && cp != 0xf7) || (cp >= 0x2c00 && cp < 0x2e00) ||
           (cp >= 0x3041 && cp < 0xd800);
}

static uint32_t point_before(const char *start, const char *at)
{
    const char *p = at;
    uint32_t cp;

    do
        p--;
    while (p > start && at - p < 4 && ((unsigned char)*p & 0xc0) == 0x80);
    utf8_decode(p, (size_t)(at - p), &cp);
    return cp;
}

static uint32_t point_at(const char *at, const char *end)
{
    uint32_t cp;

    utf8_decode(at, (size_t)(end - at), &cp);
    return cp;
}

/* A digit next to a sign, a point or a comma with digits is part of a longer number. */
static bool number_goes_on(const char *start, const char *at, const char *name_end, const char *end)
{
    if (is_digit(*at) && at > start) {
        if (at[-1] == '-' || at[-1] == '.')
            return true;
        if (at[-1] == ',' && at - 1 > start && is_digit(at[-2]))
            return true;
    }
    if (is_digit(name_end[-1]) && end - name_end > 1)
        return (*name_end == '.' || *name_end == ',') && is_digit(name_end[1]);
    return false;
}

static bool is_whole(const char *start, const char *at, const char *name_end, const char *end)
{
    if (at > start && is_letter(point_at(at, name_end)) && is_letter(point_before(start, at)))
        return false;
    if (name_end < end && is_letter(point_before(at, name_end)) && is_letter(point_at(name_end, end)))
        return false;
    return !number_goes_on(start, at, name_end, end);
}

static bool is_named(const struct words *w, int i, const char *start, const char *at, const char *end)
{
    size_t n = w->len[i];

    if (!n || (size_t)(end - at) < n)
        return false;
    for (size_t k = 0; k < n; k++) {
        if (lower(at[k]) != lower(w->classes[i][k]))
            return false;
    }
    return is_whole(start, at, at + n, end);
}

/* The longest class named exactly at `at`; -1. */
static int class_at(const struct words *w, const char *start, const char *at, const char *end)
{
    int best = -1;

    for (int i = 0; i < w->n; i++) {
        if ((best < 0 || w->len[i] > w->len[best]) && is_named(w, i, start, at, end))
            best = i;
    }
    return best;
}

/* The next mention at or behind p; class -1 when there is none. */
static struct mention next_mention(const struct words *w, const char *start, const char *p, const char *end)
{
    for (; p < end; p++) {
        int i = class_at(w, start, p, end);

        if (i >= 0)
            return (struct mention){i, p, p + w->len[i]};
    }
    return (struct mention){-1, end, end};
}

static bool only_marks(const char *p, const char *end)
{
    for (; p < end; p++) {
        if (is_letter((unsigned char)*p < 0x80 ? (unsigned char)*p : 'x'))
            return false;
    }
    return true;
}

/* "APPLE: 0.97 %": marks, one number, marks, up to end; the number into *ret. */
static bool read_score(const char *p, const char *end, double *ret)
{
    char text[64];
    size_t n;

    while (p < end && strchr(" \t:=|(>\"'", *p))
        p++;
    for (n = 0; p + n < end && n < sizeof(text) - 1 && (is_digit(p[n]) || strchr("+-.eE", p[n])); n++)
        text[n] = p[n];
    text[n] = '\0';
    return n && str_to_double(text, ret) && only_marks(p + n, end);
}

/* One line that holds every class with its number: the largest; -1. */
static int list_class(const struct words *w, const char *start, const char *end)
{
    bool seen[BOARD_CLASSES_MAX] = {false};
    struct mention m = next_mention(w, start, start, end), next;
    int n = 0, best = -1;
    double score, most = 0;
    bool tie = false;

    for (; m.class >= 0; m = next, n++) {
        next = next_mention(w, start, m.end, end);
        if (seen[m.class] || !read_score(m.end, next.at, &score))
            return -1;
        seen[m.class] = true;
        if (best < 0 || score > most) {
            best = m.class;
            most = score;
            tie = false;
        } else {
            tie |= score >= most;
        }
    }
    return n == w->n && !tie ? best : -1;
}

static void read_line(const struct words *w, const char *start, const char *end, struct tally *t)
{
    struct mention first = next_mention(w, start, start, end), m = first;
    double score;

    if (first.class < 0)
        return;
    while (m.class == first.class)
        m = next_mention(w, start, m.end, end);
    if (m.class >= 0) {
        int list = list_class(w, start, end);

        t->list = list >= 0 ? list : t->list;
        return;
    }
    if (only_marks(start, first.at) && read_score(first.end, end, &score)) {
        t->scored[first.class] = true;
        t->score[first.class] = score;
    } else {
        t->verdict = first.class;
    }
}

/* Rule 2 over lines: every class has a score, or only one class is there at all. */
static int scored_class(const struct tally *t, int n)
{
    int best = -1, count = 0;
    bool tie = false;

    for (int i = 0; i < n; i++) {
        if (!t->scored[i])
            continue;
        count++;
        if (best < 0 || t->score[i] > t->score[best]) {
            best = i;
            tie = false;
        } else {
            tie |= t->score[i] >= t->score[best];
        }
    }
    return (count == n && !tie) || count == 1 ? best : -1;
}

int board_row_class(const struct board_row *row, const char *const *classes, int n)
{
    struct tally t = {.verdict = -1, .list = -1};
    struct words w = {.classes = classes, .n = n};
    const char *p = row->text, *end = row->text + row->len;
    int scored;

    if (n <= 0 || n > BOARD_CLASSES_MAX || !row->len)
        return -1;
    for (int i = 0; i < n; i++)
        w.len[i] = strlen(classes[i]);
    if (row->len > LOOK_BACK)
        p = end - LOOK_BACK;
    while (p < end) {
        size_t left = (size_t)(end - p), len = 0;

        while (len < left && p[len] != '\n' && p[len] != '\r')
            len++;
        read_line(&w, p, p + len, &t);
        p += len + (len < left);
    }
    if (t.verdict >= 0)
        return t.verdict;
    scored = scored_class(&t, n);
    return scored >= 0 ? scored : t.list;
}
