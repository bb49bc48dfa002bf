/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens of a C++ sketch or a Python script, for gates and repairs: comments and line splices are
 * gone, strings are decoded, every token knows its place in the original bytes.
 *
 * Follows the translation phases of C++ (splices before comments, raw strings, digraphs); trigraphs
 * are not replaced, as in GNU mode. Never fails on bad text: what does not close is reported in
 * `unclosed`. Bounded by SOURCE_MAX bytes and SOURCE_TOKENS_MAX tokens.
 */
#ifndef CORE_ARTIFACT_SOURCE_H
#define CORE_ARTIFACT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/vec.h"

enum { SOURCE_MAX = 4 * 1024 * 1024, SOURCE_TOKENS_MAX = 1000000 };

enum source_language { SOURCE_CPP, SOURCE_PY };

enum source_kind {
    SOURCE_NAME,
    SOURCE_NUMBER,
    SOURCE_STRING, /* text is the decoded content */
    SOURCE_CHAR,
    SOURCE_HEADER, /* <…> after #include and its kin; text without the brackets */
    SOURCE_PUNCT,  /* one character, or "::", "->", "##" */
    SOURCE_STRAY,  /* a character that belongs to no token */
};

struct source_token {
    enum source_kind kind;
    const char *text;  /* terminated; borrowed from the source */
    size_t len;        /* decoded strings may hold '\0' */
    size_t start, end; /* byte offsets in the original */
    int line, column;  /* 1-based, of start; column in bytes */
    int depth;      /* open brackets of any kind before this token (an opening one not counted) */
    bool first;     /* first token of its line */
    bool directive; /* part of a preprocessor line */
    bool dead;      /* inside #if 0 or the branch of a condition that is always false */
};

struct source_comment {
    size_t start, end;
    int line;
    bool continued; /* a // comment that a splice extends over the next line */
};

struct source {
    enum source_language language;
    const char *bytes; /* borrowed */
    size_t n;
    VEC(struct source_token) tokens;
    VEC(struct source_comment) comments;
    VEC(size_t) lines; /* offset of each line's first byte */
    char *arena;       /* owned text of the tokens */
    size_t arena_used;
    const char *unclosed; /* "comment", "string", "raw string"; NULL when all is closed */
    int unclosed_line;
};

/* 0, or -1 when the text is too large or memory is short (s is then empty and safe to pass on). The
 * bytes must outlive s. */
int source_init(struct source *s, enum source_language language, const char *bytes, size_t n);
void source_done(struct source *s);

/* 1-based line and column of an offset. */
int source_line(const struct source *s, size_t offset, int *ret_column);

/* True when token i is a name, number or punctuation with exactly this text. */
bool source_is(const struct source *s, size_t i, const char *text);

/* The token that closes the bracket at i; s->tokens.n when nothing does. */
size_t source_close(const struct source *s, size_t i);

/* The first token at or after from that is this text and not dead; s->tokens.n when there is none.
 */
size_t source_find(const struct source *s, size_t from, const char *text);

/* True when live C++ code declares or defines that name. */
bool source_declares(const struct source *s, const char *name);

/* source.c to the language files. */
struct source_token *source_push(struct source *s, enum source_kind kind, size_t start, size_t end);
void source_text(struct source *s, char c); /* adds a byte to the last token's text */
void source_lex_cpp(struct source *s);
void source_lex_python(struct source *s);
/* Bytes used by the escape at p (after the backslash), its value in *ret. */
size_t source_escape(const char *p, const char *end, int *ret);

#endif
