/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state of a project: what the events of its history add up to. Views and commands read it; only
 * state_fold (called by the engine for each event) changes it. Every pointer is borrowed until the next
 * fold; every text is sanitized.
 */
#ifndef CORE_PIPELINE_STATE_H
#define CORE_PIPELINE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/artifact/artifact.h"
#include "core/base/buf.h"
#include "core/base/sha256.h"
#include "core/base/vec.h"
#include "core/finding/finding.h"
#include "core/pipeline/decision.h"

enum {
    STATE_STAGES_MAX = 12,
    STATE_STEPS_MAX = 64,
    STATE_ATTEMPTS_MAX = 100000,
    STATE_OUTPUTS_MAX = 16,
    STATE_METRICS_MAX = 16,
    STATE_INPUTS_MAX = 12,
    STATE_ID = 48, /* "data.12/3" */
};

enum state_mode { MODE_SYMBOLIC, MODE_FREEFORM, MODE_GUIDED, MODE_MANUAL };
const char *state_mode_name(enum state_mode m); /* "symbolic" … */

enum attempt_state {
    ATTEMPT_PREPARED,    /* prompt or spec ready */
    ATTEMPT_STREAMING,   /* a reply is coming */
    ATTEMPT_CHECKING,    /* gates run */
    ATTEMPT_WAITING,     /* for a decision */
    ATTEMPT_APPROVED,    /* may be executed here */
    ATTEMPT_RUNNING,     /* executes */
    ATTEMPT_PASSED,
    ATTEMPT_FAILED,      /* findings say why */
    ATTEMPT_REJECTED,
    ATTEMPT_CANCELED,
    ATTEMPT_INTERRUPTED, /* the program ended in the middle of it */
    ATTEMPT_REVOKED,
    ATTEMPT_CLAIMED,     /* an execution that passed elsewhere: shown, counts for nothing here */
    ATTEMPT_STATES
};

#define STATE_SETTLED "settled" /* executor in the ledger for the hash of a passing settlement's body */

struct attempt_state_row {
    const char *word;   /* "waits for you" */
    const char *symbol; /* one column, UTF-8 */
    const char *ascii;  /* one column */
    const char *role;   /* color role */
};
extern const struct attempt_state_row attempt_state_table[ATTEMPT_STATES];

struct state_output { /* a produced artifact or other named bytes of an execution */
    char name[64];
    char sha[SHA256_HEX];      /* of the bytes: names the blob */
    char identity[SHA256_HEX]; /* after the kind's normalizer: what later stages depend on */
    int64_t size;
};

struct state_metric { /* a number with unit and limit, for budget bars and tables */
    char name[24];   /* "flash", "ram", "arena", "accuracy", "rows right" */
    char unit[12];   /* "B", "%", "" */
    double value, limit; /* limit 0 = none */
};

struct state_input { /* what an attempt was made from */
    char name[64];
    char sha[SHA256_HEX];
};

/* It and struct step and struct finding hold no pointers but those to what they own: snapshot.c writes their bytes. */
struct attempt {
    char id[STATE_ID];          /* "sketch/2" */
    int stage, step, number;    /* indexes into state; number from 1 */
    enum state_mode mode;
    enum attempt_state state;
    char provider[96];          /* true origin; "generator" for symbolic */
    char sha[SHA256_HEX];       /* identity of the artifact, "" = none yet */
    char blob[SHA256_HEX];      /* its bytes in the store */
    enum artifact_kind kind;
    char name[64];              /* "fruit.ino" */
    char author[24];            /* "model", "generator", "person", "repair" */
    char author_by[64];         /* which person, as claimed; "" = none */
    char how[16];               /* why this attempt: "first", "error", "fresh", "repair" */
    int64_t size;
    int lines;
    char prompt_blob[SHA256_HEX], reply_blob[SHA256_HEX]; /* "" = none */
    char out_blob[SHA256_HEX], err_blob[SHA256_HEX];      /* captured output of the execution */
    struct finding_list findings;
    struct {                    /* the last decision about it */
        enum decision_verb verb;
        char by[64], via[16];   /* who claims it; "screen", "cli", "policy", "script" */
        char reason[400], rule[64];
        char sha[SHA256_HEX];
        int64_t wall_ms;
        bool here;              /* this installation made it (ledger) */
        bool by_author;         /* the name that decided is the name that wrote the bytes */
    } decision;
    char refused_blob[SHA256_HEX]; /* hunks that the person left out, as a diff; "" none */
    char group[STATE_ID];       /* attempts decided together share it; "" = alone */
    int64_t prompt_tokens;      /* of its prompt, an estimate; 0 = none */
    int64_t tokens_in, tokens_out; /* -1 = not reported */
    bool tokens_estimated;
    double money;               /* US dollars, -1 = unknown */
    int64_t started_ms, ended_ms, first_token_ms; /* wall; ended 0 = not yet */
    int64_t reply_ms;           /* the whole reply took; -1 or 0 = unknown */
    int64_t run_ms;             /* wall time of its executions */
    char box[32];               /* sandbox level of its last execution */
    char versions[400];         /* tools of its last execution */
    struct state_input *inputs; int n_inputs;    /* these three owned, at most STATE_INPUTS_MAX and so on */
    struct state_output *outputs; int n_outputs;
    struct state_metric *metrics; int n_metrics;
    char repairs[200];          /* names of fixes applied before the decision, "" none */
    char outcome[200];          /* one sentence at settle: "compiles", "50 of 50 rows right" … */
    int64_t last_seq;
};

