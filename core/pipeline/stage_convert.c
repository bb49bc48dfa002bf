/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * convert: the network as a .tflite for the board's runtime. Whoever wrote the conversion script, a second script
 * that is always ours then records what the board must answer (reference.csv), writes model.h and checks the
 * operators against what the runtime supports.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/generate/generate.h"
#include "core/pipeline/prompts.h"
#include "core/pipeline/stage_table.h"

enum { SCRIPT_CAP = 1024 * 1024 };

static const int tensor_of[] = {
    [PROJECT_TENSOR_INT8] = TENSOR_INT8,
    [PROJECT_TENSOR_FLOAT32] = TENSOR_FLOAT32,
    [PROJECT_TENSOR_UINT8] = TENSOR_UINT8,
};

static void propose(const struct stage_context *c, struct spec_convert *ret)
{
    const struct project_convert *p = &c->project->config.convert;

    generate_propose_convert(c->project->config.seed, ret);
    ret->weights = p->quantize == PROJECT_FLOAT ? TENSOR_FLOAT32 : TENSOR_INT8;
    ret->input_type = p->quantize == PROJECT_FLOAT ? TENSOR_FLOAT32 : tensor_of[p->input];
    ret->output_type = p->quantize == PROJECT_FLOAT ? TENSOR_FLOAT32 : tensor_of[p->output];
    if (p->samples > 0)
        ret->calibration_samples = p->samples;
}

static int plan(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    struct stage_step *s = stage_plan_add(ret, "convert", generate_table[GENERATE_CONVERT].file, ARTIFACT_PYTHON,
                                          project_mode(c->project, "convert"));
    struct spec_convert spec = {0};
    int r;

    if (!s)
        return err_set(err, ERR_MACHINE, "There is no memory left for a plan.");
    propose(c, &spec);
    snprintf(s->title, sizeof(s->title), "convert to %s for the board", spec_tensor_names[spec.weights]);
    r = spec_to_text(spec_convert_rows, &spec, &s->spec);
    spec_done(spec_convert_rows, &spec);
    return r;
}

static const struct state_output *model(const struct stage_context *c)
{
    const struct state_output *keras = stage_upstream(c, "train", "model.keras");

    return keras ? keras : stage_upstream(c, "train", "model.tflite");
}

static int inputs(struct stage_context *c, const struct step *step, struct stage_inputs *ret, struct err *err)
{
    const struct state_output *m = model(c), *data = stage_upstream(c, "data", "data.csv");
    int r;

    if (!m || !data)
        return err_set(err, ERR_STAGE, "There is no trained model to convert yet.");
    r = stage_inputs_add(ret, m->name, m->identity, err);
    if (r == 0)
        r = stage_inputs_add(ret, "data.csv", data->identity, err);
    return r ? r : stage_inputs_add(ret, "the specification", step->spec, err);
}

static int generate(struct stage_context *c, const struct step *step, struct buf *out, struct err *err)
{
    struct spec_convert spec = {0};
    struct buf text;
    int r;

    buf_init(&text, SPEC_JSON_MAX);
    r = stage_spec(c, step, &text, err);
    if (r == 0)
        r = spec_from_text(spec_convert_rows, &spec, buf_text(&text), text.len, "convert", err);
    if (r == 0)
        r = generate_convert(&spec, out, err);
    spec_done(spec_convert_rows, &spec);
    buf_done(&text);
    return r;
}

static const char *const outputs[] = {"model.tflite", NULL};

static int facts(struct stage_context *c, const struct step *step, struct gate_context *ret, struct err *err)
{
    (void)c;
    (void)step;
    (void)err;
    ret->outputs = outputs;
    ret->n_outputs = 1;
    return 0;
}

/* ---- the two jobs ---- */

static int add_inputs(struct stage_context *c, struct job *j, struct err *err)
{
    int r = stage_job_input(c, j, "data", "data.csv", err);

    if (r == 0)
        r = stage_job_input(c, j, "train", "train.json", err);
    if (r == 0)
        r = job_arg(j, "/in/data.csv", err);
    return r ? r : job_arg(j, "/in/train.json", err);
}

static struct job *convert_job(struct stage_context *c, const struct attempt *a, struct err *err)
{
    struct job *j = NULL;
    struct buf script;
    int r;

    buf_init(&script, SCRIPT_CAP);
    r = stage_artifact(c, a, &script, err);
    if (r == 0)
        j = stage_python_job(c, "convert the model", a->name, buf_text(&script), script.len, err);
    buf_done(&script);
    if (j && add_inputs(c, j, err) == 0 && stage_job_input(c, j, "train", model(c)->name, err) == 0 &&
        job_argf(j, "/in/%s", model(c)->name) == 0 && job_output(j, "model.tflite", err) == 0)
        return j;
    job_free(j);
    return NULL;
}

static int reference_script(struct stage_context *c, struct buf *out, struct err *err)
{
    struct spec_reference spec = {0};
    int r = generate_propose_reference(c->project->config.seed, &spec, err);

    if (r == 0 && c->project->config.board_rows > 0)
        spec.sample_rows = c->project->config.board_rows;
    if (r == 0)
        r = generate_reference(&spec, out, err);
    spec_done(spec_reference_rows, &spec);
    return r;
}

