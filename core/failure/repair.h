/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deterministic repairs for known root causes: bytes in, bytes out, no model asked. Each repair is named and can
 * be switched off; what they did is shown as a diff and decided like any other artifact.
 */
#ifndef CORE_FAILURE_REPAIR_H
#define CORE_FAILURE_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/artifact/artifact.h"
#include "core/artifact/source.h"
#include "core/base/buf.h"
#include "core/finding/finding.h"

struct board; /* core/board/board.h */

enum { REPAIR_MAX = 16, REPAIR_EDITS_MAX = 10000, REPAIR_OUT_MAX = 2 * SOURCE_MAX };

struct repair_facts { /* all borrowed; NULL or 0 when unknown */
    const struct board *board;
    const char *model_symbol, *model_length_symbol;
    const char *const *operators; int n_operators;
};

struct repair_edit {
    size_t start, end; /* bytes of the text that go */
    char *text;        /* owned: what comes instead */
};

struct repair_work { /* what one repair sees and changes */
    const struct source *source;
    const struct repair_facts *facts;
    const struct finding_list *findings; /* NULL: repair whatever is found */
    struct finding_list *notes;
    VEC(struct repair_edit) edits;
    const char *id;
};

struct repair {
    const char *id;     /* "model-symbol" */
    const char *help;   /* what it does, for the screen */
    const char *causes; /* space-separated causes that call for it */
    unsigned kinds;     /* bit set of 1u << artifact_kind */
    int (*apply)(struct repair_work *w); /* adds edits and notes; 0, or -1 without memory */
};

extern const struct repair repair_table[];
extern const int repair_count;

struct repair_result {
    struct buf bytes;                 /* the repaired text */
    const char *applied[REPAIR_MAX];  /* ids, in the order in which they were applied; static */
    int n_applied;
    struct finding_list notes;        /* one note per change, with its line before the change */
};

/* True when a repair is known for that cause. */
bool repair_knows(const char *cause);

/* Applies every repair that a finding calls for (all that find something to do when findings is NULL) and that
 * enabled[index in repair_table] allows (NULL: all). 0 with ret filled (done by repair_result_done), even when
 * nothing was changed; negative when the text cannot be worked on. */
int repair_apply(enum artifact_kind kind, const char *bytes, size_t n,
    const struct finding_list *findings,
                 const struct repair_facts *facts, const bool *enabled, struct repair_result *ret,
                 struct err *err);
void repair_result_done(struct repair_result *r);

/* For the repairs: replaces the bytes start..end by text; says what and where. */
int repair_replace(struct repair_work *w, size_t start, size_t end, const char *text);
__attribute__((format(printf, 3, 4))) void repair_note(struct repair_work *w, int line,
    const char *fmt, ...);
/* Deletes the whole lines that hold the bytes start..end. */
int repair_drop_lines(struct repair_work *w, size_t start, size_t end);
/* Where a new line goes in: behind the last #include, else the start of the text. */
size_t repair_top(const struct source *s);

int repair_fence(struct repair_work *w);
int repair_characters(struct repair_work *w);
int repair_includes(struct repair_work *w);
int repair_symbol(struct repair_work *w);
int repair_interface(struct repair_work *w);
int repair_resolver(struct repair_work *w);
int repair_arena(struct repair_work *w);

#endif
