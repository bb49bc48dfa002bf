/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The retry history of a stage: its attempts as a table, and below it each diagnostic as a line of time:
 * where it appeared, where it went, what is still there.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "views/format.h"
#include "views/views.h"

enum { SHOWN_MAX = 400, DIAGS_MAX = 1000, CELL = 4, CELLS_WIDE = 9, CELLS_NARROW = 4 };

enum row_kind { ROW_HEAD, ROW_ATTEMPT, ROW_BLANK, ROW_SUMMARY, ROW_NEWS, ROW_DIAGS, ROW_DIAG, ROW_CLEAN };

struct history_row {
    enum row_kind kind;
    int index;
};

struct diag {
    int finding, attempt; /* where it was last seen: index into the findings, the state's attempt */
    int first, last;      /* positions in shown */
    int gone;             /* position of the first judged attempt without it; -1 = still there */
    bool unknown;         /* the attempts after it did not get far enough to say */
};

struct history {
    VEC(int) shown; /* the stage's attempts: indexes into the state's */
    VEC(struct diag) diags;
    VEC(struct history_row) rows;
    char summary[300], news[200];
    int picks[2], n_picks; /* indexes into the state's attempts */
    int stage;
    unsigned generation;
    bool made;
};

static const struct {
    const char *title;
    int wide, narrow; /* columns, 0 = left out */
    bool right;
} columns[] = {
    {"attempt", 9, 8, false}, {"outcome", 31, 17, false}, {"cat", 4, 4, false}, {"cause", 16, 12, false},
    {"repaired", 14, 0, false}, {"tokens", 8, 8, true}, {"time", 8, 7, true}, {"money", 9, 8, true},
    {" decided", 40, 30, false}, /* whatever is left */
};

enum { COLUMNS = sizeof(columns) / sizeof(*columns) };

static void done(struct view *v)
{
    struct history *m = v->model;

    vec_done(&m->shown);
    vec_done(&m->diags);
    vec_done(&m->rows);
}

static const struct attempt *shown(const struct view *v, int position)
{
    return v->context->state->attempts.items[((struct history *)v->model)->shown.items[position]];
}

/* ---- diagnostics over attempts ---- */

/* How far an attempt has to get for a finding of this gate: 0 = checked before it is executed. */
static int depth(const struct finding *f)
{
    static const struct {
        const char *gate;
        int depth;
    } late[] = {{"compile", 1}, {"box", 1}, {"budget", 2}, {"outputs", 3}, {"csv", 3}, {"run", 3}, {"reference", 3}};

    for (size_t i = 0; f->gate && i < sizeof(late) / sizeof(*late); i++) {
        if (str_eq(f->gate, late[i].gate))
            return late[i].depth;
    }
    return 0;
}

/* May its silence about f be taken as "gone"? A sketch that does not compile says nothing about its rows. */
static bool judged(const struct attempt *a, const struct finding *f)
{
    int got = 0;

    if (a->state == ATTEMPT_PASSED || a->state == ATTEMPT_CLAIMED || a->state == ATTEMPT_REVOKED)
        return true;
    for (size_t i = 0; i < a->findings.v.n; i++)
        got = depth(&a->findings.v.items[i]) > got ? depth(&a->findings.v.items[i]) : got;
    if (depth(f) > 0)
        return got >= depth(f);
    return a->blob[0] && a->state != ATTEMPT_CHECKING && a->state != ATTEMPT_STREAMING;
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
    return str_eq(a->gate, b->gate) && a->category == b->category && str_eq(a->cause, b->cause) &&
           str_eq(a->message, b->message);
}

static bool has_finding(const struct attempt *a, const struct finding *f)
{
    for (size_t i = 0; i < a->findings.v.n; i++) {
        if (same_finding(&a->findings.v.items[i], f))
            return true;
    }
    return false;
}

static const struct finding *finding_of(const struct view *v, const struct diag *d)
{
    return &v->context->state->attempts.items[d->attempt]->findings.v.items[d->finding];
}

static struct diag *known(struct view *v, const struct attempt *a, const struct finding *f)
{
    struct history *m = v->model;

    for (size_t i = 0; i < m->diags.n; i++) {
        struct diag *d = &m->diags.items[i];
        if (v->context->state->attempts.items[d->attempt]->step == a->step && same_finding(finding_of(v, d), f))
            return d;
    }
    return NULL;
}

