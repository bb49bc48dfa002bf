/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/board/ino_declaration.h"

#include <string.h>

enum { NOT_A_NAME = 1, STATEMENT = 2, TYPE_WORD = 4, TAIL = 8, GROUP_OK = 16 };

/* Words with a meaning here. NOT_A_NAME: cannot name a function. STATEMENT: no declaration has it before the
 * name. TAIL: may follow the parameters. GROUP_OK: its parentheses belong to the type, not to a macro call. */
static const struct {
    const char *word;
    int flags;
} words[] = {
    {"if", NOT_A_NAME | STATEMENT},     {"else", NOT_A_NAME | STATEMENT},
    {"for", NOT_A_NAME | STATEMENT},    {"while", NOT_A_NAME | STATEMENT},
    {"do", NOT_A_NAME | STATEMENT},     {"switch", NOT_A_NAME | STATEMENT},
    {"case", NOT_A_NAME | STATEMENT},   {"default", NOT_A_NAME | STATEMENT},
    {"return", NOT_A_NAME | STATEMENT}, {"goto", NOT_A_NAME | STATEMENT},
    {"new", NOT_A_NAME | STATEMENT},    {"delete", NOT_A_NAME | STATEMENT},
    {"throw", NOT_A_NAME | TAIL | GROUP_OK}, {"catch", NOT_A_NAME | STATEMENT},
    {"try", NOT_A_NAME | TAIL},         {"sizeof", NOT_A_NAME},
    {"static_assert", NOT_A_NAME},      {"asm", NOT_A_NAME},
    {"__asm__", NOT_A_NAME},            {"__asm", NOT_A_NAME},
    {"operator", NOT_A_NAME},           {"friend", NOT_A_NAME},
    {"const", NOT_A_NAME | TAIL},       {"volatile", NOT_A_NAME | TAIL},
    {"noexcept", NOT_A_NAME | TAIL | GROUP_OK}, {"decltype", NOT_A_NAME | GROUP_OK},
    {"alignas", NOT_A_NAME | GROUP_OK}, {"requires", NOT_A_NAME},
    {"__attribute__", NOT_A_NAME | TAIL | GROUP_OK},
    {"__attribute", NOT_A_NAME | TAIL | GROUP_OK},
    {"__declspec", NOT_A_NAME | GROUP_OK}, {"_Pragma", NOT_A_NAME},
    {"class", NOT_A_NAME | TYPE_WORD},  {"struct", NOT_A_NAME | TYPE_WORD},
    {"union", NOT_A_NAME | TYPE_WORD},  {"enum", NOT_A_NAME | TYPE_WORD},
    {"typedef", NOT_A_NAME},            {"using", NOT_A_NAME},
    {"template", NOT_A_NAME},           {"namespace", NOT_A_NAME},
    {"void", NOT_A_NAME},               {"bool", NOT_A_NAME},
    {"char", NOT_A_NAME},               {"short", NOT_A_NAME},
    {"int", NOT_A_NAME},                {"long", NOT_A_NAME},
    {"float", NOT_A_NAME},              {"double", NOT_A_NAME},
    {"signed", NOT_A_NAME},             {"unsigned", NOT_A_NAME},
    {"auto", NOT_A_NAME},               {"static", NOT_A_NAME},
    {"inline", NOT_A_NAME},             {"extern", NOT_A_NAME},
    {"constexpr", NOT_A_NAME},          {"typename", NOT_A_NAME},
};

static int word_flags(const struct ino_token *t)
{
    if (t->kind != INO_WORD)
        return 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (ino_token_is(t, words[i].word))
            return words[i].flags;
    }
    return 0;
}

static bool opens(const struct ino_token *t)
{
    return t->kind == INO_PUNCT && t->len == 1 && (*t->at == '(' || *t->at == '[');
}

static bool closes(const struct ino_token *t)
{
    return t->kind == INO_PUNCT && t->len == 1 && (*t->at == ')' || *t->at == ']');
}

/* Behind the group that opens at i; n when it does not close. */
static size_t group_end(const struct ino_token *t, size_t i, size_t n)
{
    int depth = 0;

    for (; i < n; i++) {
        if (opens(&t[i]))
            depth++;
        else if (closes(&t[i]) && !--depth)
            return i + 1;
    }
    return n;
}

