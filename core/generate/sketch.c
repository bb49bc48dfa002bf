/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sketch: templates/sketch.ino with its tokens filled from an application spec. */
#include <ctype.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/base/utf8.h"
#include "core/generate/generate.h"
#include "core/generate/sensor.h"
#include "embed/core_generate_templates_sketch_ino.h"

/* Operators and the methods of the resolver that add them (TensorFlow Lite Micro). */
static const struct { const char *op, *method; } methods[] = {
    {"ADD", "AddAdd"}, {"AVERAGE_POOL_2D", "AddAveragePool2D"}, {"CONCATENATION", "AddConcatenation"},
    {"CONV_2D", "AddConv2D"}, {"DEPTHWISE_CONV_2D", "AddDepthwiseConv2D"}, {"DEQUANTIZE", "AddDequantize"},
    {"EXPAND_DIMS", "AddExpandDims"}, {"FULLY_CONNECTED", "AddFullyConnected"}, {"LOGISTIC", "AddLogistic"},
    {"MAX_POOL_2D", "AddMaxPool2D"}, {"MEAN", "AddMean"}, {"MUL", "AddMul"}, {"PAD", "AddPad"},
    {"QUANTIZE", "AddQuantize"}, {"RELU", "AddRelu"}, {"RELU6", "AddRelu6"}, {"RESHAPE", "AddReshape"},
    {"SOFTMAX", "AddSoftmax"}, {"SUB", "AddSub"}, {"TANH", "AddTanh"},
};

static const struct { const char *constant, *c, *data, *low, *high; } tensors[] = {
    [TENSOR_INT8] = {"kTfLiteInt8", "int8_t", "int8", "-128", "127"},
    [TENSOR_UINT8] = {"kTfLiteUInt8", "uint8_t", "uint8", "0", "255"},
    [TENSOR_FLOAT32] = {"kTfLiteFloat32", "float", "f", NULL, NULL},
};

static const char *method_of(const char *op)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
        if (str_eq(methods[i].op, op))
            return methods[i].method;
    return NULL;
}

static const char *text(const char *s)
{
    return s ? s : "";
}

/* Text for a // comment: one line that no backslash can continue. */
static void put_comment(struct buf *out, const char *s)
{
    char line[1200];

    text_line(line, sizeof(line), s);
    for (char *c = line; *c; c++)
        buf_putc(out, *c == '\\' ? '/' : *c);
}

static void put_string(struct buf *out, const char *s)
{
    buf_putc(out, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *s);
    }
    buf_putc(out, '"');
}

static void put_float(struct buf *out, double v)
{
    char number[40];

    snprintf(number, sizeof(number), "%.9g", (double)(float)v);
    buf_puts(out, number);
    buf_puts(out, strpbrk(number, ".en") ? "f" : ".0f");
}

static void fill_name(const struct spec_app *s, struct buf *out)
{
    buf_puts(out, s->application.name);
}

static void fill_description(const struct spec_app *s, struct buf *out)
{
    put_comment(out, text(s->application.description));
}

static int serial_count(const struct spec_app *s)
{
    int n = 0;

    for (int i = 0; i < s->features.n; i++)
        n += s->features.items[i].source == SOURCE_SERIAL1;
    return n;
}

static void fill_inputs(const struct spec_app *s, struct buf *out)
{
    buf_puts(out, "//\n// Inputs:\n");
    for (int i = 0; i < s->features.n; i++) {
        const struct spec_feature *f = &s->features.items[i];
        buf_puts(out, "//   ");
        put_comment(out, f->name);
        if (f->source == SOURCE_SENSOR)
            buf_putf(out, ": sensor %s, channel %s\n", f->sensor, f->channel);
        else
            buf_puts(out, ": Serial1\n");
    }
    if (serial_count(s))
        buf_puts(out, "// Serial1 brings one line per reading: the values in this order, separated by commas.\n");
}

static void fill_includes(const struct spec_app *s, struct buf *out)
{
    for (int i = 0; i < s->software.others.n; i++)
        buf_putf(out, "#include <%s>\n", s->software.others.items[i].header);
}

static void fill_model_path(const struct spec_app *s, struct buf *out)
{
    buf_puts(out, s->software.model.path);
}

