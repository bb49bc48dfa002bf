/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the free functions that a sketch defines, the conditional preprocessor branches they stand in, and
 * the place where their prototypes belong. Private to core/board; ino.h is the way in.
 */
#ifndef CORE_BOARD_INO_SCAN_H
#define CORE_BOARD_INO_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/board/ino_lex.h"

enum {
    INO_FUNCTIONS_MAX = 2000,
    INO_BRANCHES_MAX = 4000,
    INO_NESTING_MAX = 64,    /* #if inside #if */
    INO_TOKENS_MAX = 1024,   /* in one declaration; longer ones get no prototype */
    INO_PROTOTYPES_CAP = 1 << 20,
};

/* An #if, #elif or #else line. Branches form a tree: the state at any point is its innermost branch. */
struct ino_branch {
    const char *at; /* borrowed from the sketch */
    size_t len;
    int line;
    int prev;       /* the branch before it in the same #if … #endif, -1 for the #if itself */
    int first;      /* that #if */
    int parent;     /* innermost branch around the whole #if … #endif, -1 none */
    int depth;      /* 1 for an outermost one */
};

struct ino_place {
    const char *at; /* NULL: nowhere */
    int line;
    int branch;     /* -1: unconditional */
};

struct ino_function {
    struct ino_place from;     /* first token of the declaration */
    const char *name;          /* borrowed from the sketch */
    size_t name_len;
    size_t prototype, prototype_len; /* in prototypes.data; length 0: wants none */
};

typedef VEC(struct ino_function) ino_function_vec;
typedef VEC(struct ino_branch) ino_branch_vec;
typedef VEC(struct ino_token) ino_token_vec;

struct ino_scan {
    ino_function_vec functions;   /* definitions at namespace scope, in order */
    ino_branch_vec branches;
    ino_token_vec declared;       /* names that the sketch declares itself */
    struct buf prototypes;
    struct ino_place insert;      /* where prototypes go, before conditionals are looked at */
};

/* Scans; the result borrows from the text. ERR_MACHINE without memory, ERR_INVALID past a limit above.
 * ino_scan_done afterwards in any case. */
int ino_scan_run(struct ino_scan *s, const char *text, size_t n, struct err *err);
void ino_scan_done(struct ino_scan *s);

#endif
