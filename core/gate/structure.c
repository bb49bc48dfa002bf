/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/artifact/json.h"
#include "core/gate/gates.h"
#include "core/gate/sketch.h"

#define ID "structure"

enum { DEPTH_MAX = 256 };

static const struct gate_note
    no_main = {"no-main", FINDING_ERROR, FINDING_E4,
               "Write void setup() and void loop(), once each.", NULL},
    twice = {"main-twice", FINDING_ERROR, FINDING_C2,
             "Keep one definition; merge what the others do.", NULL},
    own_main = {"no-main", FINDING_ERROR, FINDING_E4,
                "Remove main(); the board's core calls setup() and loop().", NULL},
    open_text = {"unclosed", FINDING_ERROR, FINDING_C2, "Close it.", NULL},
    brackets = {"unbalanced", FINDING_ERROR, FINDING_C2,
                "Balance the brackets; the reply may have been cut off.", NULL},
    indent = {"indentation", FINDING_ERROR, FINDING_C2, "Indent with spaces only.", NULL},
    nothing = {"empty", FINDING_ERROR, FINDING_C1, "Ask again for the complete file.", NULL},
    json = {"json-malformed", FINDING_ERROR, FINDING_A1,
            "Write one JSON object, without comments or trailing commas.", NULL};

static void check_unclosed(const struct gate_artifact *a, const struct source *s,
                           struct finding_list *out)
{
    if (s->unclosed)
        gate_say(out, ID, &open_text, a, s->unclosed_line, 0,
                 "The %s that begins here is never closed.", s->unclosed);
}

static bool has_conditions(const struct source *s)
{
    for (size_t i = 0; i + 1 < s->tokens.n; i++) {
        if (s->tokens.items[i].directive && s->tokens.items[i].first &&
            (source_is(s, i + 1, "if") || source_is(s, i + 1, "ifdef") ||
             source_is(s, i + 1, "ifndef")))
            return true;
    }
    return false;
}

static char partner(char c)
{
    return c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : '\0';
}

static void check_brackets(const struct gate_artifact *a, const struct source *s,
                           struct finding_list *out)
{
    const struct source_token *stack[DEPTH_MAX];
    int n = 0;

    if (s->unclosed || (s->language == SOURCE_CPP && has_conditions(s)))
        return; /* branches may each open a bracket: the compiler knows better */
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct source_token *t = &s->tokens.items[i];
        char c = t->kind == SOURCE_PUNCT && t->len == 1 && !t->directive ? t->text[0] : '\0';
        if (c == '(' || c == '[' || c == '{') {
            if (n == DEPTH_MAX)
                return;
            stack[n++] = t;
        } else if (partner(c)) {
            if (!n)
                gate_say(out, ID, &brackets, a, t->line, t->column,
                         "This '%c' closes nothing that is open.", c);
            else if (stack[n - 1]->text[0] != partner(c))
                gate_say(out, ID, &brackets, a, stack[n - 1]->line, stack[n - 1]->column,
                         "This '%c' is still open at the '%c' of line %d.", stack[n - 1]->text[0],
                         c, t->line);
            if (!n || stack[--n]->text[0] != partner(c))
                return;
        }
    }
    if (n)
        gate_say(out, ID, &brackets, a, stack[n - 1]->line, stack[n - 1]->column,
                 "This '%c' is never closed.", stack[n - 1]->text[0]);
}

static void check_function(const struct gate_artifact *a, const struct sketch *k, const char *name,
                           struct finding_list *out)
{
    const struct sketch_function *f = sketch_function(k, name, 0), *g = sketch_function(k, name, 1);
    const struct source_token *t;

    if (!f) {
        gate_say(out, ID, &no_main, a, 0, 0, "There is no %s() function.", name);
        return;
    }
    t = &k->source.tokens.items[f->at];
    if (g) {
        t = &k->source.tokens.items[g->at];
        gate_say(out, ID, &twice, a, t->line, t->column, "%s() is defined more than once.", name);
    } else if (t->depth) {
        gate_say(out, ID, &no_main, a, t->line, t->column,
                 "%s() stands inside another block, so the board does not find it.", name);
    }
}

static void check_sketch(const struct gate_artifact *a, struct finding_list *out)
{
    const struct sketch_function *m;
    struct sketch k;

    if (sketch_init(&k, a->bytes, a->len))
        return;
    check_unclosed(a, &k.source, out);
    check_brackets(a, &k.source, out);
    if (a->kind == ARTIFACT_SKETCH) {
        check_function(a, &k, "setup", out);
        check_function(a, &k, "loop", out);
        m = sketch_function(&k, "main", 0);
        if (m)
            gate_say(out, ID, &own_main, a, k.source.tokens.items[m->at].line, 0,
                     "The sketch defines main() itself, so setup() and loop() are never called.");
    }
    sketch_done(&k);
}

/* Tabs and spaces together in the indentation of the file's code lines. */
static void check_indentation(const struct gate_artifact *a, const struct source *s,
                              struct finding_list *out)
{
    int tabs = 0, spaces = 0;

    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct source_token *t = &s->tokens.items[i];
        size_t from = s->lines.items[t->line - 1];
        if (!t->first || t->depth || t->start == from)
            continue;
        tabs = tabs || !memchr(s->bytes + from, '\t', t->start - from) ? tabs : t->line;
        spaces = spaces || !memchr(s->bytes + from, ' ', t->start - from) ? spaces : t->line;
    }
    if (tabs && spaces)
        gate_say(out, ID, &indent, a, tabs > spaces ? tabs : spaces, 0,
                 "Lines are indented with tabs in one place and with spaces in another.");
}

static void check_python(const struct gate_artifact *a, struct finding_list *out)
{
    struct source s;

    if (source_init(&s, SOURCE_PY, a->bytes, a->len))
        return;
    if (!s.tokens.n)
        gate_say(out, ID, &nothing, a, 0, 0, "The script holds nothing but comments.");
    check_unclosed(a, &s, out);
    check_brackets(a, &s, out);
    check_indentation(a, &s, out);
    source_done(&s);
}

static void check_json(const struct gate_artifact *a, struct finding_list *out)
{
    size_t from = 0, used, bad = 0, end = a->len;
    int line = 1;

    while (from < end && strchr(" \t\r\n", a->bytes[from]) && a->bytes[from])
        from++;
    while (end > from && strchr(" \t\r\n", a->bytes[end - 1]) && a->bytes[end - 1])
        end--;
    used = json_object_span(a->bytes + from, end - from, &bad);
    if (used == end - from && used)
        return;
    for (size_t i = 0; i < from + bad && i < a->len; i++)
        line += a->bytes[i] == '\n';
    gate_say(out, ID, &json, a, line, 0,
             used ? "Text follows the JSON object." : "The JSON is malformed here.");
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    (void)c;
    (void)result;
    if (a->kind == ARTIFACT_JSON)
        check_json(a, out);
    else if (a->kind == ARTIFACT_PYTHON)
        check_python(a, out);
    else
        check_sketch(a, out);
}

const struct gate gate_structure = {
    ID,
    "setup() and loop() exactly once; brackets, quotes, indentation; JSON well formed.",
    GATE_BEFORE,
    GATE_CODE | 1u << ARTIFACT_JSON,
    NULL,
    check,
};
