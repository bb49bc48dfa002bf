/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate/specs.h"

#include <json-c/json.h>
#include <math.h>

#include "core/base/os.h"
#include "core/base/str.h"

#define AT(type, field) offsetof(struct type, field)
#define END {0}

/* ---- data ---- */

static const char *const fills[] = {"median", "mode", NULL};
enum { NAME_MAX_BYTES = 127 };

#define COLUMN_NAME {"name", SPEC_TEXT, AT(data_step_column, name), 1, NAME_MAX_BYTES, .help = "Column of the input table."}
static const struct spec_field clean_columns[] = {
    {"from", SPEC_TEXT, AT(data_step_column, name), 0, NAME_MAX_BYTES, .help = "Name in the input's header."},
    {"to", SPEC_TEXT, AT(data_step_column, to), 1, NAME_MAX_BYTES, .help = "New name: letters, digits and '_'."},
    END};
static const struct spec_field parse_columns[] = {
    COLUMN_NAME,
    {"unit", SPEC_TEXT, AT(data_step_column, unit), 0, 15, .help = "Unit that cells may carry, or empty."},
    {"decimal", SPEC_TEXT, AT(data_step_column, decimal), 1, 1, .help = "Decimal sign: \".\" or \",\"."},
    END};
static const struct spec_field encode_columns[] = {
    COLUMN_NAME,
    {"words", SPEC_TEXTS, AT(data_step_column, words), 1, PROFILE_VALUES_MAX, .help = "The word at place i gets the code i."},
    END};
static const struct spec_field fill_columns[] = {
    COLUMN_NAME,
    {"with", SPEC_TEXT, AT(data_step_column, fill), 4, 6, .help = "\"median\" for numbers, \"mode\" for codes and words."},
    END};

#define COLUMNS(rows_) {"columns", SPEC_LIST, AT(data_step, columns), 1, 1000, .rows = rows_, .size = sizeof(struct data_step_column), .help = "What to do with which column."}
#define NAMES(key_, help_) {key_, SPEC_TEXTS, AT(data_step, names), 0, 1000, .help = help_}
#define LABEL {"label", SPEC_TEXT, AT(data_step, label), 1, NAME_MAX_BYTES, .help = "Column that holds the class."}
static const struct spec_field data_rows[DATA_OPS][8] = {
    [DATA_CLEAN_NAMES] = {{"separator", SPEC_TEXT, AT(data_step, separator), 1, 1, .help = "Separator of the input."},
                          NAMES("missing", "Words that stand for a missing value."), COLUMNS(clean_columns), END},
    [DATA_DROP_COLUMNS] = {NAMES("columns", "Columns to drop."), END},
    [DATA_PARSE_NUMBERS] = {COLUMNS(parse_columns), END},
    [DATA_DROP_UNLABELED] = {LABEL, END},
    [DATA_DROP_DUPLICATES] = {NAMES("ignore", "Columns that do not count in the comparison."), END},
    [DATA_ENCODE_TEXT] = {COLUMNS(encode_columns), END},
    [DATA_MAKE_WINDOWS] = {LABEL,
                           {"length", SPEC_INT, AT(data_step, length), 2, 10000, .help = "Rows per window."},
                           {"stride", SPEC_INT, AT(data_step, stride), 1, 10000, .help = "Rows from one window's begin to the next one's."},
                           END},
    [DATA_SPLIT] = {LABEL,
                    {"group", SPEC_TEXT, AT(data_step, group), 0, NAME_MAX_BYTES, .help = "Column whose equal values stay together, or empty."},
                    {"test_share", SPEC_NUMBER, AT(data_step, test_share), 0.05, 0.9, .help = "Share of each class that is kept for the test."},
                    {"seed", SPEC_INT, AT(data_step, seed), 0, 4294967295.0, .help = "Seed of the random order."},
                    END},
    [DATA_FILL_MISSING] = {COLUMNS(fill_columns), END},
    [DATA_CLIP_OUTLIERS] = {NAMES("columns", "Columns to limit."),
                            {"low", SPEC_NUMBER, AT(data_step, low), 0, 0.5, .help = "Quantile of the lower limit."},
                            {"high", SPEC_NUMBER, AT(data_step, high), 0.5, 1, .help = "Quantile of the upper limit."},
                            END},
};

const struct spec_field *spec_data_rows(int op)
{
    return op >= 0 && op < DATA_OPS ? data_rows[op] : NULL;
}

