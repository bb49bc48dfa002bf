/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the artifact and its surroundings have agreed on: the model's symbol, the runtime's
 * interface and the model's operators for a sketch; command line, outputs and what the box offers
 * for a script.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/board/board.h"
#include "core/gate/gates.h"
#include "core/gate/sketch.h"

#define ID "contract"

enum { METHOD = 80, ARGUMENTS_MIN = 5 };

static const struct gate_note
    symbol = {"model-symbol", FINDING_ERROR, FINDING_E1,
              "Use the array that model.h defines, under another name than local variables.", NULL},
    header = {"model-header", FINDING_ERROR, FINDING_D1, "Add #include \"model.h\".", NULL},
    unknown_header = {"header-missing", FINDING_WARNING, FINDING_D1,
                      "Use the libraries of the board's catalogue.", NULL},
    api = {"tflm-api", FINDING_ERROR, FINDING_E1,
           "Use the interface of the installed runtime (see the signatures in the prompt).", NULL},
    op = {"op-missing", FINDING_ERROR, FINDING_E1,
          "Add the operator to the resolver, or use AllOpsResolver.", NULL},
    room = {"resolver-size", FINDING_ERROR, FINDING_E1,
            "Give the resolver room for every operator that is added.", NULL},
    arena = {"arena-unaligned", FINDING_WARNING, FINDING_E1, "Declare it alignas(16).", NULL},
    argv = {"argv-unused", FINDING_WARNING, FINDING_OTHER,
            "Take the input and output paths from sys.argv.", NULL},
    output = {"output-not-mentioned", FINDING_ERROR, FINDING_OTHER,
              "Write the declared output file.", NULL},
    network = {"network-import", FINDING_WARNING, FINDING_OTHER,
               "Work on the given files: the box has no network.", NULL},
    spawn = {"spawns", FINDING_WARNING, FINDING_OTHER, "Do the work in the script itself.", NULL},
    module = {"module-missing", FINDING_WARNING, FINDING_D1,
              "Use numpy, pandas, scikit-learn and TensorFlow.", NULL};

struct look {
    const struct gate_artifact *a;
    const struct gate_context *c;
    const struct sketch *k; /* NULL for a script */
    const struct source *s;
    struct finding_list *out;
};

#define SAY(l, note, token, ...)                                                \
    gate_say((l)->out, ID, (note), (l)->a,                                      \
             (token) < (l)->s->tokens.n ? (l)->s->tokens.items[token].line : 0, \
             (token) < (l)->s->tokens.n ? (l)->s->tokens.items[token].column : 0, __VA_ARGS__)

/* ---- the model's symbol ---- */

/* A local variable of the symbol's name: the array of model.h and it cannot both exist. */
static size_t clash(const struct look *l)
{
    const char *name = l->c->model_symbol;

    for (size_t i = 1; i + 1 < l->s->tokens.n; i++) {
        bool ends = source_is(l->s, i + 1, "=") || source_is(l->s, i + 1, ";");
        if (source_is(l->s, i, name) && ends && !l->s->tokens.items[i].dead &&
            (source_is(l->s, i - 1, "*") || source_is(l->s, i - 1, "auto") ||
             source_is(l->s, i - 1, "Model")))
            return i;
        if (source_is(l->s, i, name) && source_is(l->s, i + 1, "[") &&
            source_is(l->s, source_close(l->s, i + 1) + 1, "=") &&
            l->s->tokens.items[i - 1].kind == SOURCE_NAME)
            return i; /* an array of its own */
    }
    return l->s->tokens.n;
}

/* The name that GetModel is given: its last plain name before the closing bracket. */
static size_t model_argument(const struct look *l)
{
    size_t i = source_find(l->s, 0, "GetModel"), close, found = l->s->tokens.n;

    if (i == l->s->tokens.n || !source_is(l->s, i + 1, "("))
        return found;
    close = source_close(l->s, i + 1);
    for (i += 2; i < close; i++) {
        if (l->s->tokens.items[i].kind == SOURCE_NAME && !source_is(l->s, i + 1, "("))
            found = i;
    }
    return found;
}

/* X = …GetModel(X): the pointer that is still empty instead of the array. */
static bool sets_itself(const struct look *l, size_t given)
{
    size_t i = given;

    while (i && !source_is(l->s, i, "=") && !source_is(l->s, i, ";"))
        i--;
    return i && source_is(l->s, i, "=") && source_is(l->s, i - 1, l->s->tokens.items[given].text);
}

static bool about_model_length(const char *name)
{
    return (str_ends(name, "_len") || str_ends(name, "_size") || str_ends(name, "_length")) &&
           strstr(name, "model");
}

