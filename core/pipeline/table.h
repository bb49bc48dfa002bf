/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a table of the project holds, as a view shows it: columns, ranges, shape, class balance. Made from the
 * profiler's result; every text is sanitized.
 */
#ifndef CORE_PIPELINE_TABLE_H
#define CORE_PIPELINE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/sha256.h"
#include "core/base/vec.h"

enum { TABLE_BINS = 24, TABLE_CLASSES_MAX = 32, TABLE_COLUMNS_MAX = 1000 };

enum table_phase {
    TABLE_READING, /* not known yet; ask again after the state changed */
    TABLE_READY,
    TABLE_BAD,     /* why says why */
};

struct table_class {
    char name[48];
    int64_t rows;
};

struct table_column {
    char name[64], unit[16], type[16];
    bool numeric, label, constant, sequence; /* sequence: a row number */
    int64_t missing, distinct;
    bool distinct_more;        /* "or more" */
    double min, mean, max;
    int bins[TABLE_BINS];      /* from min to max */
    int64_t sampled, numbers;  /* the bins count sampled of numbers */
};

struct table {
    char sha[SHA256_HEX];      /* the blob, "" = the project's CSV as it is now */
    char name[200];
    enum table_phase phase;
    char why[500];
    int64_t rows, bytes, duplicates, windows, window_length;
    bool duplicates_more;
    VEC(struct table_column) columns;
    struct table_class classes[TABLE_CLASSES_MAX]; /* of the label */
    int n_classes;
};

struct profile;
void table_take(struct table *t, const struct profile *p); /* fills it; p is only read */
void table_fail(struct table *t, const struct err *why);
void table_done(struct table *t);

/* All at once, for small tables only: it does not come back before the last byte. */
void table_read(struct table *t, const char *name, const char *label, const char *bytes, size_t n);

#endif
