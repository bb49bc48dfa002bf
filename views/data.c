/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The data: steps of the data stage, and what the table holds before and after the chosen one.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/pipeline/table.h"
#include "views/format.h"
#include "views/views.h"

enum { ROWS_MAX = 2000, WIDE = 112 };

enum row_kind { ROW_STEPS, ROW_STEP, ROW_BLANK, ROW_TABLE, ROW_CHANGE, ROW_HEAD, ROW_COLUMN, ROW_CLASSES, ROW_CLASS, ROW_NOTE };

struct data_row {
    enum row_kind kind;
    int index;
};

struct data {
    VEC(int) steps;            /* of the stage, those that make a table: indexes into the state's */
    VEC(struct data_row) rows;
    int chosen;                /* 0 = the data as it came, else position in steps + 1 */
    bool before, placed;
    const struct table *table, *was; /* shown, and the one before the step; NULL = none; borrowed from the state */
};

static void done(struct view *v)
{
    struct data *m = v->model;

    vec_done(&m->steps);
    vec_done(&m->rows);
}

/* ---- the model ---- */

/* The newest attempt of a step that made a table. */
static const struct attempt *made_by(const struct state *s, int step)
{
    const struct step *p = &s->steps.items[step];

    for (size_t i = p->attempts.n; i-- > 0;) {
        const struct attempt *a = s->attempts.items[p->attempts.items[i]];
        if (state_output(a, "data.csv"))
            return a;
    }
    return NULL;
}

static void find_steps(struct data *m, const struct state *s)
{
    int stage = state_find_stage(s, "data");

    m->steps.n = 0;
    for (size_t i = 0; stage >= 0 && i < s->stages[stage].steps.n; i++) {
        int step = s->stages[stage].steps.items[i];
        if (s->steps.items[step].kind != ARTIFACT_JSON) /* a plan makes no table */
            vec_push(&m->steps, step, STATE_STEPS_MAX);
    }
}

/* The table that stands after position (0 = as it came). */
static const struct table *table_at(const struct view *v, int position)
{
    const struct data *m = v->model;
    const struct state *s = v->context->state;
    const struct attempt *a = position > 0 ? made_by(s, m->steps.items[position - 1]) : NULL;

    if (!s->table || (position > 0 && !a))
        return NULL;
    return s->table(s->arg, a ? state_output(a, "data.csv")->sha : "");
}

static void push(struct data *m, enum row_kind kind, int index)
{
    struct data_row row = {kind, index};

    vec_push(&m->rows, row, ROWS_MAX);
}

static void table_rows(struct data *m)
{
    push(m, ROW_TABLE, 0);
    if (!m->table || m->table->phase != TABLE_READY) {
        push(m, ROW_NOTE, 0);
        return;
    }
    if (m->chosen > 0 && !m->before)
        push(m, ROW_CHANGE, 0);
    push(m, ROW_BLANK, 0);
    push(m, ROW_HEAD, 0);
    for (size_t i = 0; i < m->table->columns.n; i++)
        push(m, ROW_COLUMN, (int)i);
    if (m->table->n_classes) {
        push(m, ROW_BLANK, 0);
        push(m, ROW_CLASSES, 0);
        for (int i = 0; i < m->table->n_classes; i++)
            push(m, ROW_CLASS, i);
    }
}

static void reload(struct view *v)
{
    struct data *m = v->model;
    const struct state *s = v->context->state;

    m->rows.n = 0;
    if (!s)
        return;
    find_steps(m, s);
    if (m->placed && v->cursor >= 1 && v->cursor <= (int64_t)m->steps.n + 1)
        m->chosen = (int)v->cursor - 1; /* the cursor on a step is the choice; below the steps it only scrolls */
    if (m->chosen > (int)m->steps.n)
        m->chosen = 0;
    m->was = m->chosen > 0 ? table_at(v, m->chosen - 1) : NULL;
    m->table = m->before && m->chosen > 0 ? m->was : table_at(v, m->chosen);
    push(m, ROW_STEPS, 0);
    for (int i = 0; i <= (int)m->steps.n; i++)
        push(m, ROW_STEP, i);
    push(m, ROW_BLANK, 0);
    table_rows(m);
    if (!m->placed && v->cursor == 0)
        v->cursor = 1;
    m->placed = true;
}

static int64_t rows(struct view *v)
{
    return (int64_t)((struct data *)v->model)->rows.n;
}

/* ---- drawing ---- */

