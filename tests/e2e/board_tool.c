/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * board_tool RUNTIME SKETCH.ino [-m MODEL.h] [-f FEED] [-c CLASS,CLASS…] [-t VIRTUAL_MS] [-l full|partial]: builds and
 * runs a sketch through core/board and core/exec and prints what they say, one fact a line. For the scripts in e2e.
 *
 * FEED lines: "SENSOR v v v", "line TEXT", "row" (ends the row).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/board/board.h"
#include "core/exec/exec.h"

struct options {
    const char *runtime, *sketch, *model, *feed, *level;
    char *classes[BOARD_CLASSES_MAX];
    int n_classes;
    int64_t virtual_ms;
};

static struct job_result result;
static bool ended;

static void die(const struct err *err)
{
    fprintf(stderr, "%s %s\n", err->msg, err->hint);
    exit(err->code ? err->code : 9);
}

static void on_done(void *arg, struct job_result *r)
{
    (void)arg;
    result = *r;
    memset(r, 0, sizeof(*r));
    ended = true;
}

/* Runs the job to its end; the result lies in `result`. */
static void run_job(struct loop *l, struct exec *x, struct job *job, const char *what)
{
    struct err err = {0};
    int64_t before = os_mono_ms();

    ended = false;
    if (!exec_start(x, job, NULL, on_done, NULL, &err))
        die(&err);
    while (!ended)
        loop_turn(l, 1000);
    printf("time %s %lld ms, cpu %lld ms\n", what, (long long)(os_mono_ms() - before), (long long)result.cpu_ms);
}

static void print_findings(const struct finding_list *l)
{
    for (size_t i = 0; i < l->v.n; i++) {
        const struct finding *f = &l->v.items[i];

        printf("finding %s %s %s %s %s:%d:%d %s%s%s\n", finding_severity_name(f->severity), f->gate,
               *finding_categories[f->category].id ? finding_categories[f->category].id : "-",
               *f->cause ? f->cause : "-", f->file, f->line, f->column, f->message, *f->fix ? " | " : "", f->fix);
    }
}

static void read_file(const char *path, struct buf *out)
{
    struct err err = {0};

    buf_init(out, 16 << 20);
    if (path_read(path, out, &err))
        die(&err);
}

static void feed_line(struct board_feed *feed, char *line)
{
    struct err err = {0};
    double values[8];
    char *space = strchr(line, ' '), *p;
    int n = 0, rc;

    if (str_eq(line, "row")) {
        rc = board_feed_end_row(feed, &err);
    } else if (str_starts(line, "line ")) {
        rc = board_feed_line(feed, line + 5, &err);
    } else {
        for (p = space ? space : line + strlen(line); *p && n < 8; n++)
            values[n] = strtod(p, &p);
        if (space)
            *space = '\0';
        rc = board_feed_sample(feed, line, values, n, &err);
    }
    if (rc)
        die(&err);
}

static struct board_feed *read_feed(const char *path)
{
    struct board_feed *feed = board_feed_new();
    struct buf text;
    char *line, *end;

    read_file(path, &text);
    for (line = text.data; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        feed_line(feed, line);
    }
    buf_done(&text);
    return feed;
}

static void print_report(const struct options *o, const struct board_report *r)
{
    for (int i = 0; i < r->n_rows; i++) {
        int c = board_row_class(&r->rows[i], (const char *const *)o->classes, o->n_classes);

        printf("row %d %s invokes=%d bytes=%zu\n", i, c < 0 ? "-" : o->classes[c], r->rows[i].invokes, r->rows[i].len);
    }
    printf("report rows=%d done=%d arena=%lld instructions=%lld invokes=%lld stack=%lld ms=%lld serial=%zu\n", r->n_rows,
           r->feed_done, (long long)r->arena_used, (long long)r->instructions, (long long)r->invokes,
           (long long)r->stack_high, (long long)r->virtual_ms, r->serial_len);
}