/* Behind template < … >; 0 when it does not start so, n when it does not close. */
static size_t template_end(const struct ino_token *t, size_t n)
{
    int depth = 0;

    if (n < 2 || !ino_token_is(&t[0], "template"))
        return 0;
    for (size_t i = 1; i < n; i++) {
        if (ino_token_is(&t[i], "<"))
            depth++;
        else if (ino_token_is(&t[i], ">") && --depth <= 0)
            return i + 1;
    }
    return n;
}

struct reading {
    size_t from, name, tail; /* tail: behind the parameters; name n: none seen */
    bool has_equal, has_brace, has_type, has_group, has_statement, arrow, constructor;
};

static void cancel(struct reading *r, size_t n)
{
    r->name = n;
    r->arrow = r->constructor = false;
}

/* Token i, behind a possible parameter list: may the declaration still be a function? A type word there means
 * that the "parameters" were a macro call and the declaration begins here. */
static void read_tail(struct reading *r, const struct ino_token *all, size_t i, size_t n)
{
    const struct ino_token *t = &all[i];
    int flags = word_flags(t);

    if (r->arrow || r->constructor)
        return;
    if (ino_token_is(t, "->")) {
        r->arrow = true;
    } else if (ino_token_is(t, ":")) {
        r->constructor = true;
    } else if (t->kind == INO_WORD && !(flags & TAIL) && (flags || r->has_type)) {
        r->from = r->has_type ? r->from : i;
        cancel(r, n);
    } else if (t->kind != INO_WORD && !ino_token_is(t, "&")) {
        cancel(r, n);
    }
}

/* A '(' or '[' at the top: parameters when a name stands before it, else part of the type or a macro. */
static size_t read_group(struct reading *r, const struct ino_token *t, size_t i, size_t n)
{
    size_t end = group_end(t, i, n);
    bool named = i && *t[i].at == '(' && t[i - 1].kind == INO_WORD;
    int before = named ? word_flags(&t[i - 1]) : 0;

    r->has_group = true;
    if ((r->name < n && (r->arrow || r->constructor)) || (before & GROUP_OK) || *t[i].at == '[')
        return end;
    if (named && !before) {
        if (r->name < n)
            r->from = r->tail; /* the earlier one was a macro call without a semicolon */
        r->name = i - 1;
        r->tail = end;
    } else {
        cancel(r, n);
    }
    return end;
}

static struct reading read_tokens(const struct ino_token *t, size_t from, size_t n)
{
    struct reading r = {.from = from, .name = n};
    int flags;

    for (size_t i = from; i < n;) {
        if (opens(&t[i])) {
            i = read_group(&r, t, i, n);
            continue;
        }
        flags = word_flags(&t[i]);
        if (r.name < n)
            read_tail(&r, t, i, n);
        r.has_type |= (flags & TYPE_WORD) != 0;
        r.has_statement |= (flags & STATEMENT) != 0;
        r.has_equal |= r.name == n && ino_token_is(&t[i], "=");
        r.has_brace |= r.name == n && ino_token_is(&t[i], "{");
        i++;
    }
    return r;
}

static bool has_word(const struct ino_token *t, size_t from, size_t to, const char *word)
{
    for (size_t i = from; i < to; i++) {
        if (ino_token_is(&t[i], word))
            return true;
    }
    return false;
}

/* A name that no "::", "~" or "operator" qualifies, with a type before it. */
static bool is_free(const struct ino_token *t, const struct reading *r)
{
    const struct ino_token *before;

    if (r->name <= r->from)
        return false;
    before = &t[r->name - 1];
    if (ino_token_is(before, "::") || ino_token_is(before, "~") || ino_token_is(before, "=") ||
        ino_token_is(before, ",") || ino_token_is(before, "."))
        return false;
    return !has_word(t, r->from, r->name, "operator") && !has_word(t, r->from, r->name, "typedef") &&
           !has_word(t, r->from, r->name, "friend") && !has_word(t, r->from, r->name, "using");
}

