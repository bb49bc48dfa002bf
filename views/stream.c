/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "core/base/str.h"
#include "tui/widget/pager.h"
#include "views/format.h"
#include "views/views.h"

struct stream {
    struct pager pager;
    struct buf text;  /* a finished reply; a live one is borrowed from the state */
    char key[STATE_ID + SHA256_HEX];
    bool live;
};

enum { REPLY_CAP = 32 * 1024 * 1024 };

static void open(struct view *v)
{
    struct stream *m = v->model;

    pager_init(&m->pager, HIGHLIGHT_MARKDOWN, false);
    buf_init(&m->text, REPLY_CAP);
}

static void done(struct view *v)
{
    struct stream *m = v->model;

    pager_done(&m->pager);
    buf_done(&m->text);
}

static bool is_live(const struct view *v)
{
    const struct state *s = v->context->state;

    return s && s->live.attempt >= 0 && s->live.attempt == v->context->attempt;
}

static void load(struct view *v, const struct attempt *a)
{
    struct stream *m = v->model;

    buf_reset(&m->text);
    if (a)
        format_blob(v->context->state, a->reply_blob, &m->text);
    pager_set(&m->pager, buf_text(&m->text), m->text.len);
}

static void reload(struct view *v)
{
    struct stream *m = v->model;
    const struct attempt *a = format_attempt(v->context);
    bool live = is_live(v);
    char key[sizeof(m->key)];

    snprintf(key, sizeof(key), "%s %s", a ? a->id : "", a && !live ? a->reply_blob : "");
    if (live && str_eq(key, m->key)) {
        pager_grow(&m->pager, buf_text(&v->context->state->live.text), v->context->state->live.text.len);
    } else if (live) {
        pager_set(&m->pager, buf_text(&v->context->state->live.text), v->context->state->live.text.len);
        v->follow = true;
    } else if (!str_eq(key, m->key)) {
        bool same = m->live && a && str_starts(m->key, a->id);
        load(v, a);
        v->follow = same ? v->follow : false;
        if (!same)
            v->top = 0;
    }
    str_copy(m->key, sizeof(m->key), key);
    m->live = live;
    pager_layout(&m->pager, v->width, v->wrap);
}

static int64_t rows(struct view *v)
{
    return ((struct stream *)v->model)->pager.rows;
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    struct canvas in = *c;

    in.at.col++;
    in.at.cols--;
    pager_draw(&((struct stream *)v->model)->pager, &in, y, row, NULL, 0);
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    int sub;
    size_t n;
    struct pager *p = &((struct stream *)v->model)->pager;
    const char *line = pager_text(p, pager_line_at(p, row, &sub), &n);

    return buf_put(out, line, n);
}

static void live_foot(struct view *v, char *dst, size_t size)
{
    const struct stream *m = v->model;
    const struct state_live *l = &v->context->state->live;
    char lines[24], first[24] = "";

    if (!l->first_ms) {
        str_copy(dst, size, l->progress[0] ? l->progress : "waiting for the first token");
        return;
    }
    format_seconds(l->first_ms - l->begun_ms, first, sizeof(first));
    if (v->follow)
        snprintf(dst, size, "following · %s lines · first token %s",
                 format_count((int64_t)m->pager.lines.n, lines, sizeof(lines)), first);
    else
        snprintf(dst, size, "%s new lines · G follows",
                 format_count(rows(v) - v->known, lines, sizeof(lines)));
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct stream *m = v->model;
    const struct attempt *a = format_attempt(v->context);
    char lines[24];

    dst[0] = '\0';
    if (is_live(v))
        live_foot(v, dst, size);
    else if (a && m->pager.len)
        snprintf(dst, size, "%s lines · %s", format_count((int64_t)m->pager.lines.n, lines, sizeof(lines)),
                 a->provider);
}

const struct view_ops stream_ops = {
    .id = "stream", .title = "Stream", .help = "The reply of the model, live while it comes.",
    .of_attempt = true, .size = sizeof(struct stream), .follows = true, .wraps = true,
    .empty = "No model wrote this attempt: there is no reply to show.\n\n2 shows the artifact.",
    .open = open, .done = done, .reload = reload, .rows = rows, .draw = draw, .text = text, .foot = foot,
};
