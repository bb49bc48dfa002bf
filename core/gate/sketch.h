/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sketch as gates look at it: its functions, which of them loop() and setup() can reach, and what
 * tensors its expressions touch. A reading of tokens, not a compiler: when it is not sure, it says
 * so and the gate stays quiet.
 */
#ifndef CORE_GATE_SKETCH_H
#define CORE_GATE_SKETCH_H

#include "core/artifact/source.h"

enum { SKETCH_FUNCTIONS_MAX = 2000 };

struct sketch_function {
    const char *name;   /* borrowed from the source */
    size_t at;          /* token of the name */
    size_t open, close; /* tokens of the body's braces */
    bool from_setup, from_loop;
};

struct sketch {
    struct source source;
    VEC(struct sketch_function) functions;
};

int sketch_init(struct sketch *k, const char *bytes,
                size_t n); /* bytes borrowed; -1 when unreadable */
void sketch_done(struct sketch *k);

/* The n-th definition of that name, NULL when there is none. */
const struct sketch_function *sketch_function(const struct sketch *k, const char *name, int n);

enum sketch_use {
    SKETCH_ABSENT,
    SKETCH_COMMENT,
    SKETCH_DEAD,
    SKETCH_UNREACHED,
    SKETCH_SETUP,
    SKETCH_LOOP
};

/* How far a call of that method or function gets: the best of its occurrences; the token in
 * *ret_at. */
enum sketch_use sketch_call(const struct sketch *k, const char *name, size_t *ret_at);

enum sketch_tensor { SKETCH_INPUT, SKETCH_OUTPUT, SKETCH_UNKNOWN };

/* The next access of tensor data at or after token *at: which tensor, its member ("int8"; "" when
 * it is a template's), and the token of the member. False when there is none; *at moves behind it.
 */
bool sketch_access(const struct sketch *k, size_t *at, enum sketch_tensor *ret_tensor,
                   const char **ret_member, size_t *ret_token);

#endif
