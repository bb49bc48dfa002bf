/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine's parts share this struct; nobody outside core/pipeline/engine*.c includes it.
 */
#ifndef CORE_PIPELINE_ENGINE_PRIVATE_H
#define CORE_PIPELINE_ENGINE_PRIVATE_H

#include <json-c/json.h>

#include "core/pipeline/engine.h"
#include "core/pipeline/event.h"
#include "core/pipeline/json.h"
#include "core/pipeline/project.h"
#include "core/pipeline/stage.h"
#include "core/store/ledger.h"
#include "core/store/store.h"

enum {
    ENGINE_REPLY_CAP = 8 * 1024 * 1024,
    ENGINE_BLOB_CAP = 512 * 1024 * 1024,
    ENGINE_SPOOL_MS = 250,
    ENGINE_SPOOL_BYTES = 16 * 1024,
};

struct engine_tables;

struct engine {
    struct loop *loop;
    struct store *store;
    struct ledger *ledger;
    struct exec *exec;            /* made at the first job */
    struct provider *provider;    /* borrowed */
    const struct policy *policy;  /* borrowed */
    struct project *project;
    struct state state;
    struct stage_context context;
    const struct stage_ops *const *stages;
    char who[64];
    int mode;
    bool read_only;

    engine_event_fn *on_event;
    engine_idle_fn *on_idle;
    void *listener;

    struct engine_tables *tables; /* owned; engine_table.c, NULL until a view asks */
    bool closing;
    bool running;                 /* a run command is at work */
    bool asked;                   /* the run of this process ended with a question: a decision lets it go on */
    int from, until;              /* stage indexes */
    int advance_id;               /* deferred engine_advance, 0 = none */
    int result;                   /* of the last run: 0 or an exit code */
    struct err result_err;

    struct {                      /* the reply that streams */
        struct attempt *attempt;  /* NULL = none */
        struct buf raw;
        size_t shown, spooled;
        int spool_timer;
        int64_t begun_ms;
    } stream;
    struct {                      /* the job that runs */
        struct attempt *attempt;  /* NULL = none */
        struct exec_run *run;
        int phase;
        struct job_result last;   /* of the phase before */
        struct stage_settlement settled;
        bool canceled;
    } job;
};

/* engine.c */
int engine_emit(struct engine *e, enum event_kind kind, const char *subject, struct json_object *body,
                enum store_durability d, struct err *err); /* takes body */
void engine_schedule(struct engine *e);                    /* engine_advance in the next turn */
void engine_end_run(struct engine *e, int code, const struct err *why);
int engine_put_blob(struct engine *e, struct json_object *body, const char *key, const void *bytes, size_t n,
                    struct err *err);
const struct stage_ops *engine_stage_of(const struct engine *e, const struct attempt *a);

/* engine_advance.c */
void engine_advance(void *engine);
int engine_start_attempt(struct engine *e, int stage, int step, const struct stage_inputs *in, const char *how,
                         struct err *err);

/* engine_attempt.c: from prompt or spec to an artifact that waits */
int engine_make_artifact(struct engine *e, struct attempt *a, struct err *err);
int engine_take_artifact(struct engine *e, struct attempt *a, const char *bytes, size_t n, const char *author,
                         const char *repairs, struct err *err);
int engine_fail_attempt(struct engine *e, struct attempt *a, struct finding_list *findings, const char *outcome,
                        struct err *err);

/* engine_stream.c */
int engine_stream_start(struct engine *e, struct attempt *a, const char *instruction, const char *user,
                        struct err *err);
void engine_stream_cancel(struct engine *e);

/* engine_execute.c */
int engine_execute(struct engine *e, struct attempt *a, struct err *err);
void engine_execute_cancel(struct engine *e);
/* A kill may have come between an execution's own settlement and that of what it confirms: 1 when the second one was
 * made up for, 0 when nothing was missing, negative on failure. */
int engine_confirm_again(struct engine *e, const struct attempt *a, struct err *err);

/* engine_decide.c */
int engine_decide(struct engine *e, const struct command *c, struct err *err);
/* Asks ledger and policy about a waiting attempt: 1 decided, 0 still waits, negative on failure. */
int engine_auto_decide(struct engine *e, struct attempt *a, struct err *err);

/* engine_out.c */
int engine_write_out(struct engine *e, struct err *err);

#endif