static void run_on_board(const struct options *o, const struct board_tools *t, struct loop *l, struct exec *x,
                         const void *elf, size_t n)
{
    struct board_feed *feed = o->feed ? read_feed(o->feed) : board_feed_new();
    struct board_report report;
    struct finding_list findings;
    struct err err = {0};
    struct job *job = board_run_job(t, elf, n, feed, (int)o->virtual_ms, &err);

    if (!job)
        die(&err);
    run_job(l, x, job, "run");
    finding_list_init(&findings);
    if (board_read_run(t, &result, &report, &findings, &err))
        die(&err);
    print_findings(&findings);
    print_report(o, &report);
    board_report_done(&report);
    finding_list_done(&findings);
    board_feed_free(feed);
    job_result_done(&result);
}

/* Leaves the result of the build in `result`. */
static void build(const struct options *o, const struct board_tools *t, struct loop *l, struct exec *x)
{
    const char *base = path_base(o->sketch);
    struct finding_list findings;
    struct board_size size;
    struct err err = {0};
    struct buf ino, model;
    char name[64];
    struct job *job;

    read_file(o->sketch, &ino);
    buf_init(&model, 1);
    if (o->model)
        read_file(o->model, &model);
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
    job = board_build_job(t, name, buf_text(&ino), ino.len, o->model ? buf_text(&model) : NULL, model.len, &err);
    buf_done(&ino);
    buf_done(&model);
    if (!job)
        die(&err);
    run_job(l, x, job, "build");
    finding_list_init(&findings);
    board_read_build(t, name, &result, &size, &findings);
    print_findings(&findings);
    printf("size flash=%lld/%lld ram=%lld/%lld box=%s\n", (long long)size.flash, (long long)size.flash_max,
           (long long)size.ram, (long long)size.ram_max, result.box);
    finding_list_done(&findings);
}

static void set_option(struct options *o, char letter, char *value)
{
    char *save = NULL;

    switch (letter) {
    case 'm': o->model = value; break;
    case 'f': o->feed = value; break;
    case 'l': o->level = value; break;
    case 't': str_to_long(value, &o->virtual_ms); break;
    case 'c':
        for (char *c = strtok_r(value, ",", &save); c && o->n_classes < BOARD_CLASSES_MAX; c = strtok_r(NULL, ",", &save))
            o->classes[o->n_classes++] = c;
        break;
    default: fprintf(stderr, "unknown option -%c\n", letter); exit(2);
    }
}

int main(int argc, char **argv)
{
    struct options o = {.virtual_ms = 60000};
    struct err err = {0};
    struct board_tools *t;
    const struct job_file *elf;
    struct job_result built;
    struct loop *l;
    struct exec *x;

    if (argc < 3 || argc % 2 == 0) {
        fprintf(stderr, "usage: %s RUNTIME SKETCH.ino [-m MODEL.h] [-f FEED] [-c A,B] [-t MS] [-l LEVEL]\n", argv[0]);
        return 2;
    }
    o.runtime = argv[1];
    o.sketch = argv[2];
    for (int i = 3; i + 1 < argc; i += 2)
        set_option(&o, argv[i][1], argv[i + 1]);
    t = board_tools_new(board_find("nano33ble-virtual"), o.runtime, &err);
    l = t ? loop_new(&err) : NULL;
    x = l ? exec_new(l, !o.level ? EXEC_NONE : str_eq(o.level, "partial") ? EXEC_PARTIAL : EXEC_FULL, &err) : NULL;
    if (!x)
        die(&err);
    printf("tools %s\n", board_tools_versions(t));
    build(&o, t, l, x);
    built = result;
    memset(&result, 0, sizeof(result));
    elf = job_result_output(&built, "firmware.elf");
    if (elf)
        run_on_board(&o, t, l, x, elf->bytes, elf->len);
    job_result_done(&built);
    exec_free(x);
    loop_free(l);
    board_tools_free(t);
    return 0;
}
