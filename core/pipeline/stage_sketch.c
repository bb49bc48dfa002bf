/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sketch: the application specification from project, data and model, and the .ino for the board. It has no execution of
 * its own: it has passed when the firmware built from it runs and answers as the reference does.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/generate/generate.h"
#include "core/pipeline/prompts.h"
#include "core/pipeline/stage_table.h"

static int propose(struct stage_context *c, struct buf *out, struct err *err)
{
    struct result_train train = {0};
    struct result_convert convert = {0};
    struct mapping mapping = {0};
    struct spec_app app = {0};
    int r = stage_train_result(c, &train, err);

    if (r == 0)
        r = stage_convert_result(c, &convert, err);
    if (r == 0)
        r = stage_mapping(c, &train, &mapping, err);
    if (r == 0)
        r = generate_propose_app(c->state->project, c->state->task, c->project->board, &mapping, &train, &convert,
                                 &app, err);
    if (r == 0)
        r = spec_to_text(spec_app_rows, &app, out);
    spec_done(spec_app_rows, &app);
    mapping_done(&mapping);
    result_train_done(&train);
    result_convert_done(&convert);
    return r;
}

static int plan(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    char name[64];
    struct stage_step *s;

    snprintf(name, sizeof(name), "%.50s.ino", c->state->project);
    s = stage_plan_add(ret, "sketch", name, ARTIFACT_SKETCH, project_mode(c->project, "sketch"));
    if (!s)
        return err_set(err, ERR_MACHINE, "There is no memory left for a plan.");
    str_copy(s->title, sizeof(s->title), "the sketch for the board");
    return propose(c, &s->spec, err);
}

static int inputs(struct stage_context *c, const struct step *step, struct stage_inputs *ret, struct err *err)
{
    const struct state_output *model = stage_upstream(c, "convert", "model.h");
    int r;

    if (!model)
        return err_set(err, ERR_STAGE, "There is no converted model yet.");
    r = stage_inputs_add(ret, "model.h", model->identity, err);
    return r ? r : stage_inputs_add(ret, "the application specification", step->spec, err);
}

static int generate(struct stage_context *c, const struct step *step, struct buf *out, struct err *err)
{
    struct spec_app app = {0};
    struct buf text;
    int r;

    buf_init(&text, SPEC_JSON_MAX);
    r = stage_spec(c, step, &text, err);
    if (r == 0)
        r = spec_from_text(spec_app_rows, &app, buf_text(&text), text.len, "application", err);
    if (r == 0)
        r = generate_sketch(&app, out, err);
    spec_done(spec_app_rows, &app);
    buf_done(&text);
    return r;
}

static int facts(struct stage_context *c, const struct step *step, struct gate_context *ret, struct err *err)
{
    static struct spec_app app; /* lives until the next call, as the contract says */
    struct buf text;
    int r;

    spec_done(spec_app_rows, &app);
    memset(&app, 0, sizeof(app));
    buf_init(&text, SPEC_JSON_MAX);
    r = stage_spec(c, step, &text, err);
    if (r == 0)
        r = spec_from_text(spec_app_rows, &app, buf_text(&text), text.len, "application", err);
    buf_done(&text);
    if (r)
        return r;
    ret->project_name = c->state->project;
    ret->board = c->project->board;
    ret->model_symbol = app.software.model.symbol;
    ret->model_length_symbol = app.software.model.length_symbol;
    ret->classes = (const char *const *)app.classification.classes.items;
    ret->n_classes = app.classification.classes.n;
    ret->operators = (const char *const *)app.software.model.operators.items;
    ret->n_operators = app.software.model.operators.n;
    ret->sensors = (const char *const *)app.hardware.sensors.items;
    ret->n_sensors = app.hardware.sensors.n;
    for (int i = 0; i < app.features.n; i++)
        ret->serial_input |= app.features.items[i].source == SOURCE_SERIAL1;
    ret->input_type = spec_tensor_names[app.software.model.input.type];
    ret->output_type = spec_tensor_names[app.software.model.output.type];
    return 0;
}

static const char *const files[] = {"artifact=NAME/NAME.ino", NULL};

const struct stage_ops stage_sketch = {
    .id = "sketch",
    .title = "Sketch",
    .help = "the program for the board; it has passed when its firmware answers as the reference does",
    .partly = true,
    .plan = plan,
    .inputs = inputs,
    .generate = generate,
    .prompt = prompt_sketch,
    .facts = facts,
    .out_files = files,
};
