/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate/generate.h"

#include <ctype.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/generate/sensor.h"
#include "embed/core_generate_templates_check_py.h"
#include "embed/core_generate_templates_clean_names_py.h"
#include "embed/core_generate_templates_clip_outliers_py.h"
#include "embed/core_generate_templates_convert_py.h"
#include "embed/core_generate_templates_drop_columns_py.h"
#include "embed/core_generate_templates_drop_duplicates_py.h"
#include "embed/core_generate_templates_drop_unlabeled_py.h"
#include "embed/core_generate_templates_encode_text_py.h"
#include "embed/core_generate_templates_fill_missing_py.h"
#include "embed/core_generate_templates_make_windows_py.h"
#include "embed/core_generate_templates_parse_numbers_py.h"
#include "embed/core_generate_templates_reference_py.h"
#include "embed/core_generate_templates_split_py.h"
#include "embed/core_generate_templates_train_py.h"

const struct generate_row generate_table[GENERATE_KINDS] = {
    [GENERATE_DATA] = {"data", "step.py", {"in.csv", "out.csv"}, {"out.csv"}, "One operation on the table."},
    [GENERATE_TRAIN] = {"train", "train.py", {"data.csv"}, {"model.keras", "train.json"}, "Trains a small network."},
    [GENERATE_CHECK] = {"check", "check.py", {"data.csv", "model"}, {"model.keras", "model.tflite", "train.json"},
                        "Measures a network that was brought; one of the two model files comes back."},
    [GENERATE_CONVERT] = {"convert", "convert.py", {"data.csv", "train.json", "model"}, {"model.tflite"},
                          "Converts the network for the board."},
    [GENERATE_REFERENCE] = {"reference", "reference.py", {"data.csv", "train.json", "model.tflite"},
                            {"model.h", "reference.csv", "convert.json"}, "Records what the board must answer."},
    [GENERATE_SKETCH] = {"sketch", "NAME.ino", {NULL}, {NULL}, "The application for the board."},
};

static const char *const data_templates[DATA_OPS] = {
    [DATA_CLEAN_NAMES] = core_generate_templates_clean_names_py,
    [DATA_DROP_COLUMNS] = core_generate_templates_drop_columns_py,
    [DATA_PARSE_NUMBERS] = core_generate_templates_parse_numbers_py,
    [DATA_DROP_UNLABELED] = core_generate_templates_drop_unlabeled_py,
    [DATA_DROP_DUPLICATES] = core_generate_templates_drop_duplicates_py,
    [DATA_ENCODE_TEXT] = core_generate_templates_encode_text_py,
    [DATA_MAKE_WINDOWS] = core_generate_templates_make_windows_py,
    [DATA_SPLIT] = core_generate_templates_split_py,
    [DATA_FILL_MISSING] = core_generate_templates_fill_missing_py,
    [DATA_CLIP_OUTLIERS] = core_generate_templates_clip_outliers_py,
};

/* The template with its one "@SPEC@" replaced. */
static int script(const char *template, const struct spec_field *rows, const void *spec, struct buf *out,
                  struct err *err)
{
    static const char token[] = "@SPEC@";
    const char *place = strstr(template, token);

    if (!place)
        return err_set(err, ERR_MACHINE, "A template of the program has no place for its spec.");
    buf_put(out, template, (size_t)(place - template));
    spec_to_python(rows, spec, out);
    buf_puts(out, place + sizeof(token) - 1);
    return out->broken ? err_set(err, ERR_CAP, "The generated script is larger than %zu bytes.", out->cap) : 0;
}

int generate_data_step(const struct data_step *s, struct buf *out, struct err *err)
{
    const struct spec_field *rows = spec_data_rows(s->op);

    if (!rows)
        return err_set(err, ERR_INVALID, "There is no data operation number %d.", s->op);
    return script(data_templates[s->op], rows, s, out, err);
}

int generate_train(const struct spec_train *s, struct buf *out, struct err *err)
{
    return script(core_generate_templates_train_py, spec_train_rows, s, out, err);
}

int generate_check(const struct spec_check *s, struct buf *out, struct err *err)
{
    return script(core_generate_templates_check_py, spec_check_rows, s, out, err);
}

