/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every call of a model in this project: sizes, times, cost. Searching looks into the prompts and replies.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "views/format.h"
#include "views/views.h"

enum { CALLS_MAX = STATE_ATTEMPTS_MAX, HITS_MAX = 500, WIDE = 112, TEXT_CAP = 4 * 1024 * 1024 };

struct call {
    int attempt;
    int64_t prompt_bytes, reply_bytes; /* -1 = not looked at yet */
};

struct trace {
    VEC(struct call) calls; /* all, oldest first */
    VEC(int) shown;         /* indexes into calls */
    char found[96];         /* search that shown belongs to */
    int64_t left;           /* events not in the index yet */
    int hits;               /* -1 = there is no index */
    unsigned generation;
    bool made;
};

static void done(struct view *v)
{
    struct trace *m = v->model;

    vec_done(&m->calls);
    vec_done(&m->shown);
}

/* ---- the model ---- */

static void add_calls(struct trace *m, const struct state *s)
{
    int from = m->calls.n ? m->calls.items[m->calls.n - 1].attempt + 1 : 0;

    for (int i = from; i < (int)s->attempts.n; i++) {
        struct call c = {i, -1, -1};
        if (s->attempts.items[i]->prompt_blob[0])
            vec_push(&m->calls, c, CALLS_MAX);
    }
}

static void search(struct view *v)
{
    struct trace *m = v->model;
    const struct state *s = v->context->state;
    int hits[HITS_MAX];

    m->hits = s->search ? s->search(s->arg, v->search, hits, HITS_MAX, &m->left) : -1;
    for (size_t i = 0; i < m->calls.n; i++) {
        for (int k = 0; k < m->hits; k++) {
            if (hits[k] == m->calls.items[i].attempt)
                vec_push(&m->shown, (int)i, CALLS_MAX);
        }
    }
}

static void reload(struct view *v)
{
    struct trace *m = v->model;
    const struct state *s = v->context->state;

    if (!s || (m->made && m->generation == s->generation && str_eq(m->found, v->search) && !m->left))
        return;
    if (m->calls.n && (size_t)m->calls.items[m->calls.n - 1].attempt >= s->attempts.n)
        m->calls.n = 0;
    add_calls(m, s);
    m->made = true;
    m->generation = s->generation;
    str_copy(m->found, sizeof(m->found), v->search);
    m->shown.n = 0;
    m->left = 0;
    if (v->cursor == 0)
        v->cursor = 1;
    if (v->search[0])
        search(v);
    for (size_t i = 0; !v->search[0] && i < m->calls.n; i++)
        vec_push(&m->shown, (int)i, CALLS_MAX);
}

static bool find(struct view *v)
{
    struct trace *m = v->model;

    m->made = false;
    reload(v);
    v->cursor = 1;
    v->top = 0;
    return m->shown.n > 0 || m->left > 0;
}

static int64_t rows(struct view *v)
{
    size_t n = ((struct trace *)v->model)->shown.n;

    return n ? (int64_t)n + 1 : 0; /* the first names the columns */
}

/* NULL for the row that names the columns. */
static struct call *call_at(struct view *v, int64_t row)
{
    struct trace *m = v->model;

    return row > 0 ? &m->calls.items[m->shown.items[row - 1]] : NULL;
}

static int64_t size_of(const struct state *s, const char *sha)
{
    struct buf text;
    int64_t n = 0;

    buf_init(&text, TEXT_CAP);
    if (sha[0] && s->blob && s->blob(s->arg, sha, &text) == 0)
        n = (int64_t)text.len;
    buf_done(&text);
    return n;
}

/* Sizes are looked up for rows that are drawn, once. */
static void look(const struct state *s, struct call *c)
{
    const struct attempt *a = s->attempts.items[c->attempt];

    if (c->prompt_bytes < 0)
        c->prompt_bytes = size_of(s, a->prompt_blob);
    if (c->reply_bytes < 0 && a->reply_blob[0])
        c->reply_bytes = size_of(s, a->reply_blob);
}

/* ---- drawing ---- */

static const struct {
    const char *title;
    int wide, narrow; /* columns, 0 = left out */
    bool right;
} columns[] = {
    {"call", 15, 12, false}, {"", 3, 3, false}, {"at", 10, 0, false}, {"provider", 24, 16, false},
    {"prompt", 9, 0, true},  {"tokens", 8, 8, true}, {"reply", 10, 0, true}, {"tokens", 8, 8, true},
    {"first", 8, 7, true},   {"tok/s", 7, 7, true}, {"time", 8, 7, true}, {"cost", 8, 8, true},
};

enum { COLUMNS = sizeof(columns) / sizeof(*columns) };

static void put_bytes(int64_t n, char *dst, size_t size)
{
    if (n >= 0)
        format_bytes((double)n, dst, size);
}

static void rate_of(const struct attempt *a, char *dst, size_t size)
{
    int64_t ms = a->reply_ms - (a->first_token_ms > 0 ? a->first_token_ms : 0);

    if (a->tokens_out > 0 && a->reply_ms > 0 && ms > 0)
        snprintf(dst, size, "%s%.0f", a->tokens_estimated ? "~" : "", (double)a->tokens_out * 1000 / (double)ms);
}

