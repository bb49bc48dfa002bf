/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>

#include "core/artifact/source.h"
#include "core/base/utf8.h"

enum { CONDITIONS_MAX = 64, DELIMITER_MAX = 16 };

struct cursor {
    struct source *s;
    size_t i;       /* never on a splice */
    bool fresh;     /* nothing but space on this line so far */
    bool directive; /* inside a preprocessor line */
    bool full;      /* no room for more tokens */
};

/* Over backslash-newline pairs; GCC lets blanks stand between the two. */
static size_t skip_splices(const struct source *s, size_t i)
{
    while (i < s->n && s->bytes[i] == '\\') {
        size_t j = i + 1;
        while (j < s->n && (s->bytes[j] == ' ' || s->bytes[j] == '\t' || s->bytes[j] == '\r'))
            j++;
        if (j >= s->n || s->bytes[j] != '\n')
            break;
        i = j + 1;
    }
    return i;
}

static char peek(const struct cursor *c)
{
    return c->i < c->s->n ? c->s->bytes[c->i] : '\0';
}

static char peek2(const struct cursor *c)
{
    size_t j = c->i < c->s->n ? skip_splices(c->s, c->i + 1) : c->s->n;

    return j < c->s->n ? c->s->bytes[j] : '\0';
}

static void step(struct cursor *c)
{
    if (c->i < c->s->n)
        c->i = skip_splices(c->s, c->i + 1);
}

static bool at_end(const struct cursor *c)
{
    return c->i >= c->s->n;
}

static void set_unclosed(struct source *s, const char *what, size_t start)
{
    if (s->unclosed)
        return;
    s->unclosed = what;
    s->unclosed_line = source_line(s, start, NULL);
}

static void open_token(struct cursor *c, enum source_kind kind)
{
    struct source_token *t = source_push(c->s, kind, c->i, c->i);

    if (!t) {
        c->full = true;
        return;
    }
    t->first = c->fresh;
    t->directive = c->directive;
    c->fresh = false;
}

static void close_token(struct cursor *c)
{
    if (!c->full)
        c->s->tokens.items[c->s->tokens.n - 1].end = c->i;
}

static void take(struct cursor *c)
{
    if (!c->full)
        source_text(c->s, peek(c));
    step(c);
}

static void lex_comment(struct cursor *c)
{
    struct source_comment m = {.start = c->i, .line = source_line(c->s, c->i, NULL)};
    bool block = peek2(c) == '*';

    step(c);
    step(c);
    if (block) {
        while (!at_end(c) && !(peek(c) == '*' && peek2(c) == '/'))
            step(c);
        if (at_end(c))
            set_unclosed(c->s, "comment", m.start);
        step(c);
        step(c);
    } else {
        while (!at_end(c) && peek(c) != '\n')
            step(c);
        m.continued = source_line(c->s, c->i ? c->i - 1 : 0, NULL) > m.line;
    }
    m.end = c->i;
    if (vec_push(&c->s->comments, m, SOURCE_TOKENS_MAX))
        c->full = true;
}

/* On the first quote: the content decoded, adjacent text untouched. */
static void lex_quoted(struct cursor *c, enum source_kind kind)
{
    char quote = peek(c);
    size_t start = c->i;

    open_token(c, kind);
    step(c);
    while (!at_end(c) && peek(c) != quote && peek(c) != '\n') {
        if (peek(c) == '\\') {
            const char *p;
            int value = 0;
            size_t used;
            step(c);
            p = c->s->bytes + c->i;
            used = source_escape(p, c->s->bytes + c->s->n, &value);
            if (!c->full)
                source_text(c->s, (char)value);
            c->i = skip_splices(c->s, c->i + used);
        } else {
            take(c);
        }
    }
    if (peek(c) != quote || at_end(c))
        set_unclosed(c->s, kind == SOURCE_STRING ? "string" : "character constant", start);
    else
        step(c);
    close_token(c);
}

