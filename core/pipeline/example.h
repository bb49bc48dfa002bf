/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bundled examples: project files that travel in the binary. Data that may not be redistributed is read from
 * the installed package by the example's own script, in the sandbox like everything else.
 */
#ifndef CORE_PIPELINE_EXAMPLE_H
#define CORE_PIPELINE_EXAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/loop/loop.h"

struct example {
    const char *name, *what;             /* "fruit"; one line for the home screen */
    const char *project; const size_t *project_len;   /* tinywright.yaml */
    const char *readme; const size_t *readme_len;
    const char *script; const size_t *script_len;     /* make_data.py */
    const char *csv; const size_t *csv_len;           /* NULL: made by the script */
    const char *cassette; const size_t *cassette_len; /* NULL: none is bundled */
};

extern const struct example example_table[]; /* ended by a NULL name */

const struct example *example_find(const char *name);
const struct example *example_with_cassette(void);

/* Folder where an example is kept for this user; returns dst or NULL when it does not fit. */
const char *example_folder(const struct example *x, char *dst, size_t size);

/* Makes the project in folder unless it is there; runs l for as long as the data script takes. runtime NULL = the
 * user's. 0 or negative. */
int example_make(const struct example *x, const char *folder, const char *runtime, struct loop *l, struct err *err);

#endif
