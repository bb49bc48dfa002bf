/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reference.csv as the convert stage makes it: sample rows as measured, and the class that the network gives for
 * each. Read as hostile input.
 */
#ifndef CORE_PIPELINE_REFERENCE_H
#define CORE_PIPELINE_REFERENCE_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/vec.h"

enum { REFERENCE_FEATURES_MAX = 256, REFERENCE_MOMENTS_MAX = 200000, REFERENCE_NAME = 128 };

struct reference_moment {
    int row;
    double *values; /* owned; one per feature, as measured */
};

struct reference_row {
    int row;
    char expected[REFERENCE_NAME];
    char fed[96];   /* the first values, for people */
};

struct reference {
    VEC(struct reference_moment) moments; /* in order; moments of a row together */
    VEC(struct reference_row) rows;
};

/* ret zeroed by the caller; reference_done releases it either way. */
int reference_read(const char *csv, size_t n, int features, struct reference *ret, struct err *err);
void reference_done(struct reference *r);

#endif
