/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deterministic generators: a typed spec in, the bytes of a script or sketch out. The same spec gives the same bytes.
 *
 * Scripts are complete and stand alone: a literal SPEC on top, no imports of ours. They run as
 * `python3 -I SCRIPT INPUT…` and write the outputs of their row into the current folder.
 * All functions append to out; 0, or negative with err (ERR_INVALID: the spec cannot be said in the target language).
 */
#ifndef CORE_GENERATE_GENERATE_H
#define CORE_GENERATE_GENERATE_H

#include "core/generate/mapping.h"
#include "core/generate/specs.h"

enum generate_kind {
    GENERATE_DATA,      /* one step; arguments IN.csv OUT.csv */
    GENERATE_TRAIN,
    GENERATE_CHECK,     /* a model that the user brings */
    GENERATE_CONVERT,
    GENERATE_REFERENCE, /* always ours, whoever wrote the conversion: it says what is right */
    GENERATE_SKETCH,
    GENERATE_KINDS
};

struct generate_row {
    const char *id;         /* "train" */
    const char *file;       /* name of the artifact: "train.py" */
    const char *inputs[4];  /* arguments in order, NULL-terminated: "data.csv", "model" = model.keras or model.tflite */
    const char *outputs[5]; /* written into the current folder, NULL-terminated */
    const char *help;
};
extern const struct generate_row generate_table[GENERATE_KINDS];

int generate_data_step(const struct data_step *s, struct buf *out, struct err *err);
int generate_train(const struct spec_train *s, struct buf *out, struct err *err);
int generate_check(const struct spec_check *s, struct buf *out, struct err *err);
int generate_convert(const struct spec_convert *s, struct buf *out, struct err *err);
int generate_reference(const struct spec_reference *s, struct buf *out, struct err *err);
int generate_sketch(const struct spec_app *s, struct buf *out, struct err *err);

/* File name of step i (from 0): "01_clean_names.py". */
void generate_step_name(const struct data_step *s, int i, char dst[64]);

/* ---- specs from project and data: symbolic mode; released by spec_done with the rows of the spec ---- */

/* features of the last table; samples: training rows or windows, for the number of epochs. */
int generate_propose_train(const struct data_names *features, const char *label, int64_t window, int64_t samples,
                           int64_t seed, struct spec_train *ret, struct err *err);
int generate_propose_check(const struct data_names *features, const char *label, int64_t window,
                           struct spec_check *ret, struct err *err);
void generate_propose_convert(int64_t seed, struct spec_convert *ret); /* int8 all through */
int generate_propose_reference(int64_t seed, struct spec_reference *ret, struct err *err); /* g_model, 50 rows */

/* name: of the project; it becomes the sketch's name after generate_identifier. */
int generate_propose_app(const char *name, const char *task, const struct board *board,
                         const struct mapping *mapping, const struct result_train *train,
                         const struct result_convert *convert, struct spec_app *ret, struct err *err);

/* Letters, digits and '_' for a sketch's name; never empty. */
void generate_identifier(const char *name, char dst[40]);

/* Arena for the board from what the host needed: a margin for another memory planner, whole KiB. */
int64_t generate_arena(int64_t arena_host);

#endif