static void take_findings(struct view *v, int position)
{
    struct history *m = v->model;
    const struct attempt *a = shown(v, position);

    for (size_t i = 0; i < a->findings.v.n; i++) {
        const struct finding *f = &a->findings.v.items[i];
        struct diag *d = f->severity == FINDING_NOTE ? NULL : known(v, a, f);
        struct diag fresh = {(int)i, m->shown.items[position], position, position, -1, false};
        if (d) {
            d->finding = (int)i;
            d->attempt = m->shown.items[position];
            d->last = position;
        } else if (f->severity != FINDING_NOTE) {
            vec_push(&m->diags, fresh, DIAGS_MAX);
        }
    }
}

static void say_gone(struct view *v, struct diag *d)
{
    struct history *m = v->model;
    const struct finding *f = finding_of(v, d);
    int step = shown(v, d->last)->step;

    for (int i = d->last + 1; i < (int)m->shown.n && d->gone < 0; i++) {
        const struct attempt *a = shown(v, i);
        if (a->step != step)
            continue;
        d->unknown = !judged(a, f);
        if (!d->unknown)
            d->gone = i;
    }
}

/* ---- the model ---- */

static void push(struct history *m, enum row_kind kind, int index)
{
    struct history_row row = {kind, index};

    vec_push(&m->rows, row, SHOWN_MAX + DIAGS_MAX + 16);
}

/* Two failures in a row of one step with the same category and root cause; true and both positions if so. */
static bool same_twice(struct view *v, int *ret_first, int *ret_second)
{
    struct history *m = v->model;

    for (int i = 0; i < (int)m->shown.n; i++) {
        const struct attempt *a = shown(v, i), *b = NULL;
        const struct finding *fa = finding_worst(&a->findings), *fb;
        int k = i + 1;
        while (k < (int)m->shown.n && (b = shown(v, k))->step != a->step)
            k++;
        if (k >= (int)m->shown.n || a->state != ATTEMPT_FAILED || b->state != ATTEMPT_FAILED || !fa || !fa->cause[0])
            continue;
        fb = finding_worst(&b->findings);
        if (fb && fa->category == fb->category && str_eq(fa->cause, fb->cause)) {
            *ret_first = i;
            *ret_second = k;
            return true;
        }
    }
    return false;
}

static void summarize(struct view *v)
{
    struct history *m = v->model;
    const struct state *s = v->context->state;
    char a[32], b[32], twice[120] = "no", fresh[60] = "no", tokens[24];
    int64_t sum = 0;
    int one, two;

    if (same_twice(v, &one, &two))
        snprintf(twice, sizeof(twice), "yes, %s in %s and %s", finding_worst(&shown(v, one)->findings)->cause,
                 format_number(s, shown(v, one), a, sizeof(a)), format_number(s, shown(v, two), b, sizeof(b)));
    for (int i = 0; i < (int)m->shown.n; i++) {
        if (str_eq(shown(v, i)->how, "fresh"))
            snprintf(fresh, sizeof(fresh), "yes, in %s", format_number(s, shown(v, i), a, sizeof(a)));
        sum += shown(v, i)->tokens_out > 0 ? shown(v, i)->tokens_out : 0;
    }
    snprintf(m->summary, sizeof(m->summary), "same cause twice: %s    fresh start: %s    all attempts: %s tokens written",
             twice, fresh, format_count(sum, tokens, sizeof(tokens)));
}

static void tell_news(struct view *v)
{
    struct history *m = v->model;
    int last = (int)m->shown.n - 1, news = 0, gone = 0, stay = 0;
    char number[32];

    for (size_t i = 0; i < m->diags.n; i++) {
        const struct diag *d = &m->diags.items[i];
        if (shown(v, d->last)->step != shown(v, last)->step)
            continue;
        news += d->first == last;
        gone += d->gone == last;
        stay += d->last == last && d->first != last;
    }
    snprintf(m->news, sizeof(m->news), "in %s:  %d new, %d gone, %d stayed",
             format_number(v->context->state, shown(v, last), number, sizeof(number)), news, gone, stay);
}

static void make_rows(struct view *v)
{
    struct history *m = v->model;

    push(m, ROW_HEAD, 0);
    for (size_t i = 0; i < m->shown.n; i++)
        push(m, ROW_ATTEMPT, (int)i);
    push(m, ROW_BLANK, 0);
    push(m, ROW_SUMMARY, 0);
    push(m, ROW_BLANK, 0);
    push(m, ROW_DIAGS, 0);
    for (size_t i = 0; i < m->diags.n; i++)
        push(m, ROW_DIAG, (int)i);
    if (!m->diags.n)
        push(m, ROW_CLEAN, 0);
    push(m, ROW_BLANK, 0);
    push(m, ROW_NEWS, 0);
}

