/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine's parts share this struct; nobody outside core/pipeline/engine*.c includes it.
 */
#ifndef CORE_PIPELINE_ENGINE_PRIVATE_H
#define CORE_PIPELINE_ENGINE_PRIVATE_H

#include <json-c/json.h>

#include "core/config/user.h"
#include "core/pipeline/caps.h"
#include "core/pipeline/engine.h"
#include "core/pipeline/event.h"
#include "core/pipeline/json.h"
#include "core/pipeline/project.h"
#include "core/pipeline/stage.h"
#include "core/store/ledger.h"
#include "core/store/redact.h"
#include "core/store/store.h"

enum {
    ENGINE_REPLY_CAP = 8 * 1024 * 1024,
    ENGINE_BLOB_CAP = 512 * 1024 * 1024,
    ENGINE_SNAPSHOT_EVENTS = 256, /* fewer are folded as fast as a snapshot is read */
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
    const struct user_config *user; /* borrowed; NULL = none */
    struct redact *redact;        /* owned; knows the provider's key */
    struct project *project;
    struct state state;
    struct stage_context context;
    const struct stage_ops *const *stages;
    char who[64];
    int mode;
    bool read_only;
    int64_t snapshot_seq;         /* of the snapshot that is stored, 0 = none */

    engine_event_fn *on_event;
    engine_idle_fn *on_idle;
    void *listener;

    struct engine_tables *tables; /* owned; engine_table.c, NULL until a view asks */
    struct {                      /* index of prompts and replies: engine_search.c */
        int64_t seq;              /* up to this event, 0 = not looked at yet */
        int defer_id;             /* work under way, 0 = none */
    } search;
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
        int64_t input_estimate;   /* tokens of the prompt */
        size_t bytes;             /* of reply and reasoning so far */
    } stream;
    struct {
        int timer;                /* 0 = none */
        int64_t began_ms, run_ms; /* of the run, without the time in which a person was asked */
        struct err reached;       /* code 0 = none: the run ends with it as soon as what is under way has stopped */
    } caps;
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
/* engine_advance in the next turn; when even that fails, the run has ended. */
int engine_schedule(struct engine *e, struct err *err);
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

/* engine_caps.c */
void engine_caps_begin(struct engine *e, bool resumed); /* a run goes on */
void engine_caps_end(struct engine *e);
int engine_caps_before(struct engine *e, size_t prompt_bytes, struct err *err); /* 0, or ERR_CAP: no call */
void engine_caps_during(struct engine *e, size_t bytes); /* bytes of a reply came; may cancel it */
/* Fills in what the server did not count; money -1 = unknown. */
void engine_caps_count(const struct engine *e, struct provider_outcome *o, bool *ret_estimated, double *ret_money);

/* engine_redact.c: keys do not reach the history */
int engine_put_text(struct engine *e, struct json_object *body, const char *key, const char *text, size_t n,
                    struct err *err); /* a blob, redacted by known secrets and by shape */
void engine_learn_key(struct engine *e);
/* Replaces learned secrets in b; 0 or negative. */
int engine_redact_known(struct engine *e, struct buf *b, struct err *err);

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

/* engine_verify.c */
struct verify_result;
int engine_verify_events(struct engine *e, struct verify_result *ret, struct err *err);

/* engine_out.c */
int engine_write_out(struct engine *e, struct err *err);

#endif