static void draw_step(struct view *v, struct canvas *c, int y, int position)
{
    const struct data *m = v->model;
    const struct state *s = v->context->state;
    const struct step *step = position > 0 ? &s->steps.items[m->steps.items[position - 1]] : NULL;
    const struct attempt *a = step ? state_last_attempt(s, m->steps.items[position - 1]) : NULL;
    const struct attempt_state_row *look = &attempt_state_table[a ? a->state : ATTEMPT_PREPARED];

    canvas_put(c, y, 0, ROLE_KEY, position == m->chosen ? "▸" : " ");
    canvas_at(c, y, 2);
    if (!step) {
        canvas_add(c, ROLE_TEXT, "0   the data as it came");
        return;
    }
    canvas_addf(c, ROLE_STRONG, "%d ", position);
    canvas_addf(c, role_find(look->role), "%s ", c->ascii ? look->ascii : look->symbol);
    canvas_add(c, ROLE_TEXT, step->title);
    canvas_addf(c, role_find(look->role), "   %s", a ? look->word : "not started");
}

static void draw_title(struct view *v, struct canvas *c, int y)
{
    const struct data *m = v->model;
    const struct table *t = m->table;
    char rows_text[24], name[24], twice[24];
    bool ready = t && t->phase == TABLE_READY;

    canvas_at(c, y, 1);
    if (m->chosen == 0)
        canvas_add(c, ROLE_HEADING, "As it came");
    else
        canvas_addf(c, ROLE_HEADING, "%s step %d", m->before ? "Before" : "After", m->chosen);
    if (t)
        canvas_addf(c, ROLE_TEXT, "   %s", t->name);
    if (!ready)
        return;
    canvas_addf(c, ROLE_STRONG, "   %s rows × %zu columns", format_count(t->rows, rows_text, sizeof(rows_text)), t->columns.n);
    canvas_addf(c, ROLE_TEXT, "   %s", format_bytes((double)t->bytes, name, sizeof(name)));
    canvas_addf(c, t->duplicates ? ROLE_WARNING : ROLE_DIM, "   %s%s duplicate%s",
                t->duplicates_more ? "at least " : "", format_count(t->duplicates, twice, sizeof(twice)),
                t->duplicates == 1 ? "" : "s");
    if (t->windows)
        canvas_addf(c, ROLE_TEXT, "   %lld windows of %lld rows", (long long)t->windows, (long long)t->window_length);
}

static const struct table_column *column_of(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->columns.n; i++) {
        if (str_eq(t->columns.items[i].name, name))
            return &t->columns.items[i];
    }
    return NULL;
}

static int64_t missing_in(const struct table *t)
{
    int64_t n = 0;

    for (size_t i = 0; i < t->columns.n; i++)
        n += t->columns.items[i].missing;
    return n;
}

static void list_names(const struct table *of, const struct table *in, const char *word, char *dst, size_t size)
{
    size_t len = 0;

    dst[0] = '\0';
    for (size_t i = 0; i < of->columns.n && len + 1 < size; i++) {
        if (!column_of(in, of->columns.items[i].name))
            len += (size_t)snprintf(dst + len, size - len, "%s%s", len ? ", " : word, of->columns.items[i].name);
    }
}

/* What the step did, in numbers. */
static void draw_change(struct view *v, struct canvas *c, int y)
{
    const struct data *m = v->model;
    const struct table *t = m->table, *was = m->was;
    char gone[200], fresh[200];

    if (!was || was->phase != TABLE_READY) {
        canvas_put(c, y, 1, ROLE_DIM, "the table before it is not known yet");
        return;
    }
    list_names(was, t, "gone: ", gone, sizeof(gone));
    list_names(t, was, "new: ", fresh, sizeof(fresh));
    canvas_at(c, y, 1);
    canvas_addf(c, ROLE_TEXT, "rows %lld → %lld", (long long)was->rows, (long long)t->rows);
    canvas_addf(c, ROLE_TEXT, "   missing %lld → %lld", (long long)missing_in(was), (long long)missing_in(t));
    canvas_addf(c, ROLE_TEXT, "   duplicates %lld → %lld", (long long)was->duplicates, (long long)t->duplicates);
    if (gone[0])
        canvas_addf(c, ROLE_DEL, "   %s", gone);
    if (fresh[0])
        canvas_addf(c, ROLE_ADD, "   %s", fresh);
    if (!gone[0] && !fresh[0])
        canvas_add(c, ROLE_DIM, "   same columns");
}

/* Starts of: name, type, missing, distinct, min, mean, max, shape. The numbers end before the next start. */
static const int *starts(const struct canvas *c)
{
    static const int wide[] = {1, 25, 38, 48, 60, 71, 82, 93}, narrow[] = {1, 16, 24, 32, 39, 47, 55, 63};

    return c->at.cols >= WIDE ? wide : narrow;
}

