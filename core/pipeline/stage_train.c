/* SPDX-License-Identifier: GPL-3.0-or-later */
/* train: a small network for the data, or a check of the model that the user brings. Symbolic. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/data/step.h"
#include "core/generate/generate.h"
#include "core/pipeline/stage_table.h"

enum { MODEL_CAP = 64 * 1024 * 1024, SCRIPT_CAP = 1024 * 1024 };

static bool own_model(const struct stage_context *c)
{
    return c->project->config.model && c->project->config.model[0];
}

static int64_t window_of(const struct project *p)
{
    if (p->config.window.length > 0)
        return p->config.window.length;
    return p->profile.windows > 0 ? p->profile.window_length : 1;
}

static int64_t training_samples(const struct project *p)
{
    int64_t samples = p->profile.windows > 0 ? p->profile.windows : p->profile.rows;

    return (int64_t)((double)samples * (1 - p->config.test_fraction));
}

static int fill_spec(struct stage_context *c, const struct data_names *features, const char *label, struct buf *out,
                     struct err *err)
{
    const struct project_config *config = &c->project->config;
    struct spec_train train = {0};
    struct spec_check check = {0};
    int r;

    if (own_model(c)) {
        r = generate_propose_check(features, label, window_of(c->project), &check, err);
        if (r == 0)
            r = spec_to_text(spec_check_rows, &check, out);
        spec_done(spec_check_rows, &check);
    } else {
        r = generate_propose_train(features, label, window_of(c->project), training_samples(c->project),
                                   config->seed, &train, err);
        if (r == 0)
            r = spec_to_text(spec_train_rows, &train, out);
        spec_done(spec_train_rows, &train);
    }
    return r;
}

static int plan(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    const struct generate_row *row = &generate_table[own_model(c) ? GENERATE_CHECK : GENERATE_TRAIN];
    struct stage_step *s = stage_plan_add(ret, "train", row->file, ARTIFACT_PYTHON, MODE_SYMBOLIC);
    struct data_names columns = {0}, features = {0};
    int r = project_data(c->project, err);

    if (!s)
        return err_set(err, ERR_MACHINE, "There is no memory left for a plan.");
    str_copy(s->title, sizeof(s->title), own_model(c) ? "check the given model" : "train a small network");
    if (r == 0)
        r = stage_data_columns(c, &columns, err);
    if (r == 0)
        r = data_features(&columns, stage_label(c, &columns), &features);
    if (r == 0)
        r = fill_spec(c, &features, stage_label(c, &columns), &s->spec, err);
    data_names_done(&columns);
    data_names_done(&features);
    return r;
}

static int read_model(struct stage_context *c, struct buf *out, struct err *err)
{
    int fd = path_open_beneath(c->project->folder_fd, c->project->config.model, err);
    char piece[65536];
    ssize_t n;
    int r = 0;

    if (fd < 0)
        return fd;
    while (r == 0 && (n = read(fd, piece, sizeof(piece))) != 0) {
        if (n < 0)
            r = err_sys(err, ERR_INVALID, "The model %s cannot be read", c->project->config.model);
        else if (buf_put(out, piece, (size_t)n))
            r = err_set(err, ERR_INVALID, "The model %s is larger than %d MB.", c->project->config.model,
                        MODEL_CAP / 1024 / 1024);
    }
    close(fd);
    return r;
}

static int inputs(struct stage_context *c, const struct step *step, struct stage_inputs *ret, struct err *err)
{
    const struct state_output *data = stage_upstream(c, "data", "data.csv");
    struct buf model;
    char hex[SHA256_HEX];
    int r;

    if (!data)
        return err_set(err, ERR_STAGE, "The stage data has not made data.csv yet.");
    r = stage_inputs_add(ret, "data.csv", data->identity, err);
    if (r == 0)
        r = stage_inputs_add(ret, "the specification", step->spec, err);
    if (r || !own_model(c))
        return r;
    buf_init(&model, MODEL_CAP);
    r = read_model(c, &model, err);
    sha256_of(buf_text(&model), model.len, hex);
    buf_done(&model);
    return r ? r : stage_inputs_add(ret, c->project->config.model, hex, err);
}

static int generate(struct stage_context *c, const struct step *step, struct buf *out, struct err *err)
{
    struct spec_train train = {0};
    struct spec_check check = {0};
    struct buf text;
    int r;

    buf_init(&text, SPEC_JSON_MAX);
    r = stage_spec(c, step, &text, err);
    if (r == 0 && own_model(c)) {
        r = spec_from_text(spec_check_rows, &check, buf_text(&text), text.len, "check", err);
        r = r ? r : generate_check(&check, out, err);
    } else if (r == 0) {
        r = spec_from_text(spec_train_rows, &train, buf_text(&text), text.len, "train", err);
        r = r ? r : generate_train(&train, out, err);
    }
    spec_done(spec_check_rows, &check);
    spec_done(spec_train_rows, &train);
    buf_done(&text);
    return r;
}

static const char *const trained_outputs[] = {"model.keras", "train.json", NULL};
static const char *const checked_outputs[] = {"train.json", NULL};

static int facts(struct stage_context *c, const struct step *step, struct gate_context *ret, struct err *err)
{
    (void)step;
    (void)err;
    ret->outputs = own_model(c) ? checked_outputs : trained_outputs;
    ret->n_outputs = own_model(c) ? 1 : 2;
    return 0;
}

static int add_model(struct stage_context *c, struct job *j, struct err *err)
{
    const char *name = str_ends(c->project->config.model, ".tflite") ? "model.tflite" : "model.keras";
    struct buf model;
    int r;

    buf_init(&model, MODEL_CAP);
    r = read_model(c, &model, err);
    if (r == 0)
        r = job_file(j, name, buf_text(&model), model.len, err);
    if (r == 0)
        r = job_argf(j, "/in/%s", name);
    buf_done(&model);
    return r;
}

static int fill_job(struct stage_context *c, struct job *j, struct err *err)
{
    int r = stage_job_input(c, j, "data", "data.csv", err);

    if (r == 0)
        r = job_arg(j, "/in/data.csv", err);
    if (r == 0 && own_model(c))
        r = add_model(c, j, err);
    if (r == 0)
        r = job_output(j, "model.keras", err);
    if (r == 0)
        r = job_output(j, "model.tflite", err);
    return r ? r : job_output(j, "train.json", err);
}

static int job(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *last,
               struct job **ret, struct err *err)
{
    struct buf script;
    struct job *j = NULL;
    int r;

    (void)last;
    if (phase > 0)
        return 0;
    buf_init(&script, SCRIPT_CAP);
    r = stage_artifact(c, a, &script, err);
    if (r == 0 && !(j = stage_python_job(c, own_model(c) ? "check the model" : "train the network", a->name,
                                         buf_text(&script), script.len, err)))
        r = -(err && err->code ? err->code : ERR_MACHINE);
    if (r == 0)
        r = fill_job(c, j, err);
    buf_done(&script);
    if (r)
        job_free(j);
    else
        *ret = j;
    return r;
}

static void read_result(const struct job_result *r, struct stage_settlement *ret)
{
    const struct job_file *json = job_result_output(r, "train.json");
    struct result_train t = {0};
    struct err err = {0};

    if (result_train_read(json->bytes, json->len, &t, &err)) {
        finding_add(&ret->findings, "contract", FINDING_ERROR, FINDING_NONE, "train.json cannot be used: %s", err.msg);
    } else {
        stage_metric_add(ret, "accuracy", t.accuracy * 100, 100, "%");
        stage_metric_add(ret, "parameters", (double)t.params, 0, "");
        stage_metric_add(ret, "test samples", (double)t.test_samples, 0, "");
        snprintf(ret->outcome, sizeof(ret->outcome), "%.1f %% right on %lld held-out samples, %lld parameters",
                 t.accuracy * 100, (long long)t.test_samples, (long long)t.params);
        snprintf(ret->result, sizeof(ret->result), "%.1f %%", t.accuracy * 100);
    }
    result_train_done(&t);
}

static int settle(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *r,
                  struct stage_settlement *ret, struct err *err)
{
    char text[80];
    int bad = stage_check_after(c, &stage_train, a, r, &ret->findings, err);

    (void)phase;
    if (!bad && finding_count(&ret->findings, FINDING_ERROR) == 0 && job_result_output(r, "train.json"))
        read_result(r, ret);
    if (!ret->outcome[0])
        snprintf(ret->outcome, sizeof(ret->outcome), "the script %s", job_stop_text(r, text, sizeof(text)));
    return bad;
}

static const char *const files[] = {"model.keras", NULL};

const struct stage_ops stage_train = {
    .id = "train",
    .title = "Train",
    .help = "trains a small network, or checks the model that the project brings",
    .plan = plan,
    .inputs = inputs,
    .generate = generate,
    .facts = facts,
    .job = job,
    .settle = settle,
    .out_files = files,
};
