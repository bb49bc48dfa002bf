/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/prompts.h"

#include <string.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/data/step.h"
#include "core/generate/specs.h"
#include "core/pipeline/json.h"

enum { TEXT_CAP = 4 * 1024 * 1024, TABLE_CAP = 512 * 1024 * 1024, SAMPLE_LINES = 6, SAMPLE_BYTES = 8192 };

static const char packages[] = "numpy 2.3.5\npandas 3.0.6\nscikit-learn 1.9.1\n";
static const char convert_packages[] = "numpy 2.3.5\npandas 3.0.6\ntensorflow 2.21.0 (Keras 3.15.1)\n";

/* ---- small pieces ---- */

static void put_sample(struct buf *out, const char *text, size_t n)
{
    size_t end = 0;
    int lines = 0;

    while (end < n && end < SAMPLE_BYTES && lines < SAMPLE_LINES)
        lines += text[end++] == '\n';
    text_sanitize(out, text, end, TEXT_PLAIN);
}

static int put_buf(struct template_vars *vars, const char *name, struct buf *b)
{
    int r = template_vars_put(vars, name, buf_text(b), b->len);

    buf_reset(b);
    return r;
}

static void put_names(struct buf *out, const struct data_names *names)
{
    for (int i = 0; i < names->n; i++)
        buf_putf(out, "%s\n", names->items[i]);
}

static int no_memory(int bad, struct err *err)
{
    return bad ? err_set(err, ERR_MACHINE, "There is no memory left for a prompt.") : 0;
}

/* ---- data ---- */

int prompt_step_columns(const struct stage_context *c, const struct step *step, struct data_names *ret, struct err *err)
{
    struct json_object *o, *columns;
    struct buf text;
    int r;

    buf_init(&text, TEXT_CAP);
    r = stage_spec(c, step, &text, err);
    o = r ? NULL : json_read(buf_text(&text), text.len, err);
    buf_done(&text);
    if (!o)
        return -ERR_INVALID;
    columns = json_get_array(o, "columns_after");
    for (size_t i = 0; columns && i < json_object_array_length(columns) && r == 0; i++) {
        struct json_object *name = json_at(columns, i);
        if (json_object_is_type(name, json_type_string))
            r = data_names_add(ret, json_object_get_string(name));
    }
    json_object_put(o);
    return no_memory(r, err);
}

int prompt_data_plan(struct stage_context *c, const char **ret_template, struct template_vars *vars, struct err *err)
{
    const struct project *p = c->project;
    struct buf text;
    int r = project_data(c->project, err);

    if (r)
        return r;
    *ret_template = "data-plan";
    buf_init(&text, TEXT_CAP);
    profile_describe(&p->profile, &text);
    r |= put_buf(vars, "profile", &text);
    put_sample(&text, buf_text(&p->csv), p->csv.len);
    r |= put_buf(vars, "sample", &text);
    r |= template_vars_puts(vars, "task", c->state->task);
    r |= template_vars_puts(vars, "label", p->config.label);
    r |= template_vars_puts(vars, "board", p->board->name);
    r |= template_vars_putf(vars, "max_steps", "%d", 8);
    r |= template_vars_puts(vars, "applied", "");
    buf_done(&text);
    return no_memory(r, err);
}

/* The table a step gets: appended to out. */
static int table_before(struct stage_context *c, int before, struct buf *out, struct err *err)
{
    const struct attempt *a = before < 0 ? NULL : state_last_attempt(c->state, before);
    const struct state_output *o = a ? state_output(a, "data.csv") : NULL;

    if (before < 0) {
        int r = project_data(c->project, err);
        return r ? r : no_memory(buf_put(out, buf_text(&c->project->csv), c->project->csv.len), err);
    }
    if (!o)
        return err_set(err, ERR_STAGE, "The step before has not made its table yet.");
    return store_get_blob(c->store, o->sha, out, err);
}

static int put_table(struct stage_context *c, const struct buf *table, struct template_vars *vars, struct err *err)
{
    struct profiler *profiler = profiler_new("the table", c->project->config.label);
    struct profile profile = {0};
    struct buf text;
    int r = profiler ? profiler_feed(profiler, buf_text(table), table->len, err) : -ERR_MACHINE;

    if (r == 0)
        r = profiler_finish(profiler, &profile, err);
    profiler_free(profiler);
    buf_init(&text, TEXT_CAP);
    if (r == 0) {
        profile_describe(&profile, &text);
        r = put_buf(vars, "profile", &text);
        for (size_t i = 0; i < profile.columns.n; i++)
            buf_putf(&text, "%s\n", profile.columns.items[i].name);
        r |= put_buf(vars, "columns_before", &text);
        put_sample(&text, buf_text(table), table->len);
        r |= put_buf(vars, "sample", &text);
    }
    buf_done(&text);
    profile_done(&profile);
    return r;
}