static void place(struct view *v)
{
    struct history *m = v->model;

    for (size_t i = 0; i < m->rows.n; i++) {
        const struct history_row *r = &m->rows.items[i];
        if (r->kind == ROW_ATTEMPT && m->shown.items[r->index] == v->context->attempt)
            v->cursor = (int64_t)i;
    }
}

static void reload(struct view *v)
{
    struct history *m = v->model;
    const struct state *s = v->context->state;
    bool other = !m->made || m->stage != v->context->stage;

    if (!s || (!other && m->generation == s->generation))
        return;
    m->shown.n = m->diags.n = m->rows.n = 0;
    m->stage = v->context->stage;
    m->generation = s->generation;
    m->made = true;
    for (size_t i = 0; i < s->attempts.n; i++) {
        const struct attempt *a = s->attempts.items[i];
        if (a->stage == m->stage && !s->steps.items[a->step].retired)
            vec_push(&m->shown, (int)i, SHOWN_MAX);
    }
    if (other)
        m->n_picks = 0;
    if (!m->shown.n)
        return;
    for (int i = 0; i < (int)m->shown.n; i++)
        take_findings(v, i);
    for (size_t i = 0; i < m->diags.n; i++)
        say_gone(v, &m->diags.items[i]);
    summarize(v);
    tell_news(v);
    make_rows(v);
    if (other)
        place(v);
}

static int64_t rows(struct view *v)
{
    return (int64_t)((struct history *)v->model)->rows.n;
}

/* ---- drawing ---- */

static bool picked(const struct history *m, int attempt)
{
    return (m->n_picks > 0 && m->picks[0] == attempt) || (m->n_picks > 1 && m->picks[1] == attempt);
}

static void outcome_of(const struct attempt *a, char *dst, size_t size)
{
    bool settled = a->state == ATTEMPT_PASSED || a->state == ATTEMPT_FAILED;

    snprintf(dst, size, "%s", settled && a->outcome[0] ? a->outcome : attempt_state_table[a->state].word);
}

/* The text of column i; returns its role. */
static int cell_text(const struct view *v, const struct attempt *a, int i, char *dst, size_t size)
{
    const struct finding *f = finding_worst(&a->findings);
    int64_t ms = a->ended_ms > a->started_ms ? a->ended_ms - a->started_ms : 0;

    dst[0] = '\0';
    if (f && f->severity == FINDING_NOTE)
        f = NULL;
    switch (i) {
    case 0: format_number(v->context->state, a, dst, size); return ROLE_STRONG;
    case 1: outcome_of(a, dst, size); return role_find(attempt_state_table[a->state].role);
    case 2: str_copy(dst, size, f && f->category != FINDING_NONE ? finding_categories[f->category].id : "–"); break;
    case 3: str_copy(dst, size, f && f->cause[0] ? f->cause : "–"); break;
    case 4: str_copy(dst, size, a->repairs[0] ? a->repairs : "–"); break;
    case 5:
        if (a->tokens_out >= 0)
            format_count(a->tokens_out, dst, size);
        break;
    case 6:
        if (ms)
            format_seconds(ms, dst, size);
        break;
    case 7:
        if (a->reply_blob[0])
            format_money(a->money, dst, size);
        break;
    default:
        if (a->decision.verb != DECISION_NONE)
            snprintf(dst, size, " %s%s%s", a->decision.by, str_eq(a->decision.via, "policy") ? " by policy" : "",
                     a->decision.here ? "" : ", claimed");
        else
            str_copy(dst, size, " –");
    }
    return ROLE_TEXT;
}

static void put_cell(const struct canvas *c, int y, int col, int width, bool right, int role, const char *text)
{
    struct canvas cell = *c;

    cell.at.col += col;
    cell.at.cols = col + width > c->at.cols ? c->at.cols - col : width;
    if (cell.at.cols <= 0)
        return;
    if (right)
        canvas_right(&cell, y, cell.at.cols, role, text);
    else
        canvas_put(&cell, y, 0, role, text);
}

