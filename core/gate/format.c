/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>

#include "core/artifact/source.h"
#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/gate/gates.h"

#define ID "format"

enum { LARGE = 256 * 1024, SAY_MAX = 20, PROSE_WORDS = 4 };

static const struct gate_note
    empty = {"empty", FINDING_ERROR, FINDING_C1, "Ask again for the complete file.", NULL},
    large = {"too-large", FINDING_ERROR, FINDING_C1,
             "Ask for a shorter file; data belongs into files of its own.", NULL},
    nul = {"encoding", FINDING_ERROR, FINDING_C2, "Remove the NUL byte.", NULL},
    encoding = {"encoding", FINDING_ERROR, FINDING_C2, "Save the file as UTF-8.", NULL},
    control = {"encoding", FINDING_ERROR, FINDING_C2, "Remove the control character.", NULL},
    hidden = {"hidden-text", FINDING_ERROR, FINDING_C2,
              "Remove the character: what a reader sees is not what the compiler reads.", NULL},
    mark = {"unicode-leak", FINDING_WARNING, FINDING_C2, "Remove the byte order mark.", NULL},
    unicode = {"unicode-leak", FINDING_ERROR, FINDING_C2, "Write it in plain ASCII.", NULL},
    markdown = {"markdown-leak", FINDING_ERROR, FINDING_C2,
                "Remove the Markdown and the text around the code.", NULL};

static bool reorders_text(uint32_t cp)
{
    return (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200E ||
           cp == 0x200F || (cp >= 0xE0000 && cp <= 0xE007F);
}

/* Signs that editors and models put where code wants ASCII. */
static const char *leak_name(uint32_t cp)
{
    if (cp >= 0x2018 && cp <= 0x201F)
        return "a typographic quote";
    if (cp >= 0x2010 && cp <= 0x2015)
        return "a typographic dash";
    if (cp == 0xA0 || (cp >= 0x2000 && cp <= 0x200B) || cp == 0x202F || cp == 0x3000 ||
        cp == 0xFEFF)
        return "an invisible or wide space";
    if (cp == 0x2026)
        return "a typographic ellipsis";
    return NULL;
}

/* Bytes as such: encoding, control and hidden characters. False when the text cannot be read
 * further. */
static bool check_bytes(const struct gate_artifact *a, struct finding_list *out)
{
    int line = 1, column = 1, said = 0;

    for (size_t i = 0; i < a->len && said < SAY_MAX;) {
        uint32_t cp;
        size_t used = utf8_decode(a->bytes + i, a->len - i, &cp);
        const struct gate_note *n = NULL;
        if (cp == 0)
            n = &nul;
        else if (cp == UTF8_BAD && used == 1)
            n = &encoding;
        else if ((cp < 0x20 && !strchr("\t\n\r\f", (int)cp)) || (cp >= 0x7F && cp < 0xA0))
            n = &control;
        else if (reorders_text(cp))
            n = &hidden;
        if (n) {
            gate_say(out, ID, n, a, line, column,
                     n == &nul        ? "A NUL byte stands here."
                     : n == &encoding ? "The byte 0x%02X here is no UTF-8."
                     : n == &control  ? "The control character U+%04X stands here."
                                      : "The character U+%04X here reorders or hides text.",
                     n == &encoding ? (unsigned)(unsigned char)a->bytes[i] : (unsigned)cp);
            said++;
        }
        column += (int)used;
        if (cp == '\n') {
            line++;
            column = 1;
        }
        i += used;
    }
    if (a->len >= 3 && !memcmp(a->bytes, "\xEF\xBB\xBF", 3))
        gate_say(out, ID, &mark, a, 1, 1, "The file begins with a byte order mark.");
    return said == 0;
}

static uint32_t first_odd(const struct source_token *t)
{
    for (size_t i = 0; i < t->len;) {
        uint32_t cp;
        i += utf8_decode(t->text + i, t->len - i, &cp);
        if (cp >= 0x80 && (t->kind == SOURCE_STRAY || leak_name(cp)))
            return cp;
    }
    return 0;
}

static void check_characters(const struct gate_artifact *a, const struct source *s,
                             struct finding_list *out)
{
    int last = 0, said = 0;

    for (size_t i = 0; i < s->tokens.n && said < SAY_MAX; i++) {
        const struct source_token *t = &s->tokens.items[i];
        uint32_t cp = t->kind == SOURCE_STRAY || t->kind == SOURCE_NAME ? first_odd(t) : 0;
        if (!cp || t->line == last || (i == 0 && cp == 0xFEFF))
            continue;
        last = t->line;
        said++;
        gate_say(out, ID, &unicode, a, t->line, t->column,
                 "The character U+%04X (%s) stands in the code.", (unsigned)cp,
                 leak_name(cp) ? leak_name(cp) : "which no code has there");
    }
}

static bool is_in(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(word, words[i]))
            return true;
    }
    return false;
}