static void put_plan(const struct stage_context *c, struct buf *out)
{
    const struct stage_state *g = &c->state->stages[state_find_stage(c->state, "data")];
    int n = 0;

    for (size_t i = 0; i < g->steps.n; i++) {
        const struct step *p = &c->state->steps.items[g->steps.items[i]];
        if (p->kind == ARTIFACT_PYTHON)
            buf_putf(out, "%d. %s\n", ++n, p->title);
    }
}

int prompt_data_step(struct stage_context *c, const struct step *step, int before, const char **ret_template,
                     struct template_vars *vars, struct err *err)
{
    struct data_names after = {0};
    struct buf table, text;
    int r;

    *ret_template = "data-step";
    buf_init(&table, TABLE_CAP);
    buf_init(&text, TEXT_CAP);
    r = table_before(c, before, &table, err);
    if (r == 0)
        r = put_table(c, &table, vars, err);
    if (r == 0)
        r = prompt_step_columns(c, step, &after, err);
    if (r == 0) {
        put_names(&text, &after);
        r |= put_buf(vars, "columns_after", &text);
        put_plan(c, &text);
        r |= put_buf(vars, "plan", &text);
        r |= template_vars_puts(vars, "title", step->title);
        r |= template_vars_puts(vars, "reason", "see the plan");
        r |= template_vars_puts(vars, "label", c->project->config.label);
        r |= template_vars_puts(vars, "packages", packages);
        r = no_memory(r, err);
    }
    data_names_done(&after);
    buf_done(&table);
    buf_done(&text);
    return r;
}

/* ---- convert ---- */

static int put_model(const struct result_train *t, struct template_vars *vars, struct buf *text)
{
    buf_putf(text, "model.keras: %lld parameters, %s\ninput: %lld moment%s of %d features each, as float32\noutput: %d classes, softmax\n",
             (long long)t->params, t->origin ? t->origin : "", (long long)t->window, t->window == 1 ? "" : "s",
             t->features.n, t->classes.n);
    return put_buf(vars, "model", text);
}

int prompt_convert(struct stage_context *c, const struct step *step, const char **ret_template,
                   struct template_vars *vars, struct err *err)
{
    struct spec_convert spec = {0};
    struct result_train train = {0};
    struct buf text;
    int r;

    *ret_template = "convert";
    buf_init(&text, TEXT_CAP);
    r = stage_spec(c, step, &text, err);
    if (r == 0)
        r = spec_from_text(spec_convert_rows, &spec, buf_text(&text), text.len, "convert", err);
    buf_reset(&text);
    if (r == 0)
        r = stage_train_result(c, &train, err);
    if (r == 0) {
        r |= put_model(&train, vars, &text);
        r |= stage_upstream_bytes(c, "train", "train.json", &text, err);
        r |= put_buf(vars, "train_json", &text);
        r |= template_vars_puts(vars, "board", c->project->board->name);
        r |= template_vars_puts(vars, "runtime", "TensorFlow Lite for Microcontrollers, sources of mid 2020");
        r |= template_vars_puts(vars, "operators", c->project->board->runtime_ops);
        r |= template_vars_puts(vars, "packages", convert_packages);
        r |= template_vars_puts(vars, "weights", spec_tensor_names[spec.weights]);
        r |= template_vars_puts(vars, "input_type", spec_tensor_names[spec.input_type]);
        r |= template_vars_puts(vars, "output_type", spec_tensor_names[spec.output_type]);
        r |= template_vars_putf(vars, "samples", "%lld", (long long)spec.calibration_samples);
        r = no_memory(r, err);
    }
    spec_done(spec_convert_rows, &spec);
    result_train_done(&train);
    buf_done(&text);
    return r;
}

/* ---- sketch ---- */

static void put_features(const struct spec_app *app, struct buf *out)
{
    for (int i = 0; i < app->features.n; i++) {
        const struct spec_feature *f = &app->features.items[i];
        if (f->source == SOURCE_SENSOR)
            buf_putf(out, "%d. %s: sensor %s, channel %s", i, f->name, f->sensor, f->channel);
        else
            buf_putf(out, "%d. %s: Serial1, one line of comma-separated values per sample", i, f->name);
        buf_putf(out, "; mean %.9g, std %.9g\n", f->mean, f->std);
    }
}

