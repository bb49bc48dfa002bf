/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * data: profiles the project's CSV and turns it into data.csv, one approved script per operation.
 * Symbolic: the operations are proposed from the profile. Freeform: a model proposes a plan (JSON), which a person
 * decides on, then writes one script per step.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/data/step.h"
#include "core/generate/generate.h"
#include "core/pipeline/json.h"
#include "core/pipeline/prompts.h"
#include "core/pipeline/stage_table.h"

enum { PLAN_CAP = 64 * 1024, DATA_CAP = 512 * 1024 * 1024 };

static int propose(struct stage_context *c, struct data_steps *ret, struct err *err)
{
    const struct project_config *config = &c->project->config;
    struct data_options o = {.test_share = config->test_fraction,
                             .seed = config->seed,
                             .window = config->window.length,
                             .stride = config->window.stride};
    int r = project_data(c->project, err);

    return r ? r : data_steps_propose(&c->project->profile, &o, ret, err);
}

static int plan_symbolic(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    struct data_steps steps = {0};
    char id[STATE_ID], name[64];
    int r = propose(c, &steps, err);

    for (size_t i = 0; i < steps.v.n && r == 0; i++) {
        struct stage_step *s;
        snprintf(id, sizeof(id), "data.%zu", i + 1);
        generate_step_name(&steps.v.items[i], (int)i, name);
        s = stage_plan_add(ret, id, name, ARTIFACT_PYTHON, MODE_SYMBOLIC);
        if (!s || spec_data_to_text(&steps.v.items[i], &s->spec))
            r = err_set(err, ERR_MACHINE, "The plan of the data stage has too many steps.");
        else
            text_line(s->title, sizeof(s->title), steps.v.items[i].title);
    }
    data_steps_done(&steps);
    return r;
}

/* ---- freeform: the approved plan gives the steps ---- */

