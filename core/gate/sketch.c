/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/gate/sketch.h"

#include <string.h>

static bool is_live_name(const struct source *s, size_t i)
{
    return i < s->tokens.n && s->tokens.items[i].kind == SOURCE_NAME && !s->tokens.items[i].dead &&
           !s->tokens.items[i].directive;
}

static bool is_control(const char *name)
{
    static const char *const words[] = {"if",       "for",           "while",  "switch",
                                        "catch",    "return",        "sizeof", "alignas",
                                        "decltype", "__attribute__", "defined"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!strcmp(name, words[i]))
            return true;
    }
    return false;
}

/* NAME ( … ) [const] [: initializers] { … } : the token of the brace, tokens.n when it is no
 * definition. */
static size_t body_of(const struct source *s, size_t i)
{
    size_t k;

    if (!is_live_name(s, i) || is_control(s->tokens.items[i].text) || !source_is(s, i + 1, "("))
        return s->tokens.n;
    k = source_close(s, i + 1) + 1;
    while (source_is(s, k, "const") || source_is(s, k, "noexcept") || source_is(s, k, "override"))
        k++;
    return source_is(s, k, "{") ? k : s->tokens.n;
}

static int read_functions(struct sketch *k)
{
    const struct source *s = &k->source;

    for (size_t i = 0; i < s->tokens.n; i++) {
        struct sketch_function f = {.name = s->tokens.items[i].text, .at = i};
        f.open = body_of(s, i);
        if (f.open == s->tokens.n)
            continue;
        f.close = source_close(s, f.open);
        if (vec_push(&k->functions, f, SKETCH_FUNCTIONS_MAX))
            return -1;
        i = f.open; /* bodies hold no named functions; lambdas and classes have no reachability of
                       their own */
    }
    return 0;
}

/* Spreads the two marks along names until nothing changes; a name of a function counts as a call of
 * it. */
static void mark_reachable(struct sketch *k)
{
    bool again = true;

    for (size_t i = 0; i < k->functions.n; i++) {
        struct sketch_function *f = &k->functions.items[i];
        f->from_setup = !strcmp(f->name, "setup");
        f->from_loop = !strcmp(f->name, "loop");
    }
    for (int round = 0; again && round < 64; round++) {
        again = false;
        for (size_t i = 0; i < k->functions.n; i++) {
            struct sketch_function *g = &k->functions.items[i];
            for (size_t j = 0; j < k->functions.n; j++) {
                const struct sketch_function *f = &k->functions.items[j];
                bool setup = f->from_setup && !g->from_setup, loop = f->from_loop && !g->from_loop;
                if ((!setup && !loop) || source_find(&k->source, f->open, g->name) >= f->close)
                    continue;
                g->from_setup |= setup;
                g->from_loop |= loop;
                again = true;
            }
        }
    }
}

int sketch_init(struct sketch *k, const char *bytes, size_t n)
{
    memset(k, 0, sizeof(*k));
    if (source_init(&k->source, SOURCE_CPP, bytes, n))
        return -1;
    if (read_functions(k)) {
        sketch_done(k);
        return -1;
    }
    mark_reachable(k);
    return 0;
}

void sketch_done(struct sketch *k)
{
    vec_done(&k->functions);
    source_done(&k->source);
}

const struct sketch_function *sketch_function(const struct sketch *k, const char *name, int n)
{
    for (size_t i = 0; i < k->functions.n; i++) {
        if (!strcmp(k->functions.items[i].name, name) && n-- == 0)
            return &k->functions.items[i];
    }
    return NULL;
}

static enum sketch_use use_at(const struct sketch *k, size_t i)
{
    if (k->source.tokens.items[i].dead)
        return SKETCH_DEAD;
    for (size_t j = 0; j < k->functions.n; j++) {
        const struct sketch_function *f = &k->functions.items[j];
        if (i > f->open && i < f->close)
            return f->from_loop ? SKETCH_LOOP : f->from_setup ? SKETCH_SETUP : SKETCH_UNREACHED;
    }
    return k->source.tokens.items[i].directive ? SKETCH_LOOP
                                               : SKETCH_UNREACHED; /* a macro may stand anywhere */
}

