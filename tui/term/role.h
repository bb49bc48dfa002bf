/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Color roles: what a cell means. Views name roles, themes give them colors; nothing else knows colors.
 * role_table is the list for themes, help and docs.
 */
#ifndef TUI_TERM_ROLE_H
#define TUI_TERM_ROLE_H

#include <stdbool.h>

enum role {
    ROLE_TEXT, ROLE_DIM, ROLE_STRONG, ROLE_FRAME, ROLE_FOCUS, ROLE_TITLE, ROLE_TAB, ROLE_KEY,
    ROLE_STATUS, ROLE_CURSOR, ROLE_SELECTED,
    ROLE_IDLE, ROLE_ACTIVE, ROLE_WAITS, ROLE_PASSED, ROLE_FAILED, ROLE_STALE,
    ROLE_ERROR, ROLE_WARNING, ROLE_NOTE,
    ROLE_ADD, ROLE_DEL, ROLE_ADD_WORD, ROLE_DEL_WORD, ROLE_HUNK,
    ROLE_NUMBER_LINE, ROLE_KEYWORD, ROLE_TYPE, ROLE_STRING, ROLE_NUMBER, ROLE_COMMENT, ROLE_PREPROC,
    ROLE_HEADING, ROLE_MATCH, ROLE_BAR, ROLE_BAR_HIGH, ROLE_BAR_REST,
    ROLE_QUESTION, ROLE_ARMED, ROLE_UNARMED,
    ROLES
};

struct role_row {
    const char *name; /* in themes: "good" */
    bool under;       /* may stand behind other roles: gives a background */
    const char *help; /* one sentence */
};

extern const struct role_row role_table[ROLES];

enum role role_find(const char *name); /* ROLE_TEXT when unknown or NULL */

#endif
