/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens of a sketch: enough C++ to find declarations, with comments, strings, raw strings and preprocessor
 * lines told apart. Any bytes are accepted; the time is linear in their number. Private to core/board.
 */
#ifndef CORE_BOARD_INO_LEX_H
#define CORE_BOARD_INO_LEX_H

#include <stdbool.h>
#include <stddef.h>

enum ino_kind {
    INO_END,
    INO_WORD,      /* identifier or keyword */
    INO_NUMBER,
    INO_TEXT,      /* string or character literal, prefix included */
    INO_PUNCT,     /* one character, or "::", "->", "..." */
    INO_DIRECTIVE, /* a whole preprocessor line with its continuations, without the last line end */
};

struct ino_token {
    enum ino_kind kind;
    const char *at; /* borrowed from the sketch */
    size_t len;
    int line;       /* 1-based */
};

struct ino_lexer {
    const char *text, *p, *end;
    int line;
    bool line_start; /* only blanks and comments so far in this line */
};

void ino_lex_init(struct ino_lexer *x, const char *text, size_t n);

/* The next token; kind INO_END at the end and ever after. */
struct ino_token ino_lex_next(struct ino_lexer *x);

bool ino_token_is(const struct ino_token *t, const char *text);

/* The word after '#' of a directive: "if", "include", …; *ret_rest is what follows it (never past the token). */
struct ino_token ino_directive_word(const struct ino_token *directive, const char **ret_rest);

#endif
