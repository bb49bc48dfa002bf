/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/data/csv.h"

struct reading {
    struct reference *ret;
    int features; /* columns: row, t, features…, label, class, … */
    bool header_seen;
};

static int bad_line(const struct csv_record *r, const char *what, struct err *err)
{
    return err_at(err, ERR_INVALID, "reference.csv", (int)r->line, 0, "%s.", what);
}

static void describe(const struct reference_moment *m, int features, char *dst, size_t size)
{
    size_t used = 0;

    dst[0] = '\0';
    for (int i = 0; i < features && i < 6 && used + 24 < size; i++)
        used += (size_t)snprintf(dst + used, size - used, "%s%.6g", i ? ", " : "", m->values[i]);
    if (features > 6 && used + 4 < size)
        snprintf(dst + used, size - used, " …");
}

static int add_row(struct reading *k, const struct csv_record *r, const struct reference_moment *m, struct err *err)
{
    struct reference_row row = {.row = m->row};

    if (k->ret->rows.n && k->ret->rows.items[k->ret->rows.n - 1].row == m->row)
        return 0;
    text_line(row.expected, sizeof(row.expected), r->cells[k->features + 3]);
    describe(m, k->features, row.fed, sizeof(row.fed));
    if (vec_push(&k->ret->rows, row, REFERENCE_MOMENTS_MAX))
        return bad_line(r, "There are too many rows", err);
    return 0;
}

static int take(void *arg, const struct csv_record *r, struct err *err)
{
    struct reading *k = arg;
    struct reference_moment m = {0};
    int64_t row;

    if (!k->header_seen) {
        k->header_seen = true;
        return r->n < k->features + 4 ? bad_line(r, "The header has too few columns", err) : 0;
    }
    if (r->n < k->features + 4 || !str_to_long(r->cells[0], &row) || row < 0 || row > REFERENCE_MOMENTS_MAX)
        return bad_line(r, "This is no row of a reference", err);
    m.row = (int)row;
    m.values = os_alloc((size_t)k->features * sizeof(double));
    if (!m.values || vec_push(&k->ret->moments, m, REFERENCE_MOMENTS_MAX)) {
        free(m.values);
        return bad_line(r, "There are too many lines", err);
    }
    for (int i = 0; i < k->features; i++) {
        if (!str_to_double(r->cells[2 + i], &m.values[i]))
            return bad_line(r, "A value is no number", err);
    }
    return add_row(k, r, &m, err);
}

int reference_read(const char *csv, size_t n, int features, struct reference *ret, struct err *err)
{
    struct reading k = {.ret = ret, .features = features};
    struct csv parser;
    int r;

    if (features <= 0 || features > REFERENCE_FEATURES_MAX)
        return err_set(err, ERR_INVALID, "A reference of %d features cannot be read.", features);
    csv_init(&parser, "reference.csv", take, &k);
    r = csv_feed(&parser, csv, n, err);
    if (r == 0)
        r = csv_finish(&parser, err);
    csv_done(&parser);
    if (r == 0 && ret->rows.n == 0)
        r = err_set(err, ERR_INVALID, "The reference has no rows.");
    return r;
}

void reference_done(struct reference *r)
{
    for (size_t i = 0; i < r->moments.n; i++)
        free(r->moments.items[i].values);
    vec_done(&r->moments);
    vec_done(&r->rows);
}
