/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Data-engineering steps: a typed operation each, proposed from a profile with a reason, and what columns the
 * table has after each one. The script of a step is made in core/generate from the same struct.
 *
 * Data contract of the last table (data.csv), which train, convert and the board rely on:
 *   rows:    feature columns (finite numbers), the label (text), split (train or test); one sample per line;
 *   windows: the same plus the columns window and t; one line per moment, all windows equally long, lines of a
 *            window together and in order of t; label and split do not change within a window.
 */
#ifndef CORE_DATA_STEP_H
#define CORE_DATA_STEP_H

#include <stdint.h>

#include "core/base/vec.h"
#include "core/data/profile.h"

enum data_op {
    DATA_CLEAN_NAMES,     /* plain column names, trimmed cells, missing words to empty cells, comma-separated */
    DATA_DROP_COLUMNS,
    DATA_PARSE_NUMBERS,   /* "12.5 mV" → 12.5; junk → empty */
    DATA_DROP_UNLABELED,
    DATA_DROP_DUPLICATES,
    DATA_ENCODE_TEXT,     /* words of a feature column → fixed codes */
    DATA_MAKE_WINDOWS,    /* continuous recording → windows */
    DATA_SPLIT,
    DATA_FILL_MISSING,
    DATA_CLIP_OUTLIERS,   /* never proposed by itself: outliers may be the signal */
    DATA_OPS
};

struct data_names { char **items; int n; };  /* owned strings */

struct data_step_column {
    char *name;    /* as the input of the step calls it */
    char *to;      /* clean_names: plain name */
    char *unit;    /* parse_numbers: unit that the cells may carry, "" none */
    char *decimal; /* parse_numbers: "." or "," */
    char *fill;    /* fill_missing: "median" or "mode" */
    struct data_names words; /* encode_text: code i stands for words[i] */
};

struct data_step_columns { struct data_step_column *items; int n; };

struct data_step {
    int op;                  /* enum data_op */
    char *title;             /* "fill 3 missing cells of red by median" */
    char *reason;            /* one sentence */
    char *label, *group;     /* split: column that keeps rows together, "" none */
    char *separator;         /* clean_names: of the input */
    struct data_names names; /* drop_columns, clip_outliers: columns; drop_duplicates: ignored ones; clean_names: missing words */
    struct data_step_columns columns;
    double test_share, low, high; /* split; clip quantiles */
    int64_t seed, length, stride;
};

struct data_steps { VEC(struct data_step) v; };

struct data_options {
    double test_share;       /* 0 takes 0.3 */
    int64_t seed;
    int64_t window, stride;  /* rows per window to cut from a continuous recording; 0 = rows are samples */
};

enum { DATA_STEPS_MAX = 40 };

/* Proposes the steps for a profile with a label; ret zeroed or empty, released by data_steps_done. ERR_INVALID when no
 * feature column would be left. */
int data_steps_propose(const struct profile *p, const struct data_options *o, struct data_steps *ret,
                       struct err *err);
void data_step_done(struct data_step *s);
void data_steps_done(struct data_steps *l);

/* The columns after steps [0..n) on a table with the profile's columns, in order: the promise that the contract gate
 * checks. ret zeroed by the caller, who frees it with data_names_done. 0, or negative without memory. */
int data_steps_columns(const struct profile *p, const struct data_step *steps, int n, struct data_names *ret);

int data_names_add(struct data_names *l, const char *name);
bool data_names_have(const struct data_names *l, const char *name);
void data_names_remove(struct data_names *l, const char *name);
void data_names_done(struct data_names *l);

/* The feature columns of a table's columns: all but label, split, window and t. Same contract as above. */
int data_features(const struct data_names *columns, const char *label, struct data_names *ret);

const char *data_op_name(int op);        /* "fill_missing" */
int data_op_by_name(const char *name);   /* -1 when unknown */
const char *data_op_help(int op);        /* one sentence */

#endif
