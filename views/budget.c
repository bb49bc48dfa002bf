/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "core/base/str.h"
#include "views/format.h"
#include "views/views.h"

static const struct { const char *metric, *label; } shown[] = {
    {"flash", "flash"}, {"ram", "ram"}, {"arena", "arena"}, {"instructions", "time"},
    {"accuracy", "accuracy"}, {"rows right", "rows"},
};

enum { SHOWN = sizeof(shown) / sizeof(*shown) };

/* The metric of the chosen attempt, else of the newest that has it. */
static const struct state_metric *find(const struct view_context *at, const char *name)
{
    const struct attempt *a = format_attempt(at);
    const struct state_metric *m = a ? state_metric(a, name) : NULL;

    for (size_t i = at->state ? at->state->attempts.n : 0; !m && i > 0; i--)
        m = state_metric(at->state->attempts.items[i - 1], name);
    return m;
}

static int64_t rows(struct view *v)
{
    return v->context->state ? SHOWN : 0;
}

static void amount(const struct state_metric *m, double value, char *dst, size_t size)
{
    if (str_eq(m->unit, "B"))
        format_bytes(value, dst, size);
    else if (str_eq(m->unit, "%"))
        snprintf(dst, size, "%.1f %%", value);
    else if (value >= 100000)
        snprintf(dst, size, "%.2f M %s", value / 1e6, m->unit);
    else
        snprintf(dst, size, "%.0f%s%s", value, m->unit[0] ? " " : "", m->unit);
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct state_metric *m = find(v->context, shown[row].metric);
    int width = c->at.cols - 29 > 6 ? c->at.cols - 29 : 6;
    char value[40], limit[40];

    canvas_put(c, y, 1, m ? ROLE_TEXT : ROLE_DIM, shown[row].label);
    if (!m) {
        canvas_put(c, y, 10, ROLE_DIM, "not known yet");
        return;
    }
    amount(m, m->value, value, sizeof(value));
    if (m->limit <= 0) {
        canvas_put(c, y, 10, ROLE_TEXT, value);
        return;
    }
    amount(m, m->limit, limit, sizeof(limit));
    canvas_bar(c, y, 10, width, m->value / m->limit);
    canvas_putf(c, y, 11 + width, m->value > m->limit ? ROLE_ERROR : ROLE_TEXT, "%s of %s", value, limit);
}

static void head(struct view *v, char *dst, size_t size)
{
    snprintf(dst, size, "Budget of %s", v->context->state ? v->context->state->board : "the board");
}

const struct view_ops budget_ops = {
    .id = "budget", .title = "Budget", .help = "Flash, RAM and arena against the board's limits.",
    .rows = rows, .draw = draw, .head = head,
};