static int check_step(const struct data_step *s, struct err *err)
{
    for (int i = 0; i < s->columns.n; i++) {
        const struct data_step_column *c = &s->columns.items[i];
        if (s->op == DATA_FILL_MISSING && !str_eq(c->fill, fills[0]) && !str_eq(c->fill, fills[1]))
            return err_set(err, ERR_INVALID, "The field \"with\" must be \"median\" or \"mode\" and not \"%.40s\".", c->fill);
        if (s->op == DATA_PARSE_NUMBERS && !str_eq(c->decimal, ".") && !str_eq(c->decimal, ","))
            return err_set(err, ERR_INVALID, "The field \"decimal\" must be \".\" or \",\" and not \"%.40s\".", c->decimal);
    }
    return 0;
}

struct step_shell { char *op, *title, *reason; };
static const struct spec_field shell_rows[] = {
    {"op", SPEC_TEXT, AT(step_shell, op), 1, 40, .help = "Operation."},
    {"title", SPEC_TEXT, AT(step_shell, title), 0, 200, .optional = true, .help = "A few words on what it does."},
    {"reason", SPEC_TEXT, AT(step_shell, reason), 0, 1500, .optional = true, .help = "One sentence on why."},
    END};

static int step_from_object(struct json_object *o, struct data_step *ret, struct err *err)
{
    struct json_object *params = NULL;
    struct step_shell shell = {0};
    int rc;

    if (json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, "params", &params)) {
        json_object_get(params);
        json_object_object_del(o, "params");
    }
    rc = spec_from_object(shell_rows, &shell, o, "a data step", err);
    ret->op = rc ? -1 : data_op_by_name(shell.op);
    if (!rc && ret->op < 0)
        rc = err_set(err, ERR_INVALID, "There is no data operation \"%.40s\".", shell.op);
    if (!rc)
        rc = spec_from_object(data_rows[ret->op], ret, params, shell.op, err);
    if (!rc)
        rc = check_step(ret, err);
    ret->title = shell.title;
    ret->reason = shell.reason;
    shell.title = shell.reason = NULL;
    spec_done(shell_rows, &shell);
    json_object_put(params);
    if (rc)
        data_step_done(ret);
    return rc;
}

int spec_data_from_text(const char *json, size_t n, struct data_step *ret, struct err *err)
{
    struct json_object *o;
    char *text;
    int rc;

    memset(ret, 0, sizeof(*ret));
    text = n <= SPEC_JSON_MAX ? os_dup(json, n) : NULL;
    o = text ? json_tokener_parse(text) : NULL;
    rc = o ? step_from_object(o, ret, err) : err_set(err, ERR_INVALID, "The data step is not one JSON object.");
    json_object_put(o);
    free(text);
    return rc;
}

int spec_data_to_text(const struct data_step *s, struct buf *out)
{
    struct step_shell shell = {(char *)(uintptr_t)data_op_name(s->op), s->title, s->reason};
    struct json_object *o = spec_to_object(shell_rows, &shell);
    const char *text;

    json_object_object_add(o, "params", spec_to_object(data_rows[s->op], s));
    text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    buf_puts(out, text ? text : "");
    buf_putc(out, '\n');
    json_object_put(o);
    return text && !out->broken ? 0 : -1;
}

/* ---- train, check, convert, reference ---- */

#define SEED(type) {"seed", SPEC_INT, AT(type, seed), 0, 4294967295.0, .help = "Seed of everything random."}
#define DATA_FIELDS(type)                                                                                              \
    {"features", SPEC_TEXTS, AT(type, features), 1, 1000, .help = "Input columns, in this order."},                   \
    {"label", SPEC_TEXT, AT(type, label), 1, NAME_MAX_BYTES, .help = "Column that holds the class."},                 \
    {"window", SPEC_INT, AT(type, window), 1, 10000, .help = "Rows per sample; 1 for plain rows."}

const struct spec_field spec_train_rows[] = {
    DATA_FIELDS(spec_train),
    {"filters", SPEC_INT, AT(spec_train, filters), 1, 64, .help = "Filters of the first convolution; windows only."},
    {"hidden", SPEC_INTS, AT(spec_train, hidden), 0, 4, .help = "Units of the dense layers before the last one."},
    {"epochs", SPEC_INT, AT(spec_train, epochs), 1, 2000, .help = "Passes over the training samples."},
    {"batch_size", SPEC_INT, AT(spec_train, batch_size), 1, 1024, .help = "Samples per update."},
    {"learning_rate", SPEC_NUMBER, AT(spec_train, learning_rate), 1e-6, 1, .help = "Step size of the optimizer Adam."},
    SEED(spec_train), END};

