/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>

#include "core/artifact/source.h"

struct reader {
    struct source *s;
    size_t i;
    bool fresh, full;
};

static char at(const struct reader *r, size_t ahead)
{
    return r->i + ahead < r->s->n ? r->s->bytes[r->i + ahead] : '\0';
}

static void open_token(struct reader *r, enum source_kind kind)
{
    struct source_token *t = source_push(r->s, kind, r->i, r->i);

    if (!t) {
        r->full = true;
        return;
    }
    t->first = r->fresh;
    r->fresh = false;
}

static void close_token(struct reader *r)
{
    if (!r->full)
        r->s->tokens.items[r->s->tokens.n - 1].end = r->i;
}

static void take(struct reader *r)
{
    if (!r->full)
        source_text(r->s, r->s->bytes[r->i]);
    r->i++;
}

static void read_comment(struct reader *r)
{
    struct source_comment m = {.start = r->i, .line = source_line(r->s, r->i, NULL)};

    while (r->i < r->s->n && at(r, 0) != '\n')
        r->i++;
    m.end = r->i;
    if (vec_push(&r->s->comments, m, SOURCE_TOKENS_MAX))
        r->full = true;
}

static void take_escape(struct reader *r)
{
    const char *end = r->s->bytes + r->s->n;
    int value = 0;

    r->i++;
    if (at(r, 0) == '\n') { /* a splice inside a string */
        r->i++;
        return;
    }
    r->i += source_escape(r->s->bytes + r->i, end, &value);
    if (!r->full)
        source_text(r->s, (char)value);
}

static void read_string(struct reader *r, bool raw)
{
    char quote = at(r, 0);
    bool triple = at(r, 1) == quote && at(r, 2) == quote, closed = false;
    size_t start = r->i;

    open_token(r, SOURCE_STRING);
    r->i += triple ? 3 : 1;
    while (r->i < r->s->n && !closed) {
        char c = at(r, 0);
        if (c == quote && (!triple || (at(r, 1) == quote && at(r, 2) == quote))) {
            r->i += triple ? 3 : 1;
            closed = true;
        } else if (c == '\n' && !triple) {
            break;
        } else if (c == '\\' && raw && r->i + 1 < r->s->n) {
            take(r);
            take(r);
        } else if (c == '\\') {
            take_escape(r);
        } else {
            take(r);
        }
    }
    if (!closed && !r->s->unclosed) {
        r->s->unclosed = triple ? "triple-quoted string" : "string";
        r->s->unclosed_line = source_line(r->s, start, NULL);
    }
    close_token(r);
}

/* A name, or a string when the letters turn out to be its prefix. */
static void read_name(struct reader *r)
{
    size_t n = 0;
    bool raw = false, prefix = true;

    while (isalnum((unsigned char)at(r, n)) || at(r, n) == '_' || (unsigned char)at(r, n) >= 0x80) {
        char c = (char)tolower((unsigned char)at(r, n));
        raw = raw || c == 'r';
        prefix = prefix && n < 2 && (c == 'r' || c == 'b' || c == 'f' || c == 'u');
        n++;
    }
    if (prefix && (at(r, n) == '"' || at(r, n) == '\'')) {
        r->i += n;
        read_string(r, raw);
        return;
    }
    open_token(r, SOURCE_NAME);
    while (n--)
        take(r);
    close_token(r);
}

static void read_number(struct reader *r)
{
    char last = 0;

    open_token(r, SOURCE_NUMBER);
    while (isalnum((unsigned char)at(r, 0)) || at(r, 0) == '.' || at(r, 0) == '_' ||
           ((at(r, 0) == '+' || at(r, 0) == '-') && (last == 'e' || last == 'E'))) {
        last = at(r, 0);
        take(r);
    }
    close_token(r);
}

static void read_one(struct reader *r)
{
    char c = at(r, 0);

    if (c == '\n') {
        r->fresh = true;
        r->i++;
    } else if (c == ' ' || (c >= '\t' && c <= '\r') ||
               (c == '\\' && (at(r, 1) == '\n' || at(r, 1) == '\r'))) {
        r->i += c == '\\' ? 2 : 1;
    } else if (c == '#') {
        read_comment(r);
    } else if (c == '"' || c == '\'') {
        read_string(r, false);
    } else if (isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80) {
        read_name(r);
    } else if (isdigit((unsigned char)c)) {
        read_number(r);
    } else {
        open_token(r, ispunct((unsigned char)c) && !strchr("$?`", c) ? SOURCE_PUNCT : SOURCE_STRAY);
        take(r);
        close_token(r);
    }
}

void source_lex_python(struct source *s)
{
    struct reader r = {.s = s, .fresh = true};

    while (r.i < s->n && !r.full)
        read_one(&r);
}
