/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prompt templates: Markdown with front matter, rendered into the system message, the user message, and a list
 * of named sections with sizes, so that a person can read a prompt by section before it is sent.
 *
 *   ---
 *   id: sketch              also: version, stage, step, kind, description
 *   variables: task code    every name that the text may use
 *   ---
 *   <!-- system -->                    the system message begins
 *   <!-- section NAME -->              a section of the user message begins
 *   <!-- section NAME if VARIABLE -->  left out when the variable is absent or empty
 *   <!-- note TEXT -->                 for authors, dropped
 *   {{task}}       inside a line, not at its start: the value as one line, runs of ``` as apostrophes
 *   {{code:cpp}}   alone on a line: the value between fences longer than any run of backticks in it
 *   \{{            two literal braces
 *
 * Values are put in as they are, never read as template text. Untrusted values belong into fences.
 */
#ifndef CORE_LLM_TEMPLATE_H
#define CORE_LLM_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/vec.h"

enum { TEMPLATE_CAP = 256 * 1024, TEMPLATE_VALUE_CAP = 4 * 1024 * 1024, TEMPLATE_NAME = 32 };

/* ---- variables ---- */

struct template_var {
    char name[TEMPLATE_NAME];
    char *text; /* owned; terminated */
    size_t len;
};

struct template_vars {
    VEC(struct template_var) v;
};

void template_vars_init(struct template_vars *vars);
void template_vars_done(struct template_vars *vars);
/* Copies; a name that is there already gets the new value. 0, or negative when memory is short or a cap passed. */
int template_vars_put(struct template_vars *vars, const char *name, const char *text, size_t n);
int template_vars_puts(struct template_vars *vars, const char *name, const char *text);
__attribute__((format(printf, 3, 4))) int template_vars_putf(struct template_vars *vars, const char *name,
                                                             const char *fmt, ...);
/* Borrowed; NULL when absent. */
const struct template_var *template_vars_find(const struct template_vars *vars, const char *name);

/* ---- what comes out ---- */

struct template_section {
    char name[48];
    bool instruction;  /* of the system message */
    size_t start, len; /* in its message */
    int64_t tokens;    /* an estimate: bytes / 4, to be shown as one */
};

struct template_prompt {
    struct buf instruction, user;
    VEC(struct template_section) sections;
};

void template_prompt_init(struct template_prompt *p);
void template_prompt_done(struct template_prompt *p);
int64_t template_estimate(size_t bytes); /* tokens, rounded up */

/* ---- templates ---- */

struct template;

/* Heap; text is copied. NULL with file, line and column (ERR_INVALID) when the text is no template. */
struct template *template_new(const char *file, const char *text, size_t n, struct err *err);
void template_free(struct template *t); /* NULL is fine */

/* Front matter; borrowed from t, "" when the key is absent. */
const char *template_id(const struct template *t);
const char *template_version(const struct template *t);
const char *template_stage(const struct template *t);
const char *template_step(const struct template *t);
const char *template_kind(const struct template *t);
const char *template_description(const struct template *t);
/* Name i of the declared variables; NULL past the last. */
const char *template_variable(const struct template *t, int i);

/* Appends to p, so that a second template can follow the first. Negative with file, line and column when a
 * variable has no value. */
int template_render(const struct template *t, const struct template_vars *vars, struct template_prompt *p,
                    struct err *err);

/* ---- the built-in ones (prompts/model) ---- */

struct template_builtin {
    const char *id, *file;
    const char *text;
    const size_t *len;
};

extern const struct template_builtin template_builtins[]; /* ended by a NULL id */

/* Reads and renders a built-in template; ERR_INVALID for an unknown id. */
int template_put(const char *id, const struct template_vars *vars, struct template_prompt *p,
                 struct err *err);

#endif
