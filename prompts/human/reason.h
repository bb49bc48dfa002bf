/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The editor for reasons: a short text with a cursor and quick reasons to pick from. Pure: keys in, events out.
 * While it is open there is a draft, and no question is shown.
 */
#ifndef PROMPTS_HUMAN_REASON_H
#define PROMPTS_HUMAN_REASON_H

#include <stdbool.h>
#include <stddef.h>

enum { REASON_CAP = 400 }; /* bytes, as in the state */

enum reason_key {
    REASON_TEXT, REASON_ENTER, REASON_ESCAPE, REASON_BACKSPACE, REASON_DELETE, REASON_LEFT, REASON_RIGHT,
    REASON_HOME, REASON_END, REASON_KILL, REASON_KILL_WORD, REASON_QUICK,
};

enum reason_event { REASON_NOTHING, REASON_SEND, REASON_LEAVE };

struct reason {
    bool open, required;
    char title[160];
    char text[REASON_CAP];
    size_t len, at;        /* bytes; at = cursor */
    int quick;             /* the quick reason shown; -1 = own text */
    const char *complaint; /* why it was not sent; NULL = none */
};

extern const char *const reason_quick[]; /* NULL-terminated */

void reason_open(struct reason *r, const char *title, bool required);

/* text[0..n) only for REASON_TEXT: sanitized UTF-8; line ends become spaces. */
enum reason_event reason_press(struct reason *r, enum reason_key key, const char *text, size_t n);

#endif
