/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/pager.h"

#include <stdio.h>
#include <string.h>

#include "tui/widget/wrap.h"

void pager_init(struct pager *p, enum highlight_language language, bool numbers)
{
    *p = (struct pager){.language = language, .numbers = numbers, .width = 80};
}

void pager_done(struct pager *p)
{
    vec_done(&p->lines);
}

static int line_rows(const struct pager *p, const struct pager_line *l)
{
    return p->wrap ? wrap_count(p->bytes + l->start, l->len, p->width) : 1;
}

/* Splits what follows the last known line start; the last line may have been unfinished. */
static void split(struct pager *p, size_t from, int64_t row)
{
    while (from <= p->len) {
        const char *end = memchr(p->bytes + from, '\n', p->len - from);
        size_t stop = end ? (size_t)(end - p->bytes) : p->len;
        struct pager_line l = {.start = from, .row = row};
        if (from == p->len && p->lines.n > 0)
            break;
        l.len = (uint32_t)(stop - from > UINT32_MAX ? UINT32_MAX : stop - from);
        row += line_rows(p, &l);
        if (vec_push(&p->lines, l, PAGER_LINES_MAX) < 0)
            break;
        from = stop + 1;
    }
    p->rows = row;
}

void pager_set(struct pager *p, const char *bytes, size_t len)
{
    p->bytes = bytes ? bytes : "";
    p->len = len;
    p->lines.n = p->n_states = 0;
    split(p, 0, 0);
    if (len == 0)
        p->rows = 0;
}

void pager_grow(struct pager *p, const char *bytes, size_t len)
{
    struct pager_line last;

    if (p->lines.n == 0 || len < p->len) {
        pager_set(p, bytes, len);
        return;
    }
    if (len == p->len) {
        p->bytes = bytes;
        return;
    }
    p->bytes = bytes;
    p->len = len;
    last = p->lines.items[--p->lines.n];
    if (p->n_states > p->lines.n)
        p->n_states = p->lines.n; /* the state before the reopened line is computed again */
    split(p, last.start, last.row);
}

int pager_gutter(const struct pager *p)
{
    return p->numbers ? 7 : 0;
}

void pager_layout(struct pager *p, int width, bool wrap)
{
    int64_t row = 0;

    width -= pager_gutter(p);
    if (width < 4)
        width = 4;
    if (width == p->width && wrap == p->wrap)
        return;
    p->width = width;
    p->wrap = wrap;
    for (size_t i = 0; i < p->lines.n; i++) {
        p->lines.items[i].row = row;
        row += line_rows(p, &p->lines.items[i]);
    }
    p->rows = p->len ? row : 0;
}

int pager_line_at(const struct pager *p, int64_t row, int *ret_sub)
{
    size_t low = 0, high = p->lines.n;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (p->lines.items[mid].row <= row)
            low = mid;
        else
            high = mid;
    }
    *ret_sub = p->lines.n ? (int)(row - p->lines.items[low].row) : 0;
    return (int)low;
}

int64_t pager_row_of(const struct pager *p, int line)
{
    if (p->lines.n == 0 || line < 0)
        return 0;
    if ((size_t)line >= p->lines.n)
        line = (int)p->lines.n - 1;
    return p->lines.items[line].row;
}

const char *pager_text(const struct pager *p, int line, size_t *ret_n)
{
    if (line < 0 || (size_t)line >= p->lines.n) {
        *ret_n = 0;
        return "";
    }
    *ret_n = p->lines.items[line].len;
    return p->bytes + p->lines.items[line].start;
}

static void know_state(struct pager *p, size_t line)
{
    struct highlight_span none;

    if (p->n_states == 0 && p->lines.n > 0) {
        p->lines.items[0].state = 0;
        p->n_states = 1;
    }
    for (; p->n_states <= line && p->n_states < p->lines.n; p->n_states++) {
        const struct pager_line *l = &p->lines.items[p->n_states - 1];
        int next;
        highlight_line(p->language, l->state, p->bytes + l->start, l->len, &none, 0, &next);
        p->lines.items[p->n_states].state = next;
    }
}

/* The part [from, to) of a line, span by span. */
static void draw_spans(struct canvas *c, const char *s, size_t from, size_t to,
                       const struct highlight_span *spans, int n)
{
    size_t i = from;

    for (int k = 0; k < n && i < to; k++) {
        size_t start = spans[k].start, end = start + spans[k].len;
        if (end <= i)
            continue;
        if (start > i) {
            canvas_addn(c, ROLE_TEXT, s + i, (start < to ? start : to) - i);
            i = start < to ? start : to;
        }
        if (end > to)
            end = to;
        if (end > i)
            canvas_addn(c, spans[k].role, s + i, end - i);
        i = end > i ? end : i;
    }
    if (i < to)
        canvas_addn(c, ROLE_TEXT, s + i, to - i);
}

void pager_draw(struct pager *p, struct canvas *c, int y, int64_t row, const char *sign, int sign_role)
{
    struct highlight_span spans[HIGHLIGHT_SPANS_MAX];
    int sub, n, next, line = pager_line_at(p, row, &sub), gutter = pager_gutter(p);
    const struct pager_line *l;
    size_t from = 0, len;
    struct canvas text = *c;

    if ((size_t)line >= p->lines.n)
        return;
    know_state(p, (size_t)line);
    l = &p->lines.items[line];
    len = l->len;
    if (p->wrap)
        from = wrap_find(p->bytes + l->start, l->len, p->width, sub, &len);
    if (gutter && sub == 0) {
        if (sign)
            canvas_put(c, y, 0, sign_role, sign);
        canvas_putf(c, y, 1, sign ? sign_role : ROLE_NUMBER_LINE, "%4d", line + 1);
    } else if (gutter) {
        canvas_put(c, y, 4, ROLE_NUMBER_LINE, "·");
    }
    text.at.col += gutter;
    text.at.cols = text.at.cols > gutter ? text.at.cols - gutter : 0;
    canvas_at(&text, y, 0);
    if (p->wrap)
        text.shift = 0;
    n = highlight_line(p->language, l->state, p->bytes + l->start, l->len, spans, HIGHLIGHT_SPANS_MAX, &next);
    draw_spans(&text, p->bytes + l->start, from, from + len, spans, n);
}
