/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The templates in prompts/model, embedded at build: a new one is a file there and a row here. */
#include "core/llm/template.h"

#include "core/base/str.h"
#include "embed/prompts_model_convert_md.h"
#include "embed/prompts_model_data_plan_md.h"
#include "embed/prompts_model_data_step_md.h"
#include "embed/prompts_model_fresh_md.h"
#include "embed/prompts_model_reject_md.h"
#include "embed/prompts_model_retry_md.h"
#include "embed/prompts_model_sketch_md.h"

#define ROW(id, name) {id, "prompts/model/" id ".md", prompts_model_##name##_md, &prompts_model_##name##_md_len}

const struct template_builtin template_builtins[] = {
    ROW("data-plan", data_plan),
    ROW("data-step", data_step),
    ROW("convert", convert),
    ROW("sketch", sketch),
    ROW("retry", retry),
    ROW("fresh", fresh),
    ROW("reject", reject),
    {0},
};

int template_put(const char *id, const struct template_vars *vars, struct template_prompt *p,
                 struct err *err)
{
    const struct template_builtin *row = template_builtins;
    struct template *t;
    int r;

    while (row->id && !str_eq(row->id, id))
        row++;
    if (!row->id)
        return err_set(err, ERR_INVALID, "There is no prompt template \"%s\".", id);
    t = template_new(row->file, row->text, *row->len, err);
    if (!t)
        return -ERR_INVALID;
    r = template_render(t, vars, p, err);
    template_free(t);
    return r;
}
