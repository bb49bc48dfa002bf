/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What would make the preprocessor, compiler or assembler read or produce something else than this
 * file says. The box stops it too; here it is named before anything runs, because the content of a
 * file on the host would travel through a diagnostic into the next prompt.
 */
#include <ctype.h>
#include <string.h>

#include "core/artifact/source.h"
#include "core/base/str.h"
#include "core/gate/gates.h"

#define ID "paths"

static const struct gate_note
    outside = {"path-outside", FINDING_ERROR, FINDING_D1,
               "Include only headers of the sketch folder and of libraries.", NULL},
    reads = {"reads-files", FINDING_ERROR, FINDING_C1, "Remove it; data comes in through model.h.",
             NULL},
    lines = {"line-marker", FINDING_ERROR, FINDING_C2,
             "Remove it; diagnostics must name the real lines.", NULL},
    assembler = {"assembler", FINDING_ERROR, FINDING_C1,
                 "Use plain instructions without directives, or C++.", NULL},
    tricks = {"hidden-text", FINDING_ERROR, FINDING_C2, "Write it in the ordinary way.", NULL},
    splice = {"hidden-text", FINDING_WARNING, FINDING_C2, "End the comment without a backslash.",
              NULL},
    home = {"path-outside", FINDING_WARNING, FINDING_D1,
            "Take paths from the command line; outside of it only /work and /tmp can be written.",
            NULL};

struct look {
    const struct gate_artifact *a;
    const struct source *s;
    struct finding_list *out;
};

static const struct source_token *token(const struct look *l, size_t i)
{
    return i < l->s->tokens.n ? &l->s->tokens.items[i] : NULL;
}

static bool leads_outside(const char *path)
{
    if (path[0] == '/' || path[0] == '~' || (path[0] == '\\' && path[1] == '\\') ||
        (isalpha((unsigned char)path[0]) && path[1] == ':'))
        return true;
    for (const char *p = path; (p = strstr(p, "..")) != NULL; p += 2) {
        if ((p == path || p[-1] == '/' || p[-1] == '\\') && (!p[2] || p[2] == '/' || p[2] == '\\'))
            return true;
    }
    return strlen(path) > 200;
}

static void say(const struct look *l, const struct gate_note *n, size_t at, const char *what)
{
    const struct source_token *t = token(l, at);

    gate_say(l->out, ID, n, l->a, t->line, t->column, "%s", what);
}

/* The operand of an include or of __has_include at token i. */
static void check_header(const struct look *l, const char *directive, size_t i)
{
    const struct source_token *t = token(l, i);

    if (!t || (t->kind != SOURCE_HEADER && t->kind != SOURCE_STRING)) {
        const struct source_token *before = token(l, i - 1);
        gate_say(l->out, ID, &tricks, l->a, before->line, before->column,
                 "The operand of %s is not a plain header name, so it cannot be checked.",
                 directive);
    } else if (leads_outside(t->text)) {
        gate_say(l->out, ID, &outside, l->a, t->line, t->column,
                 "%s \"%s\" leads out of the sketch and the libraries.", directive, t->text);
    }
}

static void check_directive(const struct look *l, size_t i)
{
    const struct source_token *t = token(l, i + 1);

    if (!t || !t->directive || t->first)
        return;
    if (source_is(l->s, i + 1, "include"))
        check_header(l, "#include", i + 2);
    else if (source_is(l->s, i + 1, "include_next") || source_is(l->s, i + 1, "import"))
        say(l, &tricks, i,
            "#include_next and #import choose their file in unusual ways; use #include.");
    else if (source_is(l->s, i + 1, "embed"))
        say(l, &reads, i, "#embed reads a file into the firmware.");
    else if (source_is(l->s, i + 1, "line") || t->kind == SOURCE_NUMBER)
        say(l, &lines, i, "A line marker makes diagnostics name another file or line.");
    else if (source_is(l->s, i + 1, "pragma") &&
             (source_is(l->s, i + 3, "dependency") || source_is(l->s, i + 3, "pch_preprocess") ||
              source_is(l->s, i + 3, "include_alias")))
        say(l, &reads, i, "This pragma makes the compiler open another file.");
}

static bool has_directive_of(const char *text, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++) {
        bool joined = i && (isalnum((unsigned char)text[i - 1]) || strchr("_.$)", text[i - 1]));
        if (text[i] == '.' && (isalpha((unsigned char)text[i + 1]) || text[i + 1] == '\\') &&
            !joined)
            return true;
    }
    return false;
}

static bool has_word(const char *text, size_t n, const char *word)
{
    size_t m = strlen(word);

    for (size_t i = 0; i + m <= n; i++) {
        if (!strncasecmp(text + i, word, m))
            return true;
    }
    return false;
}

/* Adjacent literals are one string to the compiler: joins them into out; the token after them. */
static size_t join_strings(const struct look *l, size_t i, struct buf *out)
{
    while (i < l->s->tokens.n && token(l, i)->kind == SOURCE_STRING) {
        buf_put(out, token(l, i)->text, token(l, i)->len);
        i++;
    }
    return i;
}

