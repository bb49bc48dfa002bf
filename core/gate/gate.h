/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gates: pure checks (artifact, context, evidence) → findings. One file per gate, one row in the table.
 * A gate that needs a tool declares a job; the engine runs it and hands the result back as evidence.
 */
#ifndef CORE_GATE_GATE_H
#define CORE_GATE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/artifact/artifact.h"
#include "core/base/job.h"
#include "core/finding/finding.h"

struct board;      /* core/board/board.h */
struct board_size; /* core/board/board.h */

/* Everything a gate may look at; all borrowed; NULL or 0 when unknown. */
struct gate_context {
    const char *stage, *step;      /* "sketch", "" */
    const char *project_name;
    const struct board *board;
    const char *model_symbol;      /* of model.h: "g_model" */
    const char *model_length_symbol;
    size_t model_bytes;
    const char *const *classes; int n_classes;
    const char *const *operators; int n_operators;   /* of this model, e.g. "FULLY_CONNECTED" */
    const char *const *columns; int n_columns;       /* the output's promised columns */
    const char *const *outputs; int n_outputs;       /* declared outputs of a script */
    const char *input_type, *output_type;            /* tensor types: "int8", "float32", "uint8" */
    const char *const *sensors; int n_sensors;       /* board sensors that feed the model: "color" */
    bool serial_input;                               /* some inputs come as lines on Serial1 */
    const char *label;                               /* label column of the tables */
    bool wants_split;                                /* the output's table carries a train/test column */

    /* Evidence, for GATE_AFTER. */
    const struct job_result *execution; /* of the artifact itself */
    const struct board_size *size;      /* after a link */
    int64_t arena_used, arena_size;     /* bytes; used is measured on the board */
};

struct gate_artifact {
    enum artifact_kind kind;
    const char *name;              /* "fruit.ino" */
    const char *bytes; size_t len; /* untrusted */
};

enum gate_when { GATE_BEFORE,
    GATE_AFTER }; /* before the decision, or on evidence after execution */

struct gate {
    const char *id;                /* "format", "structure", "semantics", "contract", "paths", … */
    const char *help;
    enum gate_when when;
    unsigned kinds;                /* bit set of 1u << artifact_kind it applies to */
    /* Optional: a job it needs; *ret_job stays NULL when it needs none. */
    int (*job)(const struct gate_artifact *a, const struct gate_context *c, struct job **ret_job,
               struct err *err);
    /* result is NULL for gates without a job. */
    void (*check)(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out);
};

extern const struct gate *const gate_table[]; /* NULL-terminated, in order of cost */

/* The gate with that id; NULL when there is none. */
const struct gate *gate_find(const char *id);

/* Runs all job-less gates of that moment for the artifact. */
void gate_check_all(enum gate_when when, const struct gate_artifact *a,
    const struct gate_context *c,
                    struct finding_list *out);

/* What every finding of one sort has in common; gates keep these in static tables. */
struct gate_note {
    const char *cause; /* id of core/failure's table */
    enum finding_severity severity;
    enum finding_category category;
    const char *fix;   /* what would mend it */
    const char *blame; /* step that has to change; NULL = the artifact's own */
};

/* Adds a finding about the artifact; line and column 1-based, 0 when it is about the whole. */
__attribute__((format(printf, 7, 8))) void gate_say(struct finding_list *out, const char *gate,
                                                    const struct gate_note *note,
                                                    const struct gate_artifact *a, int line,
                                                        int column,
                                                    const char *fmt, ...);

#endif
