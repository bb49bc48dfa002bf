/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a profile to a list of steps: one function per operation, in the order in which they run. */
#include <stdarg.h>
#include <strings.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/data/csv.h"
#include "core/data/step.h"

struct proposal {
    const struct profile *p;
    const struct data_options *o;
    struct data_steps *out;
    bool *dropped;       /* per column of the profile */
    bool renamed, failed;
    bool at_least_one; /* a table that needs no step gets one all the same */
};

static const struct profile_column *column(const struct proposal *a, size_t i)
{
    return &a->p->columns.items[i];
}

/* The name that steps after clean_names see. */
static const char *name_now(const struct proposal *a, size_t i)
{
    return a->renamed ? column(a, i)->plain : column(a, i)->name;
}

static bool is_role(const struct proposal *a, size_t i)
{
    int k = (int)i;

    return k == a->p->label || k == a->p->window || k == a->p->t || k == a->p->split;
}

static bool is_feature(const struct proposal *a, size_t i)
{
    return !is_role(a, i) && !a->dropped[i];
}

__attribute__((format(printf, 2, 3))) static char *text_new(struct proposal *a, const char *fmt, ...)
{
    struct buf b;
    va_list ap;
    char *text;

    buf_init(&b, 2000);
    va_start(ap, fmt);
    buf_putv(&b, fmt, ap);
    va_end(ap);
    text = os_dup(buf_text(&b), b.len);
    buf_done(&b);
    a->failed |= !text;
    return text;
}

static struct data_step *step_new(struct proposal *a, enum data_op op)
{
    struct data_step s = {.op = op};

    if (vec_push(&a->out->v, s, DATA_STEPS_MAX)) {
        a->failed = true;
        return NULL;
    }
    return &a->out->v.items[a->out->v.n - 1];
}

static struct data_step_column *step_column(struct proposal *a, struct data_step *s, const char *name)
{
    struct data_step_column *items = os_realloc(s->columns.items, sizeof(*items) * ((size_t)s->columns.n + 1));

    if (!items) {
        a->failed = true;
        return NULL;
    }
    s->columns.items = items;
    memset(&items[s->columns.n], 0, sizeof(*items));
    items[s->columns.n].name = text_new(a, "%s", name);
    return &items[s->columns.n++];
}

