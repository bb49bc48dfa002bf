/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"

void canvas_init(struct canvas *c, struct grid *g, struct layout_rect at, bool ascii)
{
    *c = (struct canvas){.grid = g, .at = at, .ascii = ascii};
}

struct canvas canvas_inside(const struct canvas *c)
{
    struct canvas in = *c;

    in.at.row++;
    in.at.col++;
    in.at.rows = c->at.rows > 2 ? c->at.rows - 2 : 0;
    in.at.cols = c->at.cols > 2 ? c->at.cols - 2 : 0;
    return in;
}

static int put(struct canvas *c, int row, int col, int role, const char *text, size_t n)
{
    if (row < 0 || row >= c->at.rows || col < 0 || col >= c->at.cols)
        return 0;
    return grid_put(c->grid, c->at.row + row, c->at.col + col, c->at.cols - col, role, c->under, text, n);
}

int canvas_put(struct canvas *c, int row, int col, int role, const char *text)
{
    return put(c, row, col, role, text, strlen(text));
}

int canvas_putf(struct canvas *c, int row, int col, int role, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return canvas_put(c, row, col, role, text);
}

void canvas_at(struct canvas *c, int row, int col)
{
    c->row = row;
    c->col = col;
}

void canvas_addn(struct canvas *c, int role, const char *text, size_t n)
{
    int width = utf8_width(text, n), from = c->col - c->shift;

    if (from < 0 && from + width > 0) { /* partly scrolled away: skip whole clusters */
        int skipped;
        size_t cut = utf8_fit(text, n, -from, &skipped);
        from += skipped;
        if (from < 0 && cut < n) {
            int w;
            cut += utf8_cluster(text + cut, n - cut, &w);
            from += w;
        }
        put(c, c->row, from, role, text + cut, n - cut);
    } else if (from >= 0) {
        put(c, c->row, from, role, text, n);
    }
    c->col += width;
}

void canvas_add(struct canvas *c, int role, const char *text)
{
    canvas_addn(c, role, text, strlen(text));
}

void canvas_addf(struct canvas *c, int role, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    canvas_add(c, role, text);
}

void canvas_pad(struct canvas *c, int col)
{
    if (c->col < col)
        c->col = col;
}

void canvas_right(struct canvas *c, int row, int col_end, int role, const char *text)
{
    int width = utf8_width(text, strlen(text));

    canvas_put(c, row, col_end > width ? col_end - width : 0, role, text);
}

void canvas_fill(struct canvas *c, int row, int role, int under)
{
    int was = c->under;

    c->under = under;
    for (int col = 0; col < c->at.cols; col++)
        put(c, row, col, role, " ", 1);
    c->under = was;
}

static void edge(struct canvas *c, int row, int role, const char *left, const char *right)
{
    canvas_put(c, row, 0, role, left);
    for (int col = 1; col < c->at.cols - 1; col++)
        canvas_put(c, row, col, role, "─");
    canvas_put(c, row, c->at.cols - 1, role, right);
}

void canvas_frame(struct canvas *c, bool focus, const char *title, const char *foot)
{
    int role = focus ? ROLE_FOCUS : ROLE_FRAME, last = c->at.rows - 1, width;
    struct canvas head = *c;

    if (c->at.rows < 2 || c->at.cols < 4)
        return;
    edge(c, 0, role, "┌", "┐");
    edge(c, last, role, "└", "┘");
    for (int row = 1; row < last; row++) {
        canvas_put(c, row, 0, role, "│");
        canvas_put(c, row, c->at.cols - 1, role, "│");
    }
    head.at.cols -= 2;
    if (title && *title) {
        width = canvas_putf(&head, 0, 1, focus ? ROLE_FOCUS : ROLE_TITLE, " %s", title);
        canvas_put(&head, 0, 1 + width, role, " ");
    }
    if (foot && *foot) {
        width = utf8_width(foot, strlen(foot));
        if (width + 5 <= c->at.cols)
            canvas_putf(c, last, c->at.cols - width - 4, ROLE_DIM, " %s ", foot);
    }
}

void canvas_bar(struct canvas *c, int row, int col, int width, double part)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int role = part > 0.9 ? ROLE_BAR_HIGH : ROLE_BAR, units, full;

    part = part < 0 ? 0 : part > 1 ? 1 : part;
    units = (int)(part * width * 8 + 0.5);
    if (part > 0 && units == 0)
        units = 1;
    full = units / 8;
    for (int i = 0; i < width; i++) {
        if (i < full)
            canvas_put(c, row, col + i, role, "█");
        else if (i == full && units % 8)
            canvas_put(c, row, col + i, role, c->ascii ? "#" : eighths[units % 8]);
        else
            canvas_put(c, row, col + i, ROLE_BAR_REST, "·");
    }
}
