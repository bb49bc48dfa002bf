/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rows.csv of a run as a model: what was fed, expected and printed, and the confusion matrix. Pure.
 */
#ifndef VIEWS_ROWS_H
#define VIEWS_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/vec.h"

enum { ROWS_CLASSES_MAX = 8, ROWS_ITEMS_MAX = 20000 };

struct rows_item {
    char row[12], fed[120], expected[40], printed[40];
    bool ok;
    int64_t instructions; /* 0 unknown */
};

struct rows {
    VEC(struct rows_item) items;
    int right;
    char classes[ROWS_CLASSES_MAX][40];
    int n_classes; /* 0 when there are more than the matrix can show */
    int matrix[ROWS_CLASSES_MAX][ROWS_CLASSES_MAX]; /* [expected][printed] */
};

void rows_init(struct rows *r);
void rows_done(struct rows *r);
void rows_reset(struct rows *r);

/* Reads CSV with a head line naming row, fed, expected, printed, ok, instructions in any order; what it lacks
 * stays empty. text is sanitized. */
void rows_parse(struct rows *r, const char *text, size_t n);

#endif
