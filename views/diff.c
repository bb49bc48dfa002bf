/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/diff.h"

#include <stdio.h>

#include "core/base/str.h"
#include "views/format.h"
#include "views/hunks.h"
#include "views/views.h"

enum { CONTEXT = 3, TEXT_CAP = 8 * 1024 * 1024, ROWS_MAX = 200000 };

enum row_kind { ROW_HUNK, ROW_LINE, ROW_NEW_FINDING, ROW_OLD_FINDING, ROW_BLANK };

struct diff_line {
    enum row_kind kind;
    int index; /* hunk, diff row, or finding */
};

struct diff_model {
    struct buf old_text, new_text;
    struct diff diff;
    bool made;
    VEC(struct diff_line) rows;
    char key[2 * (STATE_ID + SHA256_HEX) + 32];
    int base; /* index of the attempt compared with, -1 none */
};

static void open(struct view *v)
{
    struct diff_model *m = v->model;

    buf_init(&m->old_text, TEXT_CAP);
    buf_init(&m->new_text, TEXT_CAP);
    m->base = -1;
}

static void reset(struct diff_model *m)
{
    if (m->made)
        diff_done(&m->diff);
    m->made = false;
    m->rows.n = 0;
    buf_reset(&m->old_text);
    buf_reset(&m->new_text);
}

static void done(struct view *v)
{
    struct diff_model *m = v->model;

    reset(m);
    vec_done(&m->rows);
    buf_done(&m->old_text);
    buf_done(&m->new_text);
}

static int index_of(const struct state *s, const struct attempt *a)
{
    for (size_t i = 0; a && i < s->attempts.n; i++) {
        if (s->attempts.items[i] == a)
            return (int)i;
    }
    return -1;
}

/* The attempt before it with bytes, else the last approved one of the step. */
static int choose_base(const struct view_context *at, const struct attempt *a)
{
    const struct state *s = at->state;

    if (at->base >= 0 && (size_t)at->base < s->attempts.n && s->attempts.items[at->base] != a &&
        s->attempts.items[at->base]->step == a->step)
        return at->base;
    for (size_t i = s->attempts.n; i > 0; i--) {
        const struct attempt *b = s->attempts.items[i - 1];
        if (b->step == a->step && b->number < a->number && b->blob[0])
            return (int)i - 1;
    }
    return index_of(s, state_base_attempt(s, a->step, a->number));
}

static void push(struct diff_model *m, enum row_kind kind, int index)
{
    struct diff_line row = {kind, index};

    vec_push(&m->rows, row, ROWS_MAX);
}

static void push_findings(struct diff_model *m, const struct attempt *a, enum row_kind kind, int line)
{
    for (size_t i = 0; a && line > 0 && i < a->findings.v.n; i++) {
        if (a->findings.v.items[i].line == line)
            push(m, kind, (int)i);
    }
}

static void make_rows(struct diff_model *m, const struct attempt *a, const struct attempt *base)
{
    for (size_t h = 0; h < m->diff.hunks.n; h++) {
        const struct diff_hunk *hunk = &m->diff.hunks.items[h];
        if (h > 0)
            push(m, ROW_BLANK, 0);
        push(m, ROW_HUNK, (int)h);
        for (int i = hunk->first_row; i < hunk->first_row + hunk->n_rows; i++) {
            const struct diff_row *r = &m->diff.rows.items[i];
            push(m, ROW_LINE, i);
            if (r->op == DIFF_DEL)
                push_findings(m, base, ROW_OLD_FINDING, r->old_line);
            else
                push_findings(m, a, ROW_NEW_FINDING, r->new_line);
        }
    }
}

static void reload(struct view *v)
{
    struct diff_model *m = v->model;
    const struct state *s = v->context->state;
    const struct attempt *a = format_attempt(v->context), *base;
    char key[sizeof(m->key)];

    m->base = a ? choose_base(v->context, a) : -1;
    base = m->base >= 0 ? s->attempts.items[m->base] : NULL;
    snprintf(key, sizeof(key), "%s %s %s %s %zu", a ? a->id : "", a ? a->blob : "", base ? base->id : "",
             base ? base->blob : "", a ? a->findings.v.n : 0);
    if (str_eq(key, m->key))
        return;
    str_copy(m->key, sizeof(m->key), key);
    reset(m);
    v->top = 0;
    if (!a || !base || format_blob(s, a->blob, &m->new_text) < 0 || format_blob(s, base->blob, &m->old_text) < 0)
        return;
    m->made = diff_init(&m->diff, buf_text(&m->old_text), m->old_text.len, buf_text(&m->new_text),
                        m->new_text.len, CONTEXT) >= 0;
    if (m->made)
        make_rows(m, a, base);
}

