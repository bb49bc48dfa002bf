/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON from the wire: one whole text at a time, bounded depth, typed getters that never guess.
 *
 * Invalid UTF-8 becomes U+FFFD instead of failing the parse. A lone `\uD8xx` escape survives as its three
 * byte form, so that its partner in the next delta can be joined to it (wire_join); json-c would lose it.
 */
#ifndef CORE_LLM_WIRE_H
#define CORE_LLM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

struct json_object;
struct json_tokener;

enum { WIRE_DEPTH = 32, WIRE_CAP = 32 * 1024 * 1024 };

struct wire {
    struct json_tokener *tokener; /* owned; made at first need */
    struct buf mended;
};

void wire_init(struct wire *w);
void wire_done(struct wire *w);

/* Caller owns the result (json_object_put); NULL when the bytes are not exactly one JSON text. */
struct json_object *wire_parse(struct wire *w, const char *bytes, size_t n);

/* Each looks a member up and checks its type; borrowed from o. o may be NULL or of any type. */
struct json_object *wire_object(struct json_object *o, const char *key); /* NULL when absent or no object */
struct json_object *wire_array(struct json_object *o, const char *key);
bool wire_text(struct json_object *o, const char *key, const char **ret, size_t *ret_len);
bool wire_int(struct json_object *o, const char *key, int64_t *ret); /* whole numbers >= 0 only */
bool wire_number(struct json_object *o, const char *key, double *ret);
/* A short text into a fixed field, one sanitized line; false (and "") when absent or no text. */
bool wire_field(struct json_object *o, const char *key, char *dst, size_t size);

/* Copies in[0..n) with every invalid byte as U+FFFD; 0 or -1 when out is broken. */
int wire_valid(const char *in, size_t n, struct buf *out);

struct wire_joiner {
    uint32_t high; /* a high surrogate that waits for its partner, 0 = none */
    struct buf out;
};

void wire_joiner_init(struct wire_joiner *j);
void wire_joiner_done(struct wire_joiner *j);
/* One delta's text to clean UTF-8; the result is borrowed from j or is bytes itself. */
const char *wire_join(struct wire_joiner *j, const char *bytes, size_t n, size_t *ret_len);
/* What is still waiting at the end of the stream: "" or U+FFFD. */
const char *wire_join_end(struct wire_joiner *j);

#endif
