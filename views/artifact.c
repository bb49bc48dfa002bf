/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/utf8.h"
#include "tui/widget/pager.h"
#include "views/format.h"
#include "views/views.h"

struct artifact {
    struct pager pager;
    struct buf text;
    char key[STATE_ID + SHA256_HEX];
};

enum { ARTIFACT_CAP = 32 * 1024 * 1024 };

static void open(struct view *v)
{
    struct artifact *m = v->model;

    pager_init(&m->pager, HIGHLIGHT_NONE, true);
    buf_init(&m->text, ARTIFACT_CAP);
    v->wrap = false;
}

static void done(struct view *v)
{
    struct artifact *m = v->model;

    pager_done(&m->pager);
    buf_done(&m->text);
}

static bool textual(enum artifact_kind kind)
{
    return kind != ARTIFACT_KERAS && kind != ARTIFACT_TFLITE && kind != ARTIFACT_ELF;
}

/* Code keeps its lines, prose and data are wrapped; the key for wrapping changes either. */
static bool is_code(enum highlight_language l)
{
    return l == HIGHLIGHT_CPP || l == HIGHLIGHT_HEADER || l == HIGHLIGHT_PYTHON;
}

static void reload(struct view *v)
{
    struct artifact *m = v->model;
    const struct attempt *a = format_attempt(v->context);
    char key[sizeof(m->key)];

    snprintf(key, sizeof(key), "%s %s", a ? a->id : "", a ? a->blob : "");
    if (!str_eq(key, m->key)) {
        buf_reset(&m->text);
        if (a && textual(a->kind))
            format_blob(v->context->state, a->blob, &m->text);
        m->pager.language = a ? highlight_by_name(a->name) : HIGHLIGHT_NONE;
        v->wrap = !is_code(m->pager.language);
        pager_set(&m->pager, buf_text(&m->text), m->text.len);
        str_copy(m->key, sizeof(m->key), key);
        v->top = 0;
    }
    pager_layout(&m->pager, v->width, v->wrap);
    if (v->context->line > 0) {
        view_goto(v, pager_row_of(&m->pager, v->context->line - 1));
        v->context->line = 0;
    }
}

static int64_t rows(struct view *v)
{
    return ((struct artifact *)v->model)->pager.rows;
}

/* The worst finding of a line (1-based), NULL when there is none. */
static const struct finding *finding_at(const struct attempt *a, int line)
{
    const struct finding *worst = NULL;

    for (size_t i = 0; a && i < a->findings.v.n; i++) {
        const struct finding *f = &a->findings.v.items[i];
        if (f->line == line && (!worst || f->severity > worst->severity))
            worst = f;
    }
    return worst;
}

static int role_of(const struct finding *f)
{
    return f->severity == FINDING_ERROR ? ROLE_ERROR : f->severity == FINDING_WARNING ? ROLE_WARNING : ROLE_NOTE;
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    struct pager *p = &((struct artifact *)v->model)->pager;
    int sub, line = pager_line_at(p, row, &sub), role = ROLE_TEXT, col;
    const struct finding *f = sub == 0 ? finding_at(format_attempt(v->context), line + 1) : NULL;
    const char *sign = NULL;
    size_t n;
    const char *bytes = pager_text(p, line, &n);

    if (f) {
        role = role_of(f);
        sign = f->severity == FINDING_ERROR ? "✗" : f->severity == FINDING_WARNING ? "!" : "·";
    }
    pager_draw(p, c, y, row, sign, role);
    if (!f || v->wrap)
        return;
    col = pager_gutter(p) + utf8_width(bytes, n) - v->shift + 2;
    canvas_putf(c, y, col < 8 ? 8 : col, role, "◂ %s%s%s", f->cause, f->cause[0] ? ": " : "", f->message);
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    struct pager *p = &((struct artifact *)v->model)->pager;
    const struct attempt *a = format_attempt(v->context);
    int sub, line = pager_line_at(p, row, &sub);

    for (line += step; line >= 0 && (size_t)line < p->lines.n; line += step) {
        if (finding_at(a, line + 1))
            return pager_row_of(p, line);
    }
    return -1;
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    struct pager *p = &((struct artifact *)v->model)->pager;
    int sub;
    size_t n;
    const char *line = pager_text(p, pager_line_at(p, row, &sub), &n);

    return buf_put(out, line, n);
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct artifact *m = v->model;
    const struct attempt *a = format_attempt(v->context);
    char sha[32];
    int64_t last = v->top + v->height, total = rows(v);

    dst[0] = '\0';
    if (a && m->pager.len)
        snprintf(dst, size, "%s · %s · line %lld of %lld", a->name, format_sha(a->sha, sha, sizeof(sha)),
                 (long long)(last < total ? last : total), (long long)total);
}

const struct view_ops artifact_ops = {
    .id = "artifact", .title = "Artifact", .help = "The artifact with line numbers, highlighting and findings.",
    .of_attempt = true, .size = sizeof(struct artifact), .wraps = true,
    .empty = "No text here yet: the artifact is still to come, or it is binary.",
    .open = open, .done = done, .reload = reload, .rows = rows, .draw = draw, .mark = mark, .text = text, .foot = foot,
};