static int add_freeform_step(struct stage_plan *ret, struct json_object *o, int i, struct err *err)
{
    char id[STATE_ID], name[64], word[40], title[120];
    struct stage_step *s;

    snprintf(id, sizeof(id), "data.%d", i + 1);
    json_get_line(o, "name", title, sizeof(title));
    generate_identifier(title, word);
    snprintf(name, sizeof(name), "%02d_%s.py", i + 1, word);
    json_get_line(o, "title", title, sizeof(title));
    s = stage_plan_add(ret, id, name, ARTIFACT_PYTHON, MODE_FREEFORM);
    if (!s)
        return err_set(err, ERR_MACHINE, "The plan of the data stage has too many steps.");
    str_copy(s->title, sizeof(s->title), title[0] ? title : name);
    buf_puts(&s->spec, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
    return 0;
}

static int read_plan(struct stage_context *c, const struct attempt *a, struct stage_plan *ret, struct err *err)
{
    struct json_object *plan_object, *steps;
    struct buf text;
    int r, n;

    buf_init(&text, PLAN_CAP);
    r = stage_artifact(c, a, &text, err);
    plan_object = r ? NULL : json_read(buf_text(&text), text.len, err);
    buf_done(&text);
    if (!plan_object)
        return -ERR_INVALID;
    steps = json_get_array(plan_object, "steps");
    n = steps ? (int)json_object_array_length(steps) : 0;
    if (n == 0 || n > PROMPT_STEPS_MAX)
        r = err_set(err, ERR_INVALID, "The plan %s has %d steps; 1 to %d are possible.", a->id, n, PROMPT_STEPS_MAX);
    for (int i = 0; i < n && r == 0; i++)
        r = add_freeform_step(ret, json_at(steps, (size_t)i), i, err);
    json_object_put(plan_object);
    return r;
}

static int plan_freeform(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    struct stage_step *s = stage_plan_add(ret, "data", "plan.json", ARTIFACT_JSON, MODE_FREEFORM);
    int step = state_find_step(c->state, "data");
    const struct attempt *a = step < 0 ? NULL : state_last_attempt(c->state, step);
    int r = project_data(c->project, err);

    if (!s)
        return err_set(err, ERR_MACHINE, "There is no memory left for a plan.");
    str_copy(s->title, sizeof(s->title), "plan the data-engineering steps");
    if (r || !a || a->state != ATTEMPT_PASSED)
        return r;
    return read_plan(c, a, ret, err);
}

static int plan(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    return project_mode(c->project, "data") == MODE_FREEFORM ? plan_freeform(c, ret, err)
                                                             : plan_symbolic(c, ret, err);
}

/* ---- one step ---- */

static bool is_plan(const struct step *step)
{
    return step->kind == ARTIFACT_JSON;
}

/* The step before in the stage, -1 for the first; a plan makes no data. */
static int step_before(const struct stage_context *c, const struct step *step)
{
    int stage = state_find_stage(c->state, "data");
    const struct stage_state *g = &c->state->stages[stage];

    for (size_t i = 1; i < g->steps.n; i++) {
        if (str_eq(c->state->steps.items[g->steps.items[i]].id, step->id))
            return is_plan(&c->state->steps.items[g->steps.items[i - 1]]) ? -1 : g->steps.items[i - 1];
    }
    return -1;
}

static int inputs(struct stage_context *c, const struct step *step, struct stage_inputs *ret, struct err *err)
{
    int before = step_before(c, step);
    const struct attempt *a = before < 0 ? NULL : state_last_attempt(c->state, before);
    int r = project_data(c->project, err);

    if (r == 0)
        r = stage_inputs_add(ret, c->project->config.data, c->project->csv_sha, err);
    if (r == 0 && step->spec[0])
        r = stage_inputs_add(ret, "the plan of this step", step->spec, err);
    if (r == 0 && a)
        r = stage_inputs_add(ret, a->name, a->sha, err);
    return r;
}

static int generate(struct stage_context *c, const struct step *step, struct buf *out, struct err *err)
{
    struct data_step spec = {0};
    struct buf text;
    int r;

    buf_init(&text, SPEC_JSON_MAX);
    r = stage_spec(c, step, &text, err);
    if (r == 0)
        r = spec_data_from_text(buf_text(&text), text.len, &spec, err);
    if (r == 0)
        r = generate_data_step(&spec, out, err);
    data_step_done(&spec);
    buf_done(&text);
    return r;
}

/* ---- contract ---- */

static const char *const outputs[] = {"data.csv", NULL};

/* What the table must have after the step: exactly known for symbolic steps, the essentials for a model's last one. */
static int promised(struct stage_context *c, const struct step *step, struct data_names *ret, struct err *err)
{
    const struct stage_state *g = &c->state->stages[state_find_stage(c->state, "data")];
    struct data_steps steps = {0};
    int r, at = 0;

    while ((size_t)at < g->steps.n && !str_eq(c->state->steps.items[g->steps.items[at]].id, step->id))
        at++;
    if (step->mode == MODE_FREEFORM) {
        r = prompt_step_columns(c, step, ret, err);
        if (r || (size_t)at + 1 < g->steps.n)
            return r;
        if (!data_names_have(ret, c->project->config.label))
            r = data_names_add(ret, c->project->config.label);
        return r || data_names_have(ret, "split") ? r : data_names_add(ret, "split");
    }
    r = propose(c, &steps, err);
    if (r == 0)
        r = data_steps_columns(&c->project->profile, steps.v.items, at + 1, ret);
    data_steps_done(&steps);
    return r;
}

static int facts(struct stage_context *c, const struct step *step, struct gate_context *ret, struct err *err)
{
    static struct data_names columns; /* lives until the next call, as the contract says */
    int r;

    ret->project_name = c->state->project;
    if (is_plan(step))
        return 0;
    data_names_done(&columns);
    r = promised(c, step, &columns, err);
    ret->label = columns.n ? stage_label(c, &columns) : NULL;
    ret->wants_split = data_names_have(&columns, "split");
    ret->outputs = outputs;
    ret->n_outputs = 1;
    ret->columns = (const char *const *)columns.items;
    ret->n_columns = columns.n;
    return r;
}

/* ---- execution ---- */

static int add_table(struct stage_context *c, const struct attempt *a, struct job *j, struct err *err)
{
    int before = step_before(c, &c->state->steps.items[a->step]);
    const struct attempt *last = before < 0 ? NULL : state_last_attempt(c->state, before);
    const struct state_output *o = last ? state_output(last, "data.csv") : NULL;
    struct buf bytes;
    int r;

    if (before < 0) {
        r = project_data(c->project, err);
        return r ? r : job_file(j, "input.csv", buf_text(&c->project->csv), c->project->csv.len, err);
    }
    if (!o)
        return err_set(err, ERR_STAGE, "The step before %s has not made its table yet.", a->id);
    buf_init(&bytes, DATA_CAP);
    r = store_get_blob(c->store, o->sha, &bytes, err);
    if (r == 0)
        r = job_file(j, "input.csv", buf_text(&bytes), bytes.len, err);
    buf_done(&bytes);
    return r;
}

static int job(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *last,
               struct job **ret, struct err *err)
{
    struct buf script;
    struct job *j = NULL;
    int r;

    (void)last;
    if (phase > 0 || is_plan(&c->state->steps.items[a->step]))
        return 0;
    buf_init(&script, SPEC_JSON_MAX);
    r = stage_artifact(c, a, &script, err);
    if (r == 0 && !(j = stage_python_job(c, c->state->steps.items[a->step].title, a->name, buf_text(&script), script.len, err)))
        r = -(err && err->code ? err->code : ERR_MACHINE);
    if (r == 0)
        r = job_arg(j, "/in/input.csv", err);
    if (r == 0)
        r = job_arg(j, "data.csv", err);
    if (r == 0)
        r = job_output(j, "data.csv", err);
    if (r == 0)
        r = add_table(c, a, j, err);
    buf_done(&script);
    if (r)
        job_free(j);
    else
        *ret = j;
    return r;
}

static void first_line(const char *text, char *dst, size_t size)
{
    char line[200];
    const char *end = text ? strchr(text, '\n') : NULL;

    snprintf(line, sizeof(line), "%.*s", end ? (int)(end - text < 199 ? end - text : 199) : 199, text ? text : "");
    text_line(dst, size, line);
}

static int settle(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *r,
                  struct stage_settlement *ret, struct err *err)
{
    char text[80];
    size_t steps;
    int bad = stage_check_after(c, &stage_data, a, r, &ret->findings, err);

    (void)phase;
    if (r->stop == JOB_EXITED && r->code == 0 && finding_count(&ret->findings, FINDING_ERROR) == 0)
        first_line(r->out, ret->outcome, sizeof(ret->outcome));
    else
        snprintf(ret->outcome, sizeof(ret->outcome), "the script %s", job_stop_text(r, text, sizeof(text)));
    steps = c->state->stages[a->stage].steps.n - (project_mode(c->project, "data") == MODE_FREEFORM);
    snprintf(ret->result, sizeof(ret->result), "%zu step%s", steps, steps == 1 ? "" : "s");
    return bad;
}

static int prompt(struct stage_context *c, const struct step *step, const char **ret_template,
                  struct template_vars *vars, struct err *err)
{
    return is_plan(step) ? prompt_data_plan(c, ret_template, vars, err)
                         : prompt_data_step(c, step, step_before(c, step), ret_template, vars, err);
}

static const char *const files[] = {"data.csv", NULL};

const struct stage_ops stage_data = {
    .id = "data",
    .title = "Data",
    .help = "profiles the CSV and cleans, checks and splits it, one approved script per operation",
    .plan = plan,
    .inputs = inputs,
    .generate = generate,
    .prompt = prompt,
    .facts = facts,
    .job = job,
    .settle = settle,
    .out_files = files,
};
