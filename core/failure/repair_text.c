/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text that is not code: Markdown around it, typographic characters in it. */
#include <string.h>

#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/failure/repair.h"

struct fences {
    size_t first, last; /* tokens of the first and last fence line */
    int n;
};

static struct fences find_fences(const struct source *s)
{
    struct fences f = {0};

    for (size_t i = 0; i + 2 < s->tokens.n; i++) {
        if (!s->tokens.items[i].first || !source_is(s, i, "`") || !source_is(s, i + 1, "`") ||
            !source_is(s, i + 2, "`"))
            continue;
        if (!f.n++)
            f.first = i;
        f.last = i;
    }
    return f;
}

/* A line that a finding calls prose becomes a comment: nothing is lost, and the diff shows it. */
static int comment_out(struct repair_work *w, int line)
{
    const struct source *s = w->source;
    size_t at;

    if (line < 1 || (size_t)line > s->lines.n)
        return 0;
    at = s->lines.items[line - 1];
    repair_note(w, line, "Turned a line of prose into a comment.");
    return repair_replace(w, at, at, s->language == SOURCE_PY ? "# " : "// ");
}

static int comment_prose(struct repair_work *w)
{
    int rc = 0;

    for (size_t i = 0; w->findings && i < w->findings->v.n && !rc; i++) {
        const struct finding *f = &w->findings->v.items[i];
        if (!strcmp(f->cause, "markdown-leak") && strstr(f->message, "prose"))
            rc = comment_out(w, f->line);
    }
    return rc;
}

int repair_fence(struct repair_work *w)
{
    const struct source *s = w->source;
    struct fences f = find_fences(s);
    int rc = 0;

    if (!f.n)
        return comment_prose(w);
    if (f.n == 2) { /* what stands outside of one pair of fences is not the file */
        rc = repair_drop_lines(w, 0, s->tokens.items[f.first].start);
        if (!rc)
            rc = repair_replace(w, s->lines.items[s->tokens.items[f.last].line - 1], s->n, "");
        repair_note(w, s->tokens.items[f.first].line,
                    "Kept only what stands between the two code fences.");
        return rc;
    }
    for (size_t i = f.first; i <= f.last && !rc; i++) {
        if (!s->tokens.items[i].first || !source_is(s, i, "`") || !source_is(s, i + 1, "`"))
            continue;
        rc = repair_drop_lines(w, s->tokens.items[i].start, s->tokens.items[i].start);
        repair_note(w, s->tokens.items[i].line, "Removed a code fence.");
    }
    return rc;
}

static const char *plain_of(uint32_t cp)
{
    if (cp == 0x2018 || cp == 0x2019 || cp == 0x201A || cp == 0x201B || cp == 0x2032)
        return "'";
    if ((cp >= 0x201C && cp <= 0x201F) || cp == 0x2033)
        return "\"";
    if ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212)
        return "-";
    if (cp == 0xA0 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F || cp == 0x3000)
        return " ";
    if (cp == 0x200B || cp == 0xFEFF || cp == 0x2060)
        return "";
    if (cp == 0x2026)
        return "...";
    if (cp == 0xD7)
        return "*";
    if (cp == 0x2264)
        return "<=";
    if (cp == 0x2265)
        return ">=";
    return cp == 0x2260 ? "!=" : NULL;
}

int repair_characters(struct repair_work *w)
{
    const struct source *s = w->source;

    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct source_token *t = &s->tokens.items[i];
        for (size_t at = t->start;
             at < t->end && (t->kind == SOURCE_STRAY || t->kind == SOURCE_NAME);) {
            uint32_t cp;
            size_t used = utf8_decode(s->bytes + at, t->end - at, &cp);
            const char *plain = cp >= 0x80 ? plain_of(cp) : NULL;
            if (plain) {
                if (repair_replace(w, at, at + used, plain))
                    return -1;
                repair_note(w, t->line, "Replaced U+%04X by \"%s\".", (unsigned)cp, plain);
            }
            at += used;
        }
    }
    return 0;
}