static bool is_keyword(enum source_language language, const char *word)
{
    static const char *const cpp[] = {
        "static",    "const",    "constexpr", "unsigned", "signed",   "long",         "short",
        "int",       "char",     "float",     "double",   "bool",     "void",         "volatile",
        "inline",    "extern",   "struct",    "class",    "enum",     "typedef",      "using",
        "namespace", "return",   "else",      "if",       "for",      "while",        "do",
        "switch",    "case",     "new",       "delete",   "auto",     "alignas",      "register",
        "virtual",   "override", "typename",  "template", "public",   "private",      "friend",
        "operator",  "sizeof",   "goto",      "mutable",  "explicit", "thread_local", "union",
        "not",       "and",      "or",
    };
    static const char *const python[] = {
        "import", "from",  "as",     "in",    "is",     "not", "and",    "or",    "def",
        "lambda", "yield", "with",   "raise", "assert", "del", "global", "pass",  "elif",
        "await",  "async", "return", "else",  "if",     "for", "while",  "class", "nonlocal",
    };

    return language == SOURCE_CPP ? is_in(word, cpp, sizeof(cpp) / sizeof(cpp[0]))
                                  : is_in(word, python, sizeof(python) / sizeof(python[0]));
}

/* Names in a row on one line that no grammar puts next to each other. */
static bool is_prose_at(const struct source *s, size_t i)
{
    int n = 0;
    int line = s->tokens.items[i].line;

    for (; i < s->tokens.n && s->tokens.items[i].line == line && n < PROSE_WORDS; i++, n++) {
        const struct source_token *t = &s->tokens.items[i];
        if (t->kind != SOURCE_NAME || t->directive || is_keyword(s->language, t->text))
            return false;
    }
    return n == PROSE_WORDS;
}

static void check_markdown(const struct gate_artifact *a, const struct source *s,
                           struct finding_list *out)
{
    int said = 0;

    for (size_t i = 0; i < s->tokens.n && said < SAY_MAX; i++) {
        const struct source_token *t = &s->tokens.items[i];
        if (!t->first)
            continue;
        if (source_is(s, i, "`") && source_is(s, i + 1, "`") && source_is(s, i + 2, "`"))
            gate_say(out, ID, &markdown, a, t->line, t->column,
                     "A Markdown code fence stands in the code.");
        else if (source_is(s, i, "*") && source_is(s, i + 1, "*") && i + 2 < s->tokens.n &&
                 s->tokens.items[i + 2].kind == SOURCE_NAME && s->tokens.items[i].depth == 0)
            gate_say(out, ID, &markdown, a, t->line, t->column,
                     "Bold Markdown text stands in the code.");
        else if (is_prose_at(s, i))
            gate_say(out, ID, &markdown, a, t->line, t->column,
                     "This line reads like prose (\"%s %s %s …\"), not like code.", t->text,
                     s->tokens.items[i + 1].text, s->tokens.items[i + 2].text);
        else
            continue;
        said++;
    }
}

static bool is_blank(const struct gate_artifact *a)
{
    for (size_t i = 0; i < a->len; i++) {
        if (!isspace((unsigned char)a->bytes[i]))
            return false;
    }
    return true;
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    struct source s;

    (void)c;
    (void)result;
    if (is_blank(a)) {
        gate_say(out, ID, &empty, a, 0, 0, "The file is empty.");
        return;
    }
    if (a->len > LARGE) {
        gate_say(out, ID, &large, a, 0, 0, "The file has %zu bytes; at most %d are accepted.",
                 a->len, LARGE);
        return;
    }
    if (!check_bytes(a, out) || !(GATE_CODE & 1u << a->kind) ||
        source_init(&s, a->kind == ARTIFACT_PYTHON ? SOURCE_PY : SOURCE_CPP, a->bytes, a->len))
        return;
    check_characters(a, &s, out);
    check_markdown(a, &s, out);
    source_done(&s);
}

const struct gate gate_format = {
    ID,
    "Encoding, size, and text that does not belong into code: Markdown, typographic signs, hidden "
    "characters.",
    GATE_BEFORE,
    GATE_WRITTEN,
    NULL,
    check,
};
