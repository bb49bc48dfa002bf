/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/board/ino_lex.h"

#include <string.h>

void ino_lex_init(struct ino_lexer *x, const char *text, size_t n)
{
    x->text = x->p = text;
    x->end = text + n;
    x->line = 1;
    x->line_start = true;
}

bool ino_token_is(const struct ino_token *t, const char *text)
{
    return t->len == strlen(text) && !memcmp(t->at, text, t->len);
}

static char peek(const struct ino_lexer *x, size_t ahead)
{
    return (size_t)(x->end - x->p) > ahead ? x->p[ahead] : '\0';
}

static bool starts(const struct ino_lexer *x, const char *text)
{
    size_t n = strlen(text);

    return (size_t)(x->end - x->p) >= n && !memcmp(x->p, text, n);
}

static void step(struct ino_lexer *x)
{
    if (*x->p++ == '\n')
        x->line++;
}

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A backslash at the end of a line joins it with the next one; '\r' before the end is tolerated. */
static size_t splice(const struct ino_lexer *x)
{
    if (peek(x, 0) != '\\')
        return 0;
    if (peek(x, 1) == '\n')
        return 2;
    return peek(x, 1) == '\r' && peek(x, 2) == '\n' ? 3 : 0;
}

static void skip_splice(struct ino_lexer *x, size_t n)
{
    x->p += n;
    x->line++;
}

static void skip_block_comment(struct ino_lexer *x)
{
    x->p += 2;
    while (x->p < x->end && !starts(x, "*/"))
        step(x);
    if (x->p < x->end)
        x->p += 2;
}

static void skip_line_comment(struct ino_lexer *x)
{
    size_t n;

    while (x->p < x->end && *x->p != '\n') {
        n = splice(x);
        if (n)
            skip_splice(x, n);
        else
            x->p++;
    }
}

static void skip_blanks(struct ino_lexer *x)
{
    size_t n;

    while (x->p < x->end) {
        n = splice(x);
        if (n) {
            skip_splice(x, n);
        } else if (*x->p == '\n') {
            x->line_start = true;
            step(x);
        } else if (*x->p == ' ' || *x->p == '\t' || *x->p == '\r' || *x->p == '\f' ||
                   *x->p == '\v' || *x->p == '\0') {
            x->p++;
        } else if (starts(x, "/*")) {
            skip_block_comment(x);
        } else if (starts(x, "//")) {
            skip_line_comment(x);
        } else {
            return;
        }
    }
}

/* From the opening quote to behind the closing one; a bare line end ends a broken literal. */
static void skip_literal(struct ino_lexer *x)
{
    char quote = *x->p++;

    while (x->p < x->end && *x->p != '\n') {
        if (*x->p == '\\' && x->p + 1 < x->end) {
            x->p++;
            step(x);
        } else if (*x->p++ == quote) {
            return;
        }
    }
}

/* R"tag( … )tag": the tag has at most 16 characters; anything else is an ordinary broken literal. */
static bool skip_raw_literal(struct ino_lexer *x)
{
    const char *tag = x->p + 1;
    size_t n = 0;

    while (n <= 16 && tag + n < x->end && !strchr("( )\\\t\v\f\n\"", tag[n]))
        n++;
    if (n > 16 || tag + n >= x->end || tag[n] != '(')
        return false;
    x->p = tag + n + 1;
    for (; x->p < x->end; step(x)) {
        if (*x->p == ')' && (size_t)(x->end - x->p) > n + 1 && !memcmp(x->p + 1, tag, n) &&
            x->p[n + 1] == '"') {
            x->p += n + 2;
            return true;
        }
    }
    return true;
}

static void skip_directive(struct ino_lexer *x)
{
    size_t n;

    while (x->p < x->end && *x->p != '\n') {
        n = splice(x);
        if (n)
            skip_splice(x, n);
        else if (starts(x, "/*"))
            skip_block_comment(x);
        else if (starts(x, "//"))
            skip_line_comment(x);
        else if (*x->p == '"' || *x->p == '\'')
            skip_literal(x);
        else
            x->p++;
    }
}

static bool is_literal_prefix(const char *at, size_t n)
{
    static const char *const prefixes[] = {"L", "u", "U", "u8", "R", "LR", "uR", "UR", "u8R"};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
        if (strlen(prefixes[i]) == n && !memcmp(prefixes[i], at, n))
            return true;
    }
    return false;
}

static enum ino_kind lex_word(struct ino_lexer *x)
{
    const char *at = x->p;
    size_t n;

    while (x->p < x->end && (is_word_start(*x->p) || is_digit(*x->p)))
        x->p++;
    n = (size_t)(x->p - at);
    if ((peek(x, 0) != '"' && peek(x, 0) != '\'') || !is_literal_prefix(at, n))
        return INO_WORD;
    if (at[n - 1] != 'R' || peek(x, 0) != '"' || !skip_raw_literal(x))
        skip_literal(x);
    return INO_TEXT;
}

/* A preprocessing number: 0x1p-3, 1'000'000, 1e+5f. */
static enum ino_kind lex_number(struct ino_lexer *x)
{
    while (x->p < x->end) {
        char c = *x->p, last = x->p[-1];
        bool sign = (c == '+' || c == '-') && (last == 'e' || last == 'E' || last == 'p' || last == 'P');

        if (!is_word_start(c) && !is_digit(c) && c != '.' && !sign &&
            !(c == '\'' && (is_digit(peek(x, 1)) || is_word_start(peek(x, 1)))))
            break;
        x->p++;
    }
    return INO_NUMBER;
}

static enum ino_kind lex_punct(struct ino_lexer *x)
{
    if (starts(x, "..."))
        x->p += 3;
    else if (starts(x, "::") || starts(x, "->"))
        x->p += 2;
    else
        x->p++;
    return INO_PUNCT;
}

static enum ino_kind lex_one(struct ino_lexer *x, bool line_start)
{
    char c = *x->p;

    if (c == '#' && line_start) {
        skip_directive(x);
        return INO_DIRECTIVE;
    }
    if (c == '"' || c == '\'') {
        skip_literal(x);
        return INO_TEXT;
    }
    if (is_word_start(c))
        return lex_word(x);
    if (is_digit(c) || (c == '.' && is_digit(peek(x, 1)))) {
        x->p++;
        return lex_number(x);
    }
    return lex_punct(x);
}

struct ino_token ino_lex_next(struct ino_lexer *x)
{
    struct ino_token t = {.kind = INO_END};
    bool line_start;

    skip_blanks(x);
    t.at = x->p;
    t.line = x->line;
    if (x->p >= x->end)
        return t;
    line_start = x->line_start;
    x->line_start = false;
    t.kind = lex_one(x, line_start);
    t.len = (size_t)(x->p - t.at);
    return t;
}

struct ino_token ino_directive_word(const struct ino_token *directive, const char **ret_rest)
{
    struct ino_lexer x;
    struct ino_token t;

    ino_lex_init(&x, directive->at + 1, directive->len - 1);
    x.line_start = false;
    t = ino_lex_next(&x);
    *ret_rest = x.p;
    return t;
}
