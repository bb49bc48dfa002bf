/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/view.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"

enum { ROW_TEXT_CAP = 64 * 1024, SHIFT_STEP = 8, SHIFT_MAX = 4000 };

int view_init(struct view *v, const struct view_ops *ops, struct view_context *context)
{
    *v = (struct view){.ops = ops, .context = context, .follow = ops->follows, .wrap = ops->wraps};
    v->width = 80;
    v->height = 1;
    v->model = os_alloc(ops->size ? ops->size : 1);
    if (!v->model)
        return -1;
    if (ops->open)
        ops->open(v);
    return 0;
}

void view_done(struct view *v)
{
    if (v->model && v->ops->done)
        v->ops->done(v);
    free(v->model);
    memset(v, 0, sizeof(*v));
}

int64_t view_rows(struct view *v)
{
    return v->ops->rows ? v->ops->rows(v) : 0;
}

static int64_t clamp(int64_t n, int64_t low, int64_t high)
{
    return n > high ? (high < low ? low : high) : n < low ? low : n;
}

static void settle(struct view *v)
{
    int64_t rows = view_rows(v), last = rows - v->height;

    if (v->follow) {
        v->top = last > 0 ? last : 0;
        v->known = rows;
    }
    v->cursor = clamp(v->cursor, 0, rows - 1);
    if (v->ops->cursor && v->cursor < v->top)
        v->top = v->cursor;
    if (v->ops->cursor && v->cursor >= v->top + v->height)
        v->top = v->cursor - v->height + 1;
    v->top = clamp(v->top, 0, last > 0 ? last : 0);
}

void view_size(struct view *v, int width, int height)
{
    v->width = width > 0 ? width : 1;
    v->height = height > 0 ? height : 1;
}

void view_reload(struct view *v)
{
    if (v->ops->reload)
        v->ops->reload(v);
    settle(v);
}

static bool folded(const char *needle)
{
    for (; *needle; needle++) {
        if (isupper((unsigned char)*needle))
            return false;
    }
    return true;
}

static bool cell_is(const struct cell *c, char want, bool fold)
{
    if (c->n != 1 || c->cp[0] >= 0x80)
        return false;
    return fold ? tolower((int)c->cp[0]) == want : (char)c->cp[0] == want;
}

/* Marks what the search found among the cells that were drawn, so that no view has to know about it. */
static void mark_matches(const struct view *v, const struct canvas *c, int y)
{
    int n = (int)strlen(v->search);
    bool fold = folded(v->search);

    for (int col = 0; n && col + n <= c->at.cols; col++) {
        int i = 0;
        while (i < n && cell_is(grid_at(c->grid, c->at.row + y, c->at.col + col + i), v->search[i], fold))
            i++;
        if (i == n)
            grid_under(c->grid, c->at.row + y, c->at.col + col, n, ROLE_MATCH);
    }
}

static void draw_empty(struct view *v, struct canvas *c)
{
    const char *text = v->ops->empty, *end;

    if (v->ops->of_attempt && v->context->state && v->context->attempt < 0)
        text = "Nothing was made here yet.\n\no  goes on: it runs the stages and stops at every question for you.\n"
               "?  shows what else you can do.";

    for (int y = 1; text && *text && y < c->at.rows; y++) {
        char line[160];
        end = strchr(text, '\n');
        snprintf(line, sizeof(line), "%.*s", end ? (int)(end - text) : (int)strlen(text), text);
        canvas_put(c, y, 2, ROLE_DIM, line);
        text = end ? end + 1 : NULL;
    }
}

void view_draw(struct view *v, struct canvas *c, bool focus)
{
    int64_t rows = view_rows(v);

    settle(v);
    if (rows == 0)
        draw_empty(v, c);
    c->shift = v->shift;
    for (int y = 0; y < c->at.rows && v->top + y < rows; y++) {
        bool chosen = v->ops->cursor && v->top + y == v->cursor;
        c->under = chosen ? (focus ? ROLE_CURSOR : ROLE_SELECTED) : ROLE_TEXT;
        if (chosen)
            canvas_fill(c, y, ROLE_TEXT, c->under);
        canvas_at(c, y, 0);
        v->ops->draw(v, c, y, v->top + y);
        if (v->search[0])
            mark_matches(v, c, y);
    }
    c->under = ROLE_TEXT;
    c->shift = 0;
}

static bool scroll(struct view *v, int64_t by)
{
    int64_t rows = view_rows(v), last = rows - v->height;

    if (last < 0)
        last = 0;
    if (v->ops->cursor) {
        v->cursor = clamp(v->cursor + by, 0, rows - 1);
    } else {
        v->top = clamp(v->top + by, 0, last);
        if (by < 0 && v->top < last) {
            if (v->follow)
                v->known = rows;
            v->follow = false;
        } else if (v->ops->follows && v->top >= last) {
            v->follow = true;
        }
    }
    settle(v);
    return true;
}

