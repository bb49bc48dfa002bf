/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/failure/repair.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/str.h"

#define CODE (1u << ARTIFACT_PYTHON | 1u << ARTIFACT_SKETCH | 1u << ARTIFACT_HEADER)
#define SKETCH (1u << ARTIFACT_SKETCH)

/* In this order: text first, so that the others can read it; includes last, for what the others
 * bring in. */
const struct repair repair_table[] = {
    {"markdown", "Removes Markdown fences and turns prose around the code into comments.",
     "markdown-leak", CODE, repair_fence},
    {"plain-characters", "Replaces typographic quotes, dashes and spaces in code by ASCII.",
     "unicode-leak", CODE, repair_characters},
    {"model-symbol",
     "Uses the array name and length of model.h, and renames variables that clash with it.",
     "model-symbol", SKETCH, repair_symbol},
    {"runtime-interface", "Adapts calls to the installed runtime: error reporter, later functions.",
     "tflm-api", SKETCH, repair_interface},
    {"resolver", "Adds the model's operators to the resolver and gives it room.",
     "op-missing resolver-size", SKETCH, repair_resolver},
    {"arena", "Aligns the tensor arena to 16 bytes.", "arena-unaligned", SKETCH, repair_arena},
    {"includes", "Adds the runtime's headers and model.h where they are used.",
     "tflite-namespace model-header tflm-api", SKETCH, repair_includes},
};

const int repair_count = sizeof(repair_table) / sizeof(repair_table[0]);

static bool word_in(const char *word, const char *list)
{
    size_t n = strlen(word);

    for (const char *p = list; n && (p = strstr(p, word)) != NULL; p += n) {
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
            return true;
    }
    return false;
}

bool repair_knows(const char *cause)
{
    for (int i = 0; i < repair_count; i++) {
        if (word_in(cause, repair_table[i].causes))
            return true;
    }
    return false;
}

static bool called_for(const struct repair *r, const struct finding_list *findings)
{
    for (size_t i = 0; findings && i < findings->v.n; i++) {
        if (word_in(findings->v.items[i].cause, r->causes))
            return true;
    }
    return !findings;
}

int repair_replace(struct repair_work *w, size_t start, size_t end, const char *text)
{
    struct repair_edit e = {start, end, os_dup(text, strlen(text))};

    if (!e.text || vec_push(&w->edits, e, REPAIR_EDITS_MAX)) {
        free(e.text);
        return -1;
    }
    return 0;
}

int repair_drop_lines(struct repair_work *w, size_t start, size_t end)
{
    const struct source *s = w->source;

    while (start && s->bytes[start - 1] != '\n')
        start--;
    while (end < s->n && s->bytes[end] != '\n')
        end++;
    return repair_replace(w, start, end + (end < s->n), "");
}

void repair_note(struct repair_work *w, int line, const char *fmt, ...)
{
    char text[300];
    struct finding *f;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    f = finding_add(w->notes, "repair", FINDING_NOTE, FINDING_NONE, "%s", text);
    if (f) {
        f->line = line;
        str_copy(f->cause, sizeof(f->cause), w->id);
    }
}

size_t repair_top(const struct source *s)
{
    size_t at = 0;

    for (size_t i = 0; i < s->tokens.n; i++) {
        const char *nl;
        if (!s->tokens.items[i].directive || s->tokens.items[i].dead || !source_is(s, i, "include"))
            continue;
        nl = memchr(s->bytes + s->tokens.items[i].start, '\n', s->n - s->tokens.items[i].start);
        at = nl ? (size_t)(nl - s->bytes) + 1 : s->n;
    }
    return at;
}

static int by_start(const void *a, const void *b)
{
    const struct repair_edit *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* Writes the text with the edits; of two that overlap the first wins. */
static void write_edits(struct repair_work *w, const char *text, size_t n, struct buf *out)
{
    size_t at = 0;

    if (w->edits.n)
        qsort(w->edits.items, w->edits.n, sizeof(w->edits.items[0]), by_start);
    for (size_t i = 0; i < w->edits.n; i++) {
        const struct repair_edit *e = &w->edits.items[i];
        if (e->start < at)
            continue;
        buf_put(out, text + at, e->start - at);
        buf_puts(out, e->text);
        at = e->end;
    }
    buf_put(out, text + at, n - at);
}

static void drop_edits(struct repair_work *w)
{
    for (size_t i = 0; i < w->edits.n; i++)
        free(w->edits.items[i].text);
    vec_done(&w->edits);
}

/* One repair on ret->bytes; -1 without memory. */
static int apply_one(const struct repair *r, enum artifact_kind kind,
                     const struct finding_list *findings, const struct repair_facts *facts,
                     struct repair_result *ret)
{
    struct source s;
    struct repair_work w = {
        .source = &s, .facts = facts, .findings = findings, .notes = &ret->notes, .id = r->id};
    struct buf next;
    int rc;

    buf_init(&next, REPAIR_OUT_MAX);
    if (source_init(&s, kind == ARTIFACT_PYTHON ? SOURCE_PY : SOURCE_CPP, buf_text(&ret->bytes),
                    ret->bytes.len)) {
        buf_done(&next);
        return -1;
    }
    rc = r->apply(&w);
    if (!rc && w.edits.n) {
        write_edits(&w, buf_text(&ret->bytes), ret->bytes.len, &next);
        rc = next.broken ? -1 : 0;
    }
    if (!rc && w.edits.n) {
        struct buf old = ret->bytes;
        ret->bytes = next;
        next = old;
        ret->applied[ret->n_applied++] = r->id;
    }
    drop_edits(&w);
    source_done(&s);
    buf_done(&next);
    return rc;
}

int repair_apply(enum artifact_kind kind, const char *bytes, size_t n,
                 const struct finding_list *findings, const struct repair_facts *facts,
                 const bool *enabled, struct repair_result *ret, struct err *err)
{
    static const struct repair_facts nothing;
    int rc;

    memset(ret, 0, sizeof(*ret));
    buf_init(&ret->bytes, REPAIR_OUT_MAX);
    finding_list_init(&ret->notes);
    rc = buf_put(&ret->bytes, bytes, n);
    for (int i = 0; i < repair_count && !rc; i++) {
        const struct repair *r = &repair_table[i];
        if ((r->kinds & 1u << kind) && (!enabled || enabled[i]) && called_for(r, findings))
            rc = apply_one(r, kind, findings, facts ? facts : &nothing, ret);
    }
    if (!rc)
        return 0;
    repair_result_done(ret);
    return err_set(err, ERR_MACHINE, "The file is too large to be repaired.");
}

void repair_result_done(struct repair_result *r)
{
    buf_done(&r->bytes);
    finding_list_done(&r->notes);
}