static void fill_classes(const struct spec_app *s, struct buf *out)
{
    for (int i = 0; i < s->classification.classes.n; i++) {
        buf_puts(out, i ? ", " : "");
        put_string(out, s->classification.classes.items[i]);
    }
}

static void fill_class_count(const struct spec_app *s, struct buf *out)
{
    buf_putf(out, "%d", s->classification.classes.n);
}

static void fill_feature_count(const struct spec_app *s, struct buf *out)
{
    buf_putf(out, "%d", s->features.n);
}

static void put_floats(const struct spec_app *s, struct buf *out, bool mean)
{
    for (int i = 0; i < s->features.n; i++) {
        const struct spec_feature *f = &s->features.items[i];
        buf_puts(out, !i ? "" : i % 6 ? ", " : ",\n    ");
        put_float(out, mean ? f->mean : f->std);
    }
}

static void fill_mean(const struct spec_app *s, struct buf *out)
{
    put_floats(s, out, true);
}

static void fill_std(const struct spec_app *s, struct buf *out)
{
    put_floats(s, out, false);
}

static void fill_moments(const struct spec_app *s, struct buf *out)
{
    buf_putf(out, "%lld", (long long)s->window);
}

static void fill_arena(const struct spec_app *s, struct buf *out)
{
    buf_putf(out, "%lld", (long long)s->software.model.arena_bytes);
}

static void fill_baud(const struct spec_app *s, struct buf *out)
{
    buf_putf(out, "%lld", (long long)s->deployment.baud);
}

static void fill_symbol(const struct spec_app *s, struct buf *out)
{
    buf_puts(out, s->software.model.symbol);
}

static void fill_operator_count(const struct spec_app *s, struct buf *out)
{
    buf_putf(out, "%d", s->software.model.operators.n);
}

static void fill_operators(const struct spec_app *s, struct buf *out)
{
    for (int i = 0; i < s->software.model.operators.n; i++)
        buf_putf(out, "  resolver.%s();\n", method_of(s->software.model.operators.items[i]));
}

static void fill_begin(const struct spec_app *s, struct buf *out)
{
    const char *done[16];
    int n = 0;

    if (serial_count(s))
        buf_putf(out, "  Serial1.begin(%lld);\n", (long long)s->deployment.baud);
    for (int i = 0; i < s->hardware.sensors.n; i++) {
        const struct sensor_row *row = sensor_find(s->hardware.sensors.items[i]);
        bool again = false;

        for (int k = 0; k < n; k++)
            again |= str_eq(done[k], row->begin);
        if (!row->begin || again || n == 16)
            continue;
        done[n++] = row->begin;
        buf_putf(out, "  if (!%s) {\n    stop(\"The sensor %s does not answer.\");\n  }\n", row->begin,
                 s->hardware.sensors.items[i]);
    }
}

static void fill_serial(const struct spec_app *s, struct buf *out)
{
    int n = serial_count(s);

    buf_putc(out, '\n');
    if (!n)
        return;
    buf_putf(out,
             "// Reads a line with %d value%s from Serial1; a line with fewer is skipped.\n"
             "void readLine(float* value) {\n"
             "  static char line[%d];\n"
             "  int count = 0;\n"
             "  while (count < %d) {\n"
             "    size_t length = 0;\n"
             "    char c = 0;\n"
             "    while (c != '\\n') {\n"
             "      while (!Serial1.available()) {\n"
             "        delay(1);\n"
             "      }\n"
             "      c = (char)Serial1.read();\n"
             "      if (length + 1 < sizeof(line)) {\n"
             "        line[length++] = c;\n"
             "      }\n"
             "    }\n"
             "    line[length] = '\\0';\n"
             "    char* from = line;\n"
             "    for (count = 0; count < %d; count++) {\n"
             "      char* end = from;\n"
             "      value[count] = strtof(from, &end);\n"
             "      if (end == from) {\n"
             "        break;\n"
             "      }\n"
             "      from = *end == ',' ? end + 1 : end;\n"
             "    }\n"
             "  }\n"
             "}\n\n",
             n, n == 1 ? "" : "s", 32 * n + 16, n, n);
}

