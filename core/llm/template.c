/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/template.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/llm/wire.h"

enum { VARS_MAX = 64, SECTIONS_MAX = 64, KEYS = 7 };

static const char *const keys[KEYS] = {"id", "version", "stage", "step", "kind", "description", "variables"};

enum { KEY_ID, KEY_VERSION, KEY_STAGE, KEY_STEP, KEY_KIND, KEY_DESCRIPTION, KEY_VARIABLES };

struct part {             /* from one mark to the next */
    char name[48];
    bool instruction;
    char condition[TEMPLATE_NAME]; /* variable, "" = always there */
    size_t start, len;    /* in text */
    int line;             /* of the first line of its text */
};

struct name {
    char text[TEMPLATE_NAME];
};

struct template {
    char *file, *text;
    size_t len;
    char values[KEYS][512];
    VEC(struct name) variables;
    VEC(struct part) parts;
};

/* ---- variables and prompts ---- */

void template_vars_init(struct template_vars *vars)
{
    memset(vars, 0, sizeof(*vars));
}

void template_vars_done(struct template_vars *vars)
{
    for (size_t i = 0; i < vars->v.n; i++)
        free(vars->v.items[i].text);
    vec_done(&vars->v);
}

const struct template_var *template_vars_find(const struct template_vars *vars, const char *name)
{
    for (size_t i = 0; i < vars->v.n; i++) {
        if (str_eq(vars->v.items[i].name, name))
            return &vars->v.items[i];
    }
    return NULL;
}

int template_vars_put(struct template_vars *vars, const char *name, const char *text, size_t n)
{
    struct template_var *old = (struct template_var *)template_vars_find(vars, name);
    struct template_var var = {.len = n};

    if (n > TEMPLATE_VALUE_CAP || !str_copy(var.name, sizeof(var.name), name))
        return -ERR_CAP;
    var.text = os_dup(text, n);
    if (!var.text)
        return -ERR_MACHINE;
    if (old) {
        free(old->text);
        *old = var;
        return 0;
    }
    if (vec_push(&vars->v, var, VARS_MAX)) {
        free(var.text);
        return -ERR_CAP;
    }
    return 0;
}

int template_vars_puts(struct template_vars *vars, const char *name, const char *text)
{
    return template_vars_put(vars, name, text, strlen(text));
}

int template_vars_putf(struct template_vars *vars, const char *name, const char *fmt, ...)
{
    struct buf b;
    va_list ap;
    int r;

    buf_init(&b, TEMPLATE_VALUE_CAP);
    va_start(ap, fmt);
    r = buf_putv(&b, fmt, ap);
    va_end(ap);
    if (r == 0)
        r = template_vars_put(vars, name, buf_text(&b), b.len);
    buf_done(&b);
    return r;
}

void template_prompt_init(struct template_prompt *p)
{
    memset(p, 0, sizeof(*p));
    buf_init(&p->instruction, TEMPLATE_CAP);
    buf_init(&p->user, TEMPLATE_VALUE_CAP * 4UL);
}

void template_prompt_done(struct template_prompt *p)
{
    buf_done(&p->instruction);
    buf_done(&p->user);
    vec_done(&p->sections);
}

int64_t template_estimate(size_t bytes)
{
    return (int64_t)((bytes + 3) / 4);
}

/* ---- reading ---- */

static bool name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool declared(const struct template *t, const char *name)
{
    for (size_t i = 0; i < t->variables.n; i++) {
        if (str_eq(t->variables.items[i].text, name))
            return true;
    }
    return false;
}

static int declare_all(struct template *t, int line, struct err *err)
{
    const char *p = t->values[KEY_VARIABLES];

    while (*p) {
        struct name name = {0};
        size_t n = strcspn(p, " ");
        for (size_t i = 0; i < n; i++) {
            if (n >= sizeof(name.text) || !name_char(p[i]))
                return err_at(err, ERR_INVALID, t->file, line, 0, "This is no name of a variable: %.*s.", (int)n, p);
        }
        memcpy(name.text, p, n);
        if (n > 0 && vec_push(&t->variables, name, VARS_MAX))
            return err_at(err, ERR_INVALID, t->file, line, 0, "The template has too many variables.");
        p += n;
        p += strspn(p, " ");
    }
    return 0;
}

