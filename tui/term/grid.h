/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cell grid: what the screen shall show, without any terminal. grid_put is the one draw call; it takes
 * text only after every code point passed text_allowed, others become U+FFFD, so nothing can steer the terminal.
 */
#ifndef TUI_TERM_GRID_H
#define TUI_TERM_GRID_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

enum { GRID_CPS = 4, GRID_SIDE_MAX = 1000 };

struct cell {
    uint32_t cp[GRID_CPS]; /* one grapheme: base and up to three more; cp[0] 0 = right half of a wide one */
    uint8_t n;             /* code points in use */
    uint8_t width;         /* columns: 1 or 2, 0 for a right half */
    uint8_t role;          /* enum role: gives the foreground */
    uint8_t under;         /* enum role: gives the background; ROLE_TEXT = none */
};

struct grid {
    struct cell *cells; /* owned, rows * cols */
    int rows, cols;
};

int grid_init(struct grid *g, int rows, int cols); /* 0, or -1 when memory is short */
void grid_done(struct grid *g);
void grid_clear(struct grid *g);

/* Puts s[0..n) from (row, col), at most max columns and never past the grid; returns the columns used. */
int grid_put(struct grid *g, int row, int col, int max, int role, int under, const char *s, size_t n);

/* Sets the background role of a stretch and keeps what is written there. */
void grid_under(struct grid *g, int row, int col, int n, int under);

struct cell *grid_at(const struct grid *g, int row, int col); /* NULL outside */

/* One row as UTF-8 without trailing blanks, for dumps and tests. */
void grid_row_text(const struct grid *g, int row, struct buf *out);

#endif
