/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run: the firmware on the virtual board, fed with the reference's sample rows; what it prints for each row is
 * compared with the class that the same network gives on this machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/generate/mapping.h"
#include "core/generate/specs.h"
#include "core/pipeline/reference.h"
#include "core/pipeline/stage_table.h"

enum { ELF_CAP = 64 * 1024 * 1024, TABLE_CAP = 8 * 1024 * 1024, VIRTUAL_MS = 120000, SHOWN_WRONG = 5 };

static int plan(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    struct stage_step *s = stage_plan_add(ret, "run", "firmware.elf", ARTIFACT_ELF, MODE_SYMBOLIC);

    (void)c;
    if (!s)
        return err_set(err, ERR_MACHINE, "There is no memory left for a plan.");
    str_copy(s->title, sizeof(s->title), "run on the virtual board and compare every row");
    return 0;
}

static int inputs(struct stage_context *c, const struct step *step, struct stage_inputs *ret, struct err *err)
{
    const struct state_output *elf = stage_upstream(c, "compile", "firmware.elf");
    const struct state_output *reference = stage_upstream(c, "convert", "reference.csv");

    (void)step;
    if (!elf || !reference)
        return err_set(err, ERR_STAGE, "There is no compiled firmware to run yet.");
    if (stage_inputs_add(ret, "firmware.elf", elf->identity, err))
        return -ERR_MACHINE;
    return stage_inputs_add(ret, "reference.csv", reference->identity, err);
}

/* ---- the feed ---- */

/* The application spec says where each feature comes from; features of one sensor are one sample. */
static int feed_moment(struct board_feed *f, const struct spec_app *app, const struct reference_moment *m,
                       const struct board *b, struct err *err)
{
    char line[4096];
    size_t used = 0;

    for (int i = 0; i < b->n_sensors; i++) {
        double values[8] = {0};
        bool any = false;
        int n = 0;
        char channel[16];
        for (; n < 8 && mapping_channel(&b->sensors[i], n, channel); n++) {
            for (int k = 0; k < app->features.n; k++) {
                const struct spec_feature *feature = &app->features.items[k];
                if (feature->source == SOURCE_SENSOR && str_eq(feature->sensor, b->sensors[i].id) &&
                    str_eq(feature->channel, channel)) {
                    values[n] = m->values[k];
                    any = true;
                }
            }
        }
        if (any && board_feed_sample(f, b->sensors[i].id, values, n, err))
            return -ERR_INVALID;
    }
    for (int k = 0; k < app->features.n; k++) {
        if (app->features.items[k].source == SOURCE_SERIAL1 && used < sizeof(line) - 32)
            used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%.9g", used ? "," : "", m->values[k]);
    }
    return used ? board_feed_line(f, line, err) : 0;
}

static int fill_feed(struct stage_context *c, const struct spec_app *app, const struct reference *ref,
                     struct board_feed *feed, struct err *err)
{
    int r = 0;

    for (size_t i = 0; i < ref->moments.n && r == 0; i++) {
        r = feed_moment(feed, app, &ref->moments.items[i], c->project->board, err);
        if (r == 0 && (i + 1 == ref->moments.n || ref->moments.items[i + 1].row != ref->moments.items[i].row))
            r = board_feed_end_row(feed, err);
    }
    return r;
}

static int read_app(struct stage_context *c, struct spec_app *ret, struct err *err)
{
    int step = state_find_step(c->state, "sketch");
    struct buf text;
    int r;

    if (step < 0)
        return err_set(err, ERR_STAGE, "There is no application specification yet.");
    buf_init(&text, SPEC_JSON_MAX);
    r = stage_spec(c, &c->state->steps.items[step], &text, err);
    if (r == 0)
        r = spec_from_text(spec_app_rows, ret, buf_text(&text), text.len, "application", err);
    buf_done(&text);
    return r;
}

static int read_reference(struct stage_context *c, int features, struct reference *ret, struct err *err)
{
    struct buf text;
    int r;

    buf_init(&text, TABLE_CAP);
    r = stage_upstream_bytes(c, "convert", "reference.csv", &text, err);
    if (r == 0)
        r = reference_read(buf_text(&text), text.len, features, ret, err);
    buf_done(&text);
    return r;
}

static int make_job(struct stage_context *c, struct board_feed *feed, struct job **ret, struct err *err)
{
    struct buf elf;
    int r;

    buf_init(&elf, ELF_CAP);
    r = stage_upstream_bytes(c, "compile", "firmware.elf", &elf, err);
    if (r == 0) {
        *ret = board_run_job(c->project->tools, buf_text(&elf), elf.len, feed, VIRTUAL_MS, err);
        r = *ret ? 0 : -(err && err->code ? err->code : ERR_MACHINE);
    }
    buf_done(&elf);
    return r;
}

static int job(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *last,
               struct job **ret, struct err *err)
{
    struct spec_app app = {0};
    struct reference ref = {0};
    struct board_feed *feed = NULL;
    int r;

    (void)a;
    (void)last;
    if (phase > 0)
        return 0;
    r = project_tools(c->project, err);
    if (r == 0)
        r = read_app(c, &app, err);
    if (r == 0)
        r = read_reference(c, app.features.n, &ref, err);
    if (r == 0 && !(feed = board_feed_new()))
        r = err_set(err, ERR_MACHINE, "There is no memory left for the sensor feed.");
    if (r == 0)
        r = fill_feed(c, &app, &ref, feed, err);
    if (r == 0)
        r = make_job(c, feed, ret, err);
    board_feed_free(feed);
    reference_done(&ref);
    spec_done(spec_app_rows, &app);
    return r;
}

/* ---- the comparison ---- */

