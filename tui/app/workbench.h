/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The workbench: home and project screens over one loop. It reads the state it is given and sends commands; it
 * notices changes by itself on each turn of the loop, so nobody has to tell it.
 */
#ifndef TUI_APP_WORKBENCH_H
#define TUI_APP_WORKBENCH_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/config/config.h"
#include "core/loop/loop.h"
#include "core/pipeline/command.h"
#include "core/pipeline/state.h"
#include "tui/widget/home.h"

/* An open project as the screen sees it. */
struct workbench_project {
    const struct state *state; /* borrowed while it is open */
    int (*command)(void *arg, const struct command *c, struct err *err);
    void *arg;                 /* for command: the engine */
};

struct workbench_options {
    struct loop *loop;                 /* borrowed */
    struct workbench_project project;  /* state NULL: start at home */
    const struct home_entry *homes;    /* borrowed; shown at home */
    int n_homes;
    /* Opens a project from home: closes the one before, fills ret. NULL = not possible. */
    int (*open)(void *arg, const char *folder, struct workbench_project *ret, struct err *err);
    void *open_arg;
    /* Looks into the projects of the home list, in slices; called when somebody sees what they say. looked counts
     * what became known; the entries change in place. NULL = they never change. */
    void (*look)(void *arg);
    const unsigned *looked;
    bool begin;                        /* run the pipeline at once when a project opens */
    const char *theme;                 /* NULL = "default" */
    const struct config_pairs *keys;   /* user's key bindings: action -> keys; NULL = none */
    const struct config_strings *editor, *pager; /* argv; NULL or empty = $VISUAL, $EDITOR / $PAGER */
    bool linear;
    const char *script;                /* test build only: file of keys and :commands, NULL = none */
};

/* Runs until the person leaves. 0; ERR_MACHINE without a usable terminal; 128+signal when a signal ended it. */
int workbench_run(const struct workbench_options *o, struct err *err);

#endif
