/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/pipeline/state.h"
#include "views/views.h"

static int64_t rows(struct view *v)
{
    return v->context->state ? (int64_t)v->context->state->messages.n : 0;
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct state_message *m = &v->context->state->messages.items[row];
    int role = m->severity == FINDING_ERROR ? ROLE_ERROR : m->severity == FINDING_WARNING ? ROLE_WARNING : ROLE_TEXT;
    char when[40];

    clock_iso(m->wall_ms, when, sizeof(when));
    canvas_putf(c, y, 1, ROLE_DIM, "%.8s", when + 11);
    canvas_at(c, y, 10);
    canvas_add(c, role, m->text);
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    return buf_puts(out, v->context->state->messages.items[row].text);
}

const struct view_ops messages_ops = {
    .id = "messages", .title = "Messages", .help = "Everything the program had to say.",
    .follows = true, .empty = "No messages.", .rows = rows, .draw = draw, .text = text,
};
