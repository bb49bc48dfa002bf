/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the prompts of freeform stages say: template id and variables from project, specs and board.
 */
#ifndef CORE_PIPELINE_PROMPTS_H
#define CORE_PIPELINE_PROMPTS_H

#include "core/llm/template.h"
#include "core/pipeline/stage_table.h"

enum { PROMPT_STEPS_MAX = 12 };

/* The columns that the plan of a freeform data step promises; ret zeroed by the caller, who frees it. */
int prompt_step_columns(const struct stage_context *c, const struct step *step, struct data_names *ret, struct err *err);

int prompt_data_plan(struct stage_context *c, const char **ret_template, struct template_vars *vars, struct err *err);
/* before: index of the step whose table is the input, -1 = the project's CSV. */
int prompt_data_step(struct stage_context *c, const struct step *step, int before, const char **ret_template,
                     struct template_vars *vars, struct err *err);
int prompt_convert(struct stage_context *c, const struct step *step, const char **ret_template,
                   struct template_vars *vars, struct err *err);
int prompt_sketch(struct stage_context *c, const struct step *step, const char **ret_template,
                  struct template_vars *vars, struct err *err);

#endif
