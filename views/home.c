/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/base/str.h"
#include "tui/widget/home.h"
#include "views/views.h"

struct home {
    int rows[128]; /* entry of each row; -1 a blank, -2-i the heading of entry i */
    int n, entries;
};

enum { ROWS_MAX = 128 };

static void add(struct home *h, int what)
{
    if (h->n < ROWS_MAX)
        h->rows[h->n++] = what;
}

static void reload(struct view *v)
{
    struct home *h = v->model;
    const struct view_context *at = v->context;
    bool first = h->entries == 0;

    h->n = 0;
    h->entries = at->n_homes;
    for (int i = 0; i < at->n_homes; i++) {
        if (i == 0 || !str_eq(at->homes[i].group, at->homes[i - 1].group)) {
            if (i > 0)
                add(h, -1);
            add(h, -2 - i);
        }
        add(h, i);
    }
    if (first && h->n > 1)
        v->cursor = 1;
}

static int64_t rows(struct view *v)
{
    return ((struct home *)v->model)->n;
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct home *h = v->model;
    int what = h->rows[row], name = c->at.cols >= 100 ? 24 : 18, waits = c->at.cols >= 100 ? 28 : 20;
    const struct home_entry *e;
    struct canvas text = *c;

    if (what == -1)
        return;
    if (what < -1) {
        canvas_put(c, y, 1, ROLE_HEADING, v->context->homes[-2 - what].group);
        return;
    }
    e = &v->context->homes[what];
    canvas_put(c, y, 1, ROLE_ACTIVE, "▸");
    text.at.cols = name + 2;
    canvas_put(&text, y, 3, ROLE_STRONG, e->name);
    text.at.cols = c->at.cols - waits - 1;
    canvas_put(&text, y, name + 3, ROLE_TEXT, e->what);
    if (e->waits)
        canvas_right(c, y, c->at.cols - 2, strstr(e->waits, "wait") ? ROLE_WAITS : ROLE_DIM, e->waits);
}

static bool act(struct view *v, enum action a)
{
    const struct home *h = v->model;

    if (a == ACTION_OPEN && v->cursor < h->n && h->rows[v->cursor] >= 0) {
        view_ask(v, VIEW_ASK_PROJECT, h->rows[v->cursor], v->context->homes[h->rows[v->cursor]].folder);
        return true;
    }
    return false;
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    const struct home *h = v->model;

    for (row += step; row >= 0 && row < h->n; row += step) {
        if (h->rows[row] >= 0)
            return row;
    }
    return -1;
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct home *h = v->model;

    if (h->rows[row] < 0)
        return 0;
    return buf_putf(out, "%s %s", v->context->homes[h->rows[row]].name, v->context->homes[h->rows[row]].what);
}

const struct view_ops home_ops = {
    .id = "home", .title = "Projects", .help = "Projects, what waits in each, and the examples.",
    .size = sizeof(struct home), .cursor = true,
    .empty = "No projects yet.\n\ntinywright new DIR --data FILE.csv --label COLUMN makes one.",
    .reload = reload, .rows = rows, .draw = draw, .act = act, .mark = mark, .text = text,
};
