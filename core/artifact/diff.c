/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/diff.h"

#include <stdint.h>
#include <string.h>

enum { WORK_MAX = 20000000 }; /* steps of all searches together: about 0.1 s */

struct line {
    const char *text;
    size_t len;
    uint64_t hash;
};

struct side {
    VEC(struct line) lines;
    bool *changed; /* owned; one per line */
};

struct search {
    struct side *a, *b;
    int *forward, *backward; /* furthest x per diagonal */
    int offset;              /* index of diagonal 0 */
    long work;               /* steps left */
};

static int side_init(struct side *s, const char *text, size_t n)
{
    memset(s, 0, sizeof(*s));
    for (size_t at = 0; at < n;) {
        const char *nl = memchr(text + at, '\n', n - at);
        struct line l = {text + at, nl ? (size_t)(nl - text) - at + 1 : n - at,
                         14695981039346656037u};
        for (size_t i = 0; i < l.len; i++)
            l.hash = (l.hash ^ (unsigned char)l.text[i]) * 1099511628211u;
        if (vec_push(&s->lines, l, DIFF_ROWS_MAX))
            return -1;
        at += l.len;
    }
    s->changed = os_alloc(s->lines.n + 1);
    return s->changed ? 0 : -1;
}

static void side_done(struct side *s)
{
    vec_done(&s->lines);
    free(s->changed);
}

static bool same_line(const struct side *a, int i, const struct side *b, int j)
{
    const struct line *x = &a->lines.items[i], *y = &b->lines.items[j];

    return x->hash == y->hash && x->len == y->len && !memcmp(x->text, y->text, x->len);
}

struct box {
    int a0, a1, b0, b1; /* half-open line ranges */
};

static void mark_box(struct search *s, const struct box *r)
{
    for (int i = r->a0; i < r->a1; i++)
        s->a->changed[i] = true;
    for (int i = r->b0; i < r->b1; i++)
        s->b->changed[i] = true;
}

/* The furthest point of diagonal k from its neighbors, inside n × m; -1 when none leads there. */
static int reach(int right, int down, int k, int n, int m)
{
    int best = -1;

    if (right > 0 && right <= n)
        best = right;
    if (down > best && down - k >= 0 && down - k <= m)
        best = down;
    return best;
}

/* One step of the forward search; true with the meeting point in *x, *y when it met the backward
 * one. */
static bool step_forward(struct search *s, const struct box *r, int d, int delta, int *x, int *y)
{
    int *v = s->forward + s->offset, *w = s->backward + s->offset;
    int n = r->a1 - r->a0, m = r->b1 - r->b0;

    for (int k = -d; k <= d; k += 2) {
        int i, j;
        if (k < -m || k > n || (i = reach(v[k - 1] + 1, v[k + 1], k, n, m)) < 0)
            continue; /* stuck at an edge: what it reached before stays */
        j = i - k;
        for (s->work--; i < n && j < m && same_line(s->a, r->a0 + i, s->b, r->b0 + j); s->work--) {
            i++;
            j++;
        }
        v[k] = i;
        if ((delta & 1) && k - delta > -d && k - delta < d && w[k - delta] >= 0 &&
            i + w[k - delta] >= n) {
            *x = r->a0 + i;
            *y = r->b0 + j;
            return true;
        }
    }
    return false;
}

/* The same from the ends, in mirrored coordinates: mirrored diagonal -k is diagonal k + delta. */
static bool step_backward(struct search *s, const struct box *r, int d, int delta, int *x, int *y)
{
    int *v = s->forward + s->offset, *w = s->backward + s->offset;
    int n = r->a1 - r->a0, m = r->b1 - r->b0;

    for (int k = -d; k <= d; k += 2) {
        int i, j;
        if (-k < -m || -k > n || (i = reach(w[k + 1] + 1, w[k - 1], -k, n, m)) < 0)
            continue;
        j = i + k;
        for (s->work--; i < n && j < m && same_line(s->a, r->a1 - 1 - i, s->b, r->b1 - 1 - j);
             s->work--) {
            i++;
            j++;
        }
        w[k] = i;
        if (!(delta & 1) && k + delta >= -d && k + delta <= d && v[k + delta] >= 0 &&
            i + v[k + delta] >= n) {
            *x = r->a1 - i;
            *y = r->b1 - j;
            return true;
        }
    }
    return false;
}

/* A point on a shortest path through the box; false when the search would cost too much. */
static bool middle(struct search *s, const struct box *r, int *x, int *y)
{
    int n = r->a1 - r->a0, m = r->b1 - r->b0, delta = n - m;

    for (int i = -m - n - 1; i <= n + m + 1; i++)
        s->forward[s->offset + i] = s->backward[s->offset + i] = -1;
    s->forward[s->offset + 1] = 0;
    s->backward[s->offset - 1] = 0;
    for (int d = 0; d <= (n + m + 1) / 2; d++) {
        if (s->work < 0)
            return false;
        if (step_forward(s, r, d, delta, x, y) || step_backward(s, r, d, delta, x, y))
            return true;
    }
    return false;
}