static void cell_text(const struct attempt *a, const struct call *k, int i, bool ascii, char *dst, size_t size)
{
    const struct attempt_state_row *look_of = &attempt_state_table[a->state];
    char when[40];

    dst[0] = '\0';
    switch (i) {
    case 0: str_copy(dst, size, a->id); break;
    case 1: str_copy(dst, size, ascii ? look_of->ascii : look_of->symbol); break;
    case 2: snprintf(dst, size, "%.8s", clock_iso(a->started_ms, when, sizeof(when)) + 11); break;
    case 3: str_copy(dst, size, a->provider); break;
    case 4: put_bytes(k->prompt_bytes, dst, size); break;
    case 5: a->tokens_in >= 0 ? format_count(a->tokens_in, dst, size) : ""; break;
    case 6: put_bytes(k->reply_bytes, dst, size); break;
    case 7: a->tokens_out >= 0 ? format_count(a->tokens_out, dst, size) : ""; break;
    case 8: a->first_token_ms > 0 ? format_seconds(a->first_token_ms, dst, size) : ""; break;
    case 9: rate_of(a, dst, size); break;
    case 10: a->reply_ms > 0 ? format_seconds(a->reply_ms, dst, size) : ""; break;
    default: a->reply_blob[0] ? format_money(a->money, dst, size) : ""; break;
    }
}

static int role_of(const struct attempt *a, int column)
{
    if (!a)
        return ROLE_DIM;
    return column == 0 ? ROLE_STRONG : column == 1 ? (int)role_find(attempt_state_table[a->state].role) : ROLE_TEXT;
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    struct call *k = call_at(v, row);
    const struct attempt *a = k ? v->context->state->attempts.items[k->attempt] : NULL;
    bool wide = c->at.cols >= WIDE;
    char text[128];
    int col = 1;

    if (k)
        look(v->context->state, k);
    for (int i = 0; i < COLUMNS; i++) {
        struct canvas cell = *c;
        int width = wide ? columns[i].wide : columns[i].narrow;
        if (!width)
            continue;
        cell.at.cols = col + width - 1 < c->at.cols ? col + width - 1 : c->at.cols;
        if (k)
            cell_text(a, k, i, c->ascii, text, sizeof(text));
        if (columns[i].right)
            canvas_right(&cell, y, cell.at.cols, k ? ROLE_TEXT : ROLE_DIM, k ? text : columns[i].title);
        else
            canvas_put(&cell, y, col, role_of(a, i), k ? text : columns[i].title);
        col += width;
    }
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct trace *m = v->model;
    const struct state *s = v->context->state;
    char tokens[24], money[24];

    dst[0] = '\0';
    if (!s)
        return;
    if (v->search[0] && m->hits < 0)
        snprintf(dst, size, "this history has no search index");
    else if (v->search[0])
        snprintf(dst, size, "%zu of %zu calls hold \"%.40s\"%s · Esc shows all", m->shown.n, m->calls.n, v->search,
                 m->left ? " so far: the index is being made" : "");
    else if (m->calls.n)
        snprintf(dst, size, v->width >= WIDE ? "%zu calls · %s tokens · %s · / searches prompts and replies · enter reads"
                                             : "%zu calls · %s tokens · %s · / searches", m->calls.n,
                 format_count(s->tokens_in + s->tokens_out, tokens, sizeof(tokens)),
                 format_money(s->money_unknown ? -1 : s->money, money, sizeof(money)));
}

/* ---- acting ---- */

/* Does the prompt hold the first word that was searched for? Else it was found in the reply. */
static bool in_prompt(struct view *v, const struct attempt *a)
{
    char word[sizeof(v->search)];
    struct buf text;
    bool has;

    snprintf(word, sizeof(word), "%.*s", (int)strcspn(v->search, " "), v->search);
    buf_init(&text, TEXT_CAP);
    format_blob(v->context->state, a->prompt_blob, &text);
    has = strcasestr(buf_text(&text), word) != NULL;
    buf_done(&text);
    return has;
}

static bool act(struct view *v, enum action a)
{
    const struct call *k;
    bool prompt;

    k = a == ACTION_OPEN && rows(v) > 0 ? call_at(v, v->cursor) : NULL;
    if (!k)
        return false;
    prompt = in_prompt(v, v->context->state->attempts.items[k->attempt]);
    view_ask_pair(v, VIEW_ASK_TAB, k->attempt, prompt ? VIEW_PROMPT : VIEW_STREAM);
    str_copy(v->context->ask.text, sizeof(v->context->ask.text), v->search);
    return true;
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct call *k = call_at(v, row);
    const struct attempt *a = k ? v->context->state->attempts.items[k->attempt] : NULL;

    return !a ? 0 : buf_putf(out, "%s %s %lld tokens in, %lld out, %s", a->id, a->provider, (long long)a->tokens_in,
                    (long long)a->tokens_out, attempt_state_table[a->state].word);
}

const struct view_ops trace_ops = {
    .id = "trace", .title = "Model calls", .help = "Every model call of the project; / searches prompts and replies.",
    .size = sizeof(struct trace), .cursor = true,
    .empty = "No model was called here.\n\nIn symbolic mode nothing is sent anywhere.\nEsc leaves.",
    .done = done, .reload = reload, .rows = rows, .draw = draw, .act = act, .text = text, .find = find,
    .foot = foot,
};
