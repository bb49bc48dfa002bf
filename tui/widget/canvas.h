/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a view draws: a clipped rectangle of the cell grid, with roles instead of colors. Coordinates are
 * relative to the rectangle; what lies outside is not drawn.
 */
#ifndef TUI_WIDGET_CANVAS_H
#define TUI_WIDGET_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/term/grid.h"
#include "tui/term/role.h"
#include "tui/widget/layout.h"

struct canvas {
    struct grid *grid; /* borrowed */
    struct layout_rect at;
    int under;         /* background role for what is put */
    int row, col;      /* pen of canvas_add */
    int shift;         /* columns scrolled to the left: canvas_add skips them */
    bool ascii;        /* the terminal shows ASCII only */
};

void canvas_init(struct canvas *c, struct grid *g, struct layout_rect at, bool ascii);
struct canvas canvas_inside(const struct canvas *c); /* without the frame */

/* Puts text at a place; returns the columns used. */
int canvas_put(struct canvas *c, int row, int col, int role, const char *text);
__attribute__((format(printf, 5, 6))) int canvas_putf(struct canvas *c, int row, int col, int role,
                                                      const char *fmt, ...);

/* The pen: sets the place; adds text after what was added before. */
void canvas_at(struct canvas *c, int row, int col);
void canvas_add(struct canvas *c, int role, const char *text);
void canvas_addn(struct canvas *c, int role, const char *text, size_t n);
__attribute__((format(printf, 3, 4))) void canvas_addf(struct canvas *c, int role, const char *fmt, ...);
void canvas_pad(struct canvas *c, int col); /* moves the pen right to at least col */

/* Puts text so that it ends at column col_end (exclusive). */
void canvas_right(struct canvas *c, int row, int col_end, int role, const char *text);

void canvas_fill(struct canvas *c, int row, int role, int under); /* the row's background */

/* A frame on the rectangle's edge; title on the top left, foot on the bottom right; both may be NULL. */
void canvas_frame(struct canvas *c, bool focus, const char *title, const char *foot);

/* A bar of width columns for part (0…1), in eighths of a column; above 0.9 it takes the role bar-high. */
void canvas_bar(struct canvas *c, int row, int col, int width, double part);

#endif