static void trim(struct search *s, struct box *r)
{
    while (r->a0 < r->a1 && r->b0 < r->b1 && same_line(s->a, r->a0, s->b, r->b0)) {
        r->a0++;
        r->b0++;
    }
    while (r->a0 < r->a1 && r->b0 < r->b1 && same_line(s->a, r->a1 - 1, s->b, r->b1 - 1)) {
        r->a1--;
        r->b1--;
    }
}

/* Divide and conquer on a stack of boxes; each split makes both smaller. */
static int search_run(struct search *s, struct box whole)
{
    VEC(struct box) stack = {0};
    int rc = vec_push(&stack, whole, DIFF_ROWS_MAX);

    while (!rc && stack.n) {
        struct box r = stack.items[--stack.n], left, right;
        int x = 0, y = 0;
        trim(s, &r);
        if (r.a0 == r.a1 || r.b0 == r.b1 || !middle(s, &r, &x, &y) || (x == r.a0 && y == r.b0) ||
            (x == r.a1 && y == r.b1)) {
            mark_box(s, &r);
            continue;
        }
        left = (struct box){r.a0, x, r.b0, y};
        right = (struct box){x, r.a1, y, r.b1};
        rc = vec_push(&stack, right, DIFF_ROWS_MAX) || vec_push(&stack, left, DIFF_ROWS_MAX) ? -1
                                                                                             : 0;
    }
    vec_done(&stack);
    return rc;
}

static int compare(struct side *a, struct side *b)
{
    struct search s = {.a = a, .b = b, .work = WORK_MAX};
    struct box r = {0, (int)a->lines.n, 0, (int)b->lines.n};
    size_t room;
    int rc = -1;

    trim(&s, &r);
    if (r.a1 - r.a0 > DIFF_LINES_MAX || r.b1 - r.b0 > DIFF_LINES_MAX) {
        mark_box(&s, &r);
        return 0;
    }
    room = (size_t)(r.a1 - r.a0) + (size_t)(r.b1 - r.b0) + 2;
    s.offset = (int)room;
    s.forward = os_alloc((2 * room + 1) * sizeof(int));
    s.backward = os_alloc((2 * room + 1) * sizeof(int));
    if (s.forward && s.backward)
        rc = search_run(&s, r);
    free(s.forward);
    free(s.backward);
    return rc;
}

static int push_row(diff_rows *rows, enum diff_op op, const struct line *l)
{
    struct diff_row row = {.op = op, .text = l->text, .len = l->len, .hunk = -1};

    row.no_newline = !l->len || l->text[l->len - 1] != '\n';
    return vec_push(rows, row, DIFF_ROWS_MAX);
}

int diff_rows_of(diff_rows *rows, const char *ta, size_t na, const char *tb, size_t nb)
{
    struct side a = {0}, b = {0};
    size_t i = 0, j = 0;
    int rc = side_init(&a, ta, na) || side_init(&b, tb, nb) || compare(&a, &b) ? -1 : 0;

    while (!rc && (i < a.lines.n || j < b.lines.n)) {
        if (i < a.lines.n && a.changed[i])
            rc = push_row(rows, DIFF_DEL, &a.lines.items[i++]);
        else if (j < b.lines.n && b.changed[j])
            rc = push_row(rows, DIFF_ADD, &b.lines.items[j++]);
        else {
            rc = push_row(rows, DIFF_SAME, &a.lines.items[i++]);
            j++;
        }
    }
    side_done(&a);
    side_done(&b);
    return rc;
}

/* Header numbers of rows[from..from+n): a side without lines names the line before. */
static struct diff_hunk header(const struct diff_row *rows, int from, int n, int old_before,
                               int new_before)
{
    struct diff_hunk h = {.first_row = from, .n_rows = n};

    for (int i = from; i < from + n; i++) {
        h.old_count += rows[i].op != DIFF_ADD;
        h.new_count += rows[i].op != DIFF_DEL;
    }
    h.old_start = old_before + (h.old_count > 0);
    h.new_start = new_before + (h.new_count > 0);
    return h;
}

/* Hunks that an edit emptied, standing before row i. */
static void pass_empty(struct diff *d, size_t *k, int i, int old_line, int new_line)
{
    struct diff_hunk *h = d->hunks.items + *k;

    for (; *k < d->hunks.n && !h->n_rows && h->first_row <= i; h++, (*k)++)
        *h = header(d->rows.items, h->first_row, 0, old_line, new_line);
}

void diff_renumber(struct diff *d)
{
    int old_line = 0, new_line = 0;
    size_t k = 0;

    d->added = d->deleted = 0;
    for (size_t i = 0; i <= d->rows.n; i++) {
        struct diff_row *r = &d->rows.items[i];
        struct diff_hunk *h;
        pass_empty(d, &k, (int)i, old_line, new_line);
        if (i == d->rows.n)
            break;
        h = k < d->hunks.n ? &d->hunks.items[k] : NULL;
        if (h && h->first_row == (int)i)
            *h = header(d->rows.items, h->first_row, h->n_rows, old_line, new_line);
        r->hunk = h && (int)i >= h->first_row ? (int)k : -1;
        if (h && h->first_row + h->n_rows == (int)i + 1)
            k++;
        r->old_line = r->op == DIFF_ADD ? 0 : ++old_line;
        r->new_line = r->op == DIFF_DEL ? 0 : ++new_line;
        d->added += r->op == DIFF_ADD;
        d->deleted += r->op == DIFF_DEL;
    }
}

