/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a sketch must do to be one that classifies: load the model, fill the input, invoke, read the
 * output as the type it has, print the classes. "Compiles" says nothing about any of it: 15 of 97
 * sketches of the failure study that compiled never invoked.
 */
#include <ctype.h>
#include <string.h>

#include "core/base/str.h"
#include "core/board/board.h"
#include "core/gate/gates.h"
#include "core/gate/sketch.h"

#define ID "semantics"

static const struct gate_note
    no_invoke = {"no-invoke", FINDING_ERROR, FINDING_E1,
                 "Call interpreter->Invoke() in loop() for every sample.", NULL},
    once = {"no-invoke", FINDING_WARNING, FINDING_E1, "Call Invoke() in loop(), once per sample.",
            NULL},
    no_load = {"no-model-load", FINDING_ERROR, FINDING_E1,
               "Load the model with tflite::GetModel() in setup().", NULL},
    no_allocate = {"no-allocate", FINDING_ERROR, FINDING_E1,
                   "Call AllocateTensors() in setup() and check for kTfLiteOk.", NULL},
    input_type = {"float-input-type", FINDING_ERROR, FINDING_E1,
                  "Use the member of the input's real type and quantize with params.scale and "
                  "params.zero_point.",
                  NULL},
    output_type = {"output-type", FINDING_ERROR, FINDING_E1,
                   "Use the member of the output's real type; compare the scores as they are.",
                   NULL},
    no_input = {"input-not-filled", FINDING_ERROR, FINDING_E1,
                "Write every feature into the input tensor before Invoke().", NULL},
    no_output = {"output-not-read", FINDING_ERROR, FINDING_E1,
                 "Read the output tensor after Invoke() and take the largest score.", NULL},
    class_missing = {"class-missing", FINDING_ERROR, FINDING_OTHER,
                     "Print the class names exactly as given.", NULL},
    silent = {"nothing-printed", FINDING_ERROR, FINDING_OTHER,
              "Print the class of each sample with Serial.println().", NULL},
    no_sensor = {"sensor-not-read", FINDING_WARNING, FINDING_OTHER,
                 "Read the sensor in loop() instead of using constants.", NULL},
    not_ready =
        {"sensor-not-ready", FINDING_WARNING, FINDING_OTHER,
         "Wait for APDS.colorAvailable() before readColor(): it switches the color engine on.",
         NULL},
    constant = {"constant-input", FINDING_WARNING, FINDING_OTHER,
                "Fill the input from the sensors.", NULL},
    placeholder = {"placeholder", FINDING_WARNING, FINDING_C1,
                   "Write the code that the comment stands for.", NULL};

struct look {
    const struct gate_artifact *a;
    const struct gate_context *c;
    const struct sketch *k;
    struct finding_list *out;
};

static void say_at(const struct look *l, const struct gate_note *n, size_t token,
                   const char *message)
{
    const struct source *s = &l->k->source;
    bool known = token < s->tokens.n;

    gate_say(l->out, ID, n, l->a, known ? s->tokens.items[token].line : 0,
             known ? s->tokens.items[token].column : 0, "%s", message);
}

static void check_invoke(const struct look *l)
{
    size_t at;

    switch (sketch_call(l->k, "Invoke", &at)) {
    case SKETCH_LOOP:
        return;
    case SKETCH_SETUP:
        say_at(l, &once, at,
               "Invoke() is reached from setup() only, so only one sample is ever classified.");
        return;
    case SKETCH_UNREACHED:
        say_at(l, &no_invoke, at,
               "Invoke() stands in a function that neither setup() nor loop() calls.");
        return;
    case SKETCH_DEAD:
        say_at(l, &no_invoke, at, "Invoke() stands in a branch that is never taken.");
        return;
    case SKETCH_COMMENT:
        say_at(l, &no_invoke, at,
               "Invoke() is mentioned in a comment only: the sketch never runs the model.");
        return;
    default:
        say_at(l, &no_invoke, at,
               "The sketch never calls Invoke(): it compiles, but it does not run the model.");
    }
}

static void check_setup(const struct look *l)
{
    size_t at;

    if (sketch_call(l->k, "GetModel", &at) < SKETCH_UNREACHED)
        say_at(l, &no_load, at, "The sketch never loads the model.");
    if (sketch_call(l->k, "AllocateTensors", &at) < SKETCH_SETUP)
        say_at(l, &no_allocate, at,
               "AllocateTensors() is never called, so the tensors have no memory.");
}