/* On the quote of R"delimiter(…)delimiter": splices do not exist in here. */
static void lex_raw_string(struct cursor *c)
{
    struct source *s = c->s;
    char end[DELIMITER_MAX + 3];
    size_t n = 0, start = c->i, i = c->i + 1;
    const char *hit = NULL;

    open_token(c, SOURCE_STRING);
    end[n++] = ')';
    while (i < s->n && s->bytes[i] != '(' && n <= DELIMITER_MAX)
        end[n++] = s->bytes[i++];
    end[n++] = '"';
    if (i < s->n && s->bytes[i] == '(')
        hit = memmem(s->bytes + i + 1, s->n - i - 1, end, n);
    if (!hit) {
        set_unclosed(s, "raw string", start);
        c->i = s->n;
    } else {
        for (i++; s->bytes + i < hit && !c->full; i++)
            source_text(s, s->bytes[i]);
        c->i = skip_splices(s, (size_t)(hit - s->bytes) + n);
    }
    close_token(c);
}

static bool string_prefix(const char *name, bool *ret_raw)
{
    static const char *const prefixes[] = {"u8", "u", "U", "L", "R", "u8R", "uR", "UR", "LR"};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (!strcmp(name, prefixes[i])) {
            *ret_raw = name[strlen(name) - 1] == 'R';
            return true;
        }
    }
    return false;
}

static void lex_name(struct cursor *c)
{
    bool raw = false;

    open_token(c, SOURCE_NAME);
    while (isalnum((unsigned char)peek(c)) || peek(c) == '_' || peek(c) == '$')
        take(c);
    close_token(c);
    if (c->full || peek(c) != '"' ||
        !string_prefix(c->s->tokens.items[c->s->tokens.n - 1].text, &raw))
        return;
    c->fresh = c->s->tokens.items[--c->s->tokens.n].first;
    if (raw)
        lex_raw_string(c);
    else
        lex_quoted(c, SOURCE_STRING);
}

static void lex_number(struct cursor *c)
{
    char last = 0;

    open_token(c, SOURCE_NUMBER);
    while (isalnum((unsigned char)peek(c)) || peek(c) == '.' || peek(c) == '_' ||
           (peek(c) == '\'' && isalnum((unsigned char)peek2(c))) ||
           ((peek(c) == '+' || peek(c) == '-') && last && strchr("eEpP", last))) {
        last = peek(c);
        take(c);
    }
    close_token(c);
}

/* After # include, or __has_include ( and its kin, a '<' opens a header name. */
static bool header_follows(const struct source *s)
{
    static const char *const words[] = {"include",    "include_next",  "import",
                                        "embed",      "__has_include", "__has_include_next",
                                        "__has_embed"};
    size_t i = s->tokens.n;

    if (i && source_is(s, i - 1, "("))
        i--;
    for (size_t k = 0; i && k < sizeof(words) / sizeof(words[0]); k++) {
        if (source_is(s, i - 1, words[k]))
            return s->tokens.items[i - 1].directive;
    }
    return false;
}

static void lex_header(struct cursor *c)
{
    open_token(c, SOURCE_HEADER);
    step(c);
    while (!at_end(c) && peek(c) != '>' && peek(c) != '\n')
        take(c);
    if (peek(c) == '>')
        step(c);
    close_token(c);
}

static void lex_punct(struct cursor *c)
{
    char a = peek(c), b = peek2(c);

    if (a == '#' || (a == '%' && b == ':'))
        c->directive = c->directive || c->fresh;
    open_token(c, SOURCE_PUNCT);
    if (a == '%' && b == ':') {
        if (!c->full)
            source_text(c->s, '#');
        step(c);
        step(c);
    } else {
        take(c);
        if ((a == ':' && b == ':') || (a == '-' && b == '>') || (a == '#' && b == '#'))
            take(c);
    }
    close_token(c);
}

static void lex_stray(struct cursor *c)
{
    uint32_t cp;
    size_t used = utf8_decode(c->s->bytes + c->i, c->s->n - c->i, &cp);

    open_token(c, SOURCE_STRAY);
    for (size_t k = 0; k < used; k++)
        if (!c->full)
            source_text(c->s, c->s->bytes[c->i + k]);
    c->i = skip_splices(c->s, c->i + used);
    close_token(c);
}

