/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/board/ino_scan.h"

#include <stdlib.h>
#include <string.h>

#include "core/board/ino_declaration.h"

enum mode {
    COLLECT, /* gathering the tokens of a declaration */
    SKIP,    /* inside braces that belong to the declaration, which goes on behind them */
    BODY,    /* inside braces that end the declaration */
};

/* What an #else must restore to what it was at its #if, so that braces stay balanced. */
struct state {
    enum mode mode;
    int depth;   /* braces, in SKIP and BODY */
    int round;   /* parentheses and brackets of the declaration */
    int linkage; /* open extern "C" { */
    size_t n;    /* tokens */
    bool torn;   /* a preprocessor line stands inside the declaration, or it is too long */
};

/* A declaration of a variable: where it starts, and the part of it that may name functions. */
struct global {
    struct ino_place from;
    const char *value, *end;
};

struct scanner {
    struct ino_scan *out;
    struct state s, saved[INO_NESTING_MAX];
    int nesting;
    int branch;
    struct ino_place from, linkage_from;
    struct ino_token *tokens;
    VEC(struct global) globals; /* before the first function */
};

static void reset(struct scanner *c)
{
    c->s.mode = COLLECT;
    c->s.depth = c->s.round = 0;
    c->s.n = 0;
    c->s.torn = false;
}

static void push(struct scanner *c, struct ino_token t)
{
    if (!c->s.n)
        c->from = (struct ino_place){t.at, t.line, c->branch};
    if (c->s.n < INO_TOKENS_MAX)
        c->tokens[c->s.n++] = t;
    else
        c->s.torn = true;
}

/* ---- conditionals ---- */

static int add_branch(struct scanner *c, const struct ino_token *t, int prev)
{
    struct ino_branch b = {.at = t->at, .len = t->len, .line = t->line, .prev = prev};
    ino_branch_vec *v = &c->out->branches;

    b.first = prev < 0 ? (int)v->n : v->items[prev].first;
    b.parent = prev < 0 ? c->branch : v->items[prev].parent;
    b.depth = c->nesting;
    if (vec_push(v, b, INO_BRANCHES_MAX))
        return -1;
    c->branch = (int)v->n - 1;
    return 0;
}

static int open_branch(struct scanner *c, const struct ino_token *t)
{
    if (c->nesting >= INO_NESTING_MAX)
        return -1;
    c->saved[c->nesting++] = c->s;
    return add_branch(c, t, -1);
}

static int next_branch(struct scanner *c, const struct ino_token *t)
{
    if (!c->nesting)
        return 0;
    c->s = c->saved[c->nesting - 1];
    return add_branch(c, t, c->branch);
}

static void close_branch(struct scanner *c)
{
    if (!c->nesting)
        return;
    c->nesting--;
    c->branch = c->out->branches.items[c->branch].parent;
}

static int directive(struct scanner *c, const struct ino_token *t)
{
    const char *rest;
    struct ino_token word = ino_directive_word(t, &rest);
    const struct ino_token *last = c->s.n ? &c->tokens[c->s.n - 1] : NULL;

    if (c->s.mode == COLLECT && last && !c->s.round && ino_token_is(last, ")"))
        reset(c); /* a macro call without a semicolon */
    else if (c->s.n)
        c->s.torn = true;
    if (ino_token_is(&word, "if") || ino_token_is(&word, "ifdef") || ino_token_is(&word, "ifndef"))
        return open_branch(c, t);
    if (ino_token_is(&word, "else") || ino_token_is(&word, "elif"))
        return next_branch(c, t);
    if (ino_token_is(&word, "endif"))
        close_branch(c);
    return 0;
}

/* ---- declarations ---- */

static int record_function(struct scanner *c, const struct ino_declaration *d)
{
    struct ino_scan *out = c->out;
    struct ino_function f = {.prototype = out->prototypes.len};
    const struct ino_token *first = &c->tokens[d->from];

    f.from = (struct ino_place){first->at, first->line, c->branch};
    f.name = c->tokens[d->name].at;
    f.name_len = c->tokens[d->name].len;
    if (!out->insert.at)
        out->insert = c->s.linkage ? c->linkage_from : f.from;
    if (!c->s.torn && d->wants_prototype &&
        !ino_declaration_prototype(c->tokens, d, c->s.linkage > 0, &out->prototypes))
        f.prototype_len = out->prototypes.len - f.prototype;
    else if (!out->prototypes.broken)
        out->prototypes.len = f.prototype;
    if (out->prototypes.broken)
        return -1;
    return vec_push(&out->functions, f, INO_FUNCTIONS_MAX);
}

static int open_brace(struct scanner *c, struct ino_token t)
{
    struct ino_declaration d = ino_declaration_read(c->tokens, c->s.n);
    enum ino_shape shape = c->s.round ? INO_SHAPE_VALUE : d.shape;

    if (shape == INO_SHAPE_LINKAGE) {
        if (!c->s.linkage++)
            c->linkage_from = c->from;
        reset(c);
        return 0;
    }
    c->s.depth = 1;
    c->s.mode = shape == INO_SHAPE_VALUE || shape == INO_SHAPE_TYPE ? SKIP : BODY;
    if (c->s.mode == SKIP) {
        t.len = 1;
        push(c, t); /* stands for the whole brace group */
    }
    return shape == INO_SHAPE_FUNCTION ? record_function(c, &d) : 0;
}