static const char *member_of(const char *type)
{
    static const struct {
        const char *type, *member;
    } rows[] = {{"float32", "f"}, {"int8", "int8"}, {"uint8", "uint8"},
                {"int16", "i16"}, {"int32", "i32"}, {"int64", "i64"}};

    for (size_t i = 0; type && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!strcmp(rows[i].type, type))
            return rows[i].member;
    }
    return NULL;
}

static bool is_raw(const char *member)
{
    return !member[0] || !strcmp(member, "raw") || !strcmp(member, "raw_const") ||
           !strcmp(member, "data");
}

/* The value in  …data.int8[ … ] = VALUE ;  is a single number. */
static bool sets_constant(const struct source *s, size_t member, bool *ret_sets)
{
    size_t k;

    *ret_sets = false;
    if (!source_is(s, member + 1, "["))
        return false;
    k = source_close(s, member + 1) + 1;
    if (!source_is(s, k, "=") || source_is(s, k + 1, "="))
        return false;
    *ret_sets = true;
    k += 1 + source_is(s, k + 1, "-");
    return k < s->tokens.n && s->tokens.items[k].kind == SOURCE_NUMBER && source_is(s, k + 1, ";");
}

struct accesses {
    int input, output, unknown, sets, constants;
    size_t constant_at;
    bool said_input, said_output;
};

static void check_type(const struct look *l, enum sketch_tensor tensor, const char *member,
                       size_t token, struct accesses *n)
{
    bool in = tensor == SKETCH_INPUT;
    const char *type = in ? l->c->input_type : l->c->output_type, *want = member_of(type);
    bool *said = in ? &n->said_input : &n->said_output;
    const struct source_token *t = &l->k->source.tokens.items[token];

    if (tensor == SKETCH_UNKNOWN) { /* wrong for both tensors is wrong for the one it is */
        const char *other = member_of(l->c->input_type);
        if (!want || !other || !strcmp(member, other))
            return;
    }
    if (!want || is_raw(member) || !strcmp(member, want) || *said)
        return;
    *said = true;
    gate_say(l->out, ID, in ? &input_type : &output_type, l->a, t->line, t->column,
             "data.%s is used, but the %s is %s: the numbers are silently wrong; data.%s is right.",
             member,
             in                        ? "input"
             : tensor == SKETCH_OUTPUT ? "output"
                                       : "tensor",
             type, want);
}

static void check_tensors(const struct look *l)
{
    struct accesses n = {0};
    enum sketch_tensor tensor;
    const char *member;
    size_t at = 0, token;

    while (sketch_access(l->k, &at, &tensor, &member, &token)) {
        bool sets;
        n.input += tensor == SKETCH_INPUT;
        n.output += tensor == SKETCH_OUTPUT;
        n.unknown += tensor == SKETCH_UNKNOWN;
        check_type(l, tensor, member, token, &n);
        if (tensor == SKETCH_INPUT && sets_constant(&l->k->source, token, &sets)) {
            n.constants++;
            n.constant_at = token;
            n.sets++;
        } else if (tensor == SKETCH_INPUT) {
            n.sets++;
        }
    }
    if (!n.input && !n.unknown)
        say_at(l, &no_input, l->k->source.tokens.n,
               "Nothing is ever written into the input tensor.");
    else if (n.constants && n.constants == n.sets)
        say_at(l, &constant, n.constant_at, "The input tensor is filled with constants only.");
    if (!n.output && !n.unknown)
        say_at(l, &no_output, l->k->source.tokens.n, "The output tensor is never read.");
}

static bool holds_word(const char *text, size_t n, const char *word)
{
    size_t m = strlen(word);

    for (size_t i = 0; m && i + m <= n; i++) {
        if (!strncasecmp(text + i, word, m) && (!i || !isalnum((unsigned char)text[i - 1])) &&
            (i + m == n || !isalnum((unsigned char)text[i + m])))
            return true;
    }
    return false;
}

static bool has_string_with(const struct source *s, const char *word)
{
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct source_token *t = &s->tokens.items[i];
        if (t->kind == SOURCE_STRING && !t->dead && holds_word(t->text, t->len, word))
            return true;
    }
    return false;
}

static bool is_number(const char *word)
{
    return word[0] && strspn(word, "0123456789") == strlen(word);
}

