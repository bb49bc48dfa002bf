/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a CSV holds, found in one pass with bounded memory: shape, types, missing cells, ranges, distinct values,
 * class balance, repeated rows, first rows, units, windows. Bytes come in pieces, so the loop is never blocked.
 *
 * Contract: names and cell texts are valid UTF-8 but otherwise as in the file: sanitize them before showing;
 * profile_describe does. A fault that makes the data unusable is an err of code ERR_INVALID with its line and a
 * hint; oddities that a data step can mend are facts of the profile.
 */
#ifndef CORE_DATA_PROFILE_H
#define CORE_DATA_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/vec.h"

enum {
    PROFILE_NAME = 128,        /* bytes of a column's name */
    PROFILE_VALUE = 64,        /* bytes of a kept value */
    PROFILE_VALUES_MAX = 64,   /* different values kept with their counts */
    PROFILE_DISTINCT_MAX = 2048, /* different values counted per column; "or more" beyond */
    PROFILE_FIRST_ROWS = 5,
    PROFILE_RAGGED_MAX = 5,    /* line numbers kept */
    PROFILE_CLASSES_MAX = 32,
    PROFILE_SAMPLE = 512,      /* numbers of a column kept for its shape */
};

enum profile_type {
    PROFILE_EMPTY,   /* no cell holds anything */
    PROFILE_INTEGER,
    PROFILE_NUMBER,
    PROFILE_UNIT,    /* numbers with a unit in the cells: "12.5 mV" */
    PROFILE_TEXT,
};

struct profile_value {
    char text[PROFILE_VALUE];
    uint64_t hash;
    int64_t count;
};

struct profile_set { /* 64-bit hashes, open addressing; 0 is never stored */
    uint64_t *slots;
    size_t n, room, cap;
};

struct profile_column {
    char name[PROFILE_NAME];   /* exactly as in the header, trimmed */
    char plain[PROFILE_NAME];  /* letters, digits and '_'; unique in the table */
    char unit[16];             /* from "(°C)" in the name or from the cells; "" none */
    enum profile_type type;
    bool decimal_comma;        /* cells such as "12,5" */
    bool sequence;             /* each value is the one before plus 1: a row number */
    int64_t missing;           /* empty cells and words such as NA */
    int64_t numbers, integers, with_unit, texts; /* the other cells; junk among numbers counts as text */
    double min, max, mean, std;
    int64_t distinct;
    bool distinct_more;        /* PROFILE_DISTINCT_MAX was reached */
    struct profile_value *values; /* owned; in order of appearance, NULL once there were too many */
    int n_values;
    struct profile_set seen;
    double sum_squares, last;
    double *sample;            /* owned; up to PROFILE_SAMPLE of its numbers, each as likely as the other */
    int n_sample;
    int64_t commas;
};

struct profile {
    char name[200];            /* of the file, for messages */
    char separator;
    bool bom, crlf;
    int64_t rows, bytes;
    int64_t duplicates;        /* rows equal to an earlier one */
    bool duplicates_more;      /* too many rows to know them all */
    VEC(struct profile_column) columns;
    char *first[PROFILE_FIRST_ROWS]; /* owned; each: cells, one after the other, each with its terminator */
    int n_first;
    int label;                 /* index of the label's column, -1 without */
    int window, t, split;      /* indexes of the columns of long windows and of the split, -1 without */
    int64_t windows;           /* number of windows, all of window_length rows; 0 for plain rows */
    int64_t window_length;
    bool missing_words;        /* some missing cells are words, not empty */
};

struct profiler;

/* name: for messages. label: column that holds the class, exact or plain name; NULL for none. Copied. */
struct profiler *profiler_new(const char *name, const char *label);
void profiler_free(struct profiler *p);
int profiler_feed(struct profiler *p, const char *bytes, size_t n, struct err *err);
/* Moves the result to *ret (caller: profile_done); p can only be freed after. */
int profiler_finish(struct profiler *p, struct profile *ret, struct err *err);

/* All at once from an open descriptor or a path; blocks, so not for the loop. */
int profile_fd(int fd, const char *name, const char *label, struct profile *ret, struct err *err);
int profile_file(const char *path, const char *label, struct profile *ret, struct err *err);
void profile_done(struct profile *p);

/* Index by exact, then plain, then case-blind name; -1. */
int profile_find(const struct profile *p, const char *name);

/* Appends a sanitized Markdown summary: for prompts and for the screen. */
int profile_describe(const struct profile *p, struct buf *out);

const char *profile_type_name(enum profile_type t);
bool profile_word_missing(const char *cell); /* "", NA, NaN, null, ?, - … */
extern const char *const profile_missing_words[]; /* NULL-terminated, without "" */

/* A number at the start of text, then an optional unit in *ret_unit (borrowed, "" none); false when it is none. */
bool profile_number(const char *text, double *ret, const char **ret_unit, bool *ret_comma);

/* "temp (°C)" → name "temp_c", unit "°C". */
void profile_plain_name(const char *name, char plain[PROFILE_NAME], char unit[16]);

#endif
