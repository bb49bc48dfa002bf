/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run: the firmware on the virtual board, fed with the reference's sample rows; what it prints for each row is
 * compared with the class that the same network gives on this machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/data/csv.h"
#include "core/generate/generate.h"
#include "core/generate/reference.h"
#include "core/pipeline/stage_table.h"

enum { ELF_CAP = 64 * 1024 * 1024, TABLE_CAP = 8 * 1024 * 1024, VIRTUAL_MS = 10000, VIRTUAL_ROW_MS = 2000, SHOWN_WRONG = 5, SHOWN_VALUES = 4 };

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

/* ---- what the board gets and must answer ---- */

struct expectation {
    struct result_train train;    /* the classes, in the order of the network's outputs */
    struct mapping mapping;
    struct reference reference;
    VEC(char *) fed;              /* owned; first values of each row, for people */
};

static void expectation_done(struct expectation *x)
{
    for (size_t i = 0; i < x->fed.n; i++)
        free(x->fed.items[i]);
    vec_done(&x->fed);
    reference_done(&x->reference);
    mapping_done(&x->mapping);
    result_train_done(&x->train);
}

static int take_fed(void *arg, const struct csv_record *r, struct err *err)
{
    struct expectation *x = arg;
    char text[120], cell[24];
    size_t used = 0;
    char *copy;

    if (r->n < 3 || !str_eq(r->cells[1], "0")) /* header, or a later moment of a window */
        return 0;
    for (int i = 0; i < x->train.features.n && i < SHOWN_VALUES && i + 2 < r->n; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
                                 text_line(cell, sizeof(cell), r->cells[i + 2]));
    if (x->train.features.n > SHOWN_VALUES)
        used += (size_t)snprintf(text + used, sizeof(text) - used, " …");
    copy = os_dup(text, used);
    if (!copy || vec_push(&x->fed, copy, REFERENCE_ROWS_MAX)) {
        free(copy);
        return err_set(err, ERR_MACHINE, "There is no memory left for the sample rows.");
    }
    return 0;
}

static int read_fed(struct expectation *x, const struct buf *csv, struct err *err)
{
    struct csv parser;
    int r;

    csv_init(&parser, "reference.csv", take_fed, x);
    r = csv_feed(&parser, buf_text(csv), csv->len, err);
    if (r == 0)
        r = csv_finish(&parser, err);
    csv_done(&parser);
    return r;
}

/* feed gets the rows unless it is NULL. */
static int expect(struct stage_context *c, struct board_feed *feed, struct expectation *x, struct err *err)
{
    struct buf csv;
    int r = stage_train_result(c, &x->train, err);

    buf_init(&csv, TABLE_CAP);
    if (r == 0)
        r = stage_mapping(c, &x->train, &x->mapping, err);
    if (r == 0)
        r = stage_upstream_bytes(c, "convert", "reference.csv", &csv, err);
    if (r == 0)
        r = reference_read(buf_text(&csv), csv.len, &x->train, &x->mapping, c->project->board->sensors,
                           c->project->board->n_sensors, feed, &x->reference, err);
    if (r == 0)
        r = read_fed(x, &csv, err);
    buf_done(&csv);
    return r;
}

static int make_job(struct stage_context *c, struct board_feed *feed, int rows, struct job **ret, struct err *err)
{
    struct buf elf;
    int r;

    buf_init(&elf, ELF_CAP);
    r = stage_upstream_bytes(c, "compile", "firmware.elf", &elf, err);
    if (r == 0) {
        *ret = board_run_job(c->project->tools, buf_text(&elf), elf.len, feed, VIRTUAL_MS + VIRTUAL_ROW_MS * rows, err);
        r = *ret ? 0 : -(err && err->code ? err->code : ERR_MACHINE);
    }
    buf_done(&elf);
    return r;
}

static int job(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *last,
               struct job **ret, struct err *err)
{
    struct expectation x = {0};
    struct board_feed *feed = NULL;
    int r;

    (void)a;
    (void)last;
    if (phase > 0)
        return 0;
    r = project_tools(c->project, err);
    if (r == 0 && !(feed = board_feed_new()))
        r = err_set(err, ERR_MACHINE, "There is no memory left for the sensor feed.");
    if (r == 0)
        r = expect(c, feed, &x, err);
    if (r == 0)
        r = make_job(c, feed, (int)x.reference.v.n, ret, err);
    board_feed_free(feed);
    expectation_done(&x);
    return r;
}