static void check_lengths(const struct look *l)
{
    for (size_t i = 0; i < l->s->tokens.n; i++) {
        const struct source_token *t = &l->s->tokens.items[i];
        if (t->kind != SOURCE_NAME || t->dead || !about_model_length(t->text) ||
            str_eq(t->text, l->c->model_length_symbol) || source_declares(l->s, t->text))
            continue;
        SAY(l, &symbol, i, "\"%s\" is not defined anywhere; the model's length is %s.", t->text,
            l->c->model_length_symbol ? l->c->model_length_symbol : "not part of model.h");
        return;
    }
}

static bool includes(const struct look *l, const char *name)
{
    for (size_t i = 2; i < l->s->tokens.n; i++) {
        const struct source_token *t = &l->s->tokens.items[i];
        if (t->directive && source_is(l->s, i - 1, "include") && !t->dead && !strcmp(t->text, name))
            return true;
    }
    return false;
}

static void check_symbol(const struct look *l)
{
    size_t own = clash(l), given = model_argument(l);
    const char *name = l->c->model_symbol;

    if (own < l->s->tokens.n)
        SAY(l, &symbol, own,
            "\"%s\" is the model's array in model.h and cannot be a variable of the sketch too.",
            name);
    if (!includes(l, "model.h"))
        SAY(l, &header, l->s->tokens.n,
            "The sketch does not include model.h, which holds the model.");
    if (given < l->s->tokens.n && strcmp(l->s->tokens.items[given].text, name) &&
        (!source_declares(l->s, l->s->tokens.items[given].text) || sets_itself(l, given)))
        SAY(l, &symbol, given,
            "GetModel() is given \"%s\", but the model's array is named \"%s\" (%zu bytes).",
            l->s->tokens.items[given].text, name, l->c->model_bytes);
    check_lengths(l);
}

/* ---- the runtime's interface ---- */

static bool runtime_has(const struct look *l, const char *word)
{
    for (int i = 0; l->c->board && i < l->c->board->n_libraries; i++) {
        const char *text = l->c->board->libraries[i].signatures;
        if (text && strstr(text, word))
            return true;
    }
    return false;
}

static int count_arguments(const struct source *s, size_t open)
{
    size_t close = source_close(s, open);
    int n = 1, depth = s->tokens.items[open].depth + 1;

    for (size_t i = open + 1; i < close; i++)
        n += source_is(s, i, ",") && s->tokens.items[i].depth == depth;
    return close == open + 1 ? 0 : n;
}

/* MicroInterpreter NAME( … ), new MicroInterpreter( … ). */
static void check_interpreter(const struct look *l)
{
    if (!runtime_has(l, "ErrorReporter"))
        return;
    for (size_t i = 0; i + 2 < l->s->tokens.n; i++) {
        size_t open = i + 1;
        int n;
        if (!source_is(l->s, i, "MicroInterpreter") || l->s->tokens.items[i].dead)
            continue;
        open += l->s->tokens.items[open].kind == SOURCE_NAME;
        if (!source_is(l->s, open, "("))
            continue;
        n = count_arguments(l->s, open);
        if (n > 0 && n < ARGUMENTS_MIN)
            SAY(l, &api, i,
                "MicroInterpreter is made with %d arguments; the installed runtime wants an error "
                "reporter as the fifth.",
                n);
    }
}

static void check_drift(const struct look *l)
{
    static const char *const later[] = {"MicroPrintf", "InitializeTarget", "MicroAllocator",
                                        "MicroProfiler", "RegisterDebugLogCallback"};

    for (size_t w = 0; l->c->board && w < sizeof(later) / sizeof(later[0]); w++) {
        size_t i = source_find(l->s, 0, later[w]);
        if (i < l->s->tokens.n && !runtime_has(l, later[w]) && !source_declares(l->s, later[w]))
            SAY(l, &api, i, "%s belongs to another version of the runtime than the installed one.",
                later[w]);
    }
}

/* ---- operators ---- */

/* FULLY_CONNECTED → AddFullyConnected; the board's own table goes first. */
static const char *method_of(const struct board *b, const char *operator_id, char *dst, size_t size)
{
    size_t n = 0;
    bool up = true;

    for (int i = 0; b && i < b->n_ops; i++) {
        if (str_eq(b->ops[i].name, operator_id)) {
            snprintf(dst, size, "Add%s", b->ops[i].method);
            return dst;
        }
    }
    str_copy(dst, size, "Add");
    for (n = 3; *operator_id && n + 1 < size; operator_id++) {
        if (*operator_id == '_') {
            up = true;
            continue;
        }
        dst[n++] = (char)(up ? toupper((unsigned char)*operator_id)
                             : tolower((unsigned char)*operator_id));
        up = isdigit((unsigned char)*operator_id);
    }
    dst[n] = '\0';
    return dst;
}

