/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The resolver's operators and the arena's alignment. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/board/board.h"
#include "core/failure/repair.h"

enum { METHOD = 96, LINE = 256 };

static const char *method_of(const struct board *b, const char *operator_id, char *dst, size_t size)
{
    size_t n = 3;
    bool up = true;

    for (int i = 0; b && i < b->n_ops; i++) {
        if (str_eq(b->ops[i].name, operator_id)) {
            snprintf(dst, size, "Add%s", b->ops[i].method);
            return dst;
        }
    }
    str_copy(dst, size, "Add");
    for (; *operator_id && n + 1 < size; operator_id++) {
        if (*operator_id == '_') {
            up = true;
            continue;
        }
        dst[n++] = (char)(up ? toupper((unsigned char)*operator_id)
                             : tolower((unsigned char)*operator_id));
        up = isdigit((unsigned char)*operator_id);
    }
    dst[n] = '\0';
    return dst;
}

struct resolver {
    size_t size; /* token of the number in <…>; tokens.n when it is a name */
    size_t name; /* token of the variable */
    size_t last; /* token of the ';' after the last Add, or after the declaration */
    int adds;
};

/* MicroMutableOpResolver<N> NAME; and the calls NAME.Add…( … ); */
static bool find_resolver(const struct source *s, struct resolver *r)
{
    size_t i = source_find(s, 0, "MicroMutableOpResolver");

    memset(r, 0, sizeof(*r));
    while (i < s->tokens.n && s->tokens.items[i].directive)
        i = source_find(s, i + 1, "MicroMutableOpResolver");
    if (i + 4 >= s->tokens.n || !source_is(s, i + 1, "<") || !source_is(s, i + 3, ">") ||
        s->tokens.items[i + 4].kind != SOURCE_NAME)
        return false;
    r->size = s->tokens.items[i + 2].kind == SOURCE_NUMBER ? i + 2 : s->tokens.n;
    r->name = i + 4;
    r->last = source_find(s, i + 4, ";");
    for (; i + 3 < s->tokens.n; i++) {
        size_t end;
        if (!source_is(s, i, s->tokens.items[r->name].text) || !source_is(s, i + 1, ".") ||
            !str_starts(s->tokens.items[i + 2].text, "Add") || s->tokens.items[i].dead)
            continue;
        r->adds++;
        end = source_find(s, i, ";");
        r->last = end < s->tokens.n ? end : r->last;
    }
    return r->last < s->tokens.n;
}

int repair_resolver(struct repair_work *w)
{
    const struct source *s = w->source;
    char method[METHOD], text[LINE];
    int64_t room = 0;
    struct resolver r;

    if (!find_resolver(s, &r))
        return 0;
    for (int i = 0; i < w->facts->n_operators; i++) {
        size_t at = s->tokens.items[r.last].end;
        method_of(w->facts->board, w->facts->operators[i], method, sizeof(method));
        if (source_find(s, 0, method) < s->tokens.n)
            continue;
        snprintf(text, sizeof(text), "\n  %s.%s();", s->tokens.items[r.name].text, method);
        repair_note(w, s->tokens.items[r.last].line, "Added the operator %s to the resolver.",
                    w->facts->operators[i]);
        if (repair_replace(w, at, at, text))
            return -1;
        r.adds++;
    }
    if (r.size == s->tokens.n || !str_to_long(s->tokens.items[r.size].text, &room) ||
        room >= r.adds)
        return 0;
    snprintf(text, sizeof(text), "%d", r.adds);
    repair_note(w, s->tokens.items[r.size].line, "Gave the resolver room for %d operators.",
                r.adds);
    return repair_replace(w, s->tokens.items[r.size].start, s->tokens.items[r.size].end, text);
}

int repair_arena(struct repair_work *w)
{
    const struct source *s = w->source;

    for (size_t i = 1; i + 1 < s->tokens.n; i++) {
        const struct source_token *t = &s->tokens.items[i];
        size_t from = i;
        bool aligned = false;
        if (t->kind != SOURCE_NAME || !strcasestr(t->text, "arena") || !source_is(s, i + 1, "[") ||
            t->dead || s->tokens.items[i - 1].kind != SOURCE_NAME ||
            !strcasestr(s->tokens.items[i - 1].text, "int8"))
            continue;
        while (from && !source_is(s, from - 1, ";") && !source_is(s, from - 1, "{") &&
               !source_is(s, from - 1, "}") && !s->tokens.items[from - 1].directive)
            aligned = source_is(s, --from, "alignas") || source_is(s, from, "aligned") || aligned;
        for (size_t k = i; k < s->tokens.n && !source_is(s, k, ";"); k++)
            aligned = aligned || source_is(s, k, "aligned");
        if (aligned)
            continue;
        repair_note(w, t->line, "Aligned the arena %s to 16 bytes.", t->text);
        if (repair_replace(w, s->tokens.items[from].start, s->tokens.items[from].start,
                           "alignas(16) "))
            return -1;
    }
    return 0;
}
