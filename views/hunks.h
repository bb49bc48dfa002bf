/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One row of a diff on the screen: line numbers, sign, text with the words that differ. Serves the diff and the review.
 */
#ifndef VIEWS_HUNKS_H
#define VIEWS_HUNKS_H

#include <stdbool.h>

#include "core/artifact/diff.h"
#include "core/base/buf.h"
#include "tui/widget/canvas.h"

enum { HUNKS_LINE_CAP = 64 * 1024 };

/* Row i of d; what it says is sanitized here, so d may hold raw bytes. quiet: without colors, for what does not count. */
void hunks_draw(struct canvas *c, int y, const struct diff *d, int i, bool quiet);

/* Appends the row's text, sanitized and without its line end; 0 or -1. */
int hunks_text(const struct diff_row *r, struct buf *out);

#endif
