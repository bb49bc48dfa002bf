/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the workbench works on: the open project with its engine, provider and socket, and the home list. This is the
 * wiring between screen and core; it draws nothing.
 */
#ifndef TUI_APP_SESSION_H
#define TUI_APP_SESSION_H

#include "core/config/user.h"
#include "core/loop/loop.h"
#include "core/pipeline/engine.h"
#include "core/pipeline/home.h"
#include "core/pipeline/look.h"
#include "tui/app/workbench.h"

enum { SESSION_HOMES_MAX = 64 };

struct remote;

struct session_look { /* what is known of a project of the home list */
    struct look_result result;
    struct home_question questions[LOOK_QUESTIONS_MAX]; /* borrow from result */
};

struct session {
    struct loop *loop;            /* owned */
    struct user_config user;      /* owned */
    struct engine *engine;        /* owned; NULL = no project is open */
    struct provider *provider;    /* owned; NULL = none */
    struct policy *policy;        /* owned; NULL = ask */
    struct remote *remote;        /* owned */
    const char *provider_given, *runtime; /* from the command line; borrowed, may be NULL */
    int mode;
    struct home_project projects[SESSION_HOMES_MAX];
    struct home_entry homes[SESSION_HOMES_MAX]; /* borrow from projects */
    int n_homes;
    struct session_look *looks[SESSION_HOMES_MAX]; /* owned; NULL = not looked at */
    struct look *look;            /* owned; of homes[looking], NULL = none under way */
    int looking, look_id;         /* look_id 0 = nothing to do */
    unsigned looked;              /* counts what became known */
};

/* Loads the user's configuration and the home list; release with session_done either way. */
int session_init(struct session *s, struct err *err);
void session_done(struct session *s);

/* For workbench_options.open: closes what is open, makes a bundled example first if folder is that of one. */
void session_look(void *session); /* workbench_options.look */
int session_open(void *session, const char *folder, struct workbench_project *ret, struct err *err);

#endif
