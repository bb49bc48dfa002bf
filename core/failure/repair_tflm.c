/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sketches get wrong about the model's array and the runtime's interface. */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/board/board.h"
#include "core/failure/repair.h"

enum { NAME = 128, OPERANDS_MIN = 5 };

static const struct source_token *token(const struct repair_work *w, size_t i)
{
    return i < w->source->tokens.n ? &w->source->tokens.items[i] : NULL;
}

static int replace_token(struct repair_work *w, size_t i, const char *text)
{
    return repair_replace(w, token(w, i)->start, token(w, i)->end, text);
}

/* ---- headers ---- */

struct use {
    const char *name, *header;
};

static const struct use uses[] = {
    /* the header goes in when the name is used */
    {"AllOpsResolver", "tensorflow/lite/micro/all_ops_resolver.h"},
    {"MicroMutableOpResolver", "tensorflow/lite/micro/micro_mutable_op_resolver.h"},
    {"MicroErrorReporter", "tensorflow/lite/micro/micro_error_reporter.h"},
    {"MicroInterpreter", "tensorflow/lite/micro/micro_interpreter.h"},
    {"GetModel", "tensorflow/lite/schema/schema_generated.h"},
    {"TFLITE_SCHEMA_VERSION", "tensorflow/lite/version.h"},
};

static bool includes(const struct source *s, const char *header)
{
    for (size_t i = 1; i < s->tokens.n; i++) {
        const struct source_token *t = &s->tokens.items[i];
        if (t->directive && !t->dead && source_is(s, i - 1, "include") && !strcmp(t->text, header))
            return true;
    }
    return false;
}

static int add_include(struct repair_work *w, size_t at, const char *header, bool angle)
{
    char line[NAME + 16];

    snprintf(line, sizeof(line), angle ? "#include <%s>\n" : "#include \"%s\"\n", header);
    repair_note(w, 0, "Included %s.", header);
    return repair_replace(w, at, at, line);
}

int repair_includes(struct repair_work *w)
{
    const struct source *s = w->source;
    size_t at = repair_top(s);
    bool runtime = false;
    int rc = 0;

    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
        runtime = runtime || source_find(s, 0, uses[i].name) < s->tokens.n;
    if (runtime && !includes(s, "TensorFlowLite.h"))
        rc = add_include(w, 0, "TensorFlowLite.h", true); /* before all of its parts */
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]) && !rc; i++) {
        if (source_find(s, 0, uses[i].name) < s->tokens.n && !includes(s, uses[i].header))
            rc = add_include(w, at, uses[i].header, false);
    }
    if (!rc && w->facts->model_symbol && source_find(s, 0, w->facts->model_symbol) < s->tokens.n &&
        !includes(s, "model.h"))
        rc = add_include(w, at, "model.h", false);
    return rc;
}

/* ---- the model's symbol ---- */

static bool declares_variable(const struct source *s, size_t i)
{
    return i && (source_is(s, i + 1, "=") || source_is(s, i + 1, ";")) &&
           (source_is(s, i - 1, "*") || source_is(s, i - 1, "auto"));
}

/* Renames the sketch's own variable everywhere but where the array is meant: inside GetModel( … ).
 */
static int rename_clash(struct repair_work *w, const char *symbol)
{
    const struct source *s = w->source;
    size_t model = s->tokens.n, model_end = 0, first = 0;
    char name[NAME];

    while (first < s->tokens.n && !(source_is(s, first, symbol) && declares_variable(s, first)))
        first++;
    if (first == s->tokens.n)
        return 0;
    model = source_find(s, 0, "GetModel");
    model_end = model < s->tokens.n ? source_close(s, model + 1) : 0;
    snprintf(name, sizeof(name), "%s_graph", symbol);
    repair_note(w, token(w, first)->line,
                "Renamed the variable %s to %s: the model's array has that name.", symbol, name);
    for (size_t i = 0; i < s->tokens.n; i++) {
        bool member = i && (source_is(s, i - 1, ".") || source_is(s, i - 1, "->") ||
                            source_is(s, i - 1, "::"));
        if (source_is(s, i, symbol) && !member && !token(w, i)->directive &&
            !(i > model && i < model_end) && replace_token(w, i, name))
            return -1;
    }
    return 0;
}