static bool jump_mark(struct view *v, int step)
{
    int64_t from = v->ops->cursor ? v->cursor : v->top, to;

    if (!v->ops->mark)
        return false;
    to = v->ops->mark(v, from, step);
    if (to < 0)
        return true;
    v->follow = false;
    v->known = view_rows(v);
    v->cursor = v->top = to;
    settle(v);
    return true;
}

static bool move(struct view *v, enum action a)
{
    switch (a) {
    case ACTION_UP: return scroll(v, -1);
    case ACTION_DOWN: return scroll(v, 1);
    case ACTION_PAGE_UP: return scroll(v, -(v->height > 1 ? v->height - 1 : 1));
    case ACTION_PAGE_DOWN: return scroll(v, v->height > 1 ? v->height - 1 : 1);
    case ACTION_HALF_UP: return scroll(v, -(v->height / 2 + 1));
    case ACTION_HALF_DOWN: return scroll(v, v->height / 2 + 1);
    case ACTION_TOP: return scroll(v, -view_rows(v) - 1);
    case ACTION_BOTTOM: return scroll(v, view_rows(v) + 1);
    case ACTION_MARK_NEXT: return jump_mark(v, 1);
    case ACTION_MARK_PREVIOUS: return jump_mark(v, -1);
    default: return false;
    }
}

static bool look(struct view *v, enum action a)
{
    switch (a) {
    case ACTION_LEFT:
        v->shift = v->shift > SHIFT_STEP ? v->shift - SHIFT_STEP : 0;
        return true;
    case ACTION_RIGHT:
        if (!v->wrap && v->shift < SHIFT_MAX)
            v->shift += SHIFT_STEP;
        return true;
    case ACTION_WRAP:
        v->wrap = v->ops->wraps && !v->wrap;
        v->shift = 0;
        view_reload(v);
        return true;
    case ACTION_FOLLOW:
        v->follow = v->ops->follows && !v->follow;
        v->known = view_rows(v);
        settle(v);
        return true;
    default: return false;
    }
}

bool view_act(struct view *v, enum action a)
{
    if (v->ops->act && v->ops->act(v, a)) {
        settle(v);
        return true;
    }
    return move(v, a) || look(v, a);
}

void view_goto(struct view *v, int64_t row)
{
    int64_t rows = view_rows(v);

    v->follow = false;
    v->known = rows;
    v->cursor = clamp(row, 0, rows - 1);
    if (row < v->top || row >= v->top + v->height)
        v->top = row - v->height / 3;
    settle(v);
}

static bool has(const char *text, const char *needle)
{
    return folded(needle) ? strcasestr(text, needle) != NULL : strstr(text, needle) != NULL;
}

bool view_search(struct view *v, const char *needle, int step)
{
    int64_t rows = view_rows(v), from = v->ops->cursor ? v->cursor : v->top;
    struct buf line;
    bool found = false;

    str_copy(v->search, sizeof(v->search), needle);
    if (v->ops->find)
        return v->ops->find(v);
    if (!needle[0] || !v->ops->text || rows == 0)
        return false;
    buf_init(&line, ROW_TEXT_CAP);
    for (int64_t i = 1; i <= rows && !found; i++) {
        int64_t row = ((from + step * i) % rows + rows) % rows;
        buf_reset(&line);
        v->ops->text(v, row, &line);
        if ((found = has(buf_text(&line), needle))) {
            v->follow = false;
            v->known = rows;
            v->cursor = v->top = row;
        }
    }
    buf_done(&line);
    settle(v);
    return found;
}

const char *view_head(struct view *v, char *dst, size_t size)
{
    if (v->ops->head)
        v->ops->head(v, dst, size);
    else
        str_copy(dst, size, v->ops->title);
    return dst;
}

const char *view_foot(struct view *v, char *dst, size_t size)
{
    int64_t rows = view_rows(v);

    dst[0] = '\0';
    if (v->ops->foot)
        v->ops->foot(v, dst, size);
    else if (rows > v->height)
        snprintf(dst, size, "%lld of %lld",
                 (long long)(v->ops->cursor ? v->cursor + 1 : v->top + v->height), (long long)rows);
    return dst;
}

void view_ask(struct view *v, enum view_ask ask, int number, const char *text)
{
    v->context->ask.ask = ask;
    v->context->ask.number = number;
    v->context->ask.other = -1;
    str_copy(v->context->ask.text, sizeof(v->context->ask.text), text ? text : "");
}

void view_ask_pair(struct view *v, enum view_ask ask, int number, int other)
{
    view_ask(v, ask, number, NULL);
    v->context->ask.other = other;
}