/* ---- the comparison ---- */

struct comparison {
    int rows, right;
    struct buf table;
};

static void say_wrong(const struct comparison *k, int row, const char *expected, const char *printed,
                      struct finding_list *out)
{
    struct finding *f;

    if (k->rows - k->right > SHOWN_WRONG)
        return;
    f = finding_add(out, "reference", FINDING_ERROR, FINDING_NONE, "Row %d: the board printed %s%s%s, the network says %s.",
                    row, *printed ? "\"" : "", *printed ? printed : "no class", *printed ? "\"" : "", expected);
    if (f) {
        str_copy(f->cause, sizeof(f->cause), *printed ? "wrong-class" : "no-class");
        str_copy(f->fix, sizeof(f->fix), "Scale, quantize and order the inputs exactly as the training did; take the "
                                         "class with the highest score; print its name.");
    }
}

static void put_cell(struct buf *out, const char *text)
{
    buf_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_putc(out, '"');
        buf_putc(out, *text);
    }
    buf_putc(out, '"');
}

static void compare_row(struct comparison *k, const struct expectation *x, int i, const struct board_row *got,
                        struct finding_list *out)
{
    const struct data_names *classes = &x->train.classes;
    const char *expected = classes->items[x->reference.v.items[i].expected];
    int at = got ? board_row_class(got, (const char *const *)classes->items, classes->n) : -1;
    bool ok = at == x->reference.v.items[i].expected;
    char text[200] = "", clean[PROFILE_NAME];

    if (at >= 0)
        text_line(text, sizeof(text), classes->items[at]);
    else if (got && got->text)
        text_line(text, sizeof(text), got->text);
    text_line(clean, sizeof(clean), expected);
    k->rows++;
    k->right += ok;
    buf_putf(&k->table, "%d,", i);
    put_cell(&k->table, (size_t)i < x->fed.n ? x->fed.items[i] : "");
    buf_putc(&k->table, ',');
    put_cell(&k->table, clean);
    buf_putc(&k->table, ',');
    put_cell(&k->table, text);
    buf_putf(&k->table, ",%s\n", ok ? "yes" : "no");
    if (!ok)
        say_wrong(k, i, clean, text, out);
}

static void compare(struct comparison *k, const struct expectation *x, const struct board_report *report,
                    struct finding_list *out)
{
    buf_puts(&k->table, "row,fed,expected,printed,ok\n");
    for (size_t i = 0; i < x->reference.v.n; i++)
        compare_row(k, x, (int)i, (int)i < report->n_rows ? &report->rows[i] : NULL, out);
}

static void put_metrics(const struct board_report *report, const struct comparison *k, int64_t arena,
                        struct stage_settlement *ret)
{
    stage_metric_add(ret, "rows right", k->right, k->rows, "");
    if (report->arena_used >= 0)
        stage_metric_add(ret, "arena", (double)report->arena_used, (double)arena, "B");
    if (report->instructions >= 0)
        stage_metric_add(ret, "instructions", (double)report->instructions, 0, "instr");
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

/* What the convert stage said is enough for the arena; 0 unknown. */
static int64_t arena_limit(struct stage_context *c)
{
    struct result_convert k = {0};
    int64_t bytes = stage_convert_result(c, &k, NULL) ? 0 : generate_arena(k.arena_host);

    result_convert_done(&k);
    return bytes;
}

static int settle(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *r,
                  struct stage_settlement *ret, struct err *err)
{
    struct board_report report = {0};
    struct expectation x = {0};
    struct comparison k = {0};
    int bad = expect(c, NULL, &x, err);

    (void)a;
    (void)phase;
    buf_init(&k.table, TABLE_CAP);
    if (!bad)
        bad = board_read_run(c->project->tools, r, &report, &ret->findings, err);
    if (!bad) {
        compare(&k, &x, &report, &ret->findings);
        no_inference(&report, &ret->findings);
        put_metrics(&report, &k, arena_limit(c), ret);
        put_extra(ret, "rows.csv", buf_text(&k.table), k.table.len);
        put_extra(ret, "serial.txt", report.serial ? report.serial : "", report.serial_len);
        judge(ret, &k, &report);
    }
    buf_done(&k.table);
    board_report_done(&report);
    expectation_done(&x);
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