static int64_t rows(struct view *v)
{
    return (int64_t)((struct diff_model *)v->model)->rows.n;
}

static void draw_finding(struct view *v, struct canvas *c, int y, const struct diff_line *row)
{
    const struct diff_model *m = v->model;
    bool old = row->kind == ROW_OLD_FINDING;
    const struct attempt *a = old ? v->context->state->attempts.items[m->base] : format_attempt(v->context);
    const struct finding *f = &a->findings.v.items[row->index];
    int role = old ? ROLE_DIM : f->severity == FINDING_ERROR ? ROLE_ERROR : ROLE_WARNING;

    canvas_putf(c, y, 12, role, "└ %s  %s %s%s%s", old ? "was" : "now", finding_categories[f->category].id,
                f->cause, f->cause[0] ? ": " : "", f->message);
}

static void draw_hunk(const struct diff *d, struct canvas *c, int y, int h)
{
    const struct diff_hunk *k = &d->hunks.items[h];
    char right[40];

    canvas_putf(c, y, 1, ROLE_HUNK, "@@ -%d,%d +%d,%d @@", k->old_start, k->old_count, k->new_start, k->new_count);
    snprintf(right, sizeof(right), "%d of %zu", h + 1, d->hunks.n);
    canvas_right(c, y, c->at.cols - 2, ROLE_HUNK, right);
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct diff_model *m = v->model;
    const struct diff_line *r = &m->rows.items[row];

    if (r->kind == ROW_HUNK)
        draw_hunk(&m->diff, c, y, r->index);
    else if (r->kind == ROW_LINE)
        hunks_draw(c, y, &m->diff, r->index, false);
    else if (r->kind != ROW_BLANK)
        draw_finding(v, c, y, r);
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct diff_model *m = v->model;
    const struct diff_line *r = &m->rows.items[row];
    const struct diff_row *line;

    if (r->kind != ROW_LINE)
        return 0;
    line = &m->diff.rows.items[r->index];
    buf_putc(out, (char)line->op);
    return hunks_text(line, out);
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    const struct diff_model *m = v->model;

    for (row += step; row >= 0 && row < (int64_t)m->rows.n; row += step) {
        if (m->rows.items[row].kind == ROW_HUNK)
            return row;
    }
    return -1;
}

/* Another attempt of the same step to compare with. */
static bool act(struct view *v, enum action a)
{
    struct diff_model *m = v->model;
    const struct state *s = v->context->state;
    const struct attempt *now = format_attempt(v->context);
    int step = a == ACTION_BASE_OLDER ? -1 : a == ACTION_BASE_NEWER ? 1 : 0;

    if (!step || !now || m->base < 0)
        return false;
    for (int i = m->base + step; i >= 0 && i < (int)s->attempts.n; i += step) {
        const struct attempt *b = s->attempts.items[i];
        if (b->step == now->step && b != now && b->blob[0]) {
            v->context->base = i;
            reload(v);
            break;
        }
    }
    return true;
}

static void head(struct view *v, char *dst, size_t size)
{
    const struct diff_model *m = v->model;
    const struct attempt *a = format_attempt(v->context);

    if (a && m->base >= 0)
        snprintf(dst, size, "Diff %d → %d", v->context->state->attempts.items[m->base]->number, a->number);
    else
        str_copy(dst, size, "Diff");
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct diff_model *m = v->model;

    dst[0] = '\0';
    if (!m->made)
        return;
    if (m->diff.hunks.n == 0)
        snprintf(dst, size, "the same bytes");
    else
        snprintf(dst, size, "+%d −%d in %zu hunk%s · J K hunk · , . other attempt", m->diff.added, m->diff.deleted,
                 m->diff.hunks.n, m->diff.hunks.n == 1 ? "" : "s");
}

const struct view_ops diff_ops = {
    .id = "diff", .title = "Diff", .help = "What changed between two attempts, with the findings that came and went.",
    .of_attempt = true, .size = sizeof(struct diff_model),
    .empty = "Nothing to compare with: this is the step's first artifact, or both are the same bytes.",
    .open = open, .done = done, .reload = reload, .rows = rows, .draw = draw, .mark = mark, .act = act,
    .text = text, .head = head, .foot = foot,
};
