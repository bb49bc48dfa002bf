/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compile: builds the approved sketch for the board. An execution: its findings are the sketch's. */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/pipeline/stage_table.h"

enum { SOURCE_CAP = 64 * 1024 * 1024 };

static int plan(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    struct stage_step *s = stage_plan_add(ret, "compile", "firmware.elf", ARTIFACT_ELF, MODE_SYMBOLIC);

    (void)c;
    if (!s)
        return err_set(err, ERR_MACHINE, "There is no memory left for a plan.");
    str_copy(s->title, sizeof(s->title), "compile the approved sketch");
    return 0;
}

static int inputs(struct stage_context *c, const struct step *step, struct stage_inputs *ret, struct err *err)
{
    const struct attempt *sketch = stage_approved(c, "sketch");
    const struct state_output *model = stage_upstream(c, "convert", "model.h");

    (void)step;
    if (!sketch || !model)
        return err_set(err, ERR_STAGE, "There is no approved sketch to compile yet.");
    if (stage_inputs_add(ret, sketch->name, sketch->sha, err))
        return -ERR_MACHINE;
    return stage_inputs_add(ret, "model.h", model->identity, err);
}

static int job(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *last,
               struct job **ret, struct err *err)
{
    const struct attempt *sketch = stage_approved(c, "sketch");
    struct buf ino, model;
    int r;

    (void)a;
    (void)last;
    if (phase > 0)
        return 0;
    if (!sketch)
        return err_set(err, ERR_STAGE, "There is no approved sketch to compile.");
    buf_init(&ino, SOURCE_CAP);
    buf_init(&model, SOURCE_CAP);
    r = project_tools(c->project, err);
    if (r == 0)
        r = stage_artifact(c, sketch, &ino, err);
    if (r == 0)
        r = stage_upstream_bytes(c, "convert", "model.h", &model, err);
    if (r == 0)
        *ret = board_build_job(c->project->tools, c->state->project, buf_text(&ino), ino.len, buf_text(&model),
                               model.len, err);
    buf_done(&ino);
    buf_done(&model);
    return r ? r : *ret ? 0 : -(err && err->code ? err->code : ERR_MACHINE);
}

static int settle(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *r,
                  struct stage_settlement *ret, struct err *err)
{
    struct board_size size = {0};
    int errors;

    (void)a;
    (void)phase;
    (void)err;
    board_read_build(c->project->tools, c->state->project, r, &size, &ret->findings);
    errors = finding_count(&ret->findings, FINDING_ERROR);
    if (size.flash > 0) { /* it linked */
        stage_metric_add(ret, "flash", (double)size.flash, (double)size.flash_max, "B");
        stage_metric_add(ret, "ram", (double)size.ram, (double)size.ram_max, "B");
    }
    if (errors)
        snprintf(ret->outcome, sizeof(ret->outcome), "does not compile: %d error%s", errors, errors == 1 ? "" : "s");
    else
        snprintf(ret->outcome, sizeof(ret->outcome), "compiles; whether it works is not known yet");
    snprintf(ret->result, sizeof(ret->result), "flash %.0f KB, RAM %.0f KB", (double)size.flash / 1024,
             (double)size.ram / 1024);
    return 0;
}

static const char *const files[] = {"firmware.elf", NULL};

const struct stage_ops stage_compile = {
    .id = "compile",
    .title = "Compile",
    .help = "builds the approved sketch for the board and holds its size against the board's memory",
    .execution = true,
    .confirms = "sketch",
    .plan = plan,
    .inputs = inputs,
    .job = job,
    .settle = settle,
    .out_files = files,
};
