/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shared by the files of the workbench: input.c (keys), screen.c (layout and paint), decide.c (questions),
 * external.c (editor and pager), script.c (test build).
 */
#ifndef TUI_APP_WORKBENCH_PRIVATE_H
#define TUI_APP_WORKBENCH_PRIVATE_H

#include <stdint.h>
#include <sys/types.h>

#include "core/artifact/review.h"
#include "core/pipeline/decision.h"
#include "prompts/human/confirm.h"
#include "prompts/human/question.h"
#include "prompts/human/reason.h"
#include "tui/app/workbench.h"
#include "tui/term/keys.h"
#include "tui/term/term.h"
#include "tui/widget/keymap.h"
#include "tui/widget/layout.h"
#include "views/views.h"

enum {
    WORKBENCH_FRAME_MS = 33,   /* streams paint at most this often */
    WORKBENCH_KEY_MS = 4,      /* keys at most this often */
    WORKBENCH_BURST = 2048, WORKBENCH_BURST_MS = 10, /* so many new bytes of a reply paint that often */
    WORKBENCH_ROWS = 10, WORKBENCH_COLS = 40, /* less is too small */
    WORKBENCH_WIDE = 100,
};

/* Leaves of the layout that are no views. */
enum { LEAF_STATUS = 100, LEAF_STRIP, LEAF_QUESTION, LEAF_BOTTOM };

enum workbench_confirm { CONFIRM_NOTHING, CONFIRM_QUIT, CONFIRM_STOP, CONFIRM_REVOKE, CONFIRM_CHOICE };

struct external { /* a program that has the terminal */
    pid_t pid;    /* 0 = none */
    char folder[64], file[160];
    char attempt[STATE_ID];
    enum decision_verb verb; /* DECISION_NONE: a pager */
    char sha[SHA256_HEX];    /* of the bytes it was given */
    char identity[SHA256_HEX]; /* of the artifact they belong to */
    int hunk;                /* for DECISION_HUNKS */
};

struct choose { /* the choice of hunks that is being made: a draft until it is sent */
    struct review review;
    bool open;
    char attempt[STATE_ID], sha[SHA256_HEX]; /* what it is about */
    int hunk;                                /* whose reason is being written */
    bool outside;                            /* about what another program wrote: it is taken over, not approved */
};

struct outside { /* the sketch in out/ */
    int watch;        /* loop id, 0 = none yet */
    bool changed;     /* it holds what the history never held */
    int64_t seen_seq; /* of the state when it was looked at */
};

struct script;

struct workbench {
    const struct workbench_options *o;
    struct loop *loop;
    struct workbench_project project;
    struct term *term;
    struct theme theme;
    struct keymap keymap;
    struct keys keys;
    struct view_context context;
    struct view views[VIEWS];
    struct layout layout;
    enum view_id tab, focus, overlay; /* overlay VIEW_HOME = none while a project is open */
    bool home, zoom, follow;          /* follow: the choice of stage and attempt goes with the work */
    char followed[STATE_ID + 8];      /* attempt and state last acted on while following */

    struct question question;
    struct reason reason;
    struct confirm confirm;
    struct choose choose;
    struct outside outside;
    enum decision_verb reason_verb;
    char put_off[160];                /* question the person put off */
    char asked_id[STATE_ID], asked_sha[SHA256_HEX];
    int asked_group;                  /* artifacts decided together, 0 = one alone */
    int64_t asked_ms;
    char line_kind;                   /* ':' or '/', while the prompt line is open */

    char notice[400];
    int notice_role;
    bool dirty, urgent, stopping;
    bool looks;                       /* home list or queue is on the screen, and was looked through */
    unsigned seen_looks;
    bool grown;                       /* only the live reply got longer since the last paint */
    size_t seen_live, painted_live;   /* bytes of the live reply: known, and on the screen */
    int64_t painted_ms, key_painted_ms, cancel_ms;
    uint64_t seen;                    /* signature of the state that is painted */
    int input_id, before_id, signal_ids[8], n_signals;
    int result;
    struct external external;
    struct script *script;
};

/* workbench.c */
void workbench_notice(struct workbench *w, int role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void workbench_error(struct workbench *w, const struct err *err);
int workbench_send(struct workbench *w, struct command *c); /* adds via; shows a refusal */
void workbench_choose(struct workbench *w, int stage, int attempt);
const struct attempt *workbench_attempt(const struct workbench *w);
void workbench_open(struct workbench *w, const char *folder);
void workbench_quit(struct workbench *w, int result);
void workbench_theme(struct workbench *w, const char *name);
struct view *workbench_view(struct workbench *w, enum view_id id); /* opened at first need */
struct view *workbench_focused(struct workbench *w);
bool workbench_idle(const struct workbench *w, int64_t now_ms); /* nothing under way in the screen */

/* screen.c */
void screen_reflow(struct workbench *w);
void screen_paint(struct workbench *w);
bool screen_paint_reply(struct workbench *w); /* only the pane of the stream; false when it takes a full paint */

/* input.c */
void input_key(void *arg, const struct key *k);
void input_act(struct workbench *w, enum action a);

/* remember.c */
void remember_save(struct workbench *w);
void remember_apply(struct workbench *w);

/* command.c */
void input_command(struct workbench *w, const char *line);

/* decide.c */
void decide_refresh(struct workbench *w); /* which question is open now */
void decide_key(struct workbench *w, char key);
void decide_send(struct workbench *w, enum decision_verb verb, const char *reason);
void decide_confirmed(struct workbench *w, int what);
bool decide_draft(const struct workbench *w); /* something unsent is open */
int decide_waiting(const struct workbench *w);

/* choose.c */
void choose_open(struct workbench *w);   /* for the chosen attempt, or goes back to it */
void choose_sync(struct workbench *w);   /* the attempt went on or another one is looked at */
void choose_drop(struct workbench *w);
bool choose_draft(const struct workbench *w, const struct attempt *a); /* unsent; a NULL = about any attempt */
void choose_outside(struct workbench *w, const struct attempt *a, const struct buf *bytes); /* to take over */
void choose_act(struct workbench *w, int hunk, enum action a);
bool choose_back(struct workbench *w);   /* true when it took the step back */
void choose_reason(struct workbench *w, const char *text);
void choose_edited(struct workbench *w, const struct buf *text); /* by the external editor */
void choose_draw(struct workbench *w, struct canvas *c);

/* outside.c */
void outside_sync(struct workbench *w);   /* the state changed */
void outside_open(struct workbench *w);
void outside_forget(struct workbench *w); /* the project is left */

/* external.c */
void external_hunk(struct workbench *w, int hunk);
void external_edit(struct workbench *w, enum decision_verb verb);
void external_page(struct workbench *w);

/* linear.c */
int linear_begin(struct workbench *w, struct err *err);
void linear_end(void);
void linear_input(struct workbench *w, const char *bytes, size_t n, int64_t now);
int linear_turn(struct workbench *w, int64_t now);
void linear_pause(void);
void linear_resume(void);

/* script.c */
#ifdef TINYWRIGHT_TESTS
struct script *script_open(struct workbench *w, const char *path, struct err *err);
void script_free(struct script *s);
int script_step(struct workbench *w, int64_t now_ms); /* milliseconds until it wants to go on, -1 done */
#endif

#endif