enum sketch_use sketch_call(const struct sketch *k, const char *name, size_t *ret_at)
{
    const struct source *s = &k->source;
    enum sketch_use best = SKETCH_ABSENT;

    *ret_at = s->tokens.n;
    for (size_t i = 0; i < s->tokens.n; i++) {
        enum sketch_use use;
        if (!source_is(s, i, name) || !(source_is(s, i + 1, "(") || source_is(s, i + 1, "<")))
            continue;
        use = use_at(k, i);
        if (use > best) {
            best = use;
            *ret_at = i;
        }
    }
    for (size_t i = 0; best == SKETCH_ABSENT && i < s->comments.n; i++) {
        const struct source_comment *m = &s->comments.items[i];
        if (memmem(s->bytes + m->start, m->end - m->start, name, strlen(name)))
            best = SKETCH_COMMENT;
    }
    return best;
}

static enum sketch_tensor tensor_of_method(const struct source *s, size_t i)
{
    const char *name = s->tokens.items[i].text;

    if (!strcmp(name, "input") || !strcmp(name, "input_tensor") ||
        !strcmp(name, "typed_input_tensor"))
        return SKETCH_INPUT;
    if (!strcmp(name, "output") || !strcmp(name, "output_tensor") ||
        !strcmp(name, "typed_output_tensor"))
        return SKETCH_OUTPUT;
    return SKETCH_UNKNOWN;
}

/* Which tensor a variable was set to: NAME = … ->input( … ) anywhere in the file. */
static enum sketch_tensor tensor_of_name(const struct source *s, const char *name)
{
    for (size_t i = 0; i + 1 < s->tokens.n; i++) {
        if (!source_is(s, i, name) || !source_is(s, i + 1, "="))
            continue;
        for (size_t k = i + 2; k < s->tokens.n && !source_is(s, k, ";"); k++) {
            enum sketch_tensor t =
                source_is(s, k + 1, "(") ? tensor_of_method(s, k) : SKETCH_UNKNOWN;
            if (t != SKETCH_UNKNOWN)
                return t;
        }
    }
    return SKETCH_UNKNOWN;
}

/* The tensor that the expression ending at token i (a name, or the ')' of a call) stands for. */
static enum sketch_tensor tensor_before(const struct source *s, size_t i)
{
    size_t depth = 0;

    if (s->tokens.items[i].kind == SOURCE_NAME)
        return tensor_of_name(s, s->tokens.items[i].text);
    for (; i > 0; i--) {
        depth += source_is(s, i, ")");
        if (source_is(s, i, "(") && --depth == 0)
            return tensor_of_method(s, i - 1);
    }
    return SKETCH_UNKNOWN;
}

bool sketch_access(const struct sketch *k, size_t *at, enum sketch_tensor *ret_tensor,
                   const char **ret_member, size_t *ret_token)
{
    const struct source *s = &k->source;

    for (size_t i = *at; i + 2 < s->tokens.n; i++) {
        if (s->tokens.items[i].dead)
            continue;
        if (i > 1 && source_is(s, i, "data") &&
            (source_is(s, i - 1, "->") || source_is(s, i - 1, ".")) && source_is(s, i + 1, ".")) {
            *ret_tensor = tensor_before(s, i - 2);
            *ret_member = s->tokens.items[i + 2].text;
            *ret_token = i + 2;
        } else if (source_is(s, i, "GetTensorData") || source_is(s, i, "typed_input_tensor") ||
                   source_is(s, i, "typed_output_tensor")) {
            *ret_tensor = tensor_of_method(s, i);
            *ret_member = "";
            *ret_token = i;
        } else {
            continue;
        }
        *at = *ret_token + 1;
        return true;
    }
    return false;
}