struct comparison {
    int rows, right, silent;
    struct buf table;
};

static void put_row(struct comparison *k, const struct reference_row *row, const char *printed, bool ok)
{
    buf_putf(&k->table, "%d,\"%s\",\"%s\",\"%s\",%s\n", row->row, row->fed, row->expected, printed, ok ? "yes" : "no");
}

static void say_wrong(struct comparison *k, const struct reference_row *row, const char *printed,
                      struct finding_list *out)
{
    struct finding *f;

    if (k->rows - k->right > SHOWN_WRONG)
        return;
    f = finding_add(out, "reference", FINDING_ERROR, FINDING_NONE, "Row %d: the board printed %s%s%s, the network says %s.",
                    row->row, *printed ? "\"" : "", *printed ? printed : "no class", *printed ? "\"" : "",
                    row->expected);
    if (f) {
        str_copy(f->cause, sizeof(f->cause), *printed ? "wrong-class" : "no-class");
        str_copy(f->fix, sizeof(f->fix), "Scale, quantize and order the inputs exactly as the training did; take the "
                                         "class with the highest score; print its name.");
    }
}

static void compare(struct comparison *k, const struct reference *ref, const struct board_report *report,
                    const char *const *classes, int n, struct finding_list *out)
{
    char text[200];

    buf_puts(&k->table, "row,fed,expected,printed,ok\n");
    for (size_t i = 0; i < ref->rows.n; i++) {
        const struct reference_row *row = &ref->rows.items[i];
        const struct board_row *got = (int)i < report->n_rows ? &report->rows[i] : NULL;
        int at = got ? board_row_class(got, classes, n) : -1;
        bool ok = at >= 0 && str_eq(classes[at], row->expected);
        text[0] = '\0';
        if (at >= 0)
            text_line(text, sizeof(text), classes[at]);
        else if (got)
            text_line(text, sizeof(text), got->text ? got->text : "");
        k->rows++;
        k->right += ok;
        k->silent += at < 0;
        put_row(k, row, text, ok);
        if (!ok)
            say_wrong(k, row, text, out);
    }
}

static void put_metrics(const struct board_report *report, const struct comparison *k, const struct spec_app *app,
                        struct stage_settlement *ret)
{
    stage_metric_add(ret, "rows right", k->right, k->rows, "");
    if (report->arena_used >= 0)
        stage_metric_add(ret, "arena", (double)report->arena_used, (double)app->software.model.arena_bytes, "B");
    if (report->instructions >= 0)
        stage_metric_add(ret, "instructions", (double)report->instructions, 0, "");
    if (report->stack_high >= 0)
        stage_metric_add(ret, "stack", (double)report->stack_high, 0, "B");
    stage_metric_add(ret, "inferences", (double)report->invokes, 0, "");
    stage_metric_add(ret, "virtual time", (double)report->virtual_ms, 0, "ms");
}

static void put_extra(struct stage_settlement *ret, const char *name, const char *bytes, size_t n)
{
    int at = ret->n_extra++;

    str_copy(ret->extra[at].name, sizeof(ret->extra[at].name), name);
    buf_init(&ret->extra[at].bytes, TABLE_CAP);
    buf_put(&ret->extra[at].bytes, bytes, n);
}

static void no_inference(const struct board_report *report, struct finding_list *out)
{
    struct finding *f;

    if (report->invokes > 0)
        return;
    f = finding_add(out, "reference", FINDING_ERROR, FINDING_C1,
                    "The firmware ran without a single inference: the interpreter was never invoked.");
    if (f)
        str_copy(f->cause, sizeof(f->cause), "no-invoke");
}

static void judge(struct stage_settlement *ret, const struct comparison *k, const struct board_report *report)
{
    bool verified = k->rows > 0 && k->right == k->rows;

    if (report->fault[0])
        snprintf(ret->outcome, sizeof(ret->outcome), "the board stopped: %.150s", report->fault);
    else
        snprintf(ret->outcome, sizeof(ret->outcome), "%d of %d rows right on the virtual board, so: %sverified", k->right,
                 k->rows, verified ? "" : "not ");
    snprintf(ret->result, sizeof(ret->result), "%d/%d rows, %lld instr", k->right, k->rows,
             (long long)report->instructions);
}

static int settle(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *r,
                  struct stage_settlement *ret, struct err *err)
{
    struct board_report report = {0};
    struct spec_app app = {0};
    struct reference ref = {0};
    struct comparison k = {0};
    int bad = read_app(c, &app, err);

    (void)a;
    (void)phase;
    buf_init(&k.table, TABLE_CAP);
    if (!bad)
        bad = read_reference(c, app.features.n, &ref, err);
    if (!bad)
        bad = board_read_run(c->project->tools, r, &report, &ret->findings, err);
    if (!bad) {
        compare(&k, &ref, &report, (const char *const *)app.classification.classes.items,
                app.classification.classes.n, &ret->findings);
        no_inference(&report, &ret->findings);
        put_metrics(&report, &k, &app, ret);
        put_extra(ret, "rows.csv", buf_text(&k.table), k.table.len);
        put_extra(ret, "serial.txt", report.serial ? report.serial : "", report.serial_len);
        judge(ret, &k, &report);
    }
    buf_done(&k.table);
    board_report_done(&report);
    reference_done(&ref);
    spec_done(spec_app_rows, &app);
    return bad;
}

const struct stage_ops stage_run = {
    .id = "run",
    .title = "Run",
    .help = "runs the firmware on the virtual board and compares what it prints with the network, row by row",
    .execution = true,
    .confirms = "sketch",
    .plan = plan,
    .inputs = inputs,
    .job = job,
    .settle = settle,
};