static int read_key(struct template *t, const char *line, size_t n, int number, struct err *err)
{
    const char *colon = memchr(line, ':', n);
    size_t len = colon ? (size_t)(colon - line) : n;
    size_t from;

    if (n == 0 || line[0] == '#')
        return 0;
    for (int k = 0; colon && k < KEYS; k++) {
        if (len != strlen(keys[k]) || memcmp(line, keys[k], len) != 0)
            continue;
        from = len + 1 + strspn(colon + 1, " ");
        if (from > n)
            from = n;
        if (n - from >= sizeof(t->values[k]))
            return err_at(err, ERR_INVALID, t->file, number, 0, "The value of %s is too long.", keys[k]);
        memcpy(t->values[k], line + from, n - from);
        return k == KEY_VARIABLES ? declare_all(t, number, err) : 0;
    }
    return err_at(err, ERR_INVALID, t->file, number, 1, "The front matter has no key \"%.*s\".", (int)len, line);
}

struct lines {
    const char *p, *end, *line;
    size_t n; /* of the line, without its end */
    int number;
};

static bool next_line(struct lines *l)
{
    const char *lf;

    if (l->p >= l->end)
        return false;
    lf = memchr(l->p, '\n', (size_t)(l->end - l->p));
    l->line = l->p;
    l->n = (size_t)((lf ? lf : l->end) - l->p);
    l->p = lf ? lf + 1 : l->end;
    l->number++;
    return true;
}

static bool line_is(const struct lines *l, const char *text)
{
    return l->n == strlen(text) && memcmp(l->line, text, l->n) == 0;
}

static int read_front(struct template *t, struct lines *l, struct err *err)
{
    if (!next_line(l) || !line_is(l, "---"))
        return err_at(err, ERR_INVALID, t->file, 1, 1, "A template starts with front matter (a line \"---\").");
    while (next_line(l)) {
        if (line_is(l, "---")) {
            if (t->values[KEY_ID][0])
                return 0;
            return err_at(err, ERR_INVALID, t->file, l->number, 0, "The front matter names no id.");
        }
        if (read_key(t, l->line, l->n, l->number, err))
            return -ERR_INVALID;
    }
    return err_at(err, ERR_INVALID, t->file, l->number, 0, "The front matter has no end (a line \"---\").");
}

/* The word of a mark `<!-- WORD … -->` on a line of its own, "" when the line is none. */
static void mark_of(const struct lines *l, char *word, size_t word_size, char *rest, size_t rest_size)
{
    char text[200];
    size_t n;

    word[0] = rest[0] = '\0';
    if (l->n < 9 || l->n - 8 >= sizeof(text) || memcmp(l->line, "<!-- ", 5) != 0 ||
        memcmp(l->line + l->n - 4, " -->", 4) != 0)
        return;
    memcpy(text, l->line + 5, l->n - 9);
    text[l->n - 9] = '\0';
    n = strcspn(text, " ");
    str_copy(rest, rest_size, text[n] ? text + n + 1 : "");
    text[n] = '\0';
    str_copy(word, word_size, text);
}

static int open_section(struct template *t, struct part *part, const char *rest, int line, struct err *err)
{
    const char *condition = strstr(rest, " if ");
    size_t n = condition ? (size_t)(condition - rest) : strlen(rest);

    if (n == 0 || n >= sizeof(part->name))
        return err_at(err, ERR_INVALID, t->file, line, 0, "A section has a name of at most %zu bytes.",
                      sizeof(part->name) - 1);
    memcpy(part->name, rest, n);
    if (!condition)
        return 0;
    if (!str_copy(part->condition, sizeof(part->condition), condition + 4) || !declared(t, part->condition))
        return err_at(err, ERR_INVALID, t->file, line, 0, "The front matter declares no variable \"%.40s\".",
                      condition + 4);
    return 0;
}

/* 1 = the line is a mark that opened a part, 2 = a note, 0 = text, negative with err. */
static int read_mark(struct template *t, const struct lines *l, struct err *err)
{
    struct part part = {.start = (size_t)(l->p - t->text), .line = l->number + 1};
    char word[16], rest[180];

    mark_of(l, word, sizeof(word), rest, sizeof(rest));
    if (!word[0])
        return 0;
    if (str_eq(word, "note"))
        return 2;
    if (str_eq(word, "system")) {
        part.instruction = true;
        str_copy(part.name, sizeof(part.name), "System");
    } else if (!str_eq(word, "section")) {
        return err_at(err, ERR_INVALID, t->file, l->number, 6, "There is no mark \"%s\".", word);
    } else if (open_section(t, &part, rest, l->number, err)) {
        return -ERR_INVALID;
    }
    if (vec_push(&t->parts, part, SECTIONS_MAX))
        return err_at(err, ERR_INVALID, t->file, l->number, 0, "The template has too many sections.");
    return 1;
}