int generate_convert(const struct spec_convert *s, struct buf *out, struct err *err)
{
    if (s->weights == TENSOR_UINT8)
        return err_set(err, ERR_INVALID, "Weights can be int8 or float32, not uint8.");
    if (s->weights == TENSOR_FLOAT32 && (s->input_type != TENSOR_FLOAT32 || s->output_type != TENSOR_FLOAT32))
        return err_set(err, ERR_INVALID, "A network with float32 weights has float32 inputs and outputs.");
    return script(core_generate_templates_convert_py, spec_convert_rows, s, out, err);
}

static bool identifier(const char *s)
{
    if (!s || (!isalpha((unsigned char)*s) && *s != '_'))
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '_')
            return false;
    return true;
}

int generate_reference(const struct spec_reference *s, struct buf *out, struct err *err)
{
    if (!identifier(s->symbol))
        return err_set(err, ERR_INVALID, "\"%.40s\" is no name for an array in C.", s->symbol ? s->symbol : "");
    return script(core_generate_templates_reference_py, spec_reference_rows, s, out, err);
}

void generate_step_name(const struct data_step *s, int i, char dst[64])
{
    snprintf(dst, 64, "%02d_%s.py", i + 1, data_op_name(s->op));
}

void generate_identifier(const char *name, char dst[40])
{
    size_t n = 0;

    for (; *name && n < 39; name++)
        if (isalnum((unsigned char)*name) || (n && dst[n - 1] != '_'))
            dst[n++] = isalnum((unsigned char)*name) ? *name : '_';
    while (n && dst[n - 1] == '_')
        n--;
    dst[n] = '\0';
    if (!n || isdigit((unsigned char)dst[0])) {
        char copy[40];
        memcpy(copy, dst, n + 1);
        snprintf(dst, 40, "app%s%.34s", n ? "_" : "", copy);
    }
}

int64_t generate_arena(int64_t arena_host)
{
    return (arena_host + arena_host / 2 + 1024 + 1023) / 1024 * 1024;
}

/* ---- proposals ---- */

static int names_copy(const struct data_names *from, struct data_names *to)
{
    int rc = 0;

    for (int i = 0; i < from->n && !rc; i++)
        rc = data_names_add(to, from->items[i]);
    return rc;
}

static int text_copy(char **ret, const char *text)
{
    *ret = os_dup(text, strlen(text));
    return *ret ? 0 : -1;
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_MACHINE, "There is not enough memory for the spec.");
}

int generate_propose_train(const struct data_names *features, const char *label, int64_t window, int64_t samples,
                           int64_t seed, struct spec_train *ret, struct err *err)
{
    bool rows = window <= 1;
    int64_t work = (samples > 0 ? samples : 1) * (rows ? 1 : window), epochs;

    memset(ret, 0, sizeof(*ret));
    ret->window = rows ? 1 : window;
    ret->filters = 8;
    ret->batch_size = rows ? 16 : 8;
    ret->learning_rate = rows ? 0.005 : 0.002;
    ret->seed = seed;
    epochs = (rows ? 600000 : 4000000) / work; /* about a minute at most */
    ret->epochs = epochs < 3 ? 3 : epochs > (rows ? 60 : 100) ? (rows ? 60 : 100) : epochs;
    if (samples * ret->batch_size > 100000 * 16)
        ret->batch_size = 128;
    if (rows) {
        ret->hidden.items = os_alloc(2 * sizeof(int64_t));
        if (ret->hidden.items) {
            ret->hidden.items[0] = 16;
            ret->hidden.items[1] = 8;
            ret->hidden.n = 2;
        }
    }
    if ((!rows || ret->hidden.n) && !names_copy(features, &ret->features) && !text_copy(&ret->label, label))
        return 0;
    spec_done(spec_train_rows, ret);
    return no_memory(err);
}

int generate_propose_check(const struct data_names *features, const char *label, int64_t window,
                           struct spec_check *ret, struct err *err)
{
    memset(ret, 0, sizeof(*ret));
    ret->window = window > 1 ? window : 1;
    ret->scaling = SCALING_AUTO;
    if (!names_copy(features, &ret->features) && !text_copy(&ret->label, label))
        return 0;
    spec_done(spec_check_rows, ret);
    return no_memory(err);
}

void generate_propose_convert(int64_t seed, struct spec_convert *ret)
{
    *ret = (struct spec_convert){TENSOR_INT8, TENSOR_INT8, TENSOR_INT8, 100, seed};
}

int generate_propose_reference(int64_t seed, struct spec_reference *ret, struct err *err)
{
    *ret = (struct spec_reference){NULL, 50, seed};
    return text_copy(&ret->symbol, "g_model") ? no_memory(err) : 0;
}