/* extern const unsigned char NAME[]; goes: model.h declares the real one. */
static int drop_extern(struct repair_work *w, const char *name)
{
    const struct source *s = w->source;

    for (size_t i = 0; i < s->tokens.n; i++) {
        size_t end;
        if (!source_is(s, i, "extern") || (end = source_find(s, i, ";")) == s->tokens.n)
            continue;
        for (size_t k = i; k < end; k++) {
            if (!source_is(s, k, name))
                continue;
            repair_note(w, token(w, i)->line, "Removed the declaration of %s.", name);
            return repair_drop_lines(w, token(w, i)->start, token(w, end)->start);
        }
    }
    return 0;
}

/* GetModel(WRONG): the argument, and the wrong name elsewhere when nothing else declares it. */
static int use_symbol(struct repair_work *w, const char *symbol)
{
    const struct source *s = w->source;
    size_t i = source_find(s, 0, "GetModel"), close, given = s->tokens.n;
    bool elsewhere;
    const char *wrong;

    if (i == s->tokens.n || !source_is(s, i + 1, "("))
        return 0;
    close = source_close(s, i + 1);
    for (size_t k = i + 2; k < close; k++)
        given = token(w, k)->kind == SOURCE_NAME ? k : given;
    if (given >= s->tokens.n || source_is(s, given, symbol))
        return 0;
    wrong = token(w, given)->text;
    elsewhere = source_find(s, 0, "extern") < s->tokens.n || !source_declares(s, wrong);
    repair_note(w, token(w, given)->line, "Used %s instead of %s.", symbol, wrong);
    if (elsewhere && drop_extern(w, wrong))
        return -1;
    for (size_t k = elsewhere ? 0 : given; k < (elsewhere ? s->tokens.n : given + 1); k++) {
        if (source_is(s, k, wrong) && !token(w, k)->directive && replace_token(w, k, symbol))
            return -1;
    }
    return 0;
}

static int use_length(struct repair_work *w, const char *length)
{
    const struct source *s = w->source;

    for (size_t i = 0; i < s->tokens.n; i++) {
        const char *name = token(w, i)->text;
        bool about =
            token(w, i)->kind == SOURCE_NAME && strstr(name, "model") &&
            (str_ends(name, "_len") || str_ends(name, "_size") || str_ends(name, "_length"));
        if (!about || str_eq(name, length) || source_declares(s, name))
            continue;
        repair_note(w, token(w, i)->line, "Used %s instead of %s.", length, name);
        if (replace_token(w, i, length))
            return -1;
    }
    return 0;
}

int repair_symbol(struct repair_work *w)
{
    const struct repair_facts *f = w->facts;
    int rc = f->model_symbol ? rename_clash(w, f->model_symbol) : 0;

    if (!rc && f->model_symbol)
        rc = use_symbol(w, f->model_symbol);
    return !rc && f->model_length_symbol ? use_length(w, f->model_length_symbol) : rc;
}

/* ---- the runtime's interface ---- */

static bool wants_reporter(const struct repair_work *w)
{
    const struct board *b = w->facts->board;

    for (int i = 0; b && i < b->n_libraries; i++) {
        if (b->libraries[i].signatures && strstr(b->libraries[i].signatures, "ErrorReporter"))
            return true;
    }
    return false;
}

/* An expression for a pointer to the sketch's error reporter; declares one when there is none. */
static int reporter(struct repair_work *w, bool *declared, char *dst, size_t size)
{
    static const char own[] = "tflite_reporter";
    const struct source *s = w->source;
    size_t top;
    char line[NAME];

    for (size_t i = 0; i + 2 < s->tokens.n; i++) {
        bool object = source_is(s, i, "MicroErrorReporter"),
             pointer = source_is(s, i, "ErrorReporter") && source_is(s, i + 1, "*");
        size_t k = i + 1 + pointer;
        if ((!object && !pointer) || token(w, i)->dead || token(w, k)->kind != SOURCE_NAME)
            continue;
        snprintf(dst, size, "%s%s", object ? "&" : "", token(w, k)->text);
        return 0;
    }
    snprintf(dst, size, "&%s", own);
    if (*declared)
        return 0;
    *declared = true;
    top = repair_top(s);
    snprintf(line, sizeof(line),
             "#include \"tensorflow/lite/micro/micro_error_reporter.h\"\nstatic "
             "tflite::MicroErrorReporter %s;\n",
             own);
    repair_note(w, 0, "Declared an error reporter.");
    return repair_replace(w, top, top, line);
}

