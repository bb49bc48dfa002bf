/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>

#include "core/artifact/review.h"
#include "core/base/str.h"
#include "views/format.h"
#include "views/hunks.h"
#include "views/views.h"

enum { ROWS_MAX = 200000, HEADING_CAP = 200 };

enum row_kind { ROW_HUNK, ROW_NOTE, ROW_LINE, ROW_NEW_FINDING, ROW_OLD_FINDING, ROW_BLANK };

struct review_row {
    enum row_kind kind;
    int index; /* diff row, or finding */
    int hunk;
};

struct review_model {
    VEC(struct review_row) rows;
};

static void done(struct view *v)
{
    vec_done(&((struct review_model *)v->model)->rows);
}

static void push(struct review_model *m, enum row_kind kind, int index, int hunk)
{
    struct review_row row = {kind, index, hunk};

    vec_push(&m->rows, row, ROWS_MAX);
}

static void push_findings(struct review_model *m, const struct attempt *a, enum row_kind kind, int line, int hunk,
                          bool outside)
{
    for (size_t i = 0; a && line > 0 && !outside && i < a->findings.v.n; i++) {
        if (a->findings.v.items[i].line == line)
            push(m, kind, (int)i, hunk);
    }
}

static const struct attempt *base_of(const struct view *v)
{
    const struct attempt *a = format_attempt(v->context);

    return a ? state_base_attempt(v->context->state, a->step, a->number) : NULL;
}

static void push_hunk(struct view *v, const struct review *r, int h)
{
    struct review_model *m = v->model;
    const struct diff_hunk *k = &r->diff.hunks.items[h];

    if (h > 0)
        push(m, ROW_BLANK, 0, h - 1);
    push(m, ROW_HUNK, 0, h);
    if (r->choices.items[h].edited || (!r->choices.items[h].take && r->choices.items[h].note))
        push(m, ROW_NOTE, 0, h);
    for (int i = k->first_row; i < k->first_row + k->n_rows; i++) {
        push(m, ROW_LINE, i, h);
        if (r->diff.rows.items[i].op == DIFF_DEL)
            push_findings(m, base_of(v), ROW_OLD_FINDING, r->diff.rows.items[i].old_line, h, v->context->outside);
        else
            push_findings(m, format_attempt(v->context), ROW_NEW_FINDING, review_line(r, i), h, v->context->outside);
    }
}

/* The choice changes at each key, and is small: the rows are made anew. */
static void reload(struct view *v)
{
    struct review_model *m = v->model;
    const struct review *r = v->context->review;

    m->rows.n = 0;
    for (size_t h = 0; r && h < r->choices.n; h++)
        push_hunk(v, r, (int)h);
}

static int64_t rows(struct view *v)
{
    return (int64_t)((struct review_model *)v->model)->rows.n;
}

/* The line that says which part of the file it is: the last one before the hunk that begins at the left edge. */
static void heading(const struct review *r, int h, char *dst, size_t size)
{
    struct buf line;

    dst[0] = '\0';
    for (int i = r->diff.hunks.items[h].first_row; i-- > 0;) {
        const struct diff_row *row = &r->diff.rows.items[i];
        if (row->op == DIFF_ADD || !row->len || !(isalpha((unsigned char)row->text[0]) || row->text[0] == '_'))
            continue;
        buf_init(&line, HUNKS_LINE_CAP);
        hunks_text(row, &line);
        str_copy(dst, size, buf_text(&line));
        buf_done(&line);
        return;
    }
}

static void draw_hunk(struct canvas *c, int y, const struct review *r, int h)
{
    struct diff_hunk k = review_header(r, h);
    bool take = r->choices.items[h].take;
    char right[48], where[HEADING_CAP];
    struct canvas left = *c;

    heading(r, h, where, sizeof(where));
    snprintf(right, sizeof(right), "%d of %zu   %s", h + 1, r->choices.n, take ? "[x] take " : "[ ] leave");
    left.at.cols -= (int)sizeof("1000 of 1000   [ ] leave") - 6;
    canvas_putf(&left, y, 1, ROLE_HUNK, "@@ -%d,%d +%d,%d @@  %s", k.old_start, k.old_count, k.new_start, k.new_count, where);
    canvas_right(c, y, c->at.cols - 1, take ? ROLE_HUNK : ROLE_WARNING, right);
}

