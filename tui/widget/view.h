/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A view: a const table of operations over a model of its own. This module scrolls, follows, searches and keeps
 * the cursor for all of them and never knows which one it serves. To add one: one file, one row in views/views.c.
 *
 * Contract: ops only read the state in their context; text they draw is sanitized before. An op that is NULL
 * means "not needed".
 */
#ifndef TUI_WIDGET_VIEW_H
#define TUI_WIDGET_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/widget/action.h"
#include "tui/widget/canvas.h"
#include "tui/widget/keymap.h"

struct state;
struct home_entry;
struct review;

enum view_ask { VIEW_ASK_NOTHING, VIEW_ASK_TAB, VIEW_ASK_QUESTION, VIEW_ASK_PROJECT, VIEW_ASK_STAGE, VIEW_ASK_ATTEMPT, VIEW_ASK_LINE, VIEW_ASK_ACTION,
                VIEW_ASK_COMPARE, VIEW_ASK_HUNK };

/* Something that can be typed after ":". */
struct view_word {
    const char *id, *argument, *help;
};

/* What views are shown for; filled by the application before every reload, borrowed by the views. */
struct view_context {
    const struct state *state; /* NULL at home */
    int stage, attempt;        /* chosen ones, indexes; -1 = none */
    int base;                  /* attempt to compare with; -1 = the view's own choice */
    int64_t now_ms;            /* monotonic */
    bool ascii;
    const struct keymap *keys;
    const struct view_word *words; /* ends with a NULL id; NULL = none */
    const struct home_entry *homes;
    int n_homes;
    const struct review *review; /* the choice of hunks that is being made; NULL = none */
    bool outside;              /* it is about what another program changed */
    int line;                  /* line to go to after VIEW_ASK_LINE, 1-based; 0 = none */
    struct {                   /* set by an op, carried out by the application */
        enum view_ask ask;
        int number, other; /* other: attempt to compare with or to find the line in, action on a hunk; -1 = none */
        char text[256];
    } ask;
};

struct view;

struct view_ops {
    const char *id;    /* "diff" */
    const char *title; /* in its frame or tab */
    const char *help;  /* one sentence */
    size_t size;       /* of the model, zeroed before open */
    bool cursor;       /* has a chosen row */
    bool follows;      /* starts at the end and follows it */
    bool wraps;        /* long lines may wrap */
    bool of_attempt;   /* shows the chosen attempt */
    const char *empty; /* shown while there are no rows */
    void (*open)(struct view *v);
    void (*done)(struct view *v);
    void (*reload)(struct view *v); /* context, state or width changed: bring the model there, cheaply if nothing did */
    int64_t (*rows)(struct view *v);
    void (*draw)(struct view *v, struct canvas *c, int y, int64_t row);
    int64_t (*mark)(struct view *v, int64_t row, int step); /* next place worth jumping to; -1 none */
    bool (*act)(struct view *v, enum action a);             /* its own actions; true when it took it */
    bool (*find)(struct view *v); /* searches for v->search in its own way; false = nothing */
    int (*text)(struct view *v, int64_t row, struct buf *out); /* a row as plain text, for search and pager */
    void (*head)(struct view *v, char *dst, size_t size);   /* replaces title */
    void (*foot)(struct view *v, char *dst, size_t size);   /* in the frame's lower edge */
};

struct view {
    const struct view_ops *ops;
    void *model;                  /* owned: ops->size bytes */
    struct view_context *context; /* borrowed */
    int64_t top, cursor, known;   /* known: rows when following stopped */
    int shift, width, height;
    bool follow, wrap;
    char search[96];
};

int view_init(struct view *v, const struct view_ops *ops, struct view_context *context); /* 0, -1 no memory */
void view_done(struct view *v);
void view_size(struct view *v, int width, int height); /* of the inside */
void view_reload(struct view *v);
void view_draw(struct view *v, struct canvas *inside, bool focus);
bool view_act(struct view *v, enum action a); /* generic actions first, then the view's */
void view_goto(struct view *v, int64_t row);  /* makes it visible, with the cursor on it */
bool view_search(struct view *v, const char *needle, int step); /* false when there is no match */
const char *view_head(struct view *v, char *dst, size_t size);
const char *view_foot(struct view *v, char *dst, size_t size);
int64_t view_rows(struct view *v);

/* Sets what the application shall do next. */
void view_ask(struct view *v, enum view_ask ask, int number, const char *text);
void view_ask_pair(struct view *v, enum view_ask ask, int number, int other);

#endif