static void lex_one(struct cursor *c)
{
    char a = peek(c), b = peek2(c);

    if (a == '\n') {
        c->fresh = true;
        c->directive = false;
        step(c);
    } else if (a == ' ' || (a >= '\t' && a <= '\r')) {
        step(c);
    } else if (a == '/' && (b == '/' || b == '*')) {
        lex_comment(c);
    } else if (a == '"' || a == '\'') {
        lex_quoted(c, a == '"' ? SOURCE_STRING : SOURCE_CHAR);
    } else if (isalpha((unsigned char)a) || a == '_' || a == '$') {
        lex_name(c);
    } else if (isdigit((unsigned char)a) || (a == '.' && isdigit((unsigned char)b))) {
        lex_number(c);
    } else if (a == '<' && header_follows(c->s)) {
        lex_header(c);
    } else if (ispunct((unsigned char)a) && a != '`' && a != '@' && a != '\\') {
        lex_punct(c);
    } else {
        lex_stray(c);
    }
}

struct conditions {
    struct {
        bool dead, was_live, outer;
    } at[CONDITIONS_MAX];
    int n, lost; /* lost: nested deeper than the table */
    bool dead;
};

static int literal_condition(const struct source *s, size_t i)
{
    bool alone = i + 1 >= s->tokens.n || s->tokens.items[i + 1].first;

    if (!alone || i >= s->tokens.n)
        return -1;
    if (source_is(s, i, "0") || source_is(s, i, "false"))
        return 0;
    return source_is(s, i, "1") || source_is(s, i, "true") ? 1 : -1;
}

static void conditions_open(struct conditions *k, int value)
{
    if (k->n == CONDITIONS_MAX) {
        k->lost++;
        return;
    }
    k->at[k->n].outer = k->dead;
    k->at[k->n].was_live = value == 1;
    k->n++;
    k->dead = k->dead || value == 0;
}

/* #elif and #else: live unless an earlier branch was certain, or this one is certainly not taken.
 */
static void conditions_turn(struct conditions *k, int value)
{
    if (!k->n || k->lost)
        return;
    k->dead = k->at[k->n - 1].outer || k->at[k->n - 1].was_live || value == 0;
    k->at[k->n - 1].was_live |= value == 1;
}

static void conditions_close(struct conditions *k)
{
    if (k->lost)
        k->lost--;
    else if (k->n)
        k->dead = k->at[--k->n].outer;
}

static void mark_directives(struct source *s)
{
    struct conditions k = {.n = 0};

    for (size_t i = 0; i < s->tokens.n; i++) {
        struct source_token *t = &s->tokens.items[i];
        t->dead = k.dead;
        if (!t->directive || !t->first || !source_is(s, i, "#"))
            continue;
        if (source_is(s, i + 1, "if"))
            conditions_open(&k, literal_condition(s, i + 2));
        else if (source_is(s, i + 1, "ifdef") || source_is(s, i + 1, "ifndef"))
            conditions_open(&k, -1);
        else if (source_is(s, i + 1, "elif"))
            conditions_turn(&k, literal_condition(s, i + 2));
        else if (source_is(s, i + 1, "else"))
            conditions_turn(&k, -1);
        else if (source_is(s, i + 1, "endif"))
            conditions_close(&k);
    }
}

/* if (false) …, if (0) …, while (false) …: the statement or block after it never runs. */
static void mark_false_branches(struct source *s)
{
    for (size_t i = 0; i + 3 < s->tokens.n; i++) {
        size_t from = i + 4, to;
        if ((!source_is(s, i, "if") && !source_is(s, i, "while")) || !source_is(s, i + 1, "(") ||
            (!source_is(s, i + 2, "0") && !source_is(s, i + 2, "false")) ||
            !source_is(s, i + 3, ")") || (i && source_is(s, i - 1, "#")))
            continue;
        to = source_is(s, from, "{") ? source_close(s, from) : source_find(s, from, ";");
        for (; from < to && from < s->tokens.n; from++)
            s->tokens.items[from].dead = true;
    }
}

void source_lex_cpp(struct source *s)
{
    struct cursor c = {.s = s, .fresh = true};

    c.i = skip_splices(s, 0);
    while (!at_end(&c) && !c.full)
        lex_one(&c);
    mark_directives(s);
    mark_false_branches(s);
}
