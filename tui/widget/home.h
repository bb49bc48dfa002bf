/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One row of the home screen: a project or a bundled example. Plain data, filled by the application.
 */
#ifndef TUI_WIDGET_HOME_H
#define TUI_WIDGET_HOME_H

#include <stdint.h>

struct home_question { /* something that waits for a decision; texts are borrowed and sanitized */
    const char *attempt, *name, *stage;
    int64_t since_ms;  /* wall */
    int lines, errors, warnings;
};

struct home_entry {
    const char *name;   /* "fruit-sorter" */
    const char *folder; /* what opening it passes on */
    const char *what;   /* one sentence: task, data, board */
    const char *waits;  /* "1 decision waits", "verified", "not started"; NULL = not looked at yet */
    const char *group;  /* heading it stands under: "Examples", "Your projects" */
    const struct home_question *questions; /* what waits in it */
    int n_questions;
};

#endif