static void put_number(struct canvas *c, int y, int end, const char *text)
{
    canvas_right(c, y, end - 1, ROLE_TEXT, text);
}

static void draw_head(struct canvas *c, int y)
{
    static const char *const words[] = {"column", "type", "missing", "distinct", "min", "mean", "max", "shape"};
    const int *at = starts(c);

    for (int i = 0; i < 8; i++) {
        const char *word = i == 3 && c->at.cols < WIDE ? "differ" : words[i];
        if (i >= 2 && i < 7)
            canvas_right(c, y, at[i + 1] - 1, ROLE_DIM, word);
        else
            canvas_put(c, y, at[i], ROLE_DIM, word);
    }
}

static const char *measured(double x, char *dst, size_t size)
{
    double big = x < 0 ? -x : x;

    snprintf(dst, size, big >= 100000 || (big > 0 && big < 0.001) ? "%.2g" : big >= 100 ? "%.1f" : "%.4g", x);
    return dst;
}

/* The shape of a column: a bar of blocks, two bins a cell where there is less room. */
static void draw_shape(struct canvas *c, int y, int col, const struct table_column *k)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const plain[] = {" ", ".", ".", ":", ":", "+", "+", "#", "#"};
    int per = c->at.cols >= WIDE ? 1 : 2, most = 1;

    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < TABLE_BINS; i += per) {
            int n = k->bins[i] + (per > 1 ? k->bins[i + 1] : 0), level;
            if (pass == 0) {
                most = n > most ? n : most;
                continue;
            }
            level = (n * 8 + most - 1) / most;
            canvas_put(c, y, col + i / per, ROLE_BAR, c->ascii ? plain[level] : blocks[level]);
        }
    }
}

static void draw_column(struct view *v, struct canvas *c, int y, int index)
{
    const struct data *m = v->model;
    const struct table_column *k = &m->table->columns.items[index];
    const int *at = starts(c);
    struct canvas name = *c;
    char text[48];

    name.at.cols = at[1] - 1;
    canvas_putf(&name, y, at[0], k->label ? ROLE_STRONG : ROLE_TEXT, "%s", k->name);
    name.at.cols = at[2];
    canvas_putf(&name, y, at[1], ROLE_DIM, k->unit[0] && c->at.cols >= WIDE ? "%s %s" : "%s", k->type, k->unit);
    canvas_right(c, y, at[3] - 1, k->missing ? ROLE_WARNING : ROLE_TEXT, format_count(k->missing, text, sizeof(text)));
    snprintf(text, sizeof(text), "%s%lld", k->distinct_more ? "≥" : "", (long long)k->distinct);
    put_number(c, y, at[4], text);
    if (k->constant)
        canvas_put(c, y, at[4] + 1, ROLE_WARNING, "constant: tells nothing");
    if (!k->numeric || k->constant)
        return;
    put_number(c, y, at[5], measured(k->min, text, sizeof(text)));
    put_number(c, y, at[6], measured(k->mean, text, sizeof(text)));
    put_number(c, y, at[7], measured(k->max, text, sizeof(text)));
    draw_shape(c, y, at[7], k);
    if (k->sequence)
        canvas_put(c, y, at[7], ROLE_WARNING, "row number");
}

static void draw_balance(struct view *v, struct canvas *c, int y)
{
    const struct table *t = ((struct data *)v->model)->table;
    int64_t most = t->classes[0].rows, least = most;

    for (int i = 1; i < t->n_classes; i++) {
        most = t->classes[i].rows > most ? t->classes[i].rows : most;
        least = t->classes[i].rows < least ? t->classes[i].rows : least;
    }
    canvas_at(c, y, 1);
    canvas_addf(c, ROLE_HEADING, "%d classes", t->n_classes);
    if (least > 0 && most >= 3 * least)
        canvas_addf(c, ROLE_WARNING, "   the largest has %.1f times the rows of the smallest", (double)most / (double)least);
}

