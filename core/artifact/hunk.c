/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/hunk.h"

#include <string.h>

enum { EDIT_MAX = 4 * 1024 * 1024, EDITS_MAX = 1000 };

/* Replaces hunks.items[h] by parts[0..n). */
static int put_parts(struct diff *d, int h, const struct diff_hunk *parts, int n)
{
    struct diff_hunk none = {0};
    size_t tail;

    for (int i = 1; i < n; i++) {
        if (vec_push(&d->hunks, none, DIFF_ROWS_MAX)) {
            d->hunks.n -= (size_t)i - 1;
            return -1;
        }
    }
    tail = d->hunks.n - (size_t)h - (size_t)n;
    memmove(d->hunks.items + h + n, d->hunks.items + h + 1, tail * sizeof(none));
    memcpy(d->hunks.items + h, parts, (size_t)n * sizeof(none));
    return 0;
}

/* Unchanged lines between two changes go to both: the first half closes one part, the rest opens
 * the next. */
int hunk_split(struct diff *d, int h)
{
    const struct diff_hunk whole = d->hunks.items[h];
    VEC(struct diff_hunk) parts = {0};
    struct diff_hunk part = {.first_row = whole.first_row};
    int end = whole.first_row + whole.n_rows, last = -1, rc = 0, n;

    for (int i = whole.first_row; i < end && !rc; i++) {
        if (d->rows.items[i].op == DIFF_SAME)
            continue;
        if (last >= 0 && i > last + 1) {
            int cut = last + 1 + (i - last) / 2;
            part.n_rows = cut - part.first_row;
            rc = vec_push(&parts, part, DIFF_ROWS_MAX);
            part.first_row = cut;
        }
        last = i;
    }
    part.n_rows = end - part.first_row;
    if (!rc)
        rc = vec_push(&parts, part, DIFF_ROWS_MAX);
    if (!rc)
        rc = put_parts(d, h, parts.items, (int)parts.n);
    n = (int)parts.n;
    vec_done(&parts);
    diff_renumber(d);
    return rc ? -1 : n;
}

static void put_side(const struct diff *d, int h, enum diff_op without, struct buf *out)
{
    const struct diff_hunk *k = &d->hunks.items[h];

    for (int i = k->first_row; i < k->first_row + k->n_rows; i++) {
        if (d->rows.items[i].op != without)
            buf_put(out, d->rows.items[i].text, d->rows.items[i].len);
    }
}

int hunk_text(const struct diff *d, int h, struct buf *out)
{
    put_side(d, h, DIFF_DEL, out);
    return out->broken ? -1 : 0;
}

/* Puts rows in the place of those of hunk h. */
static int splice(struct diff *d, int h, const diff_rows *rows)
{
    struct diff_hunk *k = &d->hunks.items[h];
    size_t from = (size_t)k->first_row, to = from + (size_t)k->n_rows, before = d->rows.n;
    struct diff_row none = {0};

    for (size_t i = (size_t)k->n_rows; i < rows->n; i++) {
        if (vec_push(&d->rows, none, DIFF_ROWS_MAX)) {
            d->rows.n = before;
            return -1;
        }
    }
    memmove(d->rows.items + from + rows->n, d->rows.items + to, (before - to) * sizeof(none));
    if (rows->n)
        memcpy(d->rows.items + from, rows->items, rows->n * sizeof(none));
    d->rows.n = before - (to - from) + rows->n;
    for (size_t i = (size_t)h + 1; i < d->hunks.n; i++)
        d->hunks.items[i].first_row += (int)rows->n - k->n_rows;
    k->n_rows = (int)rows->n;
    return 0;
}

/* Copies text, ended by a newline where the hunk is not the end of the file. */
static char *own_text(struct diff *d, int h, const char *text, size_t *n)
{
    const struct diff_hunk *k = &d->hunks.items[h];
    bool end = (size_t)(k->first_row + k->n_rows) == d->rows.n;
    char *copy = os_alloc(*n + 2);

    if (!copy)
        return NULL;
    memcpy(copy, text, *n);
    if (!end && *n && copy[*n - 1] != '\n')
        copy[(*n)++] = '\n';
    if (vec_push(&d->edits, copy, EDITS_MAX)) {
        free(copy);
        return NULL;
    }
    return copy;
}

/* Unchanged rows must borrow from the old text, which outlives the copy of it made here. */
static void borrow_old(diff_rows *rows, const char *copy, size_t n, const struct diff *d, int h)
{
    int i = d->hunks.items[h].first_row;

    for (size_t k = 0; k < rows->n; k++) {
        struct diff_row *r = &rows->items[k];
        if (r->text < copy || r->text >= copy + n)
            continue;
        while (d->rows.items[i].op == DIFF_ADD)
            i++;
        r->text = d->rows.items[i++].text;
    }
}

int hunk_edit(struct diff *d, int h, const char *text, size_t n)
{
    diff_rows rows = {0};
    struct buf old;
    char *own = NULL;
    int rc = -1;

    buf_init(&old, EDIT_MAX);
    if (n > EDIT_MAX)
        goto out;
    put_side(d, h, DIFF_ADD, &old);
    if (old.broken)
        goto out;
    own = own_text(d, h, text, &n);
    if (!own || diff_rows_of(&rows, buf_text(&old), old.len, own, n))
        goto out;
    borrow_old(&rows, buf_text(&old), old.len, d, h);
    rc = splice(d, h, &rows);
    if (!rc)
        diff_renumber(d);
out:
    vec_done(&rows);
    buf_done(&old);
    return rc;
}
