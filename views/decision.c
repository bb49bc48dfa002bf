/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "core/artifact/review.h"
#include "core/base/str.h"
#include "views/format.h"
#include "views/views.h"

enum { VALUE_COLUMN = 14 };

enum row_kind { ROW_ARTIFACT, ROW_SIZE, ROW_HUNKS, ROW_BASE, ROW_GATES, ROW_LEFT, ROW_NEXT, ROW_AUTHOR, ROW_COST, ROWS };

static const char *const labels[ROWS] = {
    [ROW_ARTIFACT] = "artifact", [ROW_SIZE] = "lines", [ROW_HUNKS] = "hunks", [ROW_BASE] = "against",
    [ROW_GATES] = "checks", [ROW_LEFT] = "findings", [ROW_NEXT] = "then", [ROW_AUTHOR] = "written by", [ROW_COST] = "cost",
};

/* Errors and warnings in what is left out, or elsewhere. */
static void count(const struct attempt *a, const struct review *r, bool out, int *errors, int *warnings)
{
    *errors = *warnings = 0;
    for (size_t i = 0; i < a->findings.v.n; i++) {
        const struct finding *f = &a->findings.v.items[i];
        int h = r ? review_hunk_of(r, f->line) : -1;
        if ((h >= 0 && !r->choices.items[h].take) != out)
            continue;
        *errors += f->severity == FINDING_ERROR;
        *warnings += f->severity == FINDING_WARNING;
    }
}

static const char *plural(int n, const char *one, char *dst, size_t size)
{
    snprintf(dst, size, "%d %s%s", n, one, n == 1 ? "" : "s");
    return dst;
}

static int found(const struct attempt *a, const struct review *r, bool out, char *dst, size_t size)
{
    int errors, warnings;
    char e[32], w[32];

    count(a, r, out, &errors, &warnings);
    if (!errors && !warnings)
        str_copy(dst, size, "nothing found");
    else
        snprintf(dst, size, "%s, %s", plural(errors, "error", e, sizeof(e)), plural(warnings, "warning", w, sizeof(w)));
    return errors ? ROLE_ERROR : warnings ? ROLE_WARNING : ROLE_PASSED;
}

static const char *what_is_next(const struct attempt *a)
{
    return a->kind == ARTIFACT_SKETCH ? "compiles, once approved" : "runs, once approved";
}

/* One row as text; its role. */
static int row_text(const struct view *v, const struct attempt *a, const struct review *r, int row, char *dst, size_t size)
{
    const struct attempt *base = state_base_attempt(v->context->state, a->step, a->number);
    char sha[32], x[48], money[24];
    bool touched = r && (v->context->outside || review_touched(r));
    int errors, warnings;

    dst[0] = '\0';
    switch (row) {
    case ROW_ARTIFACT:
        snprintf(dst, size, "%s", format_sha(r ? r->sha : a->sha, sha, sizeof(sha)));
        return ROLE_STRONG;
    case ROW_SIZE:
        if (r)
            snprintf(dst, size, "%d   +%d −%d%s", r->lines, r->added, r->deleted, touched ? ", your choice" : "");
        return ROLE_TEXT;
    case ROW_HUNKS:
        if (r)
            snprintf(dst, size, "%zu of %zu taken", r->choices.n - (size_t)r->left, r->choices.n);
        return r && r->left ? ROLE_WARNING : ROLE_TEXT;
    case ROW_BASE:
        if (v->context->outside)
            str_copy(dst, size, "what the history wrote");
        else if (base)
            snprintf(dst, size, "attempt %d, %s", base->number, attempt_state_table[base->state].word);
        return ROLE_TEXT;
    case ROW_GATES:
        if (!touched)
            return found(a, r, false, dst, size);
        str_copy(dst, size, "run again on your choice");
        return ROLE_WAITS;
    case ROW_LEFT:
        if (!touched || v->context->outside || r->left == 0)
            return ROLE_TEXT;
        count(a, r, true, &errors, &warnings);
        if (errors + warnings)
            snprintf(dst, size, "%d left out with hunks", errors + warnings);
        return ROLE_DIM;
    case ROW_NEXT: str_copy(dst, size, what_is_next(a)); return ROLE_DIM;
    case ROW_AUTHOR:
        str_copy(dst, size, v->context->outside ? "another program" : str_eq(a->author, "model") ? a->provider : a->author);
        return ROLE_TEXT;
    default:
        if (a->tokens_out >= 0 && !v->context->outside)
            snprintf(dst, size, "%s tok, %s", format_count(a->tokens_out, x, sizeof(x)),
                     format_money(a->money, money, sizeof(money)));
        return ROLE_DIM;
    }
}

static int64_t rows(struct view *v)
{
    return format_attempt(v->context) ? ROWS : 0;
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct attempt *a = format_attempt(v->context);
    struct canvas label = *c;
    char words[200];
    int role = row_text(v, a, v->context->review, (int)row, words, sizeof(words));

    if (!words[0])
        return;
    label.at.cols = VALUE_COLUMN - 1;
    canvas_put(&label, y, 1, ROLE_DIM, row == ROW_ARTIFACT ? a->name : labels[row]);
    canvas_put(c, y, VALUE_COLUMN, role, words);
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct attempt *a = format_attempt(v->context);
    char words[200];

    row_text(v, a, v->context->review, (int)row, words, sizeof(words));
    return buf_putf(out, "%s %s", row == ROW_ARTIFACT ? a->name : labels[row], words);
}

const struct view_ops decision_ops = {
    .id = "decision", .title = "What you decide on", .help = "The artifact with your choice of hunks: hash, lines, findings.",
    .empty = "Nothing waits here.", .rows = rows, .draw = draw, .text = text,
};
