/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stage: one const table of functions over a context. The engine knows no stage by name: it plans steps,
 * gets an artifact (generated, or from a model, or from a person), gates it, waits for the decision, runs
 * the jobs that the stage describes and lets it settle the attempt.
 *
 * To add a stage: one file with a `const struct stage_ops`, one row in stage_table.c.
 * All functions return 0 or a negative code with err; none blocks, prints, spawns or writes files.
 */
#ifndef CORE_PIPELINE_STAGE_H
#define CORE_PIPELINE_STAGE_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/job.h"
#include "core/gate/gate.h"
#include "core/pipeline/state.h"
#include "core/store/store.h"

struct project;      /* core/pipeline/project.h: configuration, data profile, board, tools */
struct template_vars; /* core/llm/template.h */

struct stage_context {
    const struct state *state;
    struct store *store;
    struct project *project;
};

struct stage_step {      /* what plan() says of a step */
    char id[STATE_ID];
    char title[120];
    char name[64];
    enum artifact_kind kind;
    enum state_mode mode;
    struct buf spec;     /* typed spec as JSON, may be empty */
};

struct stage_plan { struct stage_step *steps; int n; };

struct stage_inputs { struct state_input items[STATE_INPUTS_MAX]; int n; };

enum { STAGE_BLOBS_MAX = 4 };

struct stage_settlement {
    struct finding_list findings;
    struct state_metric metrics[STATE_METRICS_MAX]; int n_metrics;
    char outcome[200];   /* one sentence */
    char result[80];     /* short, for the board of stages */
    struct { char name[64]; struct buf bytes; } extra[STAGE_BLOBS_MAX]; int n_extra; /* more outputs */
};

struct stage_ops {
    const char *id, *title, *help;
    bool execution;      /* no artifact of its own: runs what earlier stages approved */
    bool sequential;     /* a step starts only when the one before it has passed, in every mode */
    bool partly;         /* its passing is known only when a later stage passed: see `confirms` */
    const char *confirms; /* stage whose `partly` attempts this one passes or fails */

    int (*plan)(struct stage_context *c, struct stage_plan *ret, struct err *err);
    int (*inputs)(struct stage_context *c, const struct step *step, struct stage_inputs *ret, struct err *err);
    int (*generate)(struct stage_context *c, const struct step *step, struct buf *out, struct err *err);
    /* Fills the variables of the prompt template *ret_template. */
    int (*prompt)(struct stage_context *c, const struct step *step, const char **ret_template,
                  struct template_vars *vars, struct err *err);
    /* Everything the gates may look at; borrowed members live as long as the project or the state. */
    int (*facts)(struct stage_context *c, const struct step *step, struct gate_context *ret, struct err *err);
    /* The next job of the approved attempt; phase counts from 0; *ret NULL = no more. last is NULL in phase 0. */
    int (*job)(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *last,
               struct job **ret, struct err *err);
    /* After each job: findings decide whether the next phase comes. */
    int (*settle)(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *r,
                  struct stage_settlement *ret, struct err *err);
    const char *const *out_files; /* NULL-terminated: outputs copied to out/; "artifact:PATH" = the artifact */
};

extern const struct stage_ops *const stage_table[]; /* NULL-terminated, in order */

/* For stage files: adds a step to a plan; NULL past the limit. Borrowed until the next call. */
struct stage_step *stage_plan_add(struct stage_plan *p, const char *id, const char *name, enum artifact_kind kind,
                                  enum state_mode mode);
void stage_plan_done(struct stage_plan *p);
int stage_inputs_add(struct stage_inputs *in, const char *name, const char *sha, struct err *err);
void stage_metric_add(struct stage_settlement *s, const char *name, double value, double limit, const char *unit);

/* An output of the last passed (or approved) attempt of a stage's last step; NULL when there is none. */
const struct state_output *stage_upstream(const struct stage_context *c, const char *stage, const char *name);
/* Its bytes appended to out; ERR_STAGE when it is not there yet. */
int stage_upstream_bytes(const struct stage_context *c, const char *stage, const char *name, struct buf *out,
                         struct err *err);
/* The attempt whose artifact is approved or passed in a one-step stage; NULL when none. */
const struct attempt *stage_approved(const struct stage_context *c, const char *stage);

#endif