static void draw_note(struct canvas *c, int y, const struct review_choice *choice)
{
    if (choice->take)
        canvas_put(c, y, 3, ROLE_NOTE, "└ you wrote this differently");
    else
        canvas_putf(c, y, 3, ROLE_WARNING, "└ %s%s", choice->note ? choice->note : "left out",
                    choice->edited ? "  (with what you wrote)" : "");
}

static void draw_finding(struct view *v, struct canvas *c, int y, const struct review_row *row)
{
    bool old = row->kind == ROW_OLD_FINDING, take = v->context->review->choices.items[row->hunk].take;
    const struct attempt *a = old ? base_of(v) : format_attempt(v->context);
    const struct finding *f = &a->findings.v.items[row->index];
    const char *word = old ? (take ? "gone" : "stays") : (take ? "new" : "left out");
    int role = old == take ? ROLE_DIM : f->severity == FINDING_ERROR ? ROLE_ERROR : ROLE_WARNING;

    canvas_putf(c, y, 12, role, "└ %s  %s %s%s%s", word, finding_categories[f->category].id, f->cause,
                f->cause[0] ? ": " : "", f->message);
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct review_row *x = &((struct review_model *)v->model)->rows.items[row];
    const struct review *r = v->context->review;

    if (x->kind == ROW_HUNK)
        draw_hunk(c, y, r, x->hunk);
    else if (x->kind == ROW_NOTE)
        draw_note(c, y, &r->choices.items[x->hunk]);
    else if (x->kind == ROW_LINE)
        hunks_draw(c, y, &r->diff, x->index, !r->choices.items[x->hunk].take);
    else if (x->kind != ROW_BLANK)
        draw_finding(v, c, y, x);
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct review_row *x = &((struct review_model *)v->model)->rows.items[row];
    const struct review *r = v->context->review;

    if (x->kind == ROW_HUNK)
        return buf_putf(out, "@@ %d of %zu %s", x->hunk + 1, r->choices.n, r->choices.items[x->hunk].take ? "take" : "leave");
    if (x->kind != ROW_LINE)
        return 0;
    buf_putc(out, (char)r->diff.rows.items[x->index].op);
    return hunks_text(&r->diff.rows.items[x->index], out);
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    const struct review_model *m = v->model;

    for (row += step; row >= 0 && row < (int64_t)m->rows.n; row += step) {
        if (m->rows.items[row].kind == ROW_HUNK)
            return row;
    }
    return -1;
}

/* The choice belongs to the application: the view says which hunk the key is about. */
static bool act(struct view *v, enum action a)
{
    const struct review_model *m = v->model;

    if (!str_eq(action_table[a].where, action_review) && a != ACTION_OPEN)
        return false;
    if (v->cursor < (int64_t)m->rows.n)
        view_ask_pair(v, VIEW_ASK_HUNK, m->rows.items[v->cursor].hunk, (int)a);
    return true;
}

static void head(struct view *v, char *dst, size_t size)
{
    const struct attempt *a = format_attempt(v->context), *base = base_of(v);

    if (a && v->context->outside)
        snprintf(dst, size, "Changed outside  out/%s/%s", v->context->state->project, a->name);
    else if (a && base)
        snprintf(dst, size, "Review  attempt %d → %d with your choice   %s", base->number, a->number, a->name);
    else
        str_copy(dst, size, "Review");
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct review *r = v->context->review;

    dst[0] = '\0';
    if (r)
        snprintf(dst, size, "+%d −%d · %zu of %zu taken · J K next hunk", r->added, r->deleted,
                 r->choices.n - (size_t)r->left, r->choices.n);
}

const struct view_ops review_ops = {
    .id = "review", .title = "Review", .help = "The hunks of what waits: take or leave each, split or edit it, say why.",
    .of_attempt = true, .cursor = true, .size = sizeof(struct review_model),
    .empty = "Nothing to choose from: h starts a review while something waits for you.",
    .done = done, .reload = reload, .rows = rows, .draw = draw, .mark = mark, .act = act, .text = text, .head = head,
    .foot = foot,
};
