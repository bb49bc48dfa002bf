/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "views/format.h"
#include "views/views.h"

static int64_t rows(struct view *v)
{
    return v->context->state ? v->context->state->n_stages : 0;
}

static void reload(struct view *v)
{
    v->cursor = v->context->stage < 0 ? 0 : v->context->stage;
}

static const struct attempt *last_attempt(const struct state *s, const struct stage_state *stage)
{
    const struct attempt *last = NULL;

    for (size_t i = 0; i < stage->steps.n; i++) {
        const struct attempt *a = state_last_attempt(s, stage->steps.items[i]);
        if (a && (!last || a->last_seq >= last->last_seq))
            last = a;
    }
    return last;
}

/* What stands beside the name: the result, the attempt at work, or why it is stale. */
static void describe(const struct state *s, const struct stage_state *stage, char *dst, size_t size)
{
    const struct attempt *last = last_attempt(s, stage);

    dst[0] = '\0';
    if (stage->status == STAGE_STALE)
        snprintf(dst, size, "stale: %s", stage->why);
    else if (stage->status == STAGE_WAITS)
        snprintf(dst, size, "waits for you");
    else if (stage->status == STAGE_ACTIVE && last && stage->steps.n > 1)
        snprintf(dst, size, "step %s", last->id);
    else if (stage->status == STAGE_ACTIVE && last)
        snprintf(dst, size, "attempt %d", last->number);
    else if (stage->status == STAGE_FAILED && stage->why[0])
        snprintf(dst, size, "%s", stage->why);
    else if (stage->result[0])
        snprintf(dst, size, "%s", stage->result);
    else if (stage->steps.n > 1)
        snprintf(dst, size, "%zu steps", stage->steps.n);
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct state *s = v->context->state;
    const struct stage_state *stage = &s->stages[row];
    const struct stage_status_row *look = &stage_status_table[stage->status];
    char words[220], time[24] = "";
    int role = role_find(look->role);
    struct canvas left = *c;

    if (stage->ms > 0)
        format_seconds(stage->ms, time, sizeof(time));
    describe(s, stage, words, sizeof(words));
    canvas_put(c, y, 1, role, c->ascii ? look->ascii : look->symbol);
    canvas_put(c, y, 3, stage->status == STAGE_IDLE ? ROLE_DIM : ROLE_STRONG, stage->id);
    left.at.cols -= time[0] ? 9 : 1;
    canvas_put(&left, y, 12, stage->status == STAGE_PASSED ? ROLE_TEXT : role, words);
    canvas_right(c, y, c->at.cols - 1, ROLE_DIM, time);
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct stage_state *s = &v->context->state->stages[row];

    return buf_putf(out, "%s %s %s", s->id, s->title, s->result);
}

static void head(struct view *v, char *dst, size_t size)
{
    const struct state *s = v->context->state;
    int passed = 0;

    for (int i = 0; s && i < s->n_stages; i++)
        passed += s->stages[i].status == STAGE_PASSED;
    snprintf(dst, size, "Stages  %d of %d passed", passed, s ? s->n_stages : 0);
}

static bool act(struct view *v, enum action a)
{
    if (a != ACTION_OPEN)
        return false;
    view_ask(v, VIEW_ASK_ACTION, ACTION_ATTEMPTS, NULL);
    return true;
}

const struct view_ops stages_ops = {
    .id = "stages", .title = "Stages", .help = "The pipeline: state, result and time of each stage.",
    .cursor = true, .empty = "The pipeline is not known yet.",
    .reload = reload, .rows = rows, .draw = draw, .text = text, .head = head, .act = act,
};