static void put_board(const struct board *b, struct template_vars *vars, struct buf *text, int *r)
{
    for (int i = 0; i < b->n_sensors; i++)
        buf_putf(text, "%s: %s, channels %s (%s)\n", b->sensors[i].id, b->sensors[i].library, b->sensors[i].channels,
                 b->sensors[i].unit);
    *r |= put_buf(vars, "sensors", text);
    for (int i = 0; i < b->n_libraries; i++)
        buf_putf(text, "// %s %s: #include <%s>\n%s\n\n", b->libraries[i].name, b->libraries[i].version,
                 b->libraries[i].header, b->libraries[i].signatures);
    *r |= put_buf(vars, "libraries", text);
    *r |= template_vars_puts(vars, "board", b->name);
    *r |= template_vars_putf(vars, "flash", "%lld", (long long)b->flash);
    *r |= template_vars_putf(vars, "ram", "%lld", (long long)b->ram);
}

static void put_dims(const struct spec_ints *dims, struct buf *out)
{
    for (int i = 0; i < dims->n; i++)
        buf_putf(out, "%s%lld", i ? " x " : "", (long long)dims->items[i]);
}

static void put_tensors(const struct spec_app *app, const struct result_convert *k, struct template_vars *vars,
                        struct buf *text, int *r)
{
    put_dims(&k->input.dims, text);
    *r |= put_buf(vars, "input_dims", text);
    put_dims(&k->output.dims, text);
    *r |= put_buf(vars, "output_dims", text);
    *r |= template_vars_puts(vars, "input_type", spec_tensor_names[k->input.type]);
    *r |= template_vars_puts(vars, "output_type", spec_tensor_names[k->output.type]);
    *r |= template_vars_putf(vars, "input_scale", "%.9g", k->input.scale);
    *r |= template_vars_putf(vars, "output_scale", "%.9g", k->output.scale);
    *r |= template_vars_putf(vars, "input_zero_point", "%lld", (long long)k->input.zero_point);
    *r |= template_vars_putf(vars, "output_zero_point", "%lld", (long long)k->output.zero_point);
    *r |= template_vars_putf(vars, "model_bytes", "%lld", (long long)k->bytes);
    for (int i = 0; i < app->software.model.operators.n; i++)
        buf_putf(text, "%s%s", i ? ", " : "", app->software.model.operators.items[i]);
    *r |= put_buf(vars, "operators", text);
}

static void put_app(const struct stage_context *c, const struct spec_app *app, struct template_vars *vars,
                    struct buf *text, int *r)
{
    put_features(app, text);
    *r |= put_buf(vars, "features", text);
    put_names(text, &app->classification.classes);
    *r |= put_buf(vars, "classes", text);
    *r |= template_vars_puts(vars, "name", c->state->project);
    *r |= template_vars_puts(vars, "task", c->state->task);
    *r |= template_vars_puts(vars, "model_header", app->software.model.path);
    *r |= template_vars_puts(vars, "model_symbol", app->software.model.symbol);
    *r |= template_vars_puts(vars, "model_length_symbol", app->software.model.length_symbol);
    *r |= template_vars_puts(vars, "model_type", "const unsigned char[]");
    *r |= template_vars_putf(vars, "arena", "%lld", (long long)app->software.model.arena_bytes);
    *r |= template_vars_putf(vars, "baud", "%lld", (long long)app->deployment.baud);
}

int prompt_sketch(struct stage_context *c, const struct step *step, const char **ret_template,
                  struct template_vars *vars, struct err *err)
{
    struct spec_app app = {0};
    struct result_convert convert = {0};
    struct buf text, table;
    int r;

    *ret_template = "sketch";
    buf_init(&text, TEXT_CAP);
    buf_init(&table, TEXT_CAP);
    r = stage_spec(c, step, &text, err);
    if (r == 0)
        r = spec_from_text(spec_app_rows, &app, buf_text(&text), text.len, "application", err);
    if (r == 0)
        r = stage_convert_result(c, &convert, err);
    if (r == 0)
        r = stage_upstream_bytes(c, "convert", "reference.csv", &table, err);
    if (r == 0) {
        r |= put_buf(vars, "specification", &text);
        put_sample(&text, buf_text(&table), table.len);
        r |= put_buf(vars, "samples", &text);
        put_app(c, &app, vars, &text, &r);
        put_tensors(&app, &convert, vars, &text, &r);
        put_board(c->project->board, vars, &text, &r);
        r = no_memory(r, err);
    }
    spec_done(spec_app_rows, &app);
    result_convert_done(&convert);
    buf_done(&text);
    buf_done(&table);
    return r;
}