static void fill_read(const struct spec_app *s, struct buf *out)
{
    int line = 0;

    for (int i = 0; i < s->hardware.sensors.n; i++) {
        const struct sensor_row *row = sensor_find(s->hardware.sensors.items[i]);
        if (row->available)
            buf_putf(out, "  while (!%s) {\n  }\n", row->available);
    }
    for (int i = 0; i < s->hardware.sensors.n; i++) {
        const struct sensor_row *row = sensor_find(s->hardware.sensors.items[i]);
        buf_putf(out, "  %s %s[%d];\n  %s\n", row->type, row->variable, row->values, row->read);
    }
    if (serial_count(s))
        buf_putf(out, "  float line[%d];\n  readLine(line);\n", serial_count(s));
    for (int i = 0; i < s->features.n; i++) {
        const struct spec_feature *f = &s->features.items[i];
        if (f->source == SOURCE_SERIAL1)
            buf_putf(out, "  value[%d] = line[%d];\n", i, line++);
        else
            buf_putf(out, "  value[%d] = %s[%d];\n", i, sensor_find(f->sensor)->variable, sensor_channel(f->sensor, f->channel));
    }
}

static void fill_set_input(const struct spec_app *s, struct buf *out)
{
    int type = s->software.model.input.type;

    if (type == TENSOR_FLOAT32) {
        buf_puts(out, "  input->data.f[index] = value;\n");
        return;
    }
    buf_putf(out,
             "  const long rounded = lroundf(value / input->params.scale) + input->params.zero_point;\n"
             "  input->data.%s[index] = (%s)constrain(rounded, %sL, %sL);\n",
             tensors[type].data, tensors[type].c, tensors[type].low, tensors[type].high);
}

static void fill_score(const struct spec_app *s, struct buf *out)
{
    int type = s->software.model.output.type;

    if (type == TENSOR_FLOAT32)
        buf_puts(out, "  return output->data.f[index];\n");
    else
        buf_putf(out, "  return (output->data.%s[index] - output->params.zero_point) * output->params.scale;\n",
                 tensors[type].data);
}

static void fill_input_type(const struct spec_app *s, struct buf *out)
{
    buf_puts(out, tensors[s->software.model.input.type].constant);
}

static void fill_output_type(const struct spec_app *s, struct buf *out)
{
    buf_puts(out, tensors[s->software.model.output.type].constant);
}

static void fill_input_c(const struct spec_app *s, struct buf *out)
{
    buf_puts(out, tensors[s->software.model.input.type].c);
}

static void fill_output_c(const struct spec_app *s, struct buf *out)
{
    buf_puts(out, tensors[s->software.model.output.type].c);
}

static void fill_pause(const struct spec_app *s, struct buf *out)
{
    if (s->interval_ms > 0)
        buf_putf(out, "  delay(%lld);\n", (long long)s->interval_ms);
}

/* A token alone on its line goes with its newline when what fills it brings its own. */
static const struct { const char *token; void (*fill)(const struct spec_app *s, struct buf *out); } tokens[] = {
    {"@NAME@", fill_name}, {"@DESCRIPTION@", fill_description}, {"@INPUTS@\n", fill_inputs},
    {"@INCLUDES@\n", fill_includes}, {"@MODEL_PATH@", fill_model_path}, {"@CLASSES@", fill_classes},
    {"@CLASS_COUNT@", fill_class_count}, {"@FEATURE_COUNT@", fill_feature_count}, {"@MEAN@", fill_mean},
    {"@STD@", fill_std}, {"@MOMENTS@", fill_moments}, {"@ARENA@", fill_arena}, {"@BAUD@", fill_baud},
    {"@BEGIN@\n", fill_begin}, {"@SYMBOL@", fill_symbol}, {"@OPERATOR_COUNT@", fill_operator_count},
    {"@OPERATORS@\n", fill_operators}, {"@INPUT_TYPE@", fill_input_type}, {"@OUTPUT_TYPE@", fill_output_type},
    {"@INPUT_C@", fill_input_c}, {"@OUTPUT_C@", fill_output_c}, {"@SERIAL@\n", fill_serial}, {"@READ@", fill_read},
    {"@SET_INPUT@", fill_set_input}, {"@SCORE@", fill_score}, {"@PAUSE@", fill_pause},
};

static bool identifier(const char *s)
{
    if (!s || (!isalpha((unsigned char)*s) && *s != '_'))
        return false;
    while (isalnum((unsigned char)*s) || *s == '_')
        s++;
    return !*s;
}

