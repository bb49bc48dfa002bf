/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed specs by field tables: one row per field gives its type, limits and help, and from the same rows come the
 * reader of a model's JSON, the writer, the JSON schema, and the literal at the top of a generated script.
 *
 * A spec struct holds char * (owned, NULL = ""), int64_t, double, int (choice), and lists {pointer; int n} as below.
 * Input is hostile: sizes are capped, unknown keys are refused with the nearest known one, and text may not hold
 * control characters.
 */
#ifndef CORE_GENERATE_SPEC_H
#define CORE_GENERATE_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/data/step.h"

struct json_object;

enum spec_type {
    SPEC_TEXT,    /* char * */
    SPEC_INT,     /* int64_t */
    SPEC_NUMBER,  /* double */
    SPEC_CHOICE,  /* int: index into choices */
    SPEC_TEXTS,   /* struct data_names */
    SPEC_INTS,    /* struct spec_ints */
    SPEC_NUMBERS, /* struct spec_numbers */
    SPEC_LIST,    /* struct spec_list of structs described by rows */
    SPEC_SECTION, /* one struct in place, described by rows */
};

struct spec_ints { int64_t *items; int n; };
struct spec_numbers { double *items; int n; };
struct spec_list { void *items; int n; }; /* layout of every typed list of structs in a spec */

struct spec_field {
    const char *key;             /* NULL ends a table */
    enum spec_type type;
    size_t offset;
    double min, max;             /* value of a number; length of a text; items of a list; both 0 = default caps */
    const char *const *choices;  /* SPEC_CHOICE, NULL-terminated */
    const struct spec_field *rows; /* SPEC_LIST, SPEC_SECTION */
    size_t size;                 /* SPEC_LIST: bytes of an item */
    bool optional;               /* may be absent from JSON: then zero or empty */
    const char *help;
};

enum { SPEC_TEXT_MAX = 2000, SPEC_ITEMS_MAX = 1000, SPEC_JSON_MAX = 1024 * 1024 };

/* Fills target (zeroed by the caller; released by spec_done either way) from an object. name: of the spec, for messages. */
int spec_from_object(const struct spec_field *rows, void *target, struct json_object *o, const char *name,
                     struct err *err);
int spec_from_text(const struct spec_field *rows, void *target, const char *json, size_t n, const char *name,
                   struct err *err);
struct json_object *spec_to_object(const struct spec_field *rows, const void *spec); /* caller: json_object_put */
int spec_to_text(const struct spec_field *rows, const void *spec, struct buf *out);  /* pretty JSON and newline */

/* A JSON schema (draft 2020-12 words that model servers know): additionalProperties false, all that is not optional required. */
int spec_schema(const struct spec_field *rows, const char *title, struct buf *out);

/* The spec as a Python dict literal over several lines, everything outside of plain printable text escaped. */
int spec_to_python(const struct spec_field *rows, const void *spec, struct buf *out);

void spec_done(const struct spec_field *rows, void *spec);

#endif