static int app_features(const struct mapping *m, const struct result_train *t, struct spec_app *a)
{
    int rc = 0;

    a->features.items = os_alloc((size_t)t->features.n * sizeof(*a->features.items));
    if (!a->features.items)
        return -1;
    a->features.n = t->features.n;
    for (int i = 0; i < t->features.n && !rc; i++) {
        const struct mapping_item *item = &m->v.items[i];
        struct spec_feature *f = &a->features.items[i];

        f->source = item->source;
        f->mean = t->mean.items[i];
        f->std = t->std.items[i];
        rc = text_copy(&f->name, t->features.items[i]) || text_copy(&f->sensor, item->sensor) ||
             text_copy(&f->channel, item->channel);
        if (!rc && item->source == SOURCE_SENSOR && !data_names_have(&a->hardware.sensors, item->sensor))
            rc = data_names_add(&a->hardware.sensors, item->sensor);
    }
    return rc;
}

static int library_add(struct spec_libraries *l, const char *name, const char *header)
{
    struct spec_library *items;

    for (int i = 0; i < l->n; i++)
        if (str_eq(l->items[i].header, header))
            return 0;
    items = os_realloc(l->items, sizeof(*items) * ((size_t)l->n + 1));
    if (!items)
        return -1;
    l->items = items;
    items[l->n] = (struct spec_library){0};
    l->n++;
    return text_copy(&items[l->n - 1].name, name) || text_copy(&items[l->n - 1].header, header);
}

static int app_libraries(const struct board *b, struct spec_app *a)
{
    int rc = 0;

    for (int i = 0; i < b->n_sensors && !rc; i++)
        if (data_names_have(&a->hardware.sensors, b->sensors[i].id))
            rc = library_add(&a->software.others, b->sensors[i].library, b->sensors[i].header);
    return rc;
}

static int app_tensor(const struct result_tensor *t, struct spec_dims *d)
{
    d->type = t->type;
    d->dims.items = os_alloc((size_t)t->dims.n * sizeof(int64_t));
    if (!d->dims.items)
        return -1;
    d->dims.n = t->dims.n;
    memcpy(d->dims.items, t->dims.items, (size_t)t->dims.n * sizeof(int64_t));
    return 0;
}

static int app_model(const struct result_convert *c, struct spec_app *a)
{
    const struct result_operator *ops = c->operators.items;
    int rc = app_tensor(&c->input, &a->software.model.input) || app_tensor(&c->output, &a->software.model.output) ||
             text_copy(&a->software.model.path, "model.h") || text_copy(&a->software.model.symbol, c->symbol) ||
             text_copy(&a->software.model.length_symbol, c->symbol_len);

    for (int i = 0; i < c->operators.n && !rc; i++)
        if (!data_names_have(&a->software.model.operators, ops[i].name))
            rc = data_names_add(&a->software.model.operators, ops[i].name);
    a->software.model.arena_bytes = generate_arena(c->arena_host);
    return rc;
}

/* A source that says when it has something new sets the pace; all others can be read at any time. */
static int64_t app_interval(const struct mapping *m)
{
    for (size_t i = 0; i < m->v.n; i++) {
        const struct sensor_row *row = sensor_find(m->v.items[i].sensor);
        if (!row || row->available)
            return 0;
    }
    return 20;
}

int generate_propose_app(const char *name, const char *task, const struct board *board,
                         const struct mapping *mapping, const struct result_train *train,
                         const struct result_convert *convert, struct spec_app *ret, struct err *err)
{
    char id[40];

    memset(ret, 0, sizeof(*ret));
    if ((int)mapping->v.n != train->features.n)
        return err_set(err, ERR_INVALID, "The sensor mapping has %zu features and the network %d.", mapping->v.n, train->features.n);
    generate_identifier(name, id);
    ret->interval_ms = app_interval(mapping);
    ret->deployment.baud = 9600;
    ret->window = train->window;
    if (!text_copy(&ret->application.name, id) && !text_copy(&ret->application.description, task) &&
        !text_copy(&ret->hardware.board, board->name) && !text_copy(&ret->deployment.device, board->id) &&
        !text_copy(&ret->deployment.interface, "serial") && !text_copy(&ret->software.main_library, "Arduino_TensorFlowLite") &&
        !app_features(mapping, train, ret) && !app_libraries(board, ret) && !app_model(convert, ret) &&
        !names_copy(&train->classes, &ret->classification.classes))
        return 0;
    spec_done(spec_app_rows, ret);
    return no_memory(err);
}
