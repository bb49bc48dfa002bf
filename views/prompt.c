/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "core/base/str.h"
#include "tui/widget/pager.h"
#include "views/format.h"
#include "views/views.h"

struct prompt {
    struct pager pager;
    struct buf text;
    char key[STATE_ID + SHA256_HEX];
};

enum { PROMPT_CAP = 16 * 1024 * 1024, BYTES_PER_TOKEN = 4 };

static void open(struct view *v)
{
    struct prompt *m = v->model;

    pager_init(&m->pager, HIGHLIGHT_MARKDOWN, false);
    buf_init(&m->text, PROMPT_CAP);
}

static void done(struct view *v)
{
    struct prompt *m = v->model;

    pager_done(&m->pager);
    buf_done(&m->text);
}

static void reload(struct view *v)
{
    struct prompt *m = v->model;
    const struct attempt *a = format_attempt(v->context);
    char key[sizeof(m->key)];

    snprintf(key, sizeof(key), "%s %s", a ? a->id : "", a ? a->prompt_blob : "");
    if (!str_eq(key, m->key)) {
        buf_reset(&m->text);
        if (a)
            format_blob(v->context->state, a->prompt_blob, &m->text);
        pager_set(&m->pager, buf_text(&m->text), m->text.len);
        str_copy(m->key, sizeof(m->key), key);
        v->top = 0;
    }
    pager_layout(&m->pager, v->width - 1, v->wrap);
}

static int64_t rows(struct view *v)
{
    return ((struct prompt *)v->model)->pager.rows;
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    struct canvas in = *c;

    in.at.col++;
    in.at.cols--;
    pager_draw(&((struct prompt *)v->model)->pager, &in, y, row, NULL, 0);
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    int sub;
    size_t n;
    struct pager *p = &((struct prompt *)v->model)->pager;
    const char *line = pager_text(p, pager_line_at(p, row, &sub), &n);

    return buf_put(out, line, n);
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct prompt *m = v->model;
    const struct attempt *a = format_attempt(v->context);
    char tokens[24];

    dst[0] = '\0';
    if (!a || !m->text.len)
        return;
    if (a->tokens_in >= 0 && !a->tokens_estimated)
        snprintf(dst, size, "%s tokens sent", format_count(a->tokens_in, tokens, sizeof(tokens)));
    else
        snprintf(dst, size, "about %s tokens (estimate)",
                 format_count((int64_t)m->text.len / BYTES_PER_TOKEN, tokens, sizeof(tokens)));
}

const struct view_ops prompt_ops = {
    .id = "prompt", .title = "Prompt", .help = "What was sent to the model.",
    .of_attempt = true, .size = sizeof(struct prompt), .wraps = true, .empty = "Nothing was sent to a model for this attempt.",
    .open = open, .done = done, .reload = reload, .rows = rows, .draw = draw, .text = text, .foot = foot,
};
