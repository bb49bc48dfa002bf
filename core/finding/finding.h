/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A finding: the one shape for everything that is wrong or worth saying about an artifact.
 * Categories are Table I of arXiv 2509.10946 (A1…E4) and two bins of its classifier; data only.
 */
#ifndef CORE_FINDING_FINDING_H
#define CORE_FINDING_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/vec.h"

enum finding_severity {
    FINDING_NOTE,    /* worth knowing */
    FINDING_WARNING, /* shown, does not stop */
    FINDING_ERROR,   /* the attempt does not pass */
};

enum finding_category {
    FINDING_NONE, /* not classified */
    FINDING_A1, FINDING_A2, FINDING_B1, FINDING_B2, FINDING_C1, FINDING_C2, FINDING_C3, FINDING_C4,
    FINDING_D1, FINDING_D2, FINDING_E1, FINDING_E2, FINDING_E3, FINDING_E4,
    FINDING_OTHER, /* looked at and in no category of the table */
    FINDING_CATEGORIES
};

struct finding_category_row {
    const char *id;    /* "C2" */
    const char *group; /* "C Code generation" */
    const char *name;  /* "Syntax error in generated code" */
    const char *help;  /* one sentence */
};

extern const struct finding_category_row finding_categories[FINDING_CATEGORIES];

struct finding {
    const char *gate;            /* static: id of the gate or tool that says so, e.g. "format", "compile" */
    enum finding_severity severity;
    enum finding_category category;
    char file[64];               /* "" when it is about the whole artifact */
    int line, column;            /* 1-based, 0 unknown */
    char cause[32];              /* root cause id, e.g. "model-symbol"; "" unknown */
    char blame[32];              /* step that has to change, e.g. "convert"; "" = the step itself */
    char message[400];           /* sanitized, one line, a full sentence where it is ours */
    char fix[200];               /* what would mend it, "" when unknown */
};

enum { FINDING_LIST_CAP = 2000 };

typedef VEC(struct finding) finding_vec;

struct finding_list {
    finding_vec v;
};

void finding_list_init(struct finding_list *l);
void finding_list_done(struct finding_list *l);
void finding_list_reset(struct finding_list *l);

/* Appends one with a sanitized message; returns it (borrowed until the next add), or NULL past the cap. */
__attribute__((format(printf, 5, 6))) struct finding *
finding_add(struct finding_list *l, const char *gate, enum finding_severity severity,
            enum finding_category category, const char *fmt, ...);

int finding_count(const struct finding_list *l, enum finding_severity severity);

/* The first finding of the highest severity, borrowed; NULL when there is none. */
const struct finding *finding_worst(const struct finding_list *l);

const char *finding_severity_name(enum finding_severity s);
/* "C2" → FINDING_C2; FINDING_NONE for an unknown id. */
enum finding_category finding_category_by_id(const char *id);

#endif
