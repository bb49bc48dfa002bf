/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reference.csv read back: the sample rows as a feed for the board, and what the board must answer to each.
 *
 * One line per moment of a row: row, t, the features as measured, label, class, score, out_0, … (the script
 * templates/reference.py writes it). Hostile input: capped, checked against the network's features and classes.
 */
#ifndef CORE_GENERATE_REFERENCE_H
#define CORE_GENERATE_REFERENCE_H

#include "core/board/board.h"
#include "core/generate/mapping.h"
#include "core/generate/specs.h"

enum { REFERENCE_ROWS_MAX = 500 };

struct reference_row {
    int expected;        /* index of the class that the network gives on this machine */
    int label;           /* index of the true class, -1 when it is none of the network's */
    double score;        /* of the expected class, 0 to 1 */
    double out[PROFILE_CLASSES_MAX]; /* raw outputs, as many as classes */
};

struct reference { VEC(struct reference_row) v; };

/* Reads csv[0..n). feed: borrowed, gets the rows; NULL leaves it out. m: one item per feature of t. ret zeroed; released
 * by reference_done. ERR_INVALID when the file does not fit to train.json. */
int reference_read(const char *csv, size_t n, const struct result_train *t, const struct mapping *m,
                   const struct board_sensor *sensors, int n_sensors, struct board_feed *feed,
                   struct reference *ret, struct err *err);
void reference_done(struct reference *r);

#endif