/* A place {{name}} or {{name:word}} at s; 0 = none begins here, negative = wrong, else its length. */
static int place_at(const char *s, size_t n, char name[TEMPLATE_NAME], char word[TEMPLATE_NAME])
{
    size_t i = 2, len = 0;

    if (n < 2 || s[0] != '{' || s[1] != '{')
        return 0;
    name[0] = word[0] = '\0';
    while (i < n && name_char(s[i]) && len < TEMPLATE_NAME - 1)
        name[len++] = s[i++];
    name[len] = '\0';
    if (len == 0)
        return -1;
    if (i < n && s[i] == ':') {
        len = 0;
        for (i++; i < n && (name_char(s[i]) || s[i] == '+') && len < TEMPLATE_NAME - 1; i++)
            word[len++] = s[i];
        word[len] = '\0';
        if (len == 0)
            return -1;
    }
    return i + 1 < n && s[i] == '}' && s[i + 1] == '}' ? (int)i + 2 : -1;
}

static int check_line(const struct template *t, const struct lines *l, struct err *err)
{
    char name[TEMPLATE_NAME], word[TEMPLATE_NAME];

    for (size_t i = 0; i < l->n; i++) {
        int len = l->line[i] == '\\' ? 0 : place_at(l->line + i, l->n - i, name, word);
        int column = (int)i + 1;
        if (l->line[i] == '\\')
            i += l->n - i > 2 && l->line[i + 1] == '{' ? 2 : 0;
        if (len < 0)
            return err_at(err, ERR_INVALID, t->file, l->number, column, "This is no variable; write \\{{ for two braces.");
        if (len == 0)
            continue;
        if (!declared(t, name))
            return err_at(err, ERR_INVALID, t->file, l->number, column,
                          "The front matter declares no variable \"%s\".", name);
        if (word[0] && (size_t)len != l->n)
            return err_at(err, ERR_INVALID, t->file, l->number, column, "A fenced value stands alone on its line.");
        if (!word[0] && i == 0)
            return err_at(err, ERR_INVALID, t->file, l->number, column,
                          "A value may not begin a line: it could pass for a heading; fence it or write \"- \" before.");
        i += (size_t)len - 1;
    }
    return 0;
}

static int read_body(struct template *t, struct lines *l, struct err *err)
{
    while (next_line(l)) {
        int mark = read_mark(t, l, err);
        if (mark < 0)
            return mark;
        if (mark == 1 && t->parts.n > 1) {
            struct part *before = &t->parts.items[t->parts.n - 2];
            before->len = (size_t)(l->line - t->text) - before->start;
        }
        if (mark)
            continue;
        if (t->parts.n == 0 && l->n > 0)
            return err_at(err, ERR_INVALID, t->file, l->number, 0, "Text stands before the first section.");
        if (check_line(t, l, err))
            return -ERR_INVALID;
    }
    if (t->parts.n == 0)
        return err_at(err, ERR_INVALID, t->file, l->number, 0, "The template has no section.");
    t->parts.items[t->parts.n - 1].len = t->len - t->parts.items[t->parts.n - 1].start;
    return 0;
}

struct template *template_new(const char *file, const char *text, size_t n, struct err *err)
{
    struct template *t = os_alloc(sizeof(*t));
    struct lines l = {0};

    if (t) {
        t->file = os_dup(file, strlen(file));
        t->text = n <= TEMPLATE_CAP ? os_dup(text, n) : NULL;
        t->len = n;
    }
    if (!t || !t->file || !t->text) {
        err_set(err, ERR_INVALID, "The template %s is too large.", file);
        template_free(t);
        return NULL;
    }
    l.p = t->text;
    l.end = t->text + n;
    if (read_front(t, &l, err) || read_body(t, &l, err)) {
        template_free(t);
        return NULL;
    }
    return t;
}

void template_free(struct template *t)
{
    if (!t)
        return;
    free(t->file);
    free(t->text);
    vec_done(&t->variables);
    vec_done(&t->parts);
    free(t);
}

const char *template_id(const struct template *t)
{
    return t->values[KEY_ID];
}

const char *template_version(const struct template *t)
{
    return t->values[KEY_VERSION];
}

const char *template_stage(const struct template *t)
{
    return t->values[KEY_STAGE];
}

const char *template_step(const struct template *t)
{
    return t->values[KEY_STEP];
}

const char *template_kind(const struct template *t)
{
    return t->values[KEY_KIND];
}

