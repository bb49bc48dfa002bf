/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * YAML to structs by field tables: errors with file:line:column and the nearest known key, all of them up to a
 * limit, no aliases, no duplicate keys, no tabs, bounded depth and size. The same rows make the reference docs.
 *
 * Strings that come out are valid UTF-8 without control characters, so they can be shown as they are.
 */
#ifndef CORE_CONFIG_CONFIG_H
#define CORE_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum config_type {
    CONFIG_STRING,  /* char * (owned by the struct, freed by config_done) */
    CONFIG_BOOL,    /* bool: true or false, nothing else */
    CONFIG_INT,     /* int64_t with min..max */
    CONFIG_NUMBER,  /* double with min..max */
    CONFIG_CHOICE,  /* int: index into choices */
    CONFIG_STRINGS, /* struct config_strings: a list of strings */
    CONFIG_MAP,     /* struct config_pairs: any keys, scalar values, in order */
    CONFIG_SECTION, /* nested mapping with its own rows, at offset */
    CONFIG_LIST,    /* struct config_list: a list of mappings with the rows of `section` */
};

struct config_strings { char **items; int n; };
struct config_pair { char *key, *value; int line, column; };
struct config_pairs { struct config_pair *items; int n; };

struct config_place { int line, column; }; /* 1-based */
struct config_list { void *items; int n; }; /* items: structs of `size` bytes that begin with a config_place */

struct config_field {
    const char *key;
    enum config_type type;
    size_t offset;                 /* offsetof in the struct (or in the section's struct) */
    bool required;
    double min, max;               /* both 0 = any */
    const char *const *choices;    /* NULL-terminated, for CONFIG_CHOICE */
    const struct config_field *section; /* rows of a CONFIG_SECTION or CONFIG_LIST, ended by a NULL key */
    size_t size;                   /* of an item of a CONFIG_LIST */
    const char *forbidden;         /* not NULL: the key is known but may not stand here; the sentence says why */
    const char *preset;            /* default as text, also for the docs; NULL = zero */
    const char *help;
    /* Looks at each string value; returns a sentence that says what is wrong (static), NULL when it is fine. */
    const char *(*check)(const char *value);
};

enum {
    CONFIG_ERRORS_MAX = 20,
    CONFIG_SIZE_MAX = 256 * 1024, /* bytes of a file */
    CONFIG_DEPTH_MAX = 8,
    CONFIG_ITEMS_MAX = 1000,      /* entries of one list or map */
};

struct config_errors { struct err items[CONFIG_ERRORS_MAX]; int n; };

/* Fills target (zeroed by the caller) from text; name is used in messages. 0, or negative with errors filled:
 * errors->items[0] is the first. Owned members are released by config_done either way. */
int config_read(const char *name, const char *text, size_t n, const struct config_field *rows, void *target,
                struct config_errors *errors);
void config_done(const struct config_field *rows, void *target);

/* The rows as a commented YAML text with defaults, for `new` and the docs. */
int config_document(const struct config_field *rows, struct buf *out);

/* Adds one error found after reading (a path that leads out, a name with junk); returns -ERR_INVALID. */
__attribute__((format(printf, 5, 6))) int config_errors_add(struct config_errors *errors, const char *name,
                                                            int line, int column, const char *fmt, ...);

#endif
