/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What waits for a decision, over all projects of the home list: the open one first, from its live state; the
 * others as they were when they were looked at.
 */
#include <stdio.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "tui/widget/home.h"
#include "views/format.h"
#include "views/views.h"

enum { ROWS_MAX = 2000, OPEN_PROJECT = -1 };

enum row_kind { ROW_PROJECT, ROW_QUESTION, ROW_BLANK };

struct queue_row {
    enum row_kind kind;
    int home;  /* OPEN_PROJECT or index of the home list */
    int index; /* of the state's attempts, or of the entry's questions */
};

struct queue {
    VEC(struct queue_row) rows;
    int questions, projects, unknown;
    bool placed;
};

static void done(struct view *v)
{
    vec_done(&((struct queue *)v->model)->rows);
}

static void push(struct queue *m, enum row_kind kind, int home, int index)
{
    struct queue_row row = {kind, home, index};

    if (kind == ROW_PROJECT && m->rows.n)
        push(m, ROW_BLANK, home, 0);
    vec_push(&m->rows, row, ROWS_MAX);
    m->projects += kind == ROW_PROJECT;
    m->questions += kind == ROW_QUESTION;
}

static void add_open(struct queue *m, const struct state *s)
{
    int waits[STATE_STEPS_MAX], n = s ? state_waiting(s, waits, STATE_STEPS_MAX) : 0;

    if (n)
        push(m, ROW_PROJECT, OPEN_PROJECT, 0);
    for (int i = 0; i < n; i++)
        push(m, ROW_QUESTION, OPEN_PROJECT, waits[i]);
}

static void reload(struct view *v)
{
    struct queue *m = v->model;
    const struct view_context *at = v->context;

    m->rows.n = 0;
    m->questions = m->projects = m->unknown = 0;
    add_open(m, at->state);
    for (int i = 0; i < at->n_homes; i++) {
        const struct home_entry *e = &at->homes[i];
        if (at->state && str_eq(at->state->folder, e->folder))
            continue;
        m->unknown += e->waits == NULL;
        if (e->n_questions)
            push(m, ROW_PROJECT, i, 0);
        for (int k = 0; k < e->n_questions; k++)
            push(m, ROW_QUESTION, i, k);
    }
    if (!m->placed && m->rows.n > 1)
        v->cursor = 1;
    m->placed |= m->rows.n > 1;
}

static int64_t rows(struct view *v)
{
    return (int64_t)((struct queue *)v->model)->rows.n;
}

/* The question of a row, whichever place it comes from. */
static struct home_question question_of(const struct view *v, const struct queue_row *r)
{
    const struct state *s = v->context->state;
    const struct attempt *a;

    if (r->home != OPEN_PROJECT)
        return v->context->homes[r->home].questions[r->index];
    a = s->attempts.items[r->index];
    return (struct home_question){
        .attempt = a->id, .name = a->name, .stage = s->stages[a->stage].id, .since_ms = a->started_ms, .lines = a->lines,
        .errors = finding_count(&a->findings, FINDING_ERROR), .warnings = finding_count(&a->findings, FINDING_WARNING),
    };
}

static const char *since(int64_t wall_ms, char *dst, size_t size)
{
    int64_t s = (os.wall_ms() - wall_ms) / 1000;

    if (s < 60)
        str_copy(dst, size, "just now");
    else if (s < 3600)
        snprintf(dst, size, "%lld min", (long long)s / 60);
    else if (s < 48 * 3600)
        snprintf(dst, size, "%lld h", (long long)s / 3600);
    else
        snprintf(dst, size, "%lld days", (long long)s / 86400);
    return dst;
}

static void draw_project(const struct view *v, struct canvas *c, int y, int home)
{
    const struct home_entry *e = home == OPEN_PROJECT ? NULL : &v->context->homes[home];

    canvas_at(c, y, 1);
    canvas_addf(c, ROLE_HEADING, "%s", e ? e->name : v->context->state->project);
    canvas_addf(c, ROLE_DIM, "   %s", e ? e->what : "open now");
}

static void draw_question(const struct view *v, struct canvas *c, int y, const struct queue_row *r)
{
    struct home_question q = question_of(v, r);
    int wide = c->at.cols >= 100;
    struct canvas left = *c;
    char when[32];

    canvas_put(c, y, 2, ROLE_WAITS, "?");
    left.at.cols = wide ? 30 : 18;
    canvas_put(&left, y, 4, ROLE_STRONG, q.attempt);
    left.at.cols = c->at.cols - 12;
    canvas_at(&left, y, wide ? 31 : 19);
    canvas_addf(&left, ROLE_TEXT, "%s", q.name);
    canvas_addf(&left, ROLE_DIM, "  %d lines", q.lines);
    if (q.errors)
        canvas_addf(&left, ROLE_ERROR, "  %d error%s", q.errors, q.errors == 1 ? "" : "s");
    if (q.warnings)
        canvas_addf(&left, ROLE_WARNING, "  %d warning%s", q.warnings, q.warnings == 1 ? "" : "s");
    if (!q.errors && !q.warnings)
        canvas_add(&left, ROLE_DIM, "  no findings");
    canvas_right(c, y, c->at.cols - 1, ROLE_DIM, since(q.since_ms, when, sizeof(when)));
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct queue_row *r = &((struct queue *)v->model)->rows.items[row];

    if (r->kind == ROW_PROJECT)
        draw_project(v, c, y, r->home);
    else if (r->kind == ROW_QUESTION)
        draw_question(v, c, y, r);
}

static bool act(struct view *v, enum action a)
{
    const struct queue *m = v->model;
    const struct queue_row *r = v->cursor < rows(v) ? &m->rows.items[v->cursor] : NULL;

    if (a != ACTION_OPEN || !r || r->kind == ROW_BLANK)
        return false;
    view_ask(v, VIEW_ASK_QUESTION, r->home, r->kind == ROW_QUESTION ? question_of(v, r).attempt : "");
    return true;
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    const struct queue *m = v->model;

    for (row += step; row >= 0 && row < (int64_t)m->rows.n; row += step) {
        if (m->rows.items[row].kind == ROW_QUESTION)
            return row;
    }
    return -1;
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct queue_row *r = &((struct queue *)v->model)->rows.items[row];
    struct home_question q;

    if (r->kind != ROW_QUESTION)
        return 0;
    q = question_of(v, r);
    return buf_putf(out, "%s %s %s", r->home == OPEN_PROJECT ? v->context->state->project : v->context->homes[r->home].name,
                    q.attempt, q.name);
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct queue *m = v->model;

    dst[0] = '\0';
    if (m->unknown)
        snprintf(dst, size, "%d decision%s so far, %d project%s not looked at yet", m->questions,
                 m->questions == 1 ? "" : "s", m->unknown, m->unknown == 1 ? "" : "s");
    else if (m->questions)
        snprintf(dst, size, "%d decision%s in %d project%s · enter goes to the question", m->questions,
                 m->questions == 1 ? "" : "s", m->projects, m->projects == 1 ? "" : "s");
}

const struct view_ops queue_ops = {
    .id = "queue", .title = "Review queue", .help = "What waits for a decision, over all your projects.",
    .size = sizeof(struct queue), .cursor = true, .empty = "Nothing waits for you in any project.\n\nEsc leaves.",
    .done = done, .reload = reload, .rows = rows, .draw = draw, .act = act, .mark = mark, .text = text, .foot = foot,
};
