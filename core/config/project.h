/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tinywright.yaml: what a project may say about itself. Hand-written by people, never rewritten by the
 * program, and untrusted: keys that could move data or run programs are refused with the place they belong.
 */
#ifndef CORE_CONFIG_PROJECT_H
#define CORE_CONFIG_PROJECT_H

#include "core/config/config.h"

#define PROJECT_FILE "tinywright.yaml"

enum project_mode { /* same order as enum state_mode of core/pipeline */
    PROJECT_SYMBOLIC,
    PROJECT_FREEFORM,
    PROJECT_GUIDED,
    PROJECT_MANUAL,
};

enum project_quantize { PROJECT_INT8, PROJECT_FLOAT };
enum project_tensor { PROJECT_TENSOR_INT8, PROJECT_TENSOR_FLOAT32, PROJECT_TENSOR_UINT8 };

struct project_modes { /* 0 = as `mode` says, else enum project_mode + 1: ask project_config_mode */
    int data, train, convert, sketch;
};

struct project_convert {
    int quantize;          /* enum project_quantize */
    int input, output;     /* enum project_tensor: type of the model's input and output tensor */
    int64_t samples;       /* training samples shown to the converter for the value ranges */
};

struct project_window { /* data that is a time series; length 0 = rows are independent samples */
    char *column;       /* column that numbers the windows; NULL = cut them from the recording */
    char *order;        /* column with the position inside a window; NULL = order of the file */
    int64_t length;     /* rows of a window */
    int64_t stride;     /* rows between the starts of two windows; 0 = length */
};

struct project_caps { /* hard limits; 0 = the built-in or the user's */
    int64_t attempts; /* per step */
    int64_t tokens;   /* whole project, input and output */
    double money;     /* US dollars, whole project */
    int64_t seconds;  /* one run */
};

/* All pointers are owned by the struct; NULL where the file says nothing and there is no preset. */
struct project_config {
    char *name;                    /* at most 32 letters, digits, '_' and '-', starts with a letter; also the sketch's */
    char *data;                    /* path of the CSV below the project folder */
    char *label;                   /* column to predict */
    char *split;                   /* column that says train or test; NULL = split by seed */
    struct config_strings ignore;  /* columns that are no features */
    char *task;                    /* one sentence for people and models */
    char *board;                   /* catalog id */
    int mode;                      /* enum project_mode */
    struct project_modes modes;
    int64_t seed;
    struct config_pairs sensors;   /* column -> sensor channel "SENSOR.CHANNEL" such as color.r, or "serial" */
    double test_fraction;
    int64_t board_rows;            /* sample rows fed to the board in stage run */
    char *model;                   /* own .keras or .tflite below the project folder; NULL = train one */
    struct project_convert convert;
    struct project_window window;
    struct project_caps caps;
};

extern const struct config_field project_fields[];     /* ended by a NULL key */
extern const struct config_field project_cap_fields[]; /* of struct project_caps */

/* Reads tinywright.yaml below folder (no links followed out of it). ret is zeroed first; release it with
 * project_config_done either way. 0, or negative with errors->items[0] set. */
int project_config_load(const char *folder, struct project_config *ret, struct config_errors *errors);
/* The same for text that is not in a file (examples, `new`); name is used in messages. */
int project_config_read(const char *name, const char *text, size_t n, struct project_config *ret,
                        struct config_errors *errors);
void project_config_done(struct project_config *c);

/* Mode of a stage ("data", "train", "convert", "sketch"; others: the project's mode). */
enum project_mode project_config_mode(const struct project_config *c, const char *stage);
const char *project_mode_name(enum project_mode m);

/* Sensor channel of a column, borrowed from c; NULL when the project does not say. */
const char *project_config_sensor(const struct project_config *c, const char *column);

#endif