/* A header or file name: nothing that ends an #include or leads out of the folder. */
static bool header_name(const char *s)
{
    if (!s || !*s || *s == '.' || *s == '/' || strstr(s, ".."))
        return false;
    while (isalnum((unsigned char)*s) || (*s && strchr("_-./", *s)))
        s++;
    return !*s;
}

static int check_names(const struct spec_app *s, struct err *err)
{
    const char *bad = NULL;

    if (!identifier(s->application.name))
        bad = s->application.name;
    else if (!identifier(s->software.model.symbol))
        bad = s->software.model.symbol;
    else if (!header_name(s->software.model.path))
        bad = s->software.model.path;
    else
        for (int i = 0; i < s->software.others.n && !bad; i++)
            if (!header_name(s->software.others.items[i].header))
                bad = s->software.others.items[i].header;
    if (!bad)
        return 0;
    err_set(err, ERR_INVALID, "\"%.60s\" cannot be a name in the sketch.", bad);
    err_hint(err, "Use letters, digits and '_'.");
    return -ERR_INVALID;
}

static int check_features(const struct spec_app *s, struct err *err)
{
    for (int i = 0; i < s->features.n; i++) {
        const struct spec_feature *f = &s->features.items[i];

        if (f->std == 0)
            return err_set(err, ERR_INVALID, "The feature \"%.60s\" is divided by 0.", f->name);
        if (f->source == SOURCE_SERIAL1)
            continue;
        if (!data_names_have(&s->hardware.sensors, text(f->sensor)))
            return err_set(err, ERR_INVALID, "The sensor \"%.30s\" of \"%.60s\" is not among the sensors in use.", text(f->sensor), f->name);
        if (sensor_channel(f->sensor, text(f->channel)) < 0)
            return err_set(err, ERR_INVALID, "The sensor \"%.30s\" has no channel \"%.15s\".", f->sensor, text(f->channel));
    }
    for (int i = 0; i < s->hardware.sensors.n; i++)
        if (!sensor_find(s->hardware.sensors.items[i]))
            return err_set(err, ERR_INVALID, "There is no code for a sensor \"%.30s\".", s->hardware.sensors.items[i]);
    return 0;
}

static int64_t volume(const struct spec_dims *d)
{
    int64_t n = 1;

    for (int i = 0; i < d->dims.n; i++)
        if (d->dims.items[i] < 1 || d->dims.items[i] > 1000000 || __builtin_mul_overflow(n, d->dims.items[i], &n))
            return -1;
    return n;
}

static int check_model(const struct spec_app *s, struct err *err)
{
    for (int i = 0; i < s->software.model.operators.n; i++)
        if (!method_of(s->software.model.operators.items[i])) {
            err_set(err, ERR_INVALID, "The runtime on the board has no operator %.60s.", s->software.model.operators.items[i]);
            err_hint(err, "Change the network or its conversion so that it is not needed.");
            return -ERR_INVALID;
        }
    if (volume(&s->software.model.input) != s->window * s->features.n)
        return err_set(err, ERR_INVALID, "The network takes %lld values and the features give %lld.",
                       (long long)volume(&s->software.model.input), (long long)s->window * s->features.n);
    if (volume(&s->software.model.output) != s->classification.classes.n)
        return err_set(err, ERR_INVALID, "The network gives %lld scores and there are %d classes.",
                       (long long)volume(&s->software.model.output), s->classification.classes.n);
    return 0;
}

static bool fill_token(const struct spec_app *s, const char **p, struct buf *out)
{
    for (size_t i = 0; i < sizeof(tokens) / sizeof(*tokens); i++)
        if (str_starts(*p, tokens[i].token)) {
            tokens[i].fill(s, out);
            *p += strlen(tokens[i].token);
            return true;
        }
    return false;
}

int generate_sketch(const struct spec_app *s, struct buf *out, struct err *err)
{
    const char *p = core_generate_templates_sketch_ino;
    int rc = check_names(s, err);

    if (!rc)
        rc = check_features(s, err);
    if (!rc)
        rc = check_model(s, err);
    if (rc)
        return rc;
    while (*p)
        if (*p != '@' || !fill_token(s, &p, out))
            buf_putc(out, *p++);
    return out->broken ? err_set(err, ERR_CAP, "The sketch is larger than %zu bytes.", out->cap) : 0;
}