static const char *const scalings[] = {"auto", "standard", "minmax", "none", NULL};
const struct spec_field spec_check_rows[] = {
    DATA_FIELDS(spec_check),
    {"scaling", SPEC_CHOICE, AT(spec_check, scaling), .choices = scalings, .help = "How inputs were scaled in training; auto tries all and keeps the best."},
    {"classes", SPEC_TEXTS, AT(spec_check, classes), 0, PROFILE_CLASSES_MAX, .help = "Classes in the order of the outputs; empty: labels sorted."},
    END};

const char *const spec_tensor_names[] = {"int8", "uint8", "float32", NULL};
const struct spec_field spec_convert_rows[] = {
    {"weights", SPEC_CHOICE, AT(spec_convert, weights), .choices = spec_tensor_names, .help = "int8 (small and fast) or float32 (exact)."},
    {"input_type", SPEC_CHOICE, AT(spec_convert, input_type), .choices = spec_tensor_names, .help = "Type of the input tensor."},
    {"output_type", SPEC_CHOICE, AT(spec_convert, output_type), .choices = spec_tensor_names, .help = "Type of the output tensor."},
    {"calibration_samples", SPEC_INT, AT(spec_convert, calibration_samples), 1, 1000, .help = "Training samples that show the converter the ranges."},
    SEED(spec_convert), END};

const struct spec_field spec_reference_rows[] = {
    {"symbol", SPEC_TEXT, AT(spec_reference, symbol), 1, 40, .help = "Name of the byte array in model.h."},
    {"sample_rows", SPEC_INT, AT(spec_reference, sample_rows), 1, 500, .help = "Test samples whose answers the board must repeat."},
    SEED(spec_reference), END};

/* ---- application ---- */

static const char *const sources[] = {"sensor", "serial1", NULL};
static const struct spec_field feature_rows[] = {
    {"name", SPEC_TEXT, AT(spec_feature, name), 1, NAME_MAX_BYTES, .help = "Column of the data."},
    {"source", SPEC_CHOICE, AT(spec_feature, source), .choices = sources, .help = "A sensor of the board, or a line on Serial1."},
    {"sensor", SPEC_TEXT, AT(spec_feature, sensor), 0, 31, .help = "Sensor of the board; empty for serial1."},
    {"channel", SPEC_TEXT, AT(spec_feature, channel), 0, 15, .help = "Channel of the sensor; empty for serial1."},
    {"mean", SPEC_NUMBER, AT(spec_feature, mean), .help = "Subtracted from the measured value."},
    {"std", SPEC_NUMBER, AT(spec_feature, std), .help = "Divides the difference; not 0."},
    END};
static const struct spec_field library_rows[] = {
    {"name", SPEC_TEXT, AT(spec_library, name), 1, 60, .help = "Library."},
    {"header", SPEC_TEXT, AT(spec_library, header), 1, 80, .help = "Header to include."},
    END};
static const struct spec_field dims_rows[] = {
    {"dims", SPEC_INTS, AT(spec_dims, dims), 1, 6, .help = "Shape with the batch of 1."},
    {"type", SPEC_CHOICE, AT(spec_dims, type), .choices = spec_tensor_names, .help = "Type of the tensor."},
    END};
static const struct spec_field application_rows[] = {
    {"name", SPEC_TEXT, AT(spec_app, application.name), 1, 40, .help = "Name of the sketch: letters, digits and '_'."},
    {"description", SPEC_TEXT, AT(spec_app, application.description), 0, 1000, .help = "What the application is for."},
    END};
static const struct spec_field hardware_rows[] = {
    {"board", SPEC_TEXT, AT(spec_app, hardware.board), 1, 120, .help = "Full name of the board."},
    {"sensors", SPEC_TEXTS, AT(spec_app, hardware.sensors), 0, 20, .help = "Sensors in use."},
    END};
static const struct spec_field libraries_rows[] = {
    {"main", SPEC_TEXT, AT(spec_app, software.main_library), 1, 60, .help = "Library that runs the network."},
    {"others", SPEC_LIST, AT(spec_app, software.others), 0, 20, .rows = library_rows, .size = sizeof(struct spec_library), .help = "Libraries of the sensors."},
    END};
