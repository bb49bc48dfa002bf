/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/artifact/review.h"
#include "core/base/text.h"
#include "tui/widget/wrap.h"
#include "views/format.h"
#include "views/views.h"

enum { ROWS_MAX = 4000, TEXT_CAP = 256 * 1024, INDENT = 3 };

struct feedback_row {
    size_t from, len; /* of text */
    bool heading;
};

struct feedback {
    struct buf text; /* sanitized */
    VEC(struct feedback_row) rows;
};

static void open(struct view *v)
{
    buf_init(&((struct feedback *)v->model)->text, TEXT_CAP);
}

static void done(struct view *v)
{
    struct feedback *m = v->model;

    buf_done(&m->text);
    vec_done(&m->rows);
}

/* A text as one row, or as many as it needs when it is no heading. */
static void put(struct view *v, const char *line, bool heading)
{
    struct feedback *m = v->model;
    size_t from = m->text.len, n;
    int width = v->width - INDENT - 1;

    text_sanitize(&m->text, line, strlen(line), TEXT_ONE_LINE);
    do {
        struct feedback_row row = {from, m->text.len - from, heading};
        n = heading ? row.len : wrap_next(buf_text(&m->text) + from, row.len, width > 1 ? width : 1);
        row.len = n;
        if (vec_push(&m->rows, row, ROWS_MAX))
            return;
        from += n;
    } while (n > 0 && from < m->text.len);
}

static void reload(struct view *v)
{
    struct feedback *m = v->model;
    const struct review *r = v->context->review;
    const struct attempt *a = format_attempt(v->context);
    char line[REVIEW_NOTE_MAX + 8];

    m->rows.n = 0;
    buf_reset(&m->text);
    for (size_t h = 0; r && !v->context->outside && h < r->choices.n; h++) {
        const struct review_choice *c = &r->choices.items[h];
        if (c->take && !c->edited)
            continue;
        snprintf(line, sizeof(line), "hunk %zu %s", h + 1, c->take ? "as you wrote it" : "left out:");
        put(v, line, true);
        if (!c->take && c->note)
            snprintf(line, sizeof(line), "“%s”", c->note);
        else
            snprintf(line, sizeof(line), "%s", c->take ? "in place of what was proposed" : "no reason yet: c gives one");
        put(v, line, false);
    }
    if (a && a->refused_blob[0])
        put(v, "and what was refused of it before", true);
}

static int64_t rows(struct view *v)
{
    return (int64_t)((struct feedback *)v->model)->rows.n;
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct feedback *m = v->model;
    const struct feedback_row *r = &m->rows.items[row];

    canvas_at(c, y, r->heading ? 1 : INDENT);
    canvas_addn(c, r->heading ? ROLE_STRONG : ROLE_TEXT, buf_text(&m->text) + r->from, r->len);
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct feedback *m = v->model;

    return buf_put(out, buf_text(&m->text) + m->rows.items[row].from, m->rows.items[row].len);
}

const struct view_ops feedback_ops = {
    .id = "feedback", .title = "Goes back to the model", .help = "What you leave out, with your reasons: part of the next prompt.",
    .size = sizeof(struct feedback), .empty = "Nothing is left out.\n\nSpace leaves a hunk out,\nc says why.",
    .open = open, .done = done, .reload = reload, .rows = rows, .draw = draw, .text = text,
};
