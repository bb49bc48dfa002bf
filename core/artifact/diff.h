/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line differences between two texts: rows for the screen, unified text, hunks that can be taken
 * one by one. Bounded: past DIFF_LINES_MAX lines a side, or where a search would cost too much, the
 * whole changed region is one hunk. Splitting and editing hunks: core/artifact/hunk.h. Myers, "An
 * O(ND) Difference Algorithm", 1986, with linear space.
 */
#ifndef CORE_ARTIFACT_DIFF_H
#define CORE_ARTIFACT_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/vec.h"

enum { DIFF_LINES_MAX = 20000, DIFF_ROWS_MAX = 4000000, DIFF_CONTEXT = 3 };

enum diff_op { DIFF_SAME = ' ', DIFF_ADD = '+', DIFF_DEL = '-' };

struct diff_row {
    enum diff_op op;
    int old_line, new_line; /* 1-based, 0 when absent on that side */
    const char *text;       /* borrowed from the compared text, line end included */
    size_t len;
    int hunk;        /* index into hunks, -1 outside */
    bool no_newline; /* the line has no line end: the last of its side */
};

struct diff_hunk {
    int first_row, n_rows;                          /* changed rows with their context */
    int old_start, old_count, new_start, new_count; /* as in a unified header */
};

typedef VEC(struct diff_row) diff_rows;

struct diff {
    diff_rows rows;
    VEC(struct diff_hunk) hunks;
    int added, deleted;
    int context;
    VEC(char *) edits; /* owned: texts that hunk_edit brought in */
};

/* Both texts are borrowed for the life of d. context: unchanged lines around a hunk. 0, or -1
 * without memory. */
int diff_init(struct diff *d, const char *a, size_t na, const char *b, size_t nb, int context);
void diff_done(struct diff *d);

int diff_unified(const struct diff *d, const char *old_name, const char *new_name, struct buf *out);

/* A patch with only the hunks of take[0..hunks.n), line numbers and context as if nothing else had
 * changed; NULL takes all. Appends nothing when nothing is taken. */
int diff_unified_taken(const struct diff *d, const bool *take, const char *old_name,
                       const char *new_name, struct buf *out);

/* The old text with only the hunks of take[0..hunks.n) applied; NULL takes all. */
int diff_apply(const struct diff *d, const bool *take, struct buf *out);

struct diff_word {
    size_t start, len; /* bytes of the line that differ from its partner */
};
/* Word-level marks of a deleted and the added line that replaces it; at most max a side. */
void diff_words(const struct diff_row *del, const struct diff_row *add, struct diff_word *del_marks,
                int *n_del, struct diff_word *add_marks, int *n_add, int max);

/* diff.c to hunk.c: appends the rows of a → b (no hunks, line numbers not set); numbers rows, hunks
 * and counts. */
int diff_rows_of(diff_rows *rows, const char *a, size_t na, const char *b, size_t nb);
void diff_renumber(struct diff *d);

#endif