static int arguments(const struct source *s, size_t open)
{
    size_t close = source_close(s, open);
    int n = 1;

    for (size_t i = open + 1; i < close; i++)
        n += source_is(s, i, ",") && s->tokens.items[i].depth == s->tokens.items[open].depth + 1;
    return close == open + 1 ? 0 : n;
}

/* The fourth argument is the last one where the reporter is missing. */
static int add_reporter(struct repair_work *w, bool *declared)
{
    const struct source *s = w->source;
    char expression[NAME], text[NAME + 4];

    for (size_t i = 0; i + 2 < s->tokens.n; i++) {
        size_t open = i + 1 + (token(w, i + 1)->kind == SOURCE_NAME);
        size_t close;
        if (!source_is(s, i, "MicroInterpreter") || token(w, i)->dead || !source_is(s, open, "(") ||
            arguments(s, open) != OPERANDS_MIN - 1 ||
            (close = source_close(s, open)) == s->tokens.n)
            continue;
        if (reporter(w, declared, expression, sizeof(expression)))
            return -1;
        snprintf(text, sizeof(text), ", %s", expression);
        repair_note(w, token(w, i)->line, "Gave the interpreter an error reporter.");
        if (repair_replace(w, token(w, close)->start, token(w, close)->start, text))
            return -1;
    }
    return 0;
}

/* An object given where a pointer belongs: the fifth argument is the name of a MicroErrorReporter.
 */
static int point_to_reporter(struct repair_work *w)
{
    const struct source *s = w->source;

    for (size_t i = 0; i + 2 < s->tokens.n; i++) {
        size_t open = i + 1 + (token(w, i + 1)->kind == SOURCE_NAME), close;
        if (!source_is(s, i, "MicroInterpreter") || token(w, i)->dead || !source_is(s, open, "(") ||
            arguments(s, open) != OPERANDS_MIN || (close = source_close(s, open)) == s->tokens.n ||
            !source_is(s, close - 2, ","))
            continue;
        for (size_t k = 0; k + 1 < s->tokens.n; k++) {
            if (!source_is(s, k, "MicroErrorReporter") ||
                !source_is(s, k + 1, token(w, close - 1)->text))
                continue;
            repair_note(w, token(w, close - 1)->line, "Passed the address of the error reporter.");
            return repair_replace(w, token(w, close - 1)->start, token(w, close - 1)->start, "&");
        }
    }
    return 0;
}

static int replace_printf(struct repair_work *w, bool *declared)
{
    const struct source *s = w->source;
    char expression[NAME], text[NAME + 32];

    for (size_t i = 0; i + 1 < s->tokens.n; i++) {
        if (!source_is(s, i, "MicroPrintf") || !source_is(s, i + 1, "("))
            continue;
        if (reporter(w, declared, expression, sizeof(expression)))
            return -1;
        snprintf(text, sizeof(text), "TF_LITE_REPORT_ERROR(%s, ", expression);
        repair_note(w, token(w, i)->line,
                    "Replaced MicroPrintf, which the installed runtime does not have.");
        if (repair_replace(w, token(w, i)->start, token(w, i + 1)->end, text))
            return -1;
    }
    return 0;
}

static int drop_later_parts(struct repair_work *w)
{
    static const char *const headers[] = {
        "tensorflow/lite/micro/micro_log.h", "tensorflow/lite/micro/system_setup.h",
        "tensorflow/lite/micro/tflite_bridge/micro_error_reporter.h",
        "tensorflow/lite/micro/micro_profiler.h"};
    const struct source *s = w->source;

    for (size_t i = 0; i < s->tokens.n; i++) {
        bool drop = source_is(s, i, "InitializeTarget") && source_is(s, i + 1, "(");
        for (size_t k = 0; k < sizeof(headers) / sizeof(headers[0]); k++)
            drop = drop || (token(w, i)->directive && !strcmp(token(w, i)->text, headers[k]));
        if (!drop)
            continue;
        repair_note(w, token(w, i)->line, "Removed %s, which the installed runtime does not have.",
                    token(w, i)->text);
        if (repair_drop_lines(w, token(w, i)->start, token(w, i)->start))
            return -1;
    }
    return 0;
}

int repair_interface(struct repair_work *w)
{
    bool declared = false;

    if (!wants_reporter(w))
        return 0;
    return add_reporter(w, &declared) || point_to_reporter(w) || replace_printf(w, &declared) ||
                   drop_later_parts(w)
               ? -1
               : 0;
}
