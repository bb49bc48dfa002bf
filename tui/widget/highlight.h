/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Syntax highlighting by table, line by line with a carried state, so that a streaming text costs only its last
 * line. A language is one row; Markdown switches to the language of a fence.
 */
#ifndef TUI_WIDGET_HIGHLIGHT_H
#define TUI_WIDGET_HIGHLIGHT_H

#include <stddef.h>

enum highlight_language {
    HIGHLIGHT_NONE, HIGHLIGHT_CPP, HIGHLIGHT_HEADER, HIGHLIGHT_PYTHON, HIGHLIGHT_YAML, HIGHLIGHT_JSON,
    HIGHLIGHT_MARKDOWN, HIGHLIGHT_LANGUAGES
};

struct highlight_span {
    size_t start, len;
    int role; /* enum role */
};

enum { HIGHLIGHT_SPANS_MAX = 128 };

/* Spans of one line (without its line end) in order, not overlapping, at most max; what is not covered is
 * text. state is what the line before left (0 at the start); *ret_state is for the next line. */
int highlight_line(enum highlight_language lang, int state, const char *s, size_t n,
                   struct highlight_span *spans, int max, int *ret_state);

enum highlight_language highlight_by_name(const char *file_name); /* by suffix */
enum highlight_language highlight_by_fence(const char *word, size_t n);

#endif
