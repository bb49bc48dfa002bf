/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wrapping one line into rows of at most width columns, at spaces where there are some, never inside a grapheme.
 */
#ifndef TUI_WIDGET_WRAP_H
#define TUI_WIDGET_WRAP_H

#include <stddef.h>

/* Bytes of the first row of s[0..n); 0 only when n is 0. The space at the break belongs to the row.
 * A grapheme wider than the row stands alone. */
size_t wrap_next(const char *s, size_t n, int width);

int wrap_count(const char *s, size_t n, int width); /* rows the line takes, at least 1 */

/* Start of row number `row` (0-based) of the line, its bytes in *ret_n. */
size_t wrap_find(const char *s, size_t n, int width, int row, size_t *ret_n);

#endif