static int count_adds(const struct look *l)
{
    int n = 0;

    for (size_t i = 1; i + 1 < l->s->tokens.n; i++) {
        const struct source_token *t = &l->s->tokens.items[i];
        n += t->kind == SOURCE_NAME && !t->dead && str_starts(t->text, "Add") &&
             isupper((unsigned char)t->text[3]) && source_is(l->s, i + 1, "(") &&
             (source_is(l->s, i - 1, ".") || source_is(l->s, i - 1, "->"));
    }
    return n;
}

static void check_resolver(const struct look *l)
{
    size_t i = source_find(l->s, 0, "MicroMutableOpResolver");
    int64_t declared = 0;
    char method[METHOD];

    if (i == l->s->tokens.n || l->s->tokens.items[i].directive)
        return;
    for (int k = 0; k < l->c->n_operators; k++) {
        if (source_find(l->s, 0,
                        method_of(l->c->board, l->c->operators[k], method, sizeof(method))) ==
            l->s->tokens.n)
            SAY(l, &op, i, "The model uses %s, but the resolver never gets %s().",
                l->c->operators[k], method);
    }
    if (source_is(l->s, i + 1, "<") && i + 2 < l->s->tokens.n &&
        str_to_long(l->s->tokens.items[i + 2].text, &declared) && declared < count_adds(l))
        SAY(l, &room, i, "The resolver has room for %lld operators, but %d are added.",
            (long long)declared, count_adds(l));
}

/* A byte array with "arena" in its name and no alignment before it. */
static void check_arena(const struct look *l)
{
    for (size_t i = 1; i + 1 < l->s->tokens.n; i++) {
        const struct source_token *t = &l->s->tokens.items[i];
        size_t from = i;
        bool aligned = false;
        if (t->kind != SOURCE_NAME || !strcasestr(t->text, "arena") ||
            !source_is(l->s, i + 1, "[") || l->s->tokens.items[i - 1].kind != SOURCE_NAME ||
            !strcasestr(l->s->tokens.items[i - 1].text, "int8"))
            continue;
        while (from && !source_is(l->s, from - 1, ";") && !source_is(l->s, from - 1, "}") &&
               !l->s->tokens.items[from - 1].directive)
            aligned =
                source_is(l->s, --from, "alignas") || source_is(l->s, from, "aligned") || aligned;
        for (size_t k = source_close(l->s, i + 1); k < l->s->tokens.n && !source_is(l->s, k, ";");
             k++)
            aligned = aligned || source_is(l->s, k, "aligned");
        if (!aligned)
            SAY(l, &arena, i, "The arena \"%s\" is not aligned to 16 bytes, so part of it is lost.",
                t->text);
    }
}

/* ---- headers ---- */

static bool is_known_header(const struct look *l, const char *name)
{
    static const char *const known[] = {
        "Arduino.h",  "model.h",          "stdint.h",    "stddef.h",
        "stdlib.h",   "stdio.h",          "string.h",    "math.h",
        "float.h",    "limits.h",         "ctype.h",     "stdbool.h",
        "inttypes.h", "assert.h",         "cstdint",     "cstddef",
        "cstdlib",    "cstdio",           "cstring",     "cmath",
        "cfloat",     "climits",          "algorithm",   "array",
        "limits",     "utility",          "type_traits", "new",
        "memory",     "vector",           "mbed.h",      "Wire.h",
        "SPI.h",      "initializer_list", "functional",  "string",
        "numeric",    "TensorFlowLite.h",
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!strcmp(known[i], name))
            return true;
    }
    for (int i = 0; i < l->c->board->n_libraries; i++) {
        if (str_eq(l->c->board->libraries[i].header, name))
            return true;
    }
    return str_starts(name, "tensorflow/") || str_starts(name, "flatbuffers/");
}

static void check_headers(const struct look *l)
{
    for (size_t i = 2; l->c->board && i < l->s->tokens.n; i++) {
        const struct source_token *t = &l->s->tokens.items[i];
        if ((t->kind == SOURCE_HEADER || t->kind == SOURCE_STRING) &&
            source_is(l->s, i - 1, "include") && t->directive && !t->dead &&
            !is_known_header(l, t->text))
            SAY(l, &unknown_header, i, "No library of this board has the header \"%s\".", t->text);
    }
}

