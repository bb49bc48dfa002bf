/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The typed specs of every generated artifact and their field tables (core/generate/spec.h). In symbolic mode they come
 * from project and data; in guided mode a model fills the same structs under the schemas of these rows.
 *
 * A data step's struct is core/data/step.h; which of its fields an operation has is spec_data_rows(op).
 */
#ifndef CORE_GENERATE_SPECS_H
#define CORE_GENERATE_SPECS_H

#include "core/generate/spec.h"

/* ---- data: one row table per operation; the JSON of a step is {"op", "title", "reason", "params": {…}} ---- */

const struct spec_field *spec_data_rows(int op); /* NULL when there is no such operation */
int spec_data_from_text(const char *json, size_t n, struct data_step *ret, struct err *err);
int spec_data_to_text(const struct data_step *s, struct buf *out);

/* ---- train, check, convert, reference ---- */

struct spec_train {
    struct data_names features;
    char *label;
    int64_t window;           /* rows per sample; 1 = plain rows */
    int64_t filters;          /* of the first convolution; unused for plain rows */
    struct spec_ints hidden;  /* units of the dense layers before the last */
    int64_t epochs, batch_size;
    double learning_rate;
    int64_t seed;
};
extern const struct spec_field spec_train_rows[];

enum spec_scaling { SCALING_AUTO, SCALING_STANDARD, SCALING_MINMAX, SCALING_NONE };
struct spec_check { /* a model that the user brings */
    struct data_names features;
    char *label;
    int64_t window;
    int scaling;              /* enum spec_scaling */
    struct data_names classes; /* in the order of the model's outputs; empty = sorted labels */
};
extern const struct spec_field spec_check_rows[];

enum spec_tensor { TENSOR_INT8, TENSOR_UINT8, TENSOR_FLOAT32 };
extern const char *const spec_tensor_names[]; /* "int8", "uint8", "float32", NULL */
struct spec_convert {
    int weights;              /* TENSOR_INT8 or TENSOR_FLOAT32 */
    int input_type, output_type;
    int64_t calibration_samples;
    int64_t seed;
};
extern const struct spec_field spec_convert_rows[];

struct spec_reference { char *symbol; int64_t sample_rows; int64_t seed; };
extern const struct spec_field spec_reference_rows[];

/* ---- the application on the board ---- */

enum spec_source { SOURCE_SENSOR, SOURCE_SERIAL1 };
struct spec_feature {
    char *name;
    int source;               /* enum spec_source */
    char *sensor, *channel;   /* "color", "r"; "" for Serial1 */
    double mean, std;         /* model input = (measured - mean) / std, in float */
};
struct spec_features { struct spec_feature *items; int n; };
struct spec_library { char *name, *header; };
struct spec_libraries { struct spec_library *items; int n; };
struct spec_dims { struct spec_ints dims; int type; };

struct spec_app {
    struct { char *name, *description; } application;
    struct { char *board; struct data_names sensors; } hardware;
    struct {
        char *main_library;
        struct spec_libraries others;
        struct {
            char *path, *symbol, *length_symbol;
            struct spec_dims input, output;
            struct data_names operators;
            int64_t arena_bytes;
        } model;
    } software;
    struct { char *device, *interface; int64_t baud; } deployment;
    struct { struct data_names classes; } classification;
    struct spec_features features;
    int64_t window, interval_ms;
};
extern const struct spec_field spec_app_rows[];

/* ---- results that scripts write, read back as hostile input ---- */

struct result_row { char *label; struct spec_ints given; };
struct result_train { /* train.json */
    char *origin, *model; /* "trained" or "given"; file name */
    struct data_names features, classes;
    char *label, *scaling;
    int64_t window;
    struct spec_numbers mean, std;
    double accuracy;
    struct spec_list confusion; /* of struct result_row, in the order of classes */
    int64_t params, train_samples, test_samples;
};
extern const struct spec_field result_train_rows[];
int result_train_read(const char *json, size_t n, struct result_train *ret, struct err *err);
void result_train_done(struct result_train *r);
/* Row i, column k of the confusion matrix; -1 outside. */
int64_t result_train_confusion(const struct result_train *r, int i, int k);

struct result_operator { char *name; int64_t version; };
struct result_tensor { int type; struct spec_ints dims; double scale; int64_t zero_point; };
struct result_convert { /* convert.json */
    int64_t bytes;
    char *symbol, *symbol_len;
    struct spec_list operators; /* of struct result_operator */
    struct result_tensor input, output;
    double accuracy_model, accuracy, accuracy_loss;
    int64_t arena_host;         /* bytes the host's interpreter needs; the board needs fewer */
    int64_t sample_rows, test_samples, class_differs_litert;
};
extern const struct spec_field result_convert_rows[];
int result_convert_read(const char *json, size_t n, struct result_convert *ret, struct err *err);
void result_convert_done(struct result_convert *r);

#endif
