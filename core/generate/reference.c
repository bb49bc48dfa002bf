/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate/reference.h"

#include <math.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/data/csv.h"

struct reader {
    const struct result_train *t;
    const struct mapping *m;
    const struct board_sensor *sensors;
    int n_sensors;
    struct board_feed *feed;
    struct reference *out;
    double *line;     /* values of a moment, one per feature */
    int64_t moment;   /* of the open row */
    bool header;
};

static int refuse(const struct csv_record *r, const char *what, struct err *err)
{
    err_at(err, ERR_INVALID, "reference.csv", (int)r->line, 0, "The reference does not fit to train.json: %s.", what);
    err_hint(err, "Run the stage convert again.");
    return -ERR_INVALID;
}

static int class_of(const struct result_train *t, const char *name)
{
    for (int i = 0; i < t->classes.n; i++)
        if (str_eq(t->classes.items[i], name))
            return i;
    return -1;
}

static int header_in(struct reader *r, const struct csv_record *c, struct err *err)
{
    int n = r->t->features.n;

    r->header = true;
    if (c->n != n + 5 + r->t->classes.n)
        return refuse(c, "another number of columns", err);
    for (int i = 0; i < n; i++)
        if (!str_eq(c->cells[2 + i], r->t->features.items[i]))
            return refuse(c, "other features", err);
    return 0;
}

static int feed_sensor(struct reader *r, const struct board_sensor *s, struct err *err)
{
    double values[8];
    bool used = false;

    for (int k = 0; k < 8; k++)
        values[k] = NAN;
    for (size_t i = 0; i < r->m->v.n; i++) {
        const struct mapping_item *item = &r->m->v.items[i];
        if (item->source != SOURCE_SENSOR || !str_eq(item->sensor, s->id) || item->index < 0 || item->index >= 8)
            continue;
        values[item->index] = r->line[i];
        used = true;
    }
    return used ? board_feed_sample(r->feed, s->id, values, s->n_channels, err) : 0;
}

static int feed_moment(struct reader *r, struct err *err)
{
    double serial[CSV_COLUMNS_MAX];
    int n = 0, rc = 0;

    for (int i = 0; i < r->n_sensors && !rc; i++)
        rc = feed_sensor(r, &r->sensors[i], err);
    for (size_t i = 0; i < r->m->v.n; i++)
        if (r->m->v.items[i].source == SOURCE_SERIAL1)
            serial[n++] = r->line[i];
    return rc || !n ? rc : board_feed_numbers(r->feed, serial, n, err);
}

static int row_begin(struct reader *r, const struct csv_record *c, struct err *err)
{
    struct reference_row row = {0};
    const char *const *tail = c->cells + 2 + r->t->features.n;
    int64_t number = -1;

    if (!str_to_long(c->cells[0], &number) || number != (int64_t)r->out->v.n)
        return refuse(c, "the rows are not in order", err);
    row.label = class_of(r->t, tail[0]);
    row.expected = class_of(r->t, tail[1]);
    if (row.expected < 0 || !str_to_double(tail[2], &row.score))
        return refuse(c, "a class that the network does not have", err);
    for (int i = 0; i < r->t->classes.n; i++)
        if (!str_to_double(tail[3 + i], &row.out[i]))
            return refuse(c, "an output that is no number", err);
    if (vec_push(&r->out->v, row, REFERENCE_ROWS_MAX))
        return refuse(c, "too many rows", err);
    return 0;
}

static int record_in(void *arg, const struct csv_record *c, struct err *err)
{
    struct reader *r = arg;
    int rc = 0;

    if (!r->header)
        return header_in(r, c, err);
    if (c->n != r->t->features.n + 5 + r->t->classes.n)
        return refuse(c, "another number of cells", err);
    if (r->moment == 0)
        rc = row_begin(r, c, err);
    for (int i = 0; i < r->t->features.n && !rc; i++)
        if (!str_to_double(c->cells[2 + i], &r->line[i]))
            rc = refuse(c, "a value that is no number", err);
    if (!rc && r->feed)
        rc = feed_moment(r, err);
    if (rc || ++r->moment < r->t->window)
        return rc;
    r->moment = 0;
    return r->feed ? board_feed_end_row(r->feed, err) : 0;
}

int reference_read(const char *csv, size_t n, const struct result_train *t, const struct mapping *m,
                   const struct board_sensor *sensors, int n_sensors, struct board_feed *feed,
                   struct reference *ret, struct err *err)
{
    struct reader r = {.t = t, .m = m, .sensors = sensors, .n_sensors = n_sensors, .feed = feed, .out = ret};
    struct csv parser;
    int rc;

    csv_init(&parser, "reference.csv", record_in, &r);
    r.line = os_alloc((size_t)t->features.n * sizeof(*r.line));
    if (!r.line)
        rc = err_set(err, ERR_MACHINE, "There is not enough memory for the reference.");
    else if (t->classes.n > PROFILE_CLASSES_MAX || (feed && (int)m->v.n != t->features.n))
        rc = err_set(err, ERR_INVALID, "The sensor mapping does not fit to train.json.");
    else
        rc = csv_feed(&parser, csv, n, err);
    if (!rc)
        rc = csv_finish(&parser, err);
    if (!rc && (!ret->v.n || r.moment)) {
        rc = err_set(err, ERR_INVALID, "reference.csv ends too early.");
        err_hint(err, "Run the stage convert again.");
    }
    csv_done(&parser);
    free(r.line);
    if (rc)
        reference_done(ret);
    return rc;
}

void reference_done(struct reference *r)
{
    vec_done(&r->v);
}
