/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "tui/widget/wrap.h"
#include "views/format.h"
#include "views/views.h"

enum part { PART_HEAD, PART_MESSAGE, PART_FIX, PART_BLANK };

struct finding_row {
    int finding, sub;
    enum part part;
};

struct findings {
    VEC(struct finding_row) rows;
    int width;
};

enum { ROWS_MAX = 20000, INDENT = 4 };

static void done(struct view *v)
{
    vec_done(&((struct findings *)v->model)->rows);
}

static void push(struct findings *m, int finding, enum part part, int sub)
{
    struct finding_row row = {finding, sub, part};

    vec_push(&m->rows, row, ROWS_MAX);
}

/* Errors first, then warnings, then notes; each wrapped to the pane. */
static void reload(struct view *v)
{
    struct findings *m = v->model;
    const struct attempt *a = format_attempt(v->context);

    m->rows.n = 0;
    m->width = v->width - INDENT - 1 > 10 ? v->width - INDENT - 1 : 10;
    for (int severity = FINDING_ERROR; a && severity >= FINDING_NOTE; severity--) {
        for (size_t i = 0; i < a->findings.v.n; i++) {
            const struct finding *f = &a->findings.v.items[i];
            if ((int)f->severity != severity)
                continue;
            push(m, (int)i, PART_HEAD, 0);
            for (int k = 0; k < wrap_count(f->message, strlen(f->message), m->width); k++)
                push(m, (int)i, PART_MESSAGE, k);
            for (int k = 0; f->fix[0] && k < wrap_count(f->fix, strlen(f->fix), m->width - 5); k++)
                push(m, (int)i, PART_FIX, k);
            push(m, (int)i, PART_BLANK, 0);
        }
    }
}

static int64_t rows(struct view *v)
{
    return (int64_t)((struct findings *)v->model)->rows.n;
}

static int role_of(const struct finding *f)
{
    return f->severity == FINDING_ERROR ? ROLE_ERROR : f->severity == FINDING_WARNING ? ROLE_WARNING : ROLE_NOTE;
}

static void draw_head(const struct finding *f, struct canvas *c, int y)
{
    int role = role_of(f);

    canvas_put(c, y, 1, role, f->severity == FINDING_ERROR ? "✗" : f->severity == FINDING_WARNING ? "!" : "·");
    canvas_at(c, y, INDENT - 1);
    if (f->line)
        canvas_addf(c, ROLE_STRONG, "line %d%s", f->line, f->column ? "" : " ");
    if (f->line && f->column)
        canvas_addf(c, ROLE_STRONG, ":%d ", f->column);
    canvas_addf(c, role, "%s", finding_severity_name(f->severity));
    canvas_addf(c, ROLE_DIM, "  by %s", f->gate ? f->gate : "?");
    if (f->category != FINDING_NONE)
        canvas_addf(c, ROLE_TEXT, "  %s", finding_categories[f->category].id);
    if (f->cause[0])
        canvas_addf(c, ROLE_TEXT, " %s", f->cause);
    if (f->category != FINDING_NONE)
        canvas_addf(c, ROLE_DIM, "  %s", finding_categories[f->category].name);
    if (f->blame[0])
        canvas_addf(c, ROLE_WARNING, "  blames %s", f->blame);
}

static void put_part(struct canvas *c, int y, int col, int role, const char *s, int width, int sub)
{
    size_t n, from = wrap_find(s, strlen(s), width, sub, &n);

    canvas_at(c, y, col);
    canvas_addn(c, role, s + from, n);
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct findings *m = v->model;
    const struct finding_row *r = &m->rows.items[row];
    const struct attempt *a = format_attempt(v->context);
    const struct finding *f;

    if (!a || (size_t)r->finding >= a->findings.v.n)
        return;
    f = &a->findings.v.items[r->finding];
    if (r->part == PART_HEAD) {
        draw_head(f, c, y);
    } else if (r->part == PART_MESSAGE) {
        put_part(c, y, INDENT - 1, ROLE_TEXT, f->message, m->width, r->sub);
    } else if (r->part == PART_FIX) {
        if (r->sub == 0)
            canvas_put(c, y, INDENT - 1, ROLE_PASSED, "fix:");
        put_part(c, y, INDENT + 4, ROLE_PASSED, f->fix, m->width - 5, r->sub);
    }
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    const struct findings *m = v->model;

    for (row += step; row >= 0 && row < (int64_t)m->rows.n; row += step) {
        if (m->rows.items[row].part == PART_HEAD)
            return row;
    }
    return -1;
}

static bool act(struct view *v, enum action a)
{
    const struct findings *m = v->model;
    const struct attempt *now = format_attempt(v->context);

    if (a != ACTION_OPEN || !now || v->cursor >= (int64_t)m->rows.n)
        return false;
    view_ask(v, VIEW_ASK_LINE, now->findings.v.items[m->rows.items[v->cursor].finding].line, NULL);
    return true;
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct findings *m = v->model;
    const struct attempt *a = format_attempt(v->context);
    const struct finding *f = &a->findings.v.items[m->rows.items[row].finding];

    if (m->rows.items[row].part != PART_HEAD)
        return 0;
    return buf_putf(out, "%s:%d:%d %s %s %s", f->file, f->line, f->column, finding_severity_name(f->severity),
                    f->cause, f->message);
}

static void head(struct view *v, char *dst, size_t size)
{
    const struct attempt *a = format_attempt(v->context);

    if (a && a->findings.v.n)
        snprintf(dst, size, "Findings %zu", a->findings.v.n);
    else
        snprintf(dst, size, "Findings");
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct attempt *a = format_attempt(v->context);

    dst[0] = '\0';
    if (a && a->findings.v.n)
        snprintf(dst, size, "%d stop it · %d warn · %d to know · enter shows the line",
                 finding_count(&a->findings, FINDING_ERROR), finding_count(&a->findings, FINDING_WARNING),
                 finding_count(&a->findings, FINDING_NOTE));
}

const struct view_ops findings_ops = {
    .id = "findings", .title = "Findings", .help = "Everything that is wrong or worth knowing about the attempt.",
    .of_attempt = true, .size = sizeof(struct findings), .cursor = true, .empty = "No findings.",
    .done = done, .reload = reload, .rows = rows, .draw = draw, .mark = mark, .act = act, .text = text,
    .head = head, .foot = foot,
};
