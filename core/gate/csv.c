/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables that a script wrote against what was promised. Cells are cut at CELL bytes: only names
 * matter here. */
#include <string.h>

#include "core/base/str.h"
#include "core/gate/gates.h"

#define ID "csv"

enum { CELL = 128, COLUMNS_MAX = 4096 };

static const struct gate_note no_column = {"column-missing", FINDING_ERROR, FINDING_OTHER,
                                           "Keep the promised columns, spelled exactly so.", NULL},
                              no_rows = {"table-empty", FINDING_ERROR, FINDING_OTHER,
                                         "Do not drop every row.", NULL},
                              ragged = {"table-ragged", FINDING_ERROR, FINDING_OTHER,
                                        "Write the same number of cells in every row.", NULL},
                              no_label = {"column-missing", FINDING_ERROR, FINDING_OTHER,
                                          "Keep the label column.", NULL},
                              no_split = {"split-missing", FINDING_ERROR, FINDING_OTHER,
                                          "Write a column \"split\" that holds train and test.",
                                          NULL};

struct reader {
    const char *p, *end;
    char cell[CELL]; /* the last cell, cut */
};

/* Reads one cell; true when another one follows in the same row. */
static bool next_cell(struct reader *r)
{
    size_t n = 0;
    bool quoted = r->p < r->end && *r->p == '"';
    char stop;

    r->p += quoted;
    while (r->p < r->end) {
        if (quoted && *r->p == '"' && r->p + 1 < r->end && r->p[1] == '"') {
            r->p++;
        } else if (quoted && *r->p == '"') {
            quoted = false;
            r->p++;
            continue;
        } else if (!quoted && (*r->p == ',' || *r->p == '\n')) {
            break;
        }
        if (n < CELL - 1 && *r->p != '\r')
            r->cell[n++] = *r->p;
        r->p++;
    }
    r->cell[n] = '\0';
    stop = r->p < r->end ? *r->p++ : '\n';
    return stop == ',';
}

struct table {
    long rows;
    int columns, split, label;
    long train, test;
    bool *seen; /* owned; one per promised column */
    long ragged_row;
};

static void read_header(struct reader *r, const struct gate_context *c, struct table *t)
{
    bool more;

    do {
        more = next_cell(r);
        for (int i = 0; i < c->n_columns; i++)
            t->seen[i] = t->seen[i] || !strcmp(c->columns[i], r->cell);
        if (!strcmp(r->cell, "split"))
            t->split = t->columns;
        if (c->label && !strcmp(r->cell, c->label))
            t->label = t->columns;
        t->columns++;
    } while (more && t->columns < COLUMNS_MAX);
}

static void read_row(struct reader *r, struct table *t)
{
    int i = 0;
    bool more;

    do {
        more = next_cell(r);
        if (i == t->split) {
            t->train += !strcmp(r->cell, "train");
            t->test += !strcmp(r->cell, "test");
        }
        i++;
    } while (more);
    if (i == 1 && !r->cell[0] && t->columns > 1)
        return; /* a blank line */
    t->rows++;
    if (i != t->columns && !t->ragged_row)
        t->ragged_row = t->rows + 1;
}

static void check_table(const struct gate_artifact *a, const struct gate_context *c,
                        const struct job_file *f, struct finding_list *out)
{
    struct reader r = {.p = f->bytes, .end = (const char *)f->bytes + f->len};
    struct table t = {.split = -1, .label = -1};

    t.seen = os_alloc((size_t)c->n_columns + 1);
    if (!t.seen)
        return;
    if (f->len >= 3 && !memcmp(r.p, "\xEF\xBB\xBF", 3))
        r.p += 3;
    read_header(&r, c, &t);
    while (r.p < r.end)
        read_row(&r, &t);
    for (int i = 0; i < c->n_columns; i++) {
        if (!t.seen[i])
            gate_say(out, ID, &no_column, a, 0, 0, "%s has no column \"%s\", which was promised.",
                     f->name, c->columns[i]);
    }
    if (!t.rows)
        gate_say(out, ID, &no_rows, a, 0, 0, "%s has a header and no rows.", f->name);
    if (t.ragged_row)
        gate_say(out, ID, &ragged, a, 0, 0, "Line %ld of %s has not as many cells as the header.",
                 t.ragged_row, f->name);
    if (c->label && t.label < 0)
        gate_say(out, ID, &no_label, a, 0, 0, "%s has lost the label column \"%s\".", f->name,
                 c->label);
    if (c->wants_split && t.rows && (t.split < 0 || !t.train || !t.test))
        gate_say(out, ID, &no_split, a, 0, 0,
                 "%s does not say which rows are for training and which for the test.", f->name);
    free(t.seen);
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    (void)result;
    for (int i = 0; c->execution && i < c->n_outputs; i++) {
        const struct job_file *f = job_result_output(c->execution, c->outputs[i]);
        if (f && f->len && str_ends(f->name, ".csv"))
            check_table(a, c, f, out);
    }
}

const struct gate gate_csv = {
    ID,
    "Tables that a script wrote have the promised columns, rows, the label and a train/test split.",
    GATE_AFTER,
    1u << ARTIFACT_PYTHON,
    NULL,
    check,
};
