/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one-line prompt (`:` and `/`) on readline through callbacks: its editing keys, history and completion,
 * without its terminal handling. There is one at a time; readline keeps its state in globals.
 */
#ifndef PROMPTS_HUMAN_PROMPT_LINE_H
#define PROMPTS_HUMAN_PROMPT_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* Called once with the line (borrowed, not NULL), or with NULL when the person left it. */
typedef void prompt_line_fn(void *arg, const char *line);

/* For completion: what may stand after the first word; NULL = the name of a file. */
typedef const char *const *prompt_line_more_fn(void *arg, const char *first);

/* words: NULL-terminated completion list, borrowed while it is open; NULL = none. more: NULL = nothing more. */
void prompt_line_open(const char *const *words, prompt_line_more_fn *more, prompt_line_fn *fn, void *arg);
void prompt_line_close(void); /* without calling fn */
bool prompt_line_active(void);

/* Bytes as a terminal would send them for a key. ESC alone leaves the line. */
void prompt_line_feed(const char *bytes, size_t n);
void prompt_line_leave(void);

const char *prompt_line_text(size_t *ret_cursor); /* borrowed until the next call; cursor in bytes */
const char *prompt_line_hint(void);               /* completions to choose from, "" when none */

#endif
