/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line differences between two texts: rows for the screen, unified text, hunks that can be taken one by one.
 * Bounded: past DIFF_LINES_MAX lines a side the whole text is one hunk.
 */
#ifndef CORE_ARTIFACT_DIFF_H
#define CORE_ARTIFACT_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/vec.h"

enum { DIFF_LINES_MAX = 20000 };

enum diff_op { DIFF_SAME = ' ', DIFF_ADD = '+', DIFF_DEL = '-' };

struct diff_row {
    enum diff_op op;
    int old_line, new_line; /* 1-based, 0 when absent on that side */
    const char *text;       /* borrowed from the compared text, line end included */
    size_t len;
    int hunk;               /* index into hunks, -1 outside */
    bool no_newline;        /* the side's last line has no line end */
};

struct diff_hunk {
    int first_row, n_rows; /* changed rows with their context */
    int old_start, old_count, new_start, new_count;
};

struct diff {
    VEC(struct diff_row) rows;
    VEC(struct diff_hunk) hunks;
    int added, deleted;
};

/* Both texts are borrowed for the life of d. context: unchanged lines around a hunk. */
int diff_init(struct diff *d, const char *a, size_t na, const char *b, size_t nb, int context);
void diff_done(struct diff *d);

int diff_unified(const struct diff *d, const char *old_name, const char *new_name, struct buf *out);

/* The old text with only the hunks of take[0..hunks.n) applied. */
int diff_apply(const struct diff *d, const bool *take, struct buf *out);

struct diff_word {
    size_t start, len; /* bytes of the line that differ from its partner */
};
/* Word-level marks of a deleted and the added line that replaces it; at most max a side. */
void diff_words(const struct diff_row *del, const struct diff_row *add, struct diff_word *del_marks,
                int *n_del, struct diff_word *add_marks, int *n_add, int max);

#endif