static void draw_class(struct view *v, struct canvas *c, int y, int index)
{
    const struct table *t = ((struct data *)v->model)->table;
    const struct table_class *k = &t->classes[index];
    int64_t most = 1;
    int width = c->at.cols >= WIDE ? 50 : 30;
    struct canvas name = *c;
    char text[24];

    for (int i = 0; i < t->n_classes; i++)
        most = t->classes[i].rows > most ? t->classes[i].rows : most;
    name.at.cols = 20;
    canvas_put(&name, y, 1, ROLE_TEXT, k->name);
    for (int i = 0; i < (int)(k->rows * width / most); i++) /* no budget bar: a full one is no alarm */
        canvas_put(c, y, 21 + i, ROLE_BAR, "█");
    canvas_putf(c, y, 22 + width, ROLE_TEXT, "%s rows  %.1f %%", format_count(k->rows, text, sizeof(text)),
                t->rows ? 100.0 * (double)k->rows / (double)t->rows : 0);
}

static void draw_note(struct view *v, struct canvas *c, int y)
{
    const struct data *m = v->model;

    if (!m->table)
        canvas_put(c, y, 1, ROLE_DIM, v->context->state->table ? "The step has not made its table yet." : "The table cannot be read here.");
    else if (m->table->phase == TABLE_READING)
        canvas_put(c, y, 1, ROLE_ACTIVE, "being read…");
    else
        canvas_put(c, y, 1, ROLE_ERROR, m->table->why);
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct data_row *r = &((struct data *)v->model)->rows.items[row];

    switch (r->kind) {
    case ROW_STEPS: canvas_put(c, y, 1, ROLE_HEADING, "Steps of the data stage"); break;
    case ROW_STEP: draw_step(v, c, y, r->index); break;
    case ROW_TABLE: draw_title(v, c, y); break;
    case ROW_CHANGE: draw_change(v, c, y); break;
    case ROW_HEAD: draw_head(c, y); break;
    case ROW_COLUMN: draw_column(v, c, y, r->index); break;
    case ROW_CLASSES: draw_balance(v, c, y); break;
    case ROW_CLASS: draw_class(v, c, y, r->index); break;
    case ROW_NOTE: draw_note(v, c, y); break;
    case ROW_BLANK: break;
    }
}

/* ---- acting ---- */

static void open_script(struct view *v)
{
    const struct data *m = v->model;
    const struct state *s = v->context->state;
    const struct attempt *a = m->chosen > 0 ? state_last_attempt(s, m->steps.items[m->chosen - 1]) : NULL;

    for (size_t i = 0; a && i < s->attempts.n; i++) {
        if (s->attempts.items[i] == a)
            view_ask_pair(v, VIEW_ASK_LINE, 0, (int)i);
    }
}

static bool act(struct view *v, enum action a)
{
    struct data *m = v->model;

    if (a == ACTION_SIDE) {
        m->before = !m->before;
        reload(v);
        return true;
    }
    if (a == ACTION_OPEN) {
        open_script(v);
        return true;
    }
    return false;
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct data *m = v->model;
    const struct data_row *r = &m->rows.items[row];
    const struct table_column *k;

    if (r->kind == ROW_STEP && r->index > 0)
        return buf_puts(out, v->context->state->steps.items[m->steps.items[r->index - 1]].title);
    if (r->kind == ROW_CLASS)
        return buf_putf(out, "%s %lld", m->table->classes[r->index].name, (long long)m->table->classes[r->index].rows);
    if (r->kind != ROW_COLUMN)
        return 0;
    k = &m->table->columns.items[r->index];
    return buf_putf(out, "%s %s missing %lld distinct %lld min %g mean %g max %g", k->name, k->type, (long long)k->missing,
                    (long long)k->distinct, k->min, k->mean, k->max);
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    const struct data *m = v->model;

    for (row += step; row >= 0 && row < (int64_t)m->rows.n; row += step) {
        if (m->rows.items[row].kind == ROW_STEP)
            return row;
    }
    return -1;
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct data *m = v->model;
    char key[32];
    int64_t n = 0, of = 0;

    for (size_t i = 0; m->table && i < m->table->columns.n; i++) {
        if (m->table->columns.items[i].numbers > of) {
            of = m->table->columns.items[i].numbers;
            n = m->table->columns.items[i].sampled;
        }
    }
    snprintf(dst, size, "%s before or after the step · enter shows its script", keymap_key(v->context->keys, ACTION_SIDE, key, sizeof(key)));
    if (n < of && v->width >= WIDE)
        snprintf(dst, size, "shapes from %lld of %lld values · %s before or after the step · enter shows its script",
                 (long long)n, (long long)of, key);
}

const struct view_ops data_ops = {
    .id = "data", .title = "Data", .help = "What the CSV holds, and what each data step made of it.",
    .size = sizeof(struct data), .cursor = true, .empty = "No project is open.",
    .done = done, .reload = reload, .rows = rows, .draw = draw, .act = act, .mark = mark, .text = text, .foot = foot,
};
