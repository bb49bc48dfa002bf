/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine: the only writer of a project's history. It turns commands, replies and job results into events,
 * folds them into the state, and derives from the state what to do next, so that a restart after kill -9 goes
 * on where the history ends. An event is durable before anything acts on it.
 */
#ifndef CORE_PIPELINE_ENGINE_H
#define CORE_PIPELINE_ENGINE_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/exec/exec.h"
#include "core/llm/provider.h"
#include "core/loop/loop.h"
#include "core/pipeline/command.h"
#include "core/pipeline/policy.h"
#include "core/pipeline/state.h"

struct engine;
struct store;
struct stage_ops; /* core/pipeline/stage.h */
struct user_config; /* core/config/user.h */

struct engine_options {
    const char *folder;          /* the project; borrowed for engine_open */
    bool read_only;              /* follows another process's history; commands are refused */
    struct loop *loop;           /* borrowed for the engine's life */
    struct provider *provider;   /* borrowed; NULL = no model at work */
    const struct policy *policy; /* borrowed; NULL = ask for everything */
    int mode;                    /* enum state_mode, -1 = as the project says */
    const char *runtime_folder;  /* where venv and board runtime lie; NULL = the user's */
    const struct user_config *user; /* borrowed for the engine's life; caps and prices; NULL = none */
    const char *who;             /* name for decisions; NULL = the login name */
    const struct stage_ops *const *stages; /* NULL = the default pipeline; tests bring tiny ones */
};

/* Called after each event was folded: repaint, print, forward. e is borrowed for the call. */
struct store_event;
typedef void engine_event_fn(void *arg, const struct store_event *e);
/* Called when there is nothing left to do: finished, failed, or a question is open. */
typedef void engine_idle_fn(void *arg);

struct engine *engine_open(const struct engine_options *o, struct err *err); /* NULL on failure */
int engine_close(struct engine *e, struct err *err); /* frees; cancels what runs; NULL is fine */

void engine_set_listeners(struct engine *e, engine_event_fn *on_event, engine_idle_fn *on_idle, void *arg);
const struct state *engine_state(const struct engine *e);
struct store *engine_store(struct engine *e); /* borrowed: for what reads the whole history */

/* How the last run ended: 0 done, or the exit code of design section 9 (1 failed, 4 question, 5 …) with a
 * sentence in err when negative is meant to be shown. */
int engine_result(const struct engine *e, struct err *err);

/* Switches the provider or policy for what comes next. */
void engine_set_provider(struct engine *e, struct provider *p);

/* Follower only: reads events that another process has added; number of new ones, negative on failure. */
int engine_poll(struct engine *e, struct err *err);

#endif
