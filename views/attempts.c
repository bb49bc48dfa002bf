/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/base/os.h"
#include "views/format.h"
#include "views/views.h"

struct attempts {
    VEC(int) shown; /* indexes into the state's attempts */
    int stage;
    unsigned generation;
};

static void done(struct view *v)
{
    vec_done(&((struct attempts *)v->model)->shown);
}

static bool in_stage(const struct state *s, const struct attempt *a, int stage)
{
    return a->stage == stage && a->step >= 0 && (size_t)a->step < s->steps.n && !s->steps.items[a->step].retired;
}

static void reload(struct view *v)
{
    struct attempts *m = v->model;
    const struct state *s = v->context->state;

    m->shown.n = 0;
    for (size_t i = 0; s && i < s->attempts.n; i++) {
        if (in_stage(s, s->attempts.items[i], v->context->stage))
            vec_push(&m->shown, (int)i, STATE_ATTEMPTS_MAX);
    }
    for (size_t i = 0; i < m->shown.n; i++) {
        if (m->shown.items[i] == v->context->attempt)
            v->cursor = (int64_t)i;
    }
}

static int64_t rows(struct view *v)
{
    return (int64_t)((struct attempts *)v->model)->shown.n;
}

/* Beside the number: what became of it, the cause first when it failed. */
static void describe(const struct attempt *a, char *dst, size_t size)
{
    const struct finding *f = finding_worst(&a->findings);

    if (a->state == ATTEMPT_FAILED && f && f->cause[0])
        snprintf(dst, size, "%s  %s", f->cause, finding_categories[f->category].id);
    else if (a->state == ATTEMPT_FAILED && f && f->category != FINDING_NONE)
        snprintf(dst, size, "failed  %s", finding_categories[f->category].id);
    else if (a->state == ATTEMPT_PASSED && a->outcome[0])
        snprintf(dst, size, "%s", a->outcome);
    else
        snprintf(dst, size, "%s", attempt_state_table[a->state].word);
}

static void cost(const struct view *v, const struct attempt *a, char *dst, size_t size)
{
    const struct state *s = v->context->state;
    char tokens[24], seconds[24];
    int64_t ms = a->ended_ms > a->started_ms ? a->ended_ms - a->started_ms : 0, n = a->tokens_out;

    if (a->state == ATTEMPT_STREAMING && s->live.attempt >= 0 && s->attempts.items[s->live.attempt] == a) {
        ms = v->context->now_ms - s->live.begun_ms;
        n = s->live.tokens;
    }
    dst[0] = '\0';
    format_seconds(ms, seconds, sizeof(seconds));
    if (n > 0)
        snprintf(dst, size, "%s tok %6s", format_short(n, tokens, sizeof(tokens)), ms ? seconds : "");
    else if (ms)
        snprintf(dst, size, "%s", seconds);
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct state *s = v->context->state;
    const struct attempt *a = s->attempts.items[((struct attempts *)v->model)->shown.items[row]];
    const struct attempt_state_row *look = &attempt_state_table[a->state];
    char number[32] = "", words[240], right[64];
    int role = role_find(look->role), col;
    struct canvas left = *c;

    col = canvas_put(c, y, 1, ROLE_STRONG, format_number(s, a, number, sizeof(number))) + 2;
    col += canvas_put(c, y, col, role, c->ascii ? look->ascii : look->symbol) + 1;
    describe(a, words, sizeof(words));
    cost(v, a, right, sizeof(right));
    left.at.cols -= (int)strlen(right) + 2;
    canvas_put(&left, y, col, role, words);
    canvas_right(c, y, c->at.cols - 1, ROLE_DIM, right);
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct attempt *a =
        v->context->state->attempts.items[((struct attempts *)v->model)->shown.items[row]];
    char words[240];

    describe(a, words, sizeof(words));
    return buf_putf(out, "%s %s %s", a->id, a->name, words);
}

static void head(struct view *v, char *dst, size_t size)
{
    const struct state *s = v->context->state;

    snprintf(dst, size, "Attempts of %s",
             s && v->context->stage >= 0 && v->context->stage < s->n_stages ? s->stages[v->context->stage].id : "");
}

static bool act(struct view *v, enum action a)
{
    if (a != ACTION_OPEN || rows(v) == 0)
        return false;
    view_ask(v, VIEW_ASK_ATTEMPT, ((struct attempts *)v->model)->shown.items[v->cursor], "open");
    return true;
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    row += step;
    return row >= 0 && row < rows(v) ? row : -1;
}

static void foot(struct view *v, char *dst, size_t size)
{
    char key[32];

    dst[0] = '\0';
    if (rows(v) > 0)
        snprintf(dst, size, "%s history", keymap_key(v->context->keys, ACTION_HISTORY, key, sizeof(key)));
    if (rows(v) > v->height)
        snprintf(dst + strlen(dst), size - strlen(dst), " · %lld of %lld", (long long)v->cursor + 1, (long long)rows(v));
}

const struct view_ops attempts_ops = {
    .id = "attempts", .title = "Attempts", .help = "The attempts of the chosen stage: outcome, cause, tokens, time.",
    .size = sizeof(struct attempts), .cursor = true, .empty = "No attempt yet.",
    .done = done, .reload = reload, .rows = rows, .draw = draw, .text = text, .head = head, .act = act, .mark = mark,
    .foot = foot,
};