static void check_sketch(struct look *l)
{
    struct sketch k;

    if (sketch_init(&k, l->a->bytes, l->a->len))
        return;
    l->k = &k;
    l->s = &k.source;
    if (l->c->model_symbol) {
        check_symbol(l);
        check_interpreter(l);
        check_drift(l);
        check_resolver(l);
        check_arena(l);
    }
    check_headers(l);
    sketch_done(&k);
}

/* ---- scripts ---- */

struct import_row {
    const char *module;
    const struct gate_note *note;
    const char *what;
};

static const struct import_row imports[] = {
    {"socket", &network, "opens connections"},
    {"requests", &network, "opens connections"},
    {"urllib", &network, "opens connections"},
    {"urllib3", &network, "opens connections"},
    {"http", &network, "opens connections"},
    {"httpx", &network, "opens connections"},
    {"aiohttp", &network, "opens connections"},
    {"ftplib", &network, "opens connections"},
    {"smtplib", &network, "opens connections"},
    {"ssl", &network, "opens connections"},
    {"asyncio", &network, "may open connections"},
    {"paramiko", &network, "opens connections"},
    {"kagglehub", &network, "downloads data"},
    {"subprocess", &spawn, "starts programs"},
    {"multiprocessing", &spawn, "starts processes"},
    {"ctypes", &spawn, "calls foreign code"},
    {"matplotlib", &module, "is not installed"},
    {"seaborn", &module, "is not installed"},
    {"torch", &module, "is not installed"},
    {"xgboost", &module, "is not installed"},
    {"lightgbm", &module, "is not installed"},
    {"imblearn", &module, "is not installed"},
    {"plotly", &module, "is not installed"},
    {"tensorflow_model_optimization", &module, "is not installed"},
    {"tflite_support", &module, "is not installed"},
    {"cv2", &module, "is not installed"},
};

/* The module named at i by  import A, B.c  or  from A import …, in a list of names. */
static bool is_import(const struct source *s, size_t i)
{
    size_t first = i;

    while (first && !s->tokens.items[first].first)
        first--;
    if (source_is(s, first, "from"))
        return i == first + 1;
    return source_is(s, first, "import") && !source_is(s, i - 1, ".") &&
           !source_is(s, i - 1, "as") && i > first;
}

static void check_imports(const struct look *l)
{
    for (size_t i = 1; i < l->s->tokens.n; i++) {
        const struct source_token *t = &l->s->tokens.items[i];
        if (t->kind != SOURCE_NAME || !is_import(l->s, i))
            continue;
        for (size_t k = 0; k < sizeof(imports) / sizeof(imports[0]); k++) {
            if (!strcmp(imports[k].module, t->text))
                SAY(l, imports[k].note, i, "The script imports %s, which %s.", t->text,
                    imports[k].what);
        }
    }
    for (size_t i = 2; i < l->s->tokens.n; i++) {
        if (source_is(l->s, i - 2, "os") && source_is(l->s, i - 1, ".") &&
            (source_is(l->s, i, "system") || source_is(l->s, i, "popen") ||
             source_is(l->s, i, "fork")))
            SAY(l, &spawn, i, "The script starts other programs.");
    }
}

static bool names_file(const struct source *s, const char *name)
{
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct source_token *t = &s->tokens.items[i];
        if (t->kind == SOURCE_STRING && str_ends(t->text, name))
            return true;
    }
    return false;
}

static void check_script(struct look *l)
{
    struct source s;
    bool takes_arguments;

    if (source_init(&s, SOURCE_PY, l->a->bytes, l->a->len))
        return;
    l->s = &s;
    takes_arguments =
        source_find(&s, 0, "argv") < s.tokens.n || source_find(&s, 0, "argparse") < s.tokens.n;
    if (!takes_arguments)
        SAY(l, &argv, s.tokens.n,
            "The script never looks at its command line, so it cannot know its input and output "
            "files.");
    for (int i = 0; i < l->c->n_outputs && !takes_arguments; i++) {
        if (!names_file(&s, l->c->outputs[i]))
            SAY(l, &output, s.tokens.n, "The declared output %s is written nowhere in the script.",
                l->c->outputs[i]);
    }
    check_imports(l);
    source_done(&s);
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    struct look l = {.a = a, .c = c, .out = out};

    (void)result;
    if (a->kind == ARTIFACT_PYTHON)
        check_script(&l);
    else
        check_sketch(&l);
}

const struct gate gate_contract = {
    ID,
    "Model symbol, runtime interface, operators and headers of a sketch; command line, outputs and "
    "imports of a script.",
    GATE_BEFORE,
    1u << ARTIFACT_SKETCH | 1u << ARTIFACT_PYTHON,
    NULL,
    check,
};
