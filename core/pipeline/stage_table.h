/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stages of the default pipeline, one file each, and what their files share.
 */
#ifndef CORE_PIPELINE_STAGE_TABLE_H
#define CORE_PIPELINE_STAGE_TABLE_H

#include "core/pipeline/project.h"
#include "core/pipeline/stage.h"

extern const struct stage_ops stage_data, stage_train, stage_convert, stage_sketch, stage_compile, stage_run;

/* The approved bytes of an attempt's artifact, checked against the hash that was approved; appended to out. */
int stage_artifact(const struct stage_context *c, const struct attempt *a, struct buf *out, struct err *err);

/* A job that runs an approved script with the environment's Python: python3 -I /in/NAME, arguments follow. */
struct job *stage_python_job(struct stage_context *c, const char *name, const char *script_name, const void *script,
                             size_t n, struct err *err);
/* Adds an upstream output as input file under its own name. */
int stage_job_input(struct stage_context *c, struct job *j, const char *stage, const char *name, struct err *err);

/* Gates that look at what an execution did, over the stage's facts. */
int stage_check_after(struct stage_context *c, const struct stage_ops *ops, const struct attempt *a,
                      const struct job_result *r, struct finding_list *out, struct err *err);

/* A step's typed spec as text, appended to out. */
int stage_spec(const struct stage_context *c, const struct step *step, struct buf *out, struct err *err);

/* Column names of data.csv as it was made; ret zeroed by the caller, who frees it with data_names_done. */
struct data_names;
int stage_data_columns(const struct stage_context *c, struct data_names *ret, struct err *err);

/* The label's column in data.csv: plain when a step gave the columns plain names. Borrowed from the project. */
const char *stage_label(const struct stage_context *c, const struct data_names *columns);

/* What earlier stages say of themselves; released by result_train_done and result_convert_done. */
struct result_train;
struct result_convert;
int stage_train_result(const struct stage_context *c, struct result_train *ret, struct err *err);
int stage_convert_result(const struct stage_context *c, struct result_convert *ret, struct err *err);

/* Which sensor delivers which feature of the trained network, as the project and the names say; mapping_done releases it. */
struct mapping;
int stage_mapping(struct stage_context *c, const struct result_train *train, struct mapping *ret, struct err *err);

#endif
