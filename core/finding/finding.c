/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/finding/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/text.h"

#define GROUP_A "A Specification and prompt"
#define GROUP_B "B Model execution and back end"
#define GROUP_C "C Code generation"
#define GROUP_D "D Libraries and interfaces"
#define GROUP_E "E Embedded ML and TensorFlow Lite"

const struct finding_category_row finding_categories[FINDING_CATEGORIES] = {
    [FINDING_NONE] = {"", "", "not classified", "Nothing has classified this finding yet."},
    [FINDING_A1] = {"A1", GROUP_A, "specification parsing failure",
                    "The model never returned a usable application specification."},
    [FINDING_A2] = {"A2", GROUP_A, "prompt handling or format error",
                    "The reply is not in a shape from which one artifact can be taken."},
    [FINDING_B1] = {"B1", GROUP_B, "model runtime or back-end error",
                    "The model server could not be reached or failed."},
    [FINDING_B2] = {"B2", GROUP_B, "prompt execution error",
                    "Something failed while a prompt was being worked on."},
    [FINDING_C1] = {"C1", GROUP_C, "code generation failure",
                    "No code came out that could be used within the limits."},
    [FINDING_C2] = {"C2", GROUP_C, "syntax error in generated code",
                    "Stray characters, malformed expressions or conflicting declarations."},
    [FINDING_C3] = {"C3", GROUP_C, "include or import error",
                    "The trouble was found through a chain of includes."},
    [FINDING_C4] = {"C4", GROUP_C, "missing utility function",
                    "The code calls a helper that it never defines."},
    [FINDING_D1] = {"D1", GROUP_D, "missing or incorrect library",
                    "A header or library is not there."},
    [FINDING_D2] = {"D2", GROUP_D, "symbol or class interface issue",
                    "An unknown class or a wrong method is used."},
    [FINDING_E1] = {"E1", GROUP_E, "invalid TensorFlow Lite usage",
                    "Wrong TensorFlow Lite Micro types, objects, calls or arena use."},
    [FINDING_E2] = {"E2", GROUP_E, "desktop TensorFlow on a microcontroller",
                    "Types of the desktop library are used on the board."},
    [FINDING_E3] = {"E3", GROUP_E, "sensor or hardware constant missing",
                    "A device macro or constant is not declared."},
    [FINDING_E4] = {"E4", GROUP_E, "missing main functions",
                    "There is no setup() or no loop()."},
    [FINDING_OTHER] = {"other", "", "outside the table",
                       "Looked at, and in no category of the published table."},
};

void finding_list_init(struct finding_list *l)
{
    memset(l, 0, sizeof(*l));
}

void finding_list_done(struct finding_list *l)
{
    vec_done(&l->v);
}

void finding_list_reset(struct finding_list *l)
{
    l->v.n = 0;
}

struct finding *finding_add(struct finding_list *l, const char *gate,
                            enum finding_severity severity, enum finding_category category,
                            const char *fmt, ...)
{
    struct finding f = {.gate = gate, .severity = severity, .category = category};
    char raw[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    text_line(f.message, sizeof(f.message), raw);
    if (vec_push(&l->v, f, FINDING_LIST_CAP))
        return NULL;
    return &l->v.items[l->v.n - 1];
}

int finding_count(const struct finding_list *l, enum finding_severity severity)
{
    int n = 0;

    for (size_t i = 0; i < l->v.n; i++)
        n += l->v.items[i].severity == severity;
    return n;
}

const struct finding *finding_worst(const struct finding_list *l)
{
    const struct finding *worst = NULL;

    for (size_t i = 0; i < l->v.n; i++) {
        if (!worst || l->v.items[i].severity > worst->severity)
            worst = &l->v.items[i];
    }
    return worst;
}

const char *finding_severity_name(enum finding_severity s)
{
    static const char *const names[] = {"note", "warning", "error"};

    return names[s];
}

enum finding_category finding_category_by_id(const char *id)
{
    for (int i = 1; i < FINDING_CATEGORIES; i++) {
        if (str_eq(finding_categories[i].id, id))
            return (enum finding_category)i;
    }
    return FINDING_NONE;
}