static void draw_attempt(struct view *v, struct canvas *c, int y, int position)
{
    const struct history *m = v->model;
    const struct attempt *a = position < 0 ? NULL : shown(v, position);
    bool wide = c->at.cols >= 112;
    char text[240];
    int col = 4;

    if (a) {
        canvas_put(c, y, 0, ROLE_KEY, picked(m, m->shown.items[position]) ? "*" : " ");
        canvas_put(c, y, 2, role_find(attempt_state_table[a->state].role),
                   c->ascii ? attempt_state_table[a->state].ascii : attempt_state_table[a->state].symbol);
    }
    for (int i = 0; i < COLUMNS; i++) {
        int width = wide ? columns[i].wide : columns[i].narrow, role = ROLE_DIM;
        if (!width)
            continue;
        if (a)
            role = cell_text(v, a, i, text, sizeof(text));
        put_cell(c, y, col, width - 1, columns[i].right, role, a ? text : columns[i].title);
        col += width;
    }
}

/* The attempts of the timeline: the last ones that have room. */
static int first_cell(const struct view *v, const struct canvas *c, int *ret_col)
{
    const struct history *m = v->model;
    int n = c->at.cols >= 112 ? CELLS_WIDE : CELLS_NARROW, all = (int)m->shown.n;

    n = all < n ? all : n;
    *ret_col = c->at.cols - n * CELL - (c->at.cols >= 112 ? 22 : 14);
    return all - n;
}

static void draw_line_of_time(struct view *v, struct canvas *c, int y, const struct diag *d)
{
    const struct history *m = v->model;
    const struct finding *f = finding_of(v, d);
    int col, first = first_cell(v, c, &col), role = d->gone < 0 ? ROLE_FAILED : ROLE_PASSED, step = shown(v, d->last)->step;
    bool wide = c->at.cols >= 112;
    char number[32], from[40] = "";

    for (int i = first; i < (int)m->shown.n; i++, col += CELL) {
        const struct attempt *a = shown(v, i);
        if (a->step == step && has_finding(a, f))
            canvas_put(c, y, col, role, i < d->last ? "●───" : d->gone == i + 1 ? "●───" : "●");
        else if (i == d->gone)
            canvas_put(c, y, col, ROLE_PASSED, "┤");
        else if (i > d->first && i < d->last)
            canvas_put(c, y, col, role, "────");
    }
    if (d->gone >= 0)
        snprintf(from, sizeof(from), "gone in %s", format_number(v->context->state, shown(v, d->gone), number, sizeof(number)));
    else
        str_copy(from, sizeof(from), d->unknown ? (wide ? "not checked again yet" : "not checked") : "still there");
    put_cell(c, y, col + 1, c->at.cols - col - 1, false, role, from);
}

static void draw_diag(struct view *v, struct canvas *c, int y, const struct diag *d)
{
    const struct finding *f = finding_of(v, d);
    struct canvas left = *c;
    int col;
    bool error = f->severity == FINDING_ERROR;

    first_cell(v, c, &col);
    left.at.cols = col - 1;
    canvas_put(&left, y, 2, error ? ROLE_ERROR : ROLE_WARNING, error ? "✗" : "!");
    canvas_at(&left, y, 4);
    if (f->line)
        canvas_addf(&left, ROLE_NUMBER_LINE, f->column ? "%d:%d  " : "%d  ", f->line, f->column);
    if (f->category != FINDING_NONE)
        canvas_addf(&left, ROLE_TEXT, "%s ", finding_categories[f->category].id);
    canvas_addf(&left, ROLE_TEXT, "%s%s%s", f->cause, f->cause[0] ? ": " : "", f->message);
    draw_line_of_time(v, c, y, d);
}

static void draw_diags_head(struct view *v, struct canvas *c, int y)
{
    const struct history *m = v->model;
    int col, first = first_cell(v, c, &col);
    char number[32];

    canvas_put(c, y, 1, ROLE_HEADING, "Diagnostics over attempts");
    for (int i = first; i < (int)m->shown.n; i++, col += CELL)
        canvas_put(c, y, col, ROLE_DIM, format_number(v->context->state, shown(v, i), number, sizeof(number)));
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct history *m = v->model;
    const struct history_row *r = &m->rows.items[row];

    switch (r->kind) {
    case ROW_HEAD: draw_attempt(v, c, y, -1); break;
    case ROW_ATTEMPT: draw_attempt(v, c, y, r->index); break;
    case ROW_SUMMARY: canvas_put(c, y, 1, str_starts(m->summary, "same cause twice: yes") ? ROLE_WARNING : ROLE_TEXT, m->summary); break;
    case ROW_DIAGS: draw_diags_head(v, c, y); break;
    case ROW_DIAG: draw_diag(v, c, y, &m->diags.items[r->index]); break;
    case ROW_CLEAN: canvas_put(c, y, 2, ROLE_DIM, "No error and no warning in any attempt."); break;
    case ROW_NEWS: canvas_put(c, y, 1, ROLE_DIM, m->news); break;
    case ROW_BLANK: break;
    }
}