static const struct spec_field model_rows[] = {
    {"path", SPEC_TEXT, AT(spec_app, software.model.path), 1, 60, .help = "Header that holds the network."},
    {"symbol", SPEC_TEXT, AT(spec_app, software.model.symbol), 1, 40, .help = "Byte array in it."},
    {"length_symbol", SPEC_TEXT, AT(spec_app, software.model.length_symbol), 1, 50, .help = "Its length."},
    {"input", SPEC_SECTION, AT(spec_app, software.model.input), .rows = dims_rows, .help = "Input tensor."},
    {"output", SPEC_SECTION, AT(spec_app, software.model.output), .rows = dims_rows, .help = "Output tensor."},
    {"operators", SPEC_TEXTS, AT(spec_app, software.model.operators), 1, 60, .help = "Operators of the network."},
    {"arena_bytes", SPEC_INT, AT(spec_app, software.model.arena_bytes), 256, 1048576, .help = "Working memory of the interpreter."},
    END};
static const struct spec_field software_rows[] = {
    {"libraries", SPEC_SECTION, 0, .rows = libraries_rows, .help = "Libraries."},
    {"model", SPEC_SECTION, 0, .rows = model_rows, .help = "The network."},
    END};
static const struct spec_field deployment_rows[] = {
    {"device", SPEC_TEXT, AT(spec_app, deployment.device), 1, 120, .help = "Board, as the toolchain calls it."},
    {"interface", SPEC_TEXT, AT(spec_app, deployment.interface), 1, 40, .help = "How results leave the board."},
    {"baud", SPEC_INT, AT(spec_app, deployment.baud), 300, 2000000, .help = "Speed of the serial ports."},
    END};
static const struct spec_field classification_rows[] = {
    {"classes", SPEC_TEXTS, AT(spec_app, classification.classes), 2, PROFILE_CLASSES_MAX, .help = "Classes in the order of the outputs."},
    END};
const struct spec_field spec_app_rows[] = {
    {"application", SPEC_SECTION, 0, .rows = application_rows, .help = "The application."},
    {"hardware", SPEC_SECTION, 0, .rows = hardware_rows, .help = "The board."},
    {"software", SPEC_SECTION, 0, .rows = software_rows, .help = "Libraries and network."},
    {"deployment", SPEC_SECTION, 0, .rows = deployment_rows, .help = "How it is deployed."},
    {"classification", SPEC_SECTION, 0, .rows = classification_rows, .help = "What is told apart."},
    {"features", SPEC_LIST, AT(spec_app, features), 1, 1000, .rows = feature_rows, .size = sizeof(struct spec_feature), .help = "Inputs in the order of the network."},
    {"window", SPEC_INT, AT(spec_app, window), 1, 10000, .help = "Moments per sample; 1 for single readings."},
    {"interval_ms", SPEC_INT, AT(spec_app, interval_ms), 0, 3600000, .help = "Pause after each result."},
    END};

/* ---- results ---- */

static const struct spec_field confusion_rows[] = {
    {"class", SPEC_TEXT, AT(result_row, label), 1, NAME_MAX_BYTES, .help = "True class."},
    {"given", SPEC_INTS, AT(result_row, given), 2, PROFILE_CLASSES_MAX, .help = "How often each class was given, in the order of classes."},
    END};

const struct spec_field result_train_rows[] = {
    {"origin", SPEC_TEXT, AT(result_train, origin), 1, 20, .help = "trained or given."},
    {"model", SPEC_TEXT, AT(result_train, model), 1, 40, .help = "File of the network."},
    {"features", SPEC_TEXTS, AT(result_train, features), 1, 1000, .help = "Inputs in order."},
    {"label", SPEC_TEXT, AT(result_train, label), 1, NAME_MAX_BYTES, .help = "Column of the class."},
    {"window", SPEC_INT, AT(result_train, window), 1, 10000, .help = "Rows per sample."},
    {"classes", SPEC_TEXTS, AT(result_train, classes), 2, PROFILE_CLASSES_MAX, .help = "Classes in order of the outputs."},
    {"scaling", SPEC_TEXT, AT(result_train, scaling), 1, 20, .help = "Way of scaling."},
    {"mean", SPEC_NUMBERS, AT(result_train, mean), 1, 1000, .help = "Offset per feature."},
    {"std", SPEC_NUMBERS, AT(result_train, std), 1, 1000, .help = "Divisor per feature."},
    {"accuracy", SPEC_NUMBER, AT(result_train, accuracy), 0, 1, .help = "On test samples."},
    {"confusion", SPEC_LIST, AT(result_train, confusion), 2, PROFILE_CLASSES_MAX, .rows = confusion_rows, .size = sizeof(struct result_row), .help = "A row per true class."},
    {"params", SPEC_INT, AT(result_train, params), 0, 1e9, .help = "Parameters; 0 unknown."},
    {"train_samples", SPEC_INT, AT(result_train, train_samples), 0, 1e9, .help = "Training samples."},
    {"test_samples", SPEC_INT, AT(result_train, test_samples), 1, 1e9, .help = "Test samples."},
    END};