static void check_printed(const struct look *l)
{
    size_t at;
    bool prints = sketch_call(l->k, "println", &at) >= SKETCH_SETUP ||
                  sketch_call(l->k, "print", &at) >= SKETCH_SETUP ||
                  sketch_call(l->k, "printf", &at) >= SKETCH_SETUP ||
                  sketch_call(l->k, "write", &at) >= SKETCH_SETUP;

    if (!prints)
        say_at(l, &silent, l->k->source.tokens.n, "The sketch never prints anything.");
    for (int i = 0; i < l->c->n_classes; i++) {
        const char *name = l->c->classes[i];
        if (!is_number(name) &&
            !has_string_with(&l->k->source, name)) /* a number may be printed as one */
            gate_say(l->out, ID, &class_missing, l->a, 0, 0,
                     "The class \"%s\" stands in no text of the sketch, so it is never printed.",
                     name);
    }
}

/* A live call of any of the functions in this text (signatures or calls) that read something. */
static bool reads_sensor(const struct look *l, const char *signatures)
{
    const char *p = signatures;

    while (p && (p = strstr(p, "read")) != NULL) {
        char name[64];
        size_t n = 0, at;
        while (n < sizeof(name) - 1 && (isalnum((unsigned char)p[n]) || p[n] == '_')) {
            name[n] = p[n];
            n++;
        }
        name[n] = '\0';
        p += n;
        if (*p == '(' && sketch_call(l->k, name, &at) >= SKETCH_SETUP)
            return true;
    }
    return false;
}

static const char *signatures_of(const struct board *b, const char *library)
{
    for (int i = 0; i < b->n_libraries; i++) {
        if (str_eq(b->libraries[i].name, library))
            return b->libraries[i].signatures;
    }
    return NULL;
}

static void check_sensor(const struct look *l, const char *id)
{
    const struct board *b = l->c->board;

    for (int i = 0; i < b->n_sensors; i++) {
        const struct board_sensor *s = &b->sensors[i];
        const char *text = s->calls ? s->calls : signatures_of(b, s->library);
        if (!str_eq(s->id, id) || !text || reads_sensor(l, text))
            continue;
        gate_say(l->out, ID, &no_sensor, l->a, 0, 0,
                 "The sensor \"%s\" (%s) feeds the model, but the sketch never reads it.", id,
                 s->library);
    }
}

static void check_sensors(const struct look *l)
{
    const struct source *s = &l->k->source;
    size_t read = source_find(s, 0, "readColor");

    for (int i = 0; l->c->board && i < l->c->n_sensors; i++)
        check_sensor(l, l->c->sensors[i]);
    if (l->c->serial_input && source_find(s, 0, "Serial1") == s->tokens.n)
        say_at(l, &no_sensor, s->tokens.n,
               "Some inputs come as lines on Serial1, but the sketch never reads Serial1.");
    if (read < s->tokens.n && source_find(s, 0, "colorAvailable") == s->tokens.n)
        say_at(l, &not_ready, read,
               "readColor() is called without colorAvailable(): the real sensor then reads zeros.");
}

static void check_placeholders(const struct look *l)
{
    static const char *const words[] = {"your code here", "todo",         "placeholder",
                                        "fill in",        "replace this", "implement"};
    const struct source *s = &l->k->source;

    for (size_t i = 0; i < s->comments.n; i++) {
        const struct source_comment *m = &s->comments.items[i];
        for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
            if (!holds_word(s->bytes + m->start, m->end - m->start, words[w]))
                continue;
            gate_say(l->out, ID, &placeholder, l->a, m->line, 0,
                     "A comment says \"%s\": code may be missing here.", words[w]);
            break;
        }
    }
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    struct sketch k;
    struct look l = {a, c, &k, out};

    (void)result;
    if (sketch_init(&k, a->bytes, a->len))
        return;
    check_placeholders(&l);
    if (c->model_symbol) {
        check_invoke(&l);
        check_setup(&l);
        check_tensors(&l);
        check_printed(&l);
        check_sensors(&l);
    }
    sketch_done(&k);
}

const struct gate gate_semantics = {
    ID,
    "The sketch loads the model, fills the input, invokes, reads the output by its type, prints "
    "the classes.",
    GATE_BEFORE,
    1u << ARTIFACT_SKETCH,
    NULL,
    check,
};