static void names_add(struct proposal *a, struct data_names *l, const char *name)
{
    a->failed |= data_names_add(l, name) != 0;
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

static void propose_names(struct proposal *a)
{
    const struct profile *p = a->p;
    struct data_step *s;
    int renamed = 0;

    for (size_t i = 0; i < p->columns.n; i++)
        renamed += !str_eq(column(a, i)->name, column(a, i)->plain);
    if (!renamed && p->separator == ',' && !p->bom && !p->missing_words && !a->at_least_one)
        return;
    s = step_new(a, DATA_CLEAN_NAMES);
    if (!s)
        return;
    a->renamed = true;
    s->separator = text_new(a, "%c", p->separator);
    for (int i = 0; profile_missing_words[i]; i++)
        names_add(a, &s->names, profile_missing_words[i]);
    for (size_t i = 0; i < p->columns.n && !a->failed; i++) {
        struct data_step_column *c = step_column(a, s, column(a, i)->name);
        if (c)
            c->to = text_new(a, "%s", column(a, i)->plain);
    }
    s->title = renamed ? text_new(a, "give %d column%s plain names", renamed, plural(renamed))
                       : text_new(a, "write a plain comma-separated table");
    s->reason = renamed ? text_new(a, "Names with spaces, units or signs cannot be used in code; the old names stay in the script.")
                : p->missing_words ? text_new(a, "Words such as NA stand for missing values.")
                : a->at_least_one ? text_new(a, "Nothing has to be changed; the script checks the columns and trims the cells.")
                                   : text_new(a, "The file does not use plain commas.");
}

/* Why a feature column says nothing; NULL when it may. */
static const char *useless(const struct proposal *a, size_t i)
{
    const struct profile_column *c = column(a, i);

    if (c->type == PROFILE_EMPTY)
        return "is empty";
    if (c->distinct == 1)
        return "is constant";
    if (c->sequence || ((c->distinct == a->p->rows || c->distinct_more) && a->p->rows > 20 &&
                        (!strcasecmp(c->plain, "id") || !strcasecmp(c->plain, "index") || str_ends(c->plain, "_id"))))
        return "numbers the rows";
    if (c->missing * 10 > a->p->rows * 6)
        return "is mostly missing";
    if (c->type == PROFILE_TEXT && c->distinct > 16)
        return "is free text";
    return NULL;
}

static void propose_drop(struct proposal *a)
{
    struct data_step *s = NULL;
    struct buf why;

    buf_init(&why, 1500);
    for (size_t i = 0; i < a->p->columns.n && !a->failed; i++) {
        const char *reason = is_role(a, i) ? NULL : useless(a, i);
        if (!reason)
            continue;
        if (!s)
            s = step_new(a, DATA_DROP_COLUMNS);
        if (!s)
            break;
        a->dropped[i] = true;
        names_add(a, &s->names, name_now(a, i));
        buf_putf(&why, "%s%s %s", s->names.n > 1 ? ", " : "", name_now(a, i), reason);
    }
    if (s && s->names.n == 1)
        s->title = text_new(a, "drop the column %s", s->names.items[0]);
    else if (s)
        s->title = text_new(a, "drop %d columns that say nothing", s->names.n);
    if (s)
        s->reason = text_new(a, "%s: nothing can be learned from that.", buf_text(&why));
    buf_done(&why);
}

static void propose_parse(struct proposal *a)
{
    struct data_step *s = NULL;
    int64_t junk = 0;

    for (size_t i = 0; i < a->p->columns.n && !a->failed; i++) {
        const struct profile_column *c = column(a, i);
        struct data_step_column *sc;

        if (!is_feature(a, i) || c->type == PROFILE_TEXT ||
            (c->type != PROFILE_UNIT && !c->texts && !c->decimal_comma))
            continue;
        if (!s)
            s = step_new(a, DATA_PARSE_NUMBERS);
        sc = s ? step_column(a, s, name_now(a, i)) : NULL;
        if (!sc)
            return;
        sc->unit = text_new(a, "%s", c->unit);
        sc->decimal = text_new(a, "%s", c->decimal_comma ? "," : ".");
        junk += c->texts;
    }
    if (!s)
        return;
    s->title = text_new(a, "read %d column%s as numbers", s->columns.n, plural(s->columns.n));
    s->reason = junk ? text_new(a, "Cells carry units or a decimal comma, and %lld of them are no number and become missing.", (long long)junk)
                     : text_new(a, "Cells carry units or a decimal comma, which the network cannot read.");
}

static void propose_labeled(struct proposal *a)
{
    int64_t missing = column(a, (size_t)a->p->label)->missing;
    struct data_step *s = missing ? step_new(a, DATA_DROP_UNLABELED) : NULL;

    if (!s)
        return;
    s->label = text_new(a, "%s", name_now(a, (size_t)a->p->label));
    s->title = text_new(a, "drop %lld row%s without %s", (long long)missing, plural(missing), s->label);
    s->reason = text_new(a, "A row without a class can be used neither for training nor for the test.");
}

static void propose_distinct(struct proposal *a)
{
    bool id_gone = false;
    struct data_step *s;

    for (size_t i = 0; i < a->p->columns.n; i++)
        id_gone |= a->dropped[i] && column(a, i)->sequence;
    if (a->p->windows || a->o->window > 1 || (!a->p->duplicates && !id_gone))
        return; /* equal moments of a recording are no repetition */
    s = step_new(a, DATA_DROP_DUPLICATES);
    if (!s)
        return;
    s->title = id_gone ? text_new(a, "drop repeated rows")
                       : text_new(a, "drop %lld repeated row%s", (long long)a->p->duplicates, plural(a->p->duplicates));
    s->reason = text_new(a, "The same row in training and test would make the test look better than it is.");
}

static void propose_encode(struct proposal *a)
{
    struct data_step *s = NULL;

    for (size_t i = 0; i < a->p->columns.n && !a->failed; i++) {
        const struct profile_column *c = column(a, i);
        struct data_step_column *sc;

        if (!is_feature(a, i) || c->type != PROFILE_TEXT)
            continue;
        if (!s)
            s = step_new(a, DATA_ENCODE_TEXT);
        sc = s ? step_column(a, s, name_now(a, i)) : NULL;
        if (!sc)
            return;
        for (int k = 0; k < c->n_values; k++)
            names_add(a, &sc->words, c->values[k].text);
    }
    if (!s)
        return;
    s->title = text_new(a, "give the words of %d column%s numbers", s->columns.n, plural(s->columns.n));
    s->reason = text_new(a, "The network takes numbers; the codes are fixed here so that the board uses the same.");
}

static void propose_windows(struct proposal *a)
{
    struct data_step *s;

    if (a->o->window <= 1 || a->p->windows)
        return;
    s = step_new(a, DATA_MAKE_WINDOWS);
    if (!s)
        return;
    s->label = text_new(a, "%s", name_now(a, (size_t)a->p->label));
    s->length = a->o->window;
    s->stride = a->o->stride > 0 ? a->o->stride : a->o->window; /* no overlap: no moment in training and test */
    s->title = text_new(a, "cut windows of %lld rows", (long long)s->length);
    s->reason = text_new(a, "The project asks for windows: the class shows in the course of the signal.");
}

static void propose_split(struct proposal *a)
{
    bool windows = a->p->windows || a->o->window > 1;
    struct data_step *s;

    if (a->p->split >= 0)
        return;
    s = step_new(a, DATA_SPLIT);
    if (!s)
        return;
    s->label = text_new(a, "%s", name_now(a, (size_t)a->p->label));
    s->group = text_new(a, "%s", windows ? "window" : "");
    s->test_share = a->o->test_share > 0 ? a->o->test_share : 0.3;
    s->seed = a->o->seed;
    s->title = text_new(a, "keep %.0f %% of each class for the test", s->test_share * 100);
    s->reason = text_new(a, "Accuracy must be measured on %s that the network has not seen.", windows ? "windows" : "rows");
}

static void propose_fill(struct proposal *a)
{
    struct data_step *s = NULL;
    int64_t missing = 0;

    for (size_t i = 0; i < a->p->columns.n && !a->failed; i++) {
        const struct profile_column *c = column(a, i);
        int64_t empty = c->missing + (c->type != PROFILE_TEXT ? c->texts : 0);
        struct data_step_column *sc;

        if (!is_feature(a, i) || !empty)
            continue;
        if (!s)
            s = step_new(a, DATA_FILL_MISSING);
        sc = s ? step_column(a, s, name_now(a, i)) : NULL;
        if (!sc)
            return;
        sc->fill = text_new(a, "%s", c->type == PROFILE_TEXT ? "mode" : "median");
        missing += empty;
    }
    if (!s)
        return;
    if (s->columns.n == 1)
        s->title = text_new(a, "fill %lld missing %s by %s", (long long)missing, s->columns.items[0].name, s->columns.items[0].fill);
    else
        s->title = text_new(a, "fill %lld missing cells in %d columns", (long long)missing, s->columns.n);
    s->reason = text_new(a, "The network needs every value; what stands in comes from the training rows, so the test stays unseen.");
}

static int check_features(const struct proposal *a, struct err *err)
{
    for (size_t i = 0; i < a->p->columns.n; i++)
        if (is_feature(a, i))
            return 0;
    err_at(err, ERR_INVALID, a->p->name, 0, 0, "No column is left to learn from besides the label \"%.60s\".",
           column(a, (size_t)a->p->label)->name);
    err_hint(err, "All others are empty, constant, free text or row numbers: add measured values.");
    return -ERR_INVALID;
}

int data_steps_propose(const struct profile *p, const struct data_options *o, struct data_steps *ret,
                       struct err *err)
{
    static void (*const proposals[])(struct proposal *) = {
        propose_names, propose_drop, propose_parse, propose_labeled, propose_distinct,
        propose_encode, propose_windows, propose_split, propose_fill,
    };
    struct proposal a = {.p = p, .o = o, .out = ret};
    int rc = 0;

    if (p->label < 0)
        return err_set(err, ERR_INVALID, "The data have no label column.");
    a.dropped = os_alloc(p->columns.n * sizeof(*a.dropped));
    a.failed = !a.dropped;
    for (size_t i = 0; i < sizeof(proposals) / sizeof(*proposals) && !a.failed; i++)
        proposals[i](&a);
    if (!a.failed && ret->v.n == 0) {
        a.at_least_one = true; /* data.csv has to come from somewhere */
        propose_names(&a);
    }
    if (a.failed)
        rc = err_set(err, ERR_MACHINE, "There is not enough memory to plan the data steps.");
    else
        rc = check_features(&a, err);
    free(a.dropped);
    if (rc)
        data_steps_done(ret);
    return rc;
}
