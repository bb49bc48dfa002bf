/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/step.h"

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/data/csv.h"

static const struct { const char *name, *help; } ops[DATA_OPS] = {
    [DATA_CLEAN_NAMES] = {"clean_names", "Gives columns plain names, trims cells, empties words for missing values."},
    [DATA_DROP_COLUMNS] = {"drop_columns", "Drops columns that say nothing about the class."},
    [DATA_PARSE_NUMBERS] = {"parse_numbers", "Turns cells with units or junk into numbers."},
    [DATA_DROP_UNLABELED] = {"drop_unlabeled", "Drops rows without a class."},
    [DATA_DROP_DUPLICATES] = {"drop_duplicates", "Drops rows that repeat an earlier row."},
    [DATA_ENCODE_TEXT] = {"encode_text", "Replaces words in feature columns by fixed codes."},
    [DATA_MAKE_WINDOWS] = {"make_windows", "Cuts a continuous recording into windows of equal length."},
    [DATA_SPLIT] = {"split", "Divides samples into training and test, seeded, each class alike."},
    [DATA_FILL_MISSING] = {"fill_missing", "Fills empty cells with a value from the training rows."},
    [DATA_CLIP_OUTLIERS] = {"clip_outliers", "Limits columns to quantiles of the training rows."},
};

const char *data_op_name(int op)
{
    return op >= 0 && op < DATA_OPS ? ops[op].name : "?";
}

const char *data_op_help(int op)
{
    return op >= 0 && op < DATA_OPS ? ops[op].help : "";
}

int data_op_by_name(const char *name)
{
    for (int i = 0; i < DATA_OPS; i++)
        if (str_eq(ops[i].name, name))
            return i;
    return -1;
}

int data_names_add(struct data_names *l, const char *name)
{
    char **items = os_realloc(l->items, sizeof(*items) * ((size_t)l->n + 1));
    char *copy = os_dup(name, strlen(name));

    if (items)
        l->items = items;
    if (!items || !copy) {
        free(copy);
        return -1;
    }
    l->items[l->n++] = copy;
    return 0;
}

bool data_names_have(const struct data_names *l, const char *name)
{
    for (int i = 0; i < l->n; i++)
        if (str_eq(l->items[i], name))
            return true;
    return false;
}

void data_names_remove(struct data_names *l, const char *name)
{
    int kept = 0;

    for (int i = 0; i < l->n; i++)
        if (str_eq(l->items[i], name))
            free(l->items[i]);
        else
            l->items[kept++] = l->items[i];
    l->n = kept;
}

void data_names_done(struct data_names *l)
{
    for (int i = 0; i < l->n; i++)
        free(l->items[i]);
    free(l->items);
    memset(l, 0, sizeof(*l));
}

void data_step_done(struct data_step *s)
{
    for (int i = 0; i < s->columns.n; i++) {
        struct data_step_column *c = &s->columns.items[i];
        free(c->name);
        free(c->to);
        free(c->unit);
        free(c->decimal);
        free(c->fill);
        data_names_done(&c->words);
    }
    free(s->columns.items);
    data_names_done(&s->names);
    free(s->title);
    free(s->reason);
    free(s->label);
    free(s->group);
    free(s->separator);
    memset(s, 0, sizeof(*s));
}

void data_steps_done(struct data_steps *l)
{
    for (size_t i = 0; i < l->v.n; i++)
        data_step_done(&l->v.items[i]);
    vec_done(&l->v);
}

static int columns_after(const struct data_step *s, struct data_names *l)
{
    switch (s->op) {
    case DATA_CLEAN_NAMES:
        for (int i = 0; i < s->columns.n && i < l->n; i++) {
            char *to = os_dup(s->columns.items[i].to, strlen(s->columns.items[i].to));
            if (!to)
                return -1;
            free(l->items[i]);
            l->items[i] = to;
        }
        return 0;
    case DATA_DROP_COLUMNS:
        for (int i = 0; i < s->names.n; i++)
            data_names_remove(l, s->names.items[i]);
        return 0;
    case DATA_MAKE_WINDOWS: {
        struct data_names all = {0};
        int rc = data_names_add(&all, "window") || data_names_add(&all, "t");
        for (int i = 0; i < l->n && !rc; i++)
            rc = data_names_add(&all, l->items[i]);
        data_names_done(l);
        *l = all;
        return rc ? -1 : 0;
    }
    case DATA_SPLIT:
        return data_names_add(l, "split");
    default:
        return 0;
    }
}

int data_steps_columns(const struct profile *p, const struct data_step *steps, int n, struct data_names *ret)
{
    int rc = 0;

    for (size_t i = 0; i < p->columns.n && !rc; i++)
        rc = data_names_add(ret, p->columns.items[i].name);
    for (int i = 0; i < n && !rc; i++)
        rc = columns_after(&steps[i], ret);
    return rc ? -ERR_MACHINE : 0;
}

int data_features(const struct data_names *columns, const char *label, struct data_names *ret)
{
    static const char *const roles[] = {"split", "window", "t"};
    bool windows = data_names_have(columns, "window") && data_names_have(columns, "t");
    int rc = 0;

    for (int i = 0; i < columns->n && !rc; i++) {
        bool role = str_eq(columns->items[i], label);
        for (int k = 0; k < (windows ? 3 : 1); k++)
            role |= str_eq(columns->items[i], roles[k]);
        if (!role)
            rc = data_names_add(ret, columns->items[i]);
    }
    return rc ? -ERR_MACHINE : 0;
}
