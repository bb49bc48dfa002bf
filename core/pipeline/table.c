/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/data/profile.h"

static void count_bins(struct table_column *c, const struct profile_column *from)
{
    double width = (from->max - from->min) / TABLE_BINS;

    c->sampled = from->n_sample;
    for (int i = 0; i < from->n_sample; i++) {
        int bin = width > 0 ? (int)((from->sample[i] - from->min) / width) : 0;
        c->bins[bin < 0 ? 0 : bin >= TABLE_BINS ? TABLE_BINS - 1 : bin]++;
    }
}

static void take_column(struct table *t, const struct profile *p, int i)
{
    const struct profile_column *from = &p->columns.items[i];
    struct table_column c = {.missing = from->missing, .distinct = from->distinct, .distinct_more = from->distinct_more};

    text_line(c.name, sizeof(c.name), from->name);
    text_line(c.unit, sizeof(c.unit), from->unit);
    c.label = i == p->label;
    text_line(c.type, sizeof(c.type), c.label ? "label" : profile_type_name(from->type));
    c.numeric = !c.label && (from->type == PROFILE_INTEGER || from->type == PROFILE_NUMBER || from->type == PROFILE_UNIT);
    c.constant = from->distinct == 1 && !from->distinct_more && from->missing == 0;
    c.sequence = from->sequence;
    c.numbers = from->numbers + from->with_unit;
    if (c.numeric) {
        c.min = from->min;
        c.mean = from->mean;
        c.max = from->max;
        count_bins(&c, from);
    }
    vec_push(&t->columns, c, TABLE_COLUMNS_MAX);
}

static void take_classes(struct table *t, const struct profile_column *label)
{
    for (int i = 0; label->values && i < label->n_values && t->n_classes < TABLE_CLASSES_MAX; i++) {
        struct table_class *c = &t->classes[t->n_classes++];
        text_line(c->name, sizeof(c->name), label->values[i].text);
        c->rows = label->values[i].count;
    }
}

void table_take(struct table *t, const struct profile *p)
{
    t->phase = TABLE_READY;
    t->rows = p->rows;
    t->bytes = p->bytes;
    t->duplicates = p->duplicates;
    t->duplicates_more = p->duplicates_more;
    t->windows = p->windows;
    t->window_length = p->window_length;
    for (size_t i = 0; i < p->columns.n; i++)
        take_column(t, p, (int)i);
    if (p->label >= 0)
        take_classes(t, &p->columns.items[p->label]);
}

void table_fail(struct table *t, const struct err *why)
{
    char text[sizeof(t->why)];

    t->phase = TABLE_BAD;
    snprintf(text, sizeof(text), "%s%s%s", why->msg, why->hint[0] ? " " : "", why->hint);
    text_line(t->why, sizeof(t->why), text);
}

void table_done(struct table *t)
{
    vec_done(&t->columns);
    memset(t, 0, sizeof(*t));
}

void table_read(struct table *t, const char *name, const char *label, const char *bytes, size_t n)
{
    struct profiler *profiler = profiler_new(name, label);
    struct profile p = {0};
    struct err err = {0};
    int r = profiler ? profiler_feed(profiler, bytes, n, &err)
                     : err_set(&err, ERR_MACHINE, "There is no memory left to read %s.", name);

    text_line(t->name, sizeof(t->name), name);
    if (r == 0)
        r = profiler_finish(profiler, &p, &err);
    if (r)
        table_fail(t, &err);
    else
        table_take(t, &p);
    profile_done(&p);
    profiler_free(profiler);
}
