/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the pipeline does between executions, for tests that run generated scripts by hand.
 *   plan CSV LABEL DIR [WINDOW]   scripts, features and mapping of a data set
 *   app CSV LABEL DIR             sketch, feed and expected classes, from the results in DIR
 */
#include <errno.h>
#include <stdio.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/generate/generate.h"
#include "core/generate/reference.h"

static struct err err;

static int save(const char *dir, const char *name, struct buf *b)
{
    char path[PATH_CAP];

    if (!path_join(path, sizeof(path), dir, name))
        return err_set(&err, ERR_INVALID, "The path of %s is too long.", name);
    return path_write(path, buf_text(b), b->len, 0644, &err);
}

static int load(const char *dir, const char *name, struct buf *b)
{
    char path[PATH_CAP];

    buf_reset(b);
    if (!path_join(path, sizeof(path), dir, name))
        return err_set(&err, ERR_INVALID, "The path of %s is too long.", name);
    return path_read(path, b, &err);
}

struct plan {
    struct profile profile;
    struct data_steps steps;
    struct data_names columns, features;
    struct mapping mapping;
    const char *label;
};

static int plan_make(struct plan *p, const char *csv, const char *label, int64_t window)
{
    const struct board *board = board_find("nano33ble-virtual");
    struct data_options o = {.seed = 7, .window = window};
    int rc = profile_file(csv, label, &p->profile, &err);

    if (!rc)
        rc = data_steps_propose(&p->profile, &o, &p->steps, &err);
    if (!rc)
        rc = data_steps_columns(&p->profile, p->steps.v.items, (int)p->steps.v.n, &p->columns);
    if (rc)
        return rc;
    p->label = p->profile.columns.items[p->profile.label].name;
    if (p->steps.v.n && p->steps.v.items[0].op == DATA_CLEAN_NAMES)
        p->label = p->profile.columns.items[p->profile.label].plain;
    rc = data_features(&p->columns, p->label, &p->features);
    return rc ? rc : mapping_propose(&p->features, &p->profile, board->sensors, board->n_sensors, NULL, 0, &p->mapping, &err);
}

static void plan_done(struct plan *p)
{
    profile_done(&p->profile);
    data_steps_done(&p->steps);
    data_names_done(&p->columns);
    data_names_done(&p->features);
    mapping_done(&p->mapping);
}

static int plan_steps(struct plan *p, const char *dir, struct buf *b)
{
    int rc = 0;

    for (size_t i = 0; i < p->steps.v.n && !rc; i++) {
        struct data_step *s = &p->steps.v.items[i];
        char name[64];

        buf_reset(b);
        rc = generate_data_step(s, b, &err);
        generate_step_name(s, (int)i, name);
        if (!rc)
            rc = save(dir, name, b);
        printf("step %s: %s (%s)\n", name, s->title, s->reason);
    }
    for (int i = 0; i < p->columns.n; i++)
        printf("column %s\n", p->columns.items[i]);
    for (size_t i = 0; i < p->mapping.v.n; i++) {
        struct mapping_item *m = &p->mapping.v.items[i];
        printf("map %s -> %s%s%s: %s\n", m->feature, m->source == SOURCE_SENSOR ? m->sensor : "serial1",
               m->source == SOURCE_SENSOR ? "." : "", m->channel, m->reason);
    }
    return rc;
}

static int plan_scripts(struct plan *p, const char *dir, int64_t window, struct buf *b)
{
    int64_t samples = p->profile.windows ? p->profile.windows : p->profile.rows / (window > 1 ? window : 1);
    struct spec_train train = {0};
    struct spec_convert convert;
    struct spec_reference reference = {0};
    int rc;

    if (p->profile.windows)
        window = p->profile.window_length;
    rc = generate_propose_train(&p->features, p->label, window, samples, 7, &train, &err);
    buf_reset(b);
    if (!rc && !(rc = generate_train(&train, b, &err)))
        rc = save(dir, "train.py", b);
    generate_propose_convert(7, &convert);
    buf_reset(b);
    if (!rc && !(rc = generate_convert(&convert, b, &err)))
        rc = save(dir, "convert.py", b);
    buf_reset(b);
    if (!rc && !(rc = generate_propose_reference(7, &reference, &err)) && !(rc = generate_reference(&reference, b, &err)))
        rc = save(dir, "reference.py", b);
    spec_done(spec_train_rows, &train);
    spec_done(spec_reference_rows, &reference);
    return rc;
}

static int app_feed(struct plan *p, const char *dir, struct result_train *t, struct buf *b)
{
    const struct board *board = board_find("nano33ble-virtual");
    struct board_feed *feed = board_feed_new();
    struct reference r = {0};
    int rc = load(dir, "reference.csv", b);

    if (!rc)
        rc = reference_read(buf_text(b), b->len, t, &p->mapping, board->sensors, board->n_sensors, feed, &r, &err);
    buf_reset(b);
    for (size_t i = 0; i < r.v.n && !rc; i++)
        buf_putf(b, "%s %.2f\n", t->classes.items[r.v.items[i].expected], r.v.items[i].score);
    if (!rc)
        rc = save(dir, "expected.txt", b);
    buf_reset(b);
    if (!rc && !board_feed_text(feed, 600000, 1 << 20, b))
        rc = save(dir, "feed.txt", b);
    board_feed_free(feed);
    reference_done(&r);
    return rc;
}

static int app_make(struct plan *p, const char *dir, struct buf *b)
{
    struct result_train t = {0};
    struct result_convert c = {0};
    struct spec_app app = {0};
    int rc = load(dir, "train.json", b);

    if (!rc)
        rc = result_train_read(buf_text(b), b->len, &t, &err);
    if (!rc && !(rc = load(dir, "convert.json", b)))
        rc = result_convert_read(buf_text(b), b->len, &c, &err);
    if (!rc)
        rc = generate_propose_app("app", "Test of generated code.", board_find("nano33ble-virtual"), &p->mapping, &t, &c, &app, &err);
    buf_reset(b);
    if (!rc && !(rc = spec_to_text(spec_app_rows, &app, b)))
        rc = save(dir, "app.json", b);
    buf_reset(b);
    if (!rc && !(rc = generate_sketch(&app, b, &err)))
        rc = save(dir, "app.ino", b);
    if (!rc)
        rc = app_feed(p, dir, &t, b);
    spec_done(spec_app_rows, &app);
    result_train_done(&t);
    result_convert_done(&c);
    return rc;
}

int main(int argc, char **argv)
{
    struct plan p = {0};
    int64_t window = 0;
    struct buf b;
    int rc;

    if (argc < 5 || (argc > 5 && !str_to_long(argv[5], &window))) {
        fprintf(stderr, "usage: %s plan|app CSV LABEL DIR [WINDOW]\n", argv[0]);
        return 2;
    }
    buf_init(&b, 32 << 20);
    rc = plan_make(&p, argv[2], argv[3], window);
    if (!rc && str_eq(argv[1], "plan"))
        rc = plan_steps(&p, argv[4], &b) || plan_scripts(&p, argv[4], window, &b) ? -1 : 0;
    else if (!rc)
        rc = app_make(&p, argv[4], &b);
    plan_done(&p);
    buf_done(&b);
    if (rc) {
        char text[1200];
        fprintf(stderr, "%s\n%s\n", err_text(&err, text, sizeof(text)), err.hint);
        return err.code ? err.code : 1;
    }
    return 0;
}
