/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/board/ino.h"

#include <string.h>

#include "core/base/str.h"
#include "core/board/ino_scan.h"

enum { PAD_MAX = 400 }; /* columns kept when prototypes are put into the middle of a line */

bool ino_name_valid(const char *name)
{
    size_t n = strlen(name);

    if (!n || n > INO_NAME_MAX || *name == '-')
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == n;
}

/* The innermost branch that holds both a and b; -1: none does. */
static int common_branch(const struct ino_scan *s, int a, int b)
{
    const struct ino_branch *v = s->branches.items;

    while (a != b) {
        int da = a < 0 ? 0 : v[a].depth, db = b < 0 ? 0 : v[b].depth;

        if (da >= db && a >= 0)
            a = v[a].parent;
        if (db >= da && b >= 0)
            b = v[b].parent;
    }
    return a;
}

/* Prototypes must be seen whenever one of the functions is: when not all of them stand in the branch of the
 * insertion point, it moves out, to the #if of the outermost branch that some are not in. */
static struct ino_place settle_insert(const struct ino_scan *s)
{
    struct ino_place at = s->insert;
    int common = at.branch, inner = -1;

    for (size_t i = 0; i < s->functions.n; i++)
        common = common_branch(s, common, s->functions.items[i].from.branch);
    for (int b = at.branch; b != common; b = s->branches.items[b].parent)
        inner = b;
    if (inner >= 0) {
        const struct ino_branch *f = &s->branches.items[s->branches.items[inner].first];

        at = (struct ino_place){f->at, f->line, common};
    }
    return at;
}

static bool is_declared(const struct ino_scan *s, const struct ino_function *f)
{
    for (size_t i = 0; i < s->declared.n; i++) {
        const struct ino_token *t = &s->declared.items[i];

        if (t->len == f->name_len && !memcmp(t->at, f->name, t->len))
            return true;
    }
    return false;
}

/* Repeats the conditions between branch `outer` (not itself) and branch b, outermost first. */
static int open_conditions(const struct ino_scan *s, int b, int outer, struct buf *out)
{
    int chain[INO_NESTING_MAX * 4], n = 0;

    for (; b != outer; b = s->branches.items[b].prev < 0 ? s->branches.items[b].parent
                                                         : s->branches.items[b].prev) {
        if (n == (int)(sizeof(chain) / sizeof(*chain)))
            return -1; /* an #elif chain that long: the function goes without */
        chain[n++] = b;
    }
    while (n--) {
        const struct ino_branch *v = &s->branches.items[chain[n]];

        buf_put(out, v->at, v->len);
        buf_putc(out, '\n');
    }
    return 0;
}

static void close_conditions(const struct ino_scan *s, int b, int outer, struct buf *out)
{
    for (; b != outer; b = s->branches.items[b].parent)
        buf_puts(out, "#endif\n");
}

static void put_prototypes(const struct ino_scan *s, const char *name, int outer, struct buf *out)
{
    for (size_t i = 0; i < s->functions.n && !out->broken; i++) {
        const struct ino_function *f = &s->functions.items[i];

        if (!f->prototype_len || is_declared(s, f))
            continue;
        buf_putf(out, "#line %d \"%s.ino\"\n", f->from.line, name);
        if (open_conditions(s, f->from.branch, outer, out))
            continue;
        if (f->from.branch != outer)
            buf_putf(out, "#line %d \"%s.ino\"\n", f->from.line, name);
        buf_put(out, s->prototypes.data + f->prototype, f->prototype_len);
        buf_putc(out, '\n');
        close_conditions(s, f->from.branch, outer, out);
    }
}

/* The start of the line when only blanks stand before; else `at`, its column in *ret_pad. */
static const char *line_start(const char *text, const char *at, size_t *ret_pad)
{
    const char *p = at, *start = at;

    while (start > text && start[-1] != '\n')
        start--;
    while (p > start && (p[-1] == ' ' || p[-1] == '\t'))
        p--;
    *ret_pad = p == start ? 0 : (size_t)(at - start);
    return p == start ? start : at;
}

static void put_cpp(const struct ino_scan *s, const char *name, const char *ino, size_t n, struct buf *out)
{
    struct ino_place insert = s->insert.at ? settle_insert(s) : s->insert;
    const char *at = ino + n;
    size_t pad = 0;

    if (insert.at)
        at = line_start(ino, insert.at, &pad);
    buf_putf(out, "#include <Arduino.h>\n#line 1 \"%s.ino\"\n", name);
    buf_put(out, ino, (size_t)(at - ino));
    if (insert.at) {
        buf_putc(out, '\n');
        put_prototypes(s, name, insert.branch, out);
        buf_putf(out, "#line %d \"%s.ino\"\n", insert.line, name);
        for (size_t i = 0; i < pad && i < PAD_MAX; i++)
            buf_putc(out, ' ');
    }
    buf_put(out, at, (size_t)(ino + n - at));
    buf_putc(out, '\n');
}

int ino_to_cpp(const char *name, const char *ino, size_t n, struct buf *out, struct err *err)
{
    struct ino_scan s;
    int rc;

    if (!ino_name_valid(name)) {
        rc = err_set(err, ERR_INVALID, "\"%.48s\" cannot name a sketch.", name);
        err_hint(err, "Use letters, digits, '_' and '-', at most %d of them.", INO_NAME_MAX);
        return rc;
    }
    if (n > INO_CAP)
        return err_set(err, ERR_INVALID, "The sketch has %zu bytes; at most %d can be built.", n, INO_CAP);
    if (n >= 3 && !memcmp(ino, "\xef\xbb\xbf", 3)) {
        ino += 3;
        n -= 3;
    }
    rc = ino_scan_run(&s, ino, n, err);
    if (!rc)
        put_cpp(&s, name, ino, n, out);
    ino_scan_done(&s);
    if (!rc && out->broken)
        return err_set(err, ERR_MACHINE, "The sketch became too large while its prototypes were added.");
    return rc;
}

/* Behind '#include': the header between < > or " ", if it is this one. */
static bool names_header(const char *p, const char *end, const char *header)
{
    size_t n = strlen(header);

    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    if (p == end || (*p != '<' && *p != '"'))
        return false;
    return (size_t)(end - p) > n + 1 && !memcmp(p + 1, header, n) && (p[n + 1] == '>' || p[n + 1] == '"');
}

bool ino_includes(const char *ino, size_t n, const char *header)
{
    struct ino_lexer x;
    struct ino_token t, word;
    const char *rest;
    int depth = 0;

    ino_lex_init(&x, ino, n);
    while ((t = ino_lex_next(&x)).kind != INO_END) {
        if (t.kind != INO_DIRECTIVE)
            continue;
        word = ino_directive_word(&t, &rest);
        if (ino_token_is(&word, "if") || ino_token_is(&word, "ifdef") || ino_token_is(&word, "ifndef"))
            depth++;
        else if (ino_token_is(&word, "endif") && depth)
            depth--;
        else if (!depth && ino_token_is(&word, "include") && names_header(rest, t.at + t.len, header))
            return true;
    }
    return false;
}
