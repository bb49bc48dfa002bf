/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells from the tokens of one declaration at namespace scope what it is, and writes the prototype of a
 * function definition. Pure and linear in the tokens. Private to core/board.
 */
#ifndef CORE_BOARD_INO_DECLARATION_H
#define CORE_BOARD_INO_DECLARATION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/board/ino_lex.h"

enum ino_shape {
    INO_SHAPE_BLOCK,    /* a brace opens something that ends with it: namespace, member function, macro */
    INO_SHAPE_LINKAGE,  /* extern "C" { */
    INO_SHAPE_FUNCTION, /* a free function (or template): definition before '{', declaration before ';' */
    INO_SHAPE_TYPE,     /* class, struct, union, enum, typedef, using */
    INO_SHAPE_VALUE,    /* a variable, an initializer */
};

struct ino_declaration {
    enum ino_shape shape;
    size_t from, name, end; /* tokens, for a function: first, its name, behind the last */
    bool wants_prototype;
};

struct ino_declaration ino_declaration_read(const struct ino_token *tokens, size_t n);

/* Appends "TYPE NAME(PARAMETERS);" without default arguments; -1 when it cannot be written for sure. */
int ino_declaration_prototype(const struct ino_token *tokens, const struct ino_declaration *d,
                              bool in_linkage, struct buf *out);

#endif