static struct job *reference_job(struct stage_context *c, const struct job_result *last, struct err *err)
{
    const struct job_file *tflite = job_result_output(last, "model.tflite");
    const struct generate_row *row = &generate_table[GENERATE_REFERENCE];
    struct job *j = NULL;
    struct buf script;

    buf_init(&script, SCRIPT_CAP);
    if (tflite && reference_script(c, &script, err) == 0)
        j = stage_python_job(c, "record the reference", row->file, buf_text(&script), script.len, err);
    buf_done(&script);
    if (j && add_inputs(c, j, err) == 0 && job_file(j, "model.tflite", tflite->bytes, tflite->len, err) == 0 &&
        job_arg(j, "/in/model.tflite", err) == 0) {
        int r = 0;
        for (int i = 0; row->outputs[i] && r == 0; i++)
            r = job_output(j, row->outputs[i], err);
        if (r == 0)
            return j;
    }
    job_free(j);
    return NULL;
}

static int job(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *last,
               struct job **ret, struct err *err)
{
    if (phase > 1)
        return 0;
    *ret = phase == 0 ? convert_job(c, a, err) : reference_job(c, last, err);
    return *ret ? 0 : -(err && err->code ? err->code : ERR_MACHINE);
}

/* ---- what came out ---- */

static bool supported(const char *operators, const char *name)
{
    size_t n = strlen(name);

    for (const char *p = operators; (p = strstr(p, name)) != NULL; p += n) {
        if ((p == operators || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    }
    return false;
}

static void check_operators(const struct stage_context *c, const struct result_convert *k, struct finding_list *out)
{
    const struct result_operator *ops = k->operators.items;

    for (int i = 0; i < k->operators.n; i++) {
        struct finding *f;
        if (supported(c->project->board->runtime_ops, ops[i].name))
            continue;
        f = finding_add(out, "contract", FINDING_ERROR, FINDING_E1,
                        "The model uses the operator %s, which the runtime of %s does not have.", ops[i].name,
                        c->project->board->id);
        if (f)
            str_copy(f->cause, sizeof(f->cause), "op-missing");
    }
}

static void read_result(struct stage_context *c, const struct job_result *r, struct stage_settlement *ret)
{
    const struct job_file *json = job_result_output(r, "convert.json");
    struct result_convert k = {0};
    struct err err = {0};

    if (!json || result_convert_read(json->bytes, json->len, &k, &err)) {
        finding_add(&ret->findings, "contract", FINDING_ERROR, FINDING_NONE, "The reference cannot be used: %s", err.msg);
    } else {
        check_operators(c, &k, &ret->findings);
        stage_metric_add(ret, "model", (double)k.bytes, 0, "B");
        stage_metric_add(ret, "accuracy", k.accuracy * 100, 100, "%");
        stage_metric_add(ret, "accuracy loss", k.accuracy_loss * 100, 0, "%");
        stage_metric_add(ret, "arena on the host", (double)k.arena_host, 0, "B");
        snprintf(ret->outcome, sizeof(ret->outcome), "%s in, %s out, %lld bytes, %.1f %% right (%.1f %% lost)",
                 spec_tensor_names[k.input.type], spec_tensor_names[k.output.type], (long long)k.bytes,
                 k.accuracy * 100, k.accuracy_loss * 100);
        snprintf(ret->result, sizeof(ret->result), "%s %.1f KB", spec_tensor_names[k.input.type], (double)k.bytes / 1024);
    }
    result_convert_done(&k);
}

static void reference_failed(const struct job_result *r, struct stage_settlement *ret)
{
    char text[80];

    finding_add(&ret->findings, "reference", FINDING_ERROR, FINDING_NONE,
                "No reference could be made from model.tflite: the script %s. %.200s",
                job_stop_text(r, text, sizeof(text)), r->err_out ? r->err_out : "");
    snprintf(ret->outcome, sizeof(ret->outcome), "model.tflite cannot be used");
}

static int settle(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *r,
                  struct stage_settlement *ret, struct err *err)
{
    char text[80];
    int bad = 0;

    if (phase == 0) {
        bad = stage_check_after(c, &stage_convert, a, r, &ret->findings, err);
        snprintf(ret->outcome, sizeof(ret->outcome), "the script %s", job_stop_text(r, text, sizeof(text)));
    } else if (r->stop == JOB_EXITED && r->code == 0) {
        read_result(c, r, ret);
    } else {
        reference_failed(r, ret);
    }
    return bad;
}

static const char *const files[] = {"model.tflite", "model.h=NAME/model.h", NULL};

const struct stage_ops stage_convert = {
    .id = "convert",
    .title = "Convert",
    .help = "converts the network for the board's runtime and records what the board must answer",
    .plan = plan,
    .inputs = inputs,
    .generate = generate,
    .prompt = prompt_convert,
    .facts = facts,
    .job = job,
    .settle = settle,
    .out_files = files,
};