/* A declaration that ended in ';': remembers the names it declares, and where it could use a function. */
static int statement(struct scanner *c, const struct ino_token *end)
{
    struct ino_declaration d = ino_declaration_read(c->tokens, c->s.n);
    struct global g = {c->from, c->from.at, end->at};
    const struct ino_token *name = &c->tokens[d.name];

    if (!c->s.n)
        return 0;
    if (d.shape == INO_SHAPE_FUNCTION) { /* or a variable with constructor arguments */
        g.value = name->at + name->len;
        if (vec_push(&c->out->declared, *name, INO_FUNCTIONS_MAX))
            return -1;
    }
    if (c->out->insert.at || c->s.linkage || d.shape == INO_SHAPE_TYPE || d.shape == INO_SHAPE_BLOCK)
        return 0;
    return vec_push(&c->globals, g, INO_FUNCTIONS_MAX);
}

static int collect(struct scanner *c, struct ino_token t)
{
    int rc = 0;

    if (ino_token_is(&t, ";")) {
        rc = statement(c, &t);
        reset(c);
        return rc;
    }
    if (t.kind == INO_PUNCT && *t.at == '{')
        return open_brace(c, t);
    if (t.kind == INO_PUNCT && *t.at == '}') {
        if (c->s.linkage)
            c->s.linkage--;
        reset(c);
        return 0;
    }
    if (ino_token_is(&t, "(") || ino_token_is(&t, "["))
        c->s.round++;
    else if ((ino_token_is(&t, ")") || ino_token_is(&t, "]")) && c->s.round)
        c->s.round--;
    push(c, t);
    return 0;
}

static void inside_braces(struct scanner *c, const struct ino_token *t)
{
    if (t->kind != INO_PUNCT)
        return;
    if (*t->at == '{')
        c->s.depth++;
    else if (*t->at == '}' && !--c->s.depth) {
        if (c->s.mode == BODY)
            reset(c);
        else
            c->s.mode = COLLECT;
    }
}

/* ---- globals that use a function before its definition ---- */

static int by_name(const void *a, const void *b)
{
    const struct ino_function *f = a, *g = b;
    size_t n = f->name_len < g->name_len ? f->name_len : g->name_len;
    int order = memcmp(f->name, g->name, n);

    return order ? order : (f->name_len > g->name_len) - (f->name_len < g->name_len);
}

static bool mentions(const char *from, const char *to, const struct ino_function *sorted, size_t n)
{
    struct ino_lexer x;
    struct ino_token t;

    ino_lex_init(&x, from, (size_t)(to - from));
    while ((t = ino_lex_next(&x)).kind != INO_END) {
        struct ino_function key = {.name = t.at, .name_len = t.len};

        if (t.kind == INO_WORD && bsearch(&key, sorted, n, sizeof(*sorted), by_name))
            return true;
    }
    return false;
}

/* Task t(100, &blink); above the first function: the prototypes must stand before it. */
static int move_insert(struct scanner *c)
{
    ino_function_vec *v = &c->out->functions;
    struct ino_function *sorted;

    if (!v->n || !c->globals.n)
        return 0;
    sorted = os_alloc(v->n * sizeof(*sorted));
    if (!sorted)
        return -1;
    memcpy(sorted, v->items, v->n * sizeof(*sorted));
    qsort(sorted, v->n, sizeof(*sorted), by_name);
    for (size_t i = 0; i < c->globals.n; i++) {
        if (mentions(c->globals.items[i].value, c->globals.items[i].end, sorted, v->n)) {
            c->out->insert = c->globals.items[i].from;
            break;
        }
    }
    free(sorted);
    return 0;
}

static int scan_all(struct scanner *c, const char *text, size_t n)
{
    struct ino_lexer x;
    struct ino_token t;
    int rc = 0;

    ino_lex_init(&x, text, n);
    while (!rc && (t = ino_lex_next(&x)).kind != INO_END) {
        if (t.kind == INO_DIRECTIVE)
            rc = directive(c, &t);
        else if (c->s.mode == COLLECT)
            rc = collect(c, t);
        else
            inside_braces(c, &t);
    }
    return rc ? rc : move_insert(c);
}

int ino_scan_run(struct ino_scan *s, const char *text, size_t n, struct err *err)
{
    struct scanner c = {.out = s, .branch = -1};
    int rc;

    memset(s, 0, sizeof(*s));
    buf_init(&s->prototypes, INO_PROTOTYPES_CAP);
    c.tokens = os_alloc(INO_TOKENS_MAX * sizeof(*c.tokens));
    if (!c.tokens)
        return err_set(err, ERR_MACHINE, "There is no memory left to read the sketch.");
    rc = scan_all(&c, text, n);
    free(c.tokens);
    vec_done(&c.globals);
    if (!rc)
        return 0;
    rc = err_set(err, ERR_INVALID, "The sketch has more functions or preprocessor conditions than "
                                   "a sketch can have here (%d and %d, nested %d deep).",
                 INO_FUNCTIONS_MAX, INO_BRANCHES_MAX, INO_NESTING_MAX);
    err_hint(err, "Make the sketch smaller.");
    return rc;
}

void ino_scan_done(struct ino_scan *s)
{
    vec_done(&s->functions);
    vec_done(&s->branches);
    vec_done(&s->declared);
    buf_done(&s->prototypes);
}
