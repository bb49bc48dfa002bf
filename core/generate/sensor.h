/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kinds of sensors that columns are mapped to and sketches are written for: words that name them in a header, units,
 * and how the Arduino library reads them. Which of them a board has is the board catalogue's matter.
 */
#ifndef CORE_GENERATE_SENSOR_H
#define CORE_GENERATE_SENSOR_H

#include <stdbool.h>

struct sensor_row {
    const char *ids;        /* names in board catalogues, space-separated: "accel acc" */
    const char *words;      /* names in headers, each with its channel: "red:0 green:1"; ":*" = a token x, y or z tells */
    const char *units;      /* acceptable units of a column, space-separated; no unit is always acceptable */
    const char *other;      /* words behind the first of a name that speak of another unit; NULL none */
    const char *unit;       /* what the library gives, for sentences */
    bool whole;             /* whole numbers only */
    double min, max;        /* both 0 = not limited */
    const char *channels;   /* space-separated, in the order of the readings; "*" = one with any name */
    int values;             /* per reading */
    const char *begin;      /* expression that is false when the sensor is missing; NULL when there is nothing to begin */
    const char *available;  /* expression, NULL when there is always a value */
    const char *type, *variable; /* of the readings: int color[4] */
    const char *read;       /* statement */
};

extern const struct sensor_row sensor_table[];
extern const int sensor_count;

const struct sensor_row *sensor_find(const char *id); /* NULL when sketches cannot read it */
bool sensor_word_in(const char *words, const char *word); /* in a space-separated list */

/* Place of a channel in the readings; -1 without. */
int sensor_channel(const char *id, const char *channel);

/* The row that a column's name speaks of and its channel in *ret_channel; NULL when it names none. */
const struct sensor_row *sensor_by_column(const char *column, int *ret_channel);

/* True when the name itself says a unit that the library does not give: "temp_f". */
bool sensor_other_unit(const struct sensor_row *row, const char *column);

#endif
