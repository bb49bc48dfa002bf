/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text as display rows: line numbers, wrapping, highlighting. Growing it costs only its last line, drawing it
 * only the rows that are shown. The bytes are sanitized by the caller and borrowed until the next set or grow.
 */
#ifndef TUI_WIDGET_PAGER_H
#define TUI_WIDGET_PAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/vec.h"
#include "tui/widget/canvas.h"
#include "tui/widget/highlight.h"

enum { PAGER_LINES_MAX = 2000000 };

struct pager_line {
    size_t start;
    uint32_t len;
    int32_t state; /* of the highlighter before this line */
    int64_t row;   /* first display row */
};

struct pager {
    const char *bytes; /* borrowed */
    size_t len;
    VEC(struct pager_line) lines;
    size_t n_states;   /* lines whose state is known */
    int64_t rows;
    int width;         /* columns of text, gutter not counted */
    bool wrap, numbers;
    enum highlight_language language;
};

void pager_init(struct pager *p, enum highlight_language language, bool numbers);
void pager_done(struct pager *p);
void pager_set(struct pager *p, const char *bytes, size_t len);  /* another text */
void pager_grow(struct pager *p, const char *bytes, size_t len); /* the same with more at its end; may have moved */
void pager_layout(struct pager *p, int width, bool wrap);        /* width of the whole pane */

int pager_gutter(const struct pager *p); /* columns left of the text */
int pager_line_at(const struct pager *p, int64_t row, int *ret_sub); /* 0-based line of a display row */
int64_t pager_row_of(const struct pager *p, int line);

/* Draws a display row on row y. sign: one column of text in the gutter, NULL for none. */
void pager_draw(struct pager *p, struct canvas *c, int y, int64_t row, const char *sign, int sign_role);

/* Bytes of a line, without its line end. */
const char *pager_text(const struct pager *p, int line, size_t *ret_n);

#endif