enum step_status { STEP_OPEN, STEP_ACTIVE, STEP_WAITS, STEP_PASSED, STEP_FAILED };

struct step {
    char id[STATE_ID];   /* "data.3", "sketch" */
    char title[120];     /* "fill 1 missing red by median" */
    char name[64];       /* artifact name: "03_fill_missing.py" */
    enum artifact_kind kind;
    enum state_mode mode;
    char spec[SHA256_HEX]; /* blob of its typed spec (JSON), "" none */
    VEC(int) attempts;   /* indexes into state.attempts */
    bool retired;        /* a newer plan replaced it */
};

enum stage_status {
    STAGE_IDLE,    /* nothing yet                            '·' */
    STAGE_ACTIVE,  /* something is going on                  '▸' */
    STAGE_WAITS,   /* a decision is needed                   '?' */
    STAGE_PASSED,  /*                                        '✓' */
    STAGE_FAILED,  /* attempts used up or stopped            '✗' */
    STAGE_STALE,   /* an earlier stage changed               '~' */
    STAGE_STATUSES
};

struct stage_status_row { const char *word, *symbol, *ascii, *role; };
extern const struct stage_status_row stage_status_table[STAGE_STATUSES];

struct stage_state {
    char id[24], title[80];
    enum stage_status status;
    char why[200];        /* stale or failed: why, one sentence */
    VEC(int) steps;       /* indexes into state.steps, retired ones left out */
    int64_t ms;           /* time its attempts took */
    char result[80];      /* short: "97.1 %", "int8 5.2 KB", "50/50 rows" */
};

struct state_live { /* the reply that streams now; not events */
    int attempt;              /* index, -1 = none */
    struct buf text;          /* sanitized reply so far */
    struct buf reasoning;     /* sanitized */
    char progress[200];       /* "waiting for the first token", retry countdown … */
    int64_t begun_ms, first_ms, last_ms; /* monotonic; first 0 = none yet */
    int64_t tokens;           /* estimate while it streams */
};

struct state_message { int64_t wall_ms; enum finding_severity severity; char text[400]; };

struct table; /* core/pipeline/table.h */

struct state {
    char project[120];        /* name */
    char folder[256];
    char project_id[40];      /* random, from the first event */
    char board[64], board_name[120];
    char task[400];
    char box[16];             /* sandbox level at work, "" before the first execution */
    char policy[64];          /* "ask" when none */
    bool second_reviewer;     /* its author cannot be the only approver of bytes that a person wrote */
    char provider[96];        /* what is at work, true origin; "none (symbolic)" */
    bool provider_remote;     /* a host that is not loopback is involved */
    bool busy;                /* a job or stream is under way */
    char activity[160];       /* "compiling fruit.ino", "" idle */
    char interrupted[200];    /* what a restart found cut off, one sentence */
    struct stage_state stages[STATE_STAGES_MAX]; int n_stages;
    VEC(struct step) steps;
    VEC(struct attempt *) attempts; /* in order of start; pointers stay */
    VEC(struct state_message) messages;
    struct state_live live;
    int64_t last_seq;
    int64_t run_seq;          /* of the last run.started that did not go on after a question */
    bool asked;               /* the last run ended with a question */
    int64_t tokens_in, tokens_out; double money; bool money_unknown;
    int64_t started_wall_ms;
    /* What events make ends here (snapshot.c). Set by the engine so that views need nothing else. blob: appends the bytes, 0 or negative. here: did
     * this installation make the decision about sha (ledger)? NULL = none did. Same arg for both. */
    int (*blob)(void *arg, const char *sha, struct buf *out);
    bool (*here)(void *arg, const char *sha, const char *executor);
    /* What a table holds; sha "" = the project's CSV. Worked out in pieces at first need: what is not known yet
     * says so, and generation changes when it is. NULL = cannot be had. Borrowed until the next turn of the loop. */
    const struct table *(*table)(void *arg, const char *sha);
    /* Attempts whose prompt or reply holds all words, newest first; returns their number, negative without an
     * index. ret_left: events that are not in the index yet; ask again when generation changed. */
    int (*search)(void *arg, const char *words, int *ret_attempts, int max, int64_t *ret_left);
    void *arg;
    unsigned generation;      /* changes with every fold: cheap "did anything change" */
};

void state_init(struct state *s);
void state_done(struct state *s);
void attempt_free(struct attempt *a); /* NULL is fine */

struct store_event;
/* Applies one event; unknown kinds are kept in the history and change nothing. 0, or negative on bad JSON. */
int state_fold(struct state *s, const struct store_event *e, struct err *err);

/* Look-ups; NULL or -1 when there is none. */
int state_find_stage(const struct state *s, const char *id);
int state_find_step(const struct state *s, const char *id);           /* not retired */
struct attempt *state_find_attempt(const struct state *s, const char *id);
struct attempt *state_last_attempt(const struct state *s, int step);  /* newest of a step */
/* The newest attempt of a step that passed or was approved, before `number` if that is > 0. */
struct attempt *state_base_attempt(const struct state *s, int step, int before_number);
/* The attempts that wait for a decision, oldest first; returns their number, at most max. */
int state_waiting(const struct state *s, int *ret_attempts, int max);
const struct state_output *state_output(const struct attempt *a, const char *name);
const struct state_metric *state_metric(const struct attempt *a, const char *name);

#endif