/* Foo::Foo() : a{1}, b(2) {: a brace behind a name initializes, one behind ')' or '}' is the body. */
static enum ino_shape constructor_shape(const struct ino_token *last)
{
    return ino_token_is(last, ")") || ino_token_is(last, "{") ? INO_SHAPE_BLOCK : INO_SHAPE_VALUE;
}

static enum ino_shape shape_of(const struct ino_token *t, const struct reading *r, size_t n)
{
    if (!n || r->has_statement || ino_token_is(&t[0], "namespace"))
        return INO_SHAPE_BLOCK;
    if (n > 1 && ino_token_is(&t[0], "inline") && ino_token_is(&t[1], "namespace"))
        return INO_SHAPE_BLOCK;
    if (n == 2 && ino_token_is(&t[0], "extern") && t[1].kind == INO_TEXT)
        return INO_SHAPE_LINKAGE;
    if (ino_token_is(&t[0], "typedef") || ino_token_is(&t[0], "using"))
        return INO_SHAPE_TYPE;
    if (r->has_equal && !has_word(t, r->from, n, "operator"))
        return INO_SHAPE_VALUE;
    if (r->has_brace)
        return r->has_type ? INO_SHAPE_TYPE : INO_SHAPE_VALUE;
    if (r->name < n && r->constructor)
        return constructor_shape(&t[n - 1]);
    if (r->name < n)
        return is_free(t, r) ? INO_SHAPE_FUNCTION : INO_SHAPE_BLOCK;
    if (r->has_type)
        return INO_SHAPE_TYPE;
    return r->has_group ? INO_SHAPE_BLOCK : INO_SHAPE_VALUE;
}

static bool name_is(const struct ino_token *t, const char *a, const char *b)
{
    return ino_token_is(t, a) || ino_token_is(t, b);
}

struct ino_declaration ino_declaration_read(const struct ino_token *tokens, size_t n)
{
    size_t head = template_end(tokens, n);
    struct reading r = read_tokens(tokens, head, n);
    struct ino_declaration d = {.shape = shape_of(tokens, &r, n), .name = r.name, .end = n};

    d.from = r.from == head ? 0 : r.from;
    if (d.shape != INO_SHAPE_FUNCTION)
        return d;
    if (ino_token_is(&tokens[n - 1], "try"))
        d.end--;
    /* Arduino.h declares these two, and nothing may call main. */
    d.wants_prototype = !name_is(&tokens[r.name], "setup", "loop") && !ino_token_is(&tokens[r.name], "main") &&
                        !(head && has_word(tokens, 0, head, "="));
    return d;
}

/* Skips "= VALUE" of a parameter; returns the token that ends it, or 0 when commas may mislead. */
static size_t skip_default(const struct ino_token *t, size_t i, size_t end)
{
    while (i < end && !ino_token_is(&t[i], ",") && !closes(&t[i])) {
        if (ino_token_is(&t[i], "<"))
            return 0;
        i = opens(&t[i]) ? group_end(t, i, end) : i + 1;
    }
    return i;
}

static int put(struct buf *out, const struct ino_token *t, const struct ino_token *before)
{
    bool gap = before && before->at + before->len != t->at && !ino_token_is(t, ",") && !closes(t);

    if (gap && buf_putc(out, ' '))
        return -1;
    return buf_put(out, t->at, t->len);
}

int ino_declaration_prototype(const struct ino_token *t, const struct ino_declaration *d,
                              bool in_linkage, struct buf *out)
{
    size_t parameters_end = group_end(t, d->name + 1, d->end);
    const struct ino_token *before = NULL;
    int depth = 0, rc = in_linkage ? buf_puts(out, "extern \"C\" ") : 0;

    for (size_t i = d->from; i < d->end && !rc; i++) {
        bool parameters = i > d->name && i < parameters_end;

        depth += opens(&t[i]) - closes(&t[i]);
        if (parameters && depth == 1 && ino_token_is(&t[i], "=")) {
            i = skip_default(t, i, parameters_end);
            if (!i)
                return -1;
            depth -= closes(&t[i]);
        }
        if (ino_token_is(&t[i], "{") || t[i].kind == INO_DIRECTIVE ||
            memchr(t[i].at, '\n', t[i].len))
            return -1;
        rc = put(out, &t[i], before);
        before = &t[i];
    }
    return rc ? -1 : buf_putc(out, ';');
}