/* ---- acting ---- */

static int64_t mark(struct view *v, int64_t row, int step)
{
    const struct history *m = v->model;

    for (row += step; row >= 0 && row < (int64_t)m->rows.n; row += step) {
        if (m->rows.items[row].kind == ROW_DIAG)
            return row;
    }
    return -1;
}

/* Marks the attempt of the row; the second one opens the diff. Both have to be of one step. */
static void pick(struct view *v, int attempt)
{
    struct history *m = v->model;
    const struct state *s = v->context->state;

    if (m->n_picks > 0 && m->picks[0] == attempt) {
        m->n_picks = 0;
        return;
    }
    if (m->n_picks == 0 || s->attempts.items[m->picks[0]]->step != s->attempts.items[attempt]->step) {
        m->picks[0] = attempt;
        m->n_picks = 1;
        return;
    }
    m->picks[1] = attempt;
    m->n_picks = 0;
    view_ask_pair(v, VIEW_ASK_COMPARE, m->picks[0] > attempt ? m->picks[0] : attempt,
                  m->picks[0] > attempt ? attempt : m->picks[0]);
}

static bool act(struct view *v, enum action a)
{
    struct history *m = v->model;
    const struct history_row *r = v->cursor < rows(v) ? &m->rows.items[v->cursor] : NULL;

    if (!r || (a != ACTION_OPEN && a != ACTION_PICK))
        return false;
    if (r->kind == ROW_ATTEMPT && a == ACTION_PICK)
        pick(v, m->shown.items[r->index]);
    else if (r->kind == ROW_ATTEMPT)
        view_ask(v, VIEW_ASK_ATTEMPT, m->shown.items[r->index], "open");
    else if (r->kind == ROW_DIAG && a == ACTION_OPEN)
        view_ask_pair(v, VIEW_ASK_LINE, finding_of(v, &m->diags.items[r->index])->line, m->diags.items[r->index].attempt);
    return true;
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct history *m = v->model;
    const struct history_row *r = &m->rows.items[row];
    const struct finding *f;
    char cell[240];

    if (r->kind == ROW_SUMMARY || r->kind == ROW_NEWS)
        return buf_puts(out, r->kind == ROW_NEWS ? m->news : m->summary);
    if (r->kind == ROW_DIAG) {
        f = finding_of(v, &m->diags.items[r->index]);
        return buf_putf(out, "%d:%d %s %s %s", f->line, f->column, finding_severity_name(f->severity), f->cause, f->message);
    }
    for (int i = 0; r->kind == ROW_ATTEMPT && i < COLUMNS; i++) {
        cell_text(v, shown(v, r->index), i, cell, sizeof(cell));
        buf_putf(out, "%s%s", i ? "  " : "", cell);
    }
    return 0;
}

static void head(struct view *v, char *dst, size_t size)
{
    const struct state *s = v->context->state;

    snprintf(dst, size, "Retry history of %s",
             s && v->context->stage >= 0 && v->context->stage < s->n_stages ? s->stages[v->context->stage].id : "");
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct history *m = v->model;
    char key[32];

    keymap_key(v->context->keys, ACTION_PICK, key, sizeof(key));
    dst[0] = '\0';
    if (m->n_picks)
        snprintf(dst, size, "%s on a second attempt of that step compares them",  key);
    else if (m->shown.n)
        snprintf(dst, size, "enter opens · %s marks two to compare", key);
}

const struct view_ops history_ops = {
    .id = "history", .title = "Retry history", .help = "The attempts of a stage as a table, and what became of each diagnostic.",
    .size = sizeof(struct history), .cursor = true, .empty = "No attempt of this stage yet.   { and } choose another stage.",
    .done = done, .reload = reload, .rows = rows, .draw = draw, .mark = mark, .act = act, .text = text, .head = head,
    .foot = foot,
};