static const struct spec_field operator_rows[] = {
    {"name", SPEC_TEXT, AT(result_operator, name), 1, 60, .help = "Operator."},
    {"version", SPEC_INT, AT(result_operator, version), 1, 1000, .help = "Version that the network asks for."},
    END};
static const struct spec_field tensor_rows[] = {
    {"type", SPEC_CHOICE, AT(result_tensor, type), .choices = spec_tensor_names, .help = "Type."},
    {"dims", SPEC_INTS, AT(result_tensor, dims), 1, 6, .help = "Shape."},
    {"scale", SPEC_NUMBER, AT(result_tensor, scale), .help = "Of the quantization; 0 for float32."},
    {"zero_point", SPEC_INT, AT(result_tensor, zero_point), -128, 255, .help = "Of the quantization."},
    END};
const struct spec_field result_convert_rows[] = {
    {"bytes", SPEC_INT, AT(result_convert, bytes), 1, 1e9, .help = "Size of model.tflite."},
    {"symbol", SPEC_TEXT, AT(result_convert, symbol), 1, 40, .help = "Array in model.h."},
    {"symbol_len", SPEC_TEXT, AT(result_convert, symbol_len), 1, 50, .help = "Its length in model.h."},
    {"operators", SPEC_LIST, AT(result_convert, operators), 1, 100, .rows = operator_rows, .size = sizeof(struct result_operator), .help = "Operators of the network."},
    {"input", SPEC_SECTION, AT(result_convert, input), .rows = tensor_rows, .help = "Input tensor."},
    {"output", SPEC_SECTION, AT(result_convert, output), .rows = tensor_rows, .help = "Output tensor."},
    {"accuracy_model", SPEC_NUMBER, AT(result_convert, accuracy_model), 0, 1, .help = "Before conversion."},
    {"accuracy", SPEC_NUMBER, AT(result_convert, accuracy), 0, 1, .help = "After conversion."},
    {"accuracy_loss", SPEC_NUMBER, AT(result_convert, accuracy_loss), -1, 1, .help = "Difference."},
    {"arena_host", SPEC_INT, AT(result_convert, arena_host), 1, 1e9, .help = "Arena that the host needs."},
    {"sample_rows", SPEC_INT, AT(result_convert, sample_rows), 1, 500, .help = "Rows in reference.csv."},
    {"test_samples", SPEC_INT, AT(result_convert, test_samples), 1, 1e9, .help = "Test samples."},
    {"class_differs_litert", SPEC_INT, AT(result_convert, class_differs_litert), 0, 1e9, .help = "Test samples for which LiteRT gives another class."},
    END};

static int check_train(const struct result_train *r, struct err *err)
{
    for (int i = 0; i < r->std.n; i++)
        if (r->std.items[i] == 0)
            return err_set(err, ERR_INVALID, "train.json divides feature %d by 0.", i + 1);
    for (int i = 0; i < r->confusion.n; i++)
        if (((struct result_row *)r->confusion.items)[i].given.n != r->classes.n)
            return err_set(err, ERR_INVALID, "The confusion matrix of train.json is not square.");
    if (r->mean.n == r->features.n && r->std.n == r->features.n && r->confusion.n == r->classes.n)
        return 0;
    return err_set(err, ERR_INVALID, "The lists of train.json do not have the same length.");
}

int result_train_read(const char *json, size_t n, struct result_train *ret, struct err *err)
{
    int rc;

    memset(ret, 0, sizeof(*ret));
    rc = spec_from_text(result_train_rows, ret, json, n, "train.json", err);
    if (!rc)
        rc = check_train(ret, err);
    if (rc)
        result_train_done(ret);
    return rc;
}

void result_train_done(struct result_train *r)
{
    spec_done(result_train_rows, r);
}

int64_t result_train_confusion(const struct result_train *r, int i, int k)
{
    const struct result_row *rows = r->confusion.items;

    return i < 0 || k < 0 || i >= r->confusion.n || k >= rows[i].given.n ? -1 : rows[i].given.items[k];
}

int result_convert_read(const char *json, size_t n, struct result_convert *ret, struct err *err)
{
    int rc;

    memset(ret, 0, sizeof(*ret));
    rc = spec_from_text(result_convert_rows, ret, json, n, "convert.json", err);
    if (rc)
        result_convert_done(ret);
    return rc;
}

void result_convert_done(struct result_convert *r)
{
    spec_done(result_convert_rows, r);
}