/* Groups changed rows with their context; the next group of rows at or after *at, false when there
 * is none. */
static bool next_group(const struct diff_row *rows, size_t n, int context, size_t *at,
                       size_t *ret_from, size_t *ret_to)
{
    size_t i = *at, last, gap = 2 * (size_t)context;

    while (i < n && rows[i].op == DIFF_SAME)
        i++;
    if (i == n)
        return false;
    *ret_from = i - *at > (size_t)context ? i - (size_t)context : *at;
    for (last = i; i < n && i - last <= gap + (rows[i].op != DIFF_SAME); i++) {
        if (rows[i].op != DIFF_SAME)
            last = i;
    }
    *ret_to = last + 1 + (size_t)context < n ? last + 1 + (size_t)context : n;
    *at = *ret_to;
    return true;
}

static int group(struct diff *d)
{
    size_t at = 0, from, to;

    while (next_group(d->rows.items, d->rows.n, d->context, &at, &from, &to)) {
        struct diff_hunk h = {.first_row = (int)from, .n_rows = (int)(to - from)};
        if (vec_push(&d->hunks, h, DIFF_ROWS_MAX))
            return -1;
    }
    diff_renumber(d);
    return 0;
}

int diff_init(struct diff *d, const char *a, size_t na, const char *b, size_t nb, int context)
{
    memset(d, 0, sizeof(*d));
    d->context = context < 0 ? 0 : context;
    if (diff_rows_of(&d->rows, a, na, b, nb) || group(d)) {
        diff_done(d);
        return -1;
    }
    return 0;
}

void diff_done(struct diff *d)
{
    for (size_t i = 0; i < d->edits.n; i++)
        free(d->edits.items[i]);
    vec_done(&d->edits);
    vec_done(&d->rows);
    vec_done(&d->hunks);
}

static bool taken(const struct diff_row *r, const bool *take)
{
    return r->hunk >= 0 && (!take || take[r->hunk]);
}

int diff_apply(const struct diff *d, const bool *take, struct buf *out)
{
    for (size_t i = 0; i < d->rows.n; i++) {
        const struct diff_row *r = &d->rows.items[i];
        if (r->op == DIFF_SAME || (r->op == DIFF_ADD) == taken(r, take))
            buf_put(out, r->text, r->len);
    }
    return out->broken ? -1 : 0;
}

/* A name in a patch header must not break its line. */
static void put_name(struct buf *out, const char *mark, const char *name)
{
    buf_puts(out, mark);
    for (; *name; name++)
        buf_putc(out, (unsigned char)*name < 0x20 ? '_' : *name);
    buf_putc(out, '\n');
}

static void put_row(struct buf *out, const struct diff_row *r)
{
    buf_putc(out, (char)r->op);
    buf_put(out, r->text, r->len);
    if (r->no_newline)
        buf_puts(out, "\n\\ No newline at end of file\n");
}

static void put_rows(struct buf *out, const struct diff_row *rows, size_t from, size_t to,
                     int old_before, int new_before)
{
    struct diff_hunk h = header(rows, (int)from, (int)(to - from), old_before, new_before);

    buf_putf(out, "@@ -%d,%d +%d,%d @@\n", h.old_start, h.old_count, h.new_start, h.new_count);
    for (; from < to; from++)
        put_row(out, &rows[from]);
}

int diff_unified_taken(const struct diff *d, const bool *take, const char *old_name,
                       const char *new_name, struct buf *out)
{
    diff_rows rows = {0};
    size_t at = 0, from, to, done = 0;
    int old_line = 0, new_line = 0, rc = 0;

    for (size_t i = 0; i < d->rows.n && !rc; i++) {
        struct diff_row r = d->rows.items[i];
        if (r.op == DIFF_ADD && !taken(&r, take))
            continue;
        if (r.op == DIFF_DEL && !taken(&r, take))
            r.op = DIFF_SAME;
        rc = vec_push(&rows, r, DIFF_ROWS_MAX);
    }
    while (!rc && next_group(rows.items, rows.n, d->context, &at, &from, &to)) {
        if (!done && !old_line && !new_line) {
            put_name(out, "--- ", old_name);
            put_name(out, "+++ ", new_name);
        }
        for (; done < from; done++) {
            old_line += rows.items[done].op != DIFF_ADD;
            new_line += rows.items[done].op != DIFF_DEL;
        }
        put_rows(out, rows.items, from, to, old_line, new_line);
        for (; done < to; done++) {
            old_line += rows.items[done].op != DIFF_ADD;
            new_line += rows.items[done].op != DIFF_DEL;
        }
    }
    vec_done(&rows);
    return rc || out->broken ? -1 : 0;
}

int diff_unified(const struct diff *d, const char *old_name, const char *new_name, struct buf *out)
{
    return diff_unified_taken(d, NULL, old_name, new_name, out);
}
