/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/source.h"

#include <string.h>

static int index_lines(struct source *s)
{
    size_t at = 0;

    for (;;) {
        const char *nl;
        if (vec_push(&s->lines, at, SOURCE_MAX + 2))
            return -1;
        nl = memchr(s->bytes + at, '\n', s->n - at);
        if (!nl)
            return 0;
        at = (size_t)(nl - s->bytes) + 1;
    }
}

static void set_depths(struct source *s)
{
    int depth = 0;

    for (size_t i = 0; i < s->tokens.n; i++) {
        struct source_token *t = &s->tokens.items[i];
        char c = t->kind == SOURCE_PUNCT && t->len == 1 && !t->directive ? t->text[0] : 0;
        if (c == ')' || c == ']' || c == '}')
            depth -= depth > 0;
        t->depth = depth;
        if (c == '(' || c == '[' || c == '{')
            depth++;
    }
}

int source_init(struct source *s, enum source_language language, const char *bytes, size_t n)
{
    memset(s, 0, sizeof(*s));
    s->language = language;
    s->bytes = n ? bytes : "";
    if (n > SOURCE_MAX)
        return -1;
    s->n = n;
    s->arena = os_alloc(2 * n + 2); /* every token is at least a byte long, and gets a terminator */
    if (!s->arena || index_lines(s)) {
        source_done(s);
        return -1;
    }
    if (language == SOURCE_CPP)
        source_lex_cpp(s);
    else
        source_lex_python(s);
    set_depths(s);
    return 0;
}

void source_done(struct source *s)
{
    vec_done(&s->tokens);
    vec_done(&s->comments);
    vec_done(&s->lines);
    free(s->arena);
    s->arena = NULL;
}

int source_line(const struct source *s, size_t offset, int *ret_column)
{
    size_t low = 0, high = s->lines.n;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->lines.items[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    if (ret_column)
        *ret_column = s->lines.n ? (int)(offset - s->lines.items[low]) + 1 : 0;
    return (int)low + 1;
}

struct source_token *source_push(struct source *s, enum source_kind kind, size_t start, size_t end)
{
    struct source_token t = {.kind = kind, .start = start, .end = end};

    t.line = source_line(s, start, &t.column);
    t.text = s->arena + s->arena_used;
    s->arena[s->arena_used++] = '\0';
    if (vec_push(&s->tokens, t, SOURCE_TOKENS_MAX))
        return NULL;
    return &s->tokens.items[s->tokens.n - 1];
}

void source_text(struct source *s, char c)
{
    s->arena[s->arena_used - 1] = c;
    s->arena[s->arena_used++] = '\0';
    s->tokens.items[s->tokens.n - 1].len++;
}

bool source_is(const struct source *s, size_t i, const char *text)
{
    const struct source_token *t;

    if (i >= s->tokens.n)
        return false;
    t = &s->tokens.items[i];
    return t->kind != SOURCE_STRING && t->kind != SOURCE_CHAR && t->kind != SOURCE_HEADER &&
           !strcmp(t->text, text);
}

size_t source_close(const struct source *s, size_t i)
{
    int depth = 0;

    for (; i < s->tokens.n; i++) {
        const struct source_token *t = &s->tokens.items[i];
        char c = t->kind == SOURCE_PUNCT && t->len == 1 ? t->text[0] : 0;
        if (c == '(' || c == '[' || c == '{')
            depth++;
        else if ((c == ')' || c == ']' || c == '}') && --depth <= 0)
            return i;
    }
    return s->tokens.n;
}

size_t source_find(const struct source *s, size_t from, const char *text)
{
    for (size_t i = from; i < s->tokens.n; i++) {
        if (!s->tokens.items[i].dead && source_is(s, i, text))
            return i;
    }
    return s->tokens.n;
}

static bool ends_a_type(const struct source *s, size_t i)
{
    static const char *const others[] = {"return", "else",   "case",  "new", "delete",
                                         "goto",   "sizeof", "throw", "do"};
    const struct source_token *t = &s->tokens.items[i];

    for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
        if (!strcmp(t->text, others[k]))
            return false;
    }
    return t->kind == SOURCE_NAME || source_is(s, i, ">");
}

bool source_declares(const struct source *s, const char *name)
{
    for (size_t i = 1; i < s->tokens.n; i++) {
        size_t type = i - 1;
        if (!source_is(s, i, name) || s->tokens.items[i].dead)
            continue;
        while (type && (source_is(s, type, "*") || source_is(s, type, "&")))
            type--;
        if (!ends_a_type(s, type) ||
            (type < i - 1 && s->tokens.items[type].line != s->tokens.items[i].line))
            continue;
        if (source_is(s, i + 1, ";") || source_is(s, i + 1, "=") || source_is(s, i + 1, "[") ||
            source_is(s, i + 1, ",") || source_is(s, i + 1, ")") || source_is(s, i + 1, "{") ||
            source_is(s, type, "define"))
            return !source_is(s, type, "include");
    }
    return false;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t source_escape(const char *p, const char *end, int *ret)
{
    static const char from[] = "ntrabfve", to[] = "\n\t\r\a\b\f\v\033";
    const char *hit;
    size_t i = 1;

    if (p >= end)
        return 0;
    *ret = (unsigned char)*p;
    if (*p == 'x') {
        for (*ret = 0; p + i < end && hex_digit(p[i]) >= 0; i++)
            *ret = (*ret * 16 + hex_digit(p[i])) & 0xFF;
    } else if (*p >= '0' && *p <= '7') {
        *ret = *p - '0';
        for (; i < 3 && p + i < end && p[i] >= '0' && p[i] <= '7'; i++)
            *ret = (*ret * 8 + p[i] - '0') & 0xFF;
    } else if (*p && (hit = strchr(from, *p)) != NULL) {
        *ret = (unsigned char)to[hit - from];
    }
    return i;
}