const char *template_description(const struct template *t)
{
    return t->values[KEY_DESCRIPTION];
}

const char *template_variable(const struct template *t, int i)
{
    return i >= 0 && (size_t)i < t->variables.n ? t->variables.items[i].text : NULL;
}

/* ---- rendering ---- */

static size_t longest_run(const char *s, size_t n)
{
    size_t most = 0, run = 0;

    for (size_t i = 0; i < n; i++) {
        run = s[i] == '`' ? run + 1 : 0;
        most = run > most ? run : most;
    }
    return most;
}

static void put_fence(struct buf *out, size_t n)
{
    while (n-- > 0)
        buf_putc(out, '`');
}

static void put_fenced(struct buf *out, const struct template_var *var, const char *word)
{
    size_t fence = longest_run(var->text, var->len) + 1;

    if (fence < 3)
        fence = 3;
    put_fence(out, fence);
    buf_puts(out, word);
    buf_putc(out, '\n');
    wire_valid(var->text, var->len, out);
    if (var->len > 0 && var->text[var->len - 1] != '\n')
        buf_putc(out, '\n');
    put_fence(out, fence);
}

/* One line, and no fence can open in it. */
static void put_inline(struct buf *out, const struct template_var *var)
{
    size_t from = out->len;

    text_sanitize(out, var->text, var->len, TEXT_ONE_LINE);
    for (size_t i = from; i < out->len; i++) {
        size_t run = strspn(out->data + i, "`");
        if (run >= 3)
            memset(out->data + i, '\'', run);
        i += run;
    }
}

static int render_line(const struct template *t, const struct lines *l, const struct template_vars *vars,
                       struct buf *out, struct err *err)
{
    char name[TEMPLATE_NAME], word[TEMPLATE_NAME];
    const struct template_var *var;

    for (size_t i = 0; i < l->n;) {
        int len = place_at(l->line + i, l->n - i, name, word);
        if (l->line[i] == '\\' && l->n - i > 2 && l->line[i + 1] == '{' && l->line[i + 2] == '{') {
            buf_puts(out, "{{");
            i += 3;
            continue;
        }
        if (len <= 0) {
            buf_putc(out, l->line[i++]);
            continue;
        }
        var = template_vars_find(vars, name);
        if (!var)
            return err_at(err, ERR_INVALID, t->file, l->number, (int)i + 1, "The variable \"%s\" has no value.", name);
        if (word[0])
            put_fenced(out, var, word);
        else
            put_inline(out, var);
        i += (size_t)len;
    }
    buf_putc(out, '\n');
    return 0;
}

static bool wanted(const struct part *part, const struct template_vars *vars)
{
    const struct template_var *var;

    if (!part->condition[0])
        return true;
    var = template_vars_find(vars, part->condition);
    return var && var->len > 0;
}

static void trim(struct buf *out, size_t from)
{
    while (out->len > from && out->data[out->len - 1] == '\n')
        out->len--;
    if (out->data)
        out->data[out->len] = '\0';
}

static int render_part(const struct template *t, const struct part *part, const struct template_vars *vars,
                       struct template_prompt *p, struct err *err)
{
    struct lines l = {.p = t->text + part->start, .end = t->text + part->start + part->len,
                      .number = part->line - 1};
    struct buf *out = part->instruction ? &p->instruction : &p->user;
    struct template_section section = {.instruction = part->instruction};
    char word[16], rest[180];
    bool begun = false;

    if (out->len > 0)
        buf_puts(out, "\n");
    section.start = out->len;
    str_copy(section.name, sizeof(section.name), part->name);
    while (next_line(&l)) {
        mark_of(&l, word, sizeof(word), rest, sizeof(rest));
        if (word[0] || (!begun && l.n == 0))
            continue;
        begun = true;
        if (render_line(t, &l, vars, out, err))
            return -ERR_INVALID;
    }
    trim(out, section.start);
    buf_putc(out, '\n');
    section.len = out->len - section.start;
    section.tokens = template_estimate(section.len);
    if (out->broken || vec_push(&p->sections, section, SECTIONS_MAX * 4))
        return err_set(err, ERR_CAP, "The prompt is too long.");
    return 0;
}

int template_render(const struct template *t, const struct template_vars *vars, struct template_prompt *p,
                    struct err *err)
{
    for (size_t i = 0; i < t->parts.n; i++) {
        if (!wanted(&t->parts.items[i], vars))
            continue;
        if (render_part(t, &t->parts.items[i], vars, p, err))
            return -ERR_INVALID;
    }
    return 0;
}