static void check_asm(const struct look *l, size_t i)
{
    struct buf text;
    size_t k = i + 1;

    while (source_is(l->s, k, "volatile") || source_is(l->s, k, "__volatile__") ||
           source_is(l->s, k, "goto") || source_is(l->s, k, "inline"))
        k++;
    if (!source_is(l->s, k, "(")) {
        say(l, &assembler, i, "Assembler is used in a form that cannot be checked.");
        return;
    }
    buf_init(&text, SOURCE_MAX);
    k = join_strings(l, k + 1, &text);
    if (!source_is(l->s, k, ")") && !source_is(l->s, k, ":") && !source_is(l->s, k, "::"))
        say(l, &assembler, i, "The assembler text is not a plain string, so it cannot be checked.");
    else if (has_directive_of(buf_text(&text), text.len))
        say(l, &assembler, i,
            "The assembler text holds a directive; those can read files and fill the disk.");
    buf_done(&text);
}

/* Any string may reach the assembler (section names do) or a pragma. */
static void check_strings(const struct look *l, size_t i)
{
    struct buf text;
    bool section = i >= 2 && source_is(l->s, i - 1, "(") &&
                   (source_is(l->s, i - 2, "section") || source_is(l->s, i - 2, "__section__"));
    bool pragma = i >= 2 && source_is(l->s, i - 1, "(") && source_is(l->s, i - 2, "_Pragma");

    buf_init(&text, SOURCE_MAX);
    join_strings(l, i, &text);
    if (has_word(buf_text(&text), text.len, ".incbin") ||
        has_word(buf_text(&text), text.len, ".include"))
        say(l, &reads, i, "A string holds an assembler directive that reads files.");
    else if (section && text.len &&
             (memchr(text.data, '\n', text.len) || memchr(text.data, '"', text.len)))
        say(l, &assembler, i,
            "A section name with a line break or a quote smuggles text to the assembler.");
    else if (pragma && (has_word(buf_text(&text), text.len, "dependency") ||
                        has_word(buf_text(&text), text.len, "pch_")))
        say(l, &reads, i, "This pragma makes the compiler open another file.");
    buf_done(&text);
}

static void check_name(const struct look *l, size_t i)
{
    const char *name = token(l, i)->text;

    if (!strcmp(name, "asm") || !strcmp(name, "__asm__") || !strcmp(name, "__asm"))
        check_asm(l, i);
    else if (!strcmp(name, "__has_include") || !strcmp(name, "__has_include_next"))
        check_header(l, name, i + 1 + source_is(l->s, i + 1, "("));
    else if (!strcmp(name, "__has_embed") || !strcmp(name, "incbin"))
        say(l, &reads, i, "This reads a file of the machine that compiles.");
    else if (!strcmp(name, "GCC") && source_is(l->s, i + 1, "dependency") &&
             !(i && source_is(l->s, i - 1, "pragma")))
        say(l, &reads, i, "This pragma makes the compiler open another file.");
}

static void check_trigraphs(const struct look *l)
{
    const char *p = l->a->bytes, *end = p + l->a->len;

    while (end - p >= 3 && (p = memmem(p, (size_t)(end - p), "?\?", 2)) != NULL && end - p >= 3) {
        if (p[2] == '/' || p[2] == '=') {
            int column, line = source_line(l->s, (size_t)(p - l->a->bytes), &column);
            gate_say(l->out, ID, &tricks, l->a, line, column,
                     "A trigraph stands here: some compilers read it as another sign.");
        }
        p += 2;
    }
}

static void check_cpp(const struct look *l)
{
    for (size_t i = 0; i < l->s->tokens.n; i++) {
        const struct source_token *t = token(l, i);
        if (t->first && t->directive && source_is(l->s, i, "#"))
            check_directive(l, i);
        else if (t->kind == SOURCE_STRING && !(i && token(l, i - 1)->kind == SOURCE_STRING))
            check_strings(l, i);
        else if (t->kind == SOURCE_NAME)
            check_name(l, i);
    }
    for (size_t i = 0; i < l->s->comments.n; i++) {
        if (l->s->comments.items[i].continued)
            gate_say(l->out, ID, &splice, l->a, l->s->comments.items[i].line, 1,
                     "This comment ends in a backslash and swallows the line after it.");
    }
    check_trigraphs(l);
}

static void check_python(const struct look *l)
{
    for (size_t i = 0; i < l->s->tokens.n; i++) {
        const struct source_token *t = token(l, i);
        bool plain = t->kind == SOURCE_STRING && !memchr(t->text, ' ', t->len) &&
                     !memchr(t->text, '\n', t->len);
        if (plain && leads_outside(t->text) && t->len > 2 && !str_starts(t->text, "/in") &&
            !str_starts(t->text, "/work") && !str_starts(t->text, "/tmp"))
            gate_say(l->out, ID, &home, l->a, t->line, t->column,
                     "The path \"%s\" does not exist where the script runs.", t->text);
    }
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    struct source s;
    struct look l = {a, &s, out};

    (void)c;
    (void)result;
    if (source_init(&s, a->kind == ARTIFACT_PYTHON ? SOURCE_PY : SOURCE_CPP, a->bytes, a->len))
        return;
    if (a->kind == ARTIFACT_PYTHON)
        check_python(&l);
    else
        check_cpp(&l);
    source_done(&s);
}

const struct gate gate_paths = {
    ID,
    "Includes, assembler and pragmas that reach for files outside; tricks that hide what is "
    "compiled.",
    GATE_BEFORE,
    GATE_CODE,
    NULL,
    check,
};
