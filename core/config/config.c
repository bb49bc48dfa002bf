/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/base/utf8.h"
#include "core/config/config_scan.h"

enum { ROWS_MAX = 64, SHOWN = 48 };

struct reader {
    const char *name;
    yaml_document_t *doc;
    struct config_errors *errors;
};

/* An error at a node; returns the place of it for a hint, NULL when there are enough errors already. */
__attribute__((format(printf, 3, 4))) static struct err *complain(struct reader *r, const yaml_node_t *at,
                                                                  const char *fmt, ...)
{
    struct err *e = config_errors_next(r->errors);
    char text[400];
    va_list ap;

    if (!e)
        return NULL;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    err_at(e, ERR_INVALID, r->name, (int)at->start_mark.line + 1, (int)at->start_mark.column + 1, "%s", text);
    return e;
}

static void *member(void *target, const struct config_field *row)
{
    return (char *)target + row->offset;
}

static size_t count_rows(const struct config_field *rows)
{
    size_t n = 0;

    while (rows[n].key)
        n++;
    return n;
}

/* --- scalars ------------------------------------------------------------------------------------------------ */

static const char *kind_of(const yaml_node_t *node)
{
    if (node->type == YAML_MAPPING_NODE)
        return "a mapping";
    return node->type == YAML_SEQUENCE_NODE ? "a list" : "a value";
}

/* The text of a scalar without trailing newlines, a copy; NULL after an error. */
static char *scalar_copy(struct reader *r, const yaml_node_t *node, const char *key)
{
    const char *text;
    size_t n;
    uint32_t cp;
    char *copy;

    if (node->type != YAML_SCALAR_NODE) {
        complain(r, node, "'%s' takes a single value, not %s.", key, kind_of(node));
        return NULL;
    }
    text = (const char *)node->data.scalar.value;
    n = node->data.scalar.length;
    while (n > 0 && text[n - 1] == '\n' && node->data.scalar.style != YAML_DOUBLE_QUOTED_SCALAR_STYLE)
        n--;
    for (size_t i = 0, used; i < n; i += used) {
        used = utf8_decode(text + i, n - i, &cp);
        if (text[i] != '\n' && text_allowed(cp) && !(cp == UTF8_BAD && used == 1))
            continue;
        complain(r, node, text[i] == '\n' ? "The value of '%s' has to be on one line."
                                          : "The value of '%s' holds a character that cannot be shown.",
                 key);
        return NULL;
    }
    copy = os_dup(text, n);
    if (!copy)
        err_set(config_errors_next(r->errors), ERR_MACHINE, "There is not enough memory.");
    return copy;
}

static bool is_plain(const yaml_node_t *node)
{
    return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* "key:" with nothing behind it, and the words that other readers take for nothing. */
static bool is_nothing(const yaml_node_t *node, const char *text)
{
    return is_plain(node) && (!*text || str_eq(text, "~") || str_eq(text, "null"));
}

static bool in_range(const struct config_field *row, double v)
{
    return (row->min == 0 && row->max == 0) || (v >= row->min && v <= row->max);
}

static void complain_range(struct reader *r, const yaml_node_t *node, const struct config_field *row)
{
    complain(r, node, "'%s' takes a number from %g to %g.", row->key, row->min, row->max);
}

/* Decimal digits only: no leading zero that another reader would take for octal, no sign '+'. */
static bool to_int(const char *text, int64_t *ret)
{
    const char *digits = text + (*text == '-');

    return *digits >= '0' && *digits <= '9' && (*digits != '0' || !digits[1]) && str_to_long(text, ret);
}

static bool to_number(const char *text, double *ret)
{
    return strspn(text, "0123456789+-.eE") == strlen(text) && str_to_double(text, ret);
}

static int choice_index(const struct config_field *row, const char *text)
{
    for (int i = 0; row->choices[i]; i++) {
        if (str_eq(row->choices[i], text))
            return i;
    }
    return -1;
}

static void complain_choice(struct reader *r, const yaml_node_t *node, const struct config_field *row,
                            const char *text)
{
    char shown[SHOWN], list[256] = "";
    size_t n = 0, len = 0;
    const char *near;
    struct err *e;

    for (; row->choices[n]; n++) {
        int w = snprintf(list + len, sizeof(list) - len, "%s%s", n ? ", " : "", row->choices[n]);
        len += (size_t)w < sizeof(list) - len ? (size_t)w : 0;
    }
    near = str_nearest(text, row->choices, n);
    e = complain(r, node, "'%s' cannot be '%s'.", row->key, config_show(shown, sizeof(shown), text));
    if (near)
        err_hint(e, "Did you mean %s? It takes one of: %s.", near, list);
    else
        err_hint(e, "It takes one of: %s.", list);
}

static void set_string(struct reader *r, const yaml_node_t *node, const struct config_field *row, char *text,
                       void *to)
{
    const char *wrong = row->check ? row->check(text) : NULL;

    if (wrong) {
        complain(r, node, "'%s' is not right: %s", row->key, wrong);
        free(text);
        return;
    }
    free(*(char **)to);
    *(char **)to = text;
}

static void set_number(struct reader *r, const yaml_node_t *node, const struct config_field *row,
                       const char *text, void *to)
{
    char shown[SHOWN];
    int64_t whole = 0;
    double number = 0;
    bool fine = row->type == CONFIG_INT ? to_int(text, &whole) : to_number(text, &number);

    if (!is_plain(node) || !fine) {
        complain(r, node, "'%s' takes a %s, not '%s'.", row->key,
                 row->type == CONFIG_INT ? "whole number" : "number", config_show(shown, sizeof(shown), text));
        return;
    }
    if (!in_range(row, row->type == CONFIG_INT ? (double)whole : number)) {
        complain_range(r, node, row);
        return;
    }
    if (row->type == CONFIG_INT)
        *(int64_t *)to = whole;
    else
        *(double *)to = number;
}

static void set_bool(struct reader *r, const yaml_node_t *node, const struct config_field *row,
                     const char *text, void *to)
{
    if (!is_plain(node) || (!str_eq(text, "true") && !str_eq(text, "false")))
        complain(r, node, "'%s' takes true or false, nothing else.", row->key);
    else
        *(bool *)to = str_eq(text, "true");
}

static void read_scalar(struct reader *r, const yaml_node_t *node, const struct config_field *row, void *to)
{
    char *text = scalar_copy(r, node, row->key);

    if (!text)
        return;
    if (is_nothing(node, text)) {
        complain(r, node, "'%s' has no value.", row->key);
    } else if (row->type == CONFIG_STRING) {
        set_string(r, node, row, text, to);
        return; /* it keeps the text */
    } else if (row->type == CONFIG_BOOL) {
        set_bool(r, node, row, text, to);
    } else if (row->type == CONFIG_CHOICE) {
        int i = choice_index(row, text);
        if (i < 0)
            complain_choice(r, node, row, text);
        else
            *(int *)to = i;
    } else {
        set_number(r, node, row, text, to);
    }
    free(text);
}

/* --- lists and maps ----------------------------------------------------------------------------------------- */

static void read_strings(struct reader *r, const yaml_node_t *node, const struct config_field *row,
                         struct config_strings *to)
{
    const yaml_node_item_t *item, *end;
    int64_t n;

    if (node->type != YAML_SEQUENCE_NODE) {
        err_hint(complain(r, node, "'%s' takes a list, not %s.", row->key, kind_of(node)),
                 "Write it as [one, two].");
        return;
    }
    item = node->data.sequence.items.start;
    end = node->data.sequence.items.top;
    n = end - item;
    if (n > CONFIG_ITEMS_MAX) {
        complain(r, node, "'%s' takes at most %d entries.", row->key, CONFIG_ITEMS_MAX);
        return;
    }
    to->items = os_alloc((size_t)(n + 1) * sizeof(*to->items)); /* one more: ends in NULL, an argv */
    for (; to->items && item < end; item++) {
        const yaml_node_t *child = yaml_document_get_node(r->doc, *item);
        char *text = scalar_copy(r, child, row->key);
        if (text)
            set_string(r, child, row, text, &to->items[to->n]);
        to->n += to->items[to->n] != NULL;
    }
}

static bool repeats(struct reader *r, const yaml_node_t *map, const yaml_node_pair_t *pair)
{
    const yaml_node_t *key = yaml_document_get_node(r->doc, pair->key);

    for (const yaml_node_pair_t *p = map->data.mapping.pairs.start; p < pair; p++) {
        const yaml_node_t *other = yaml_document_get_node(r->doc, p->key);
        char shown[SHOWN];
        if (other->type != YAML_SCALAR_NODE ||
            !str_eq((const char *)other->data.scalar.value, (const char *)key->data.scalar.value))
            continue;
        complain(r, key, "'%s' stands here a second time; the first is on line %d.",
                 config_show(shown, sizeof(shown), (const char *)key->data.scalar.value),
                 (int)other->start_mark.line + 1);
        return true;
    }
    return false;
}

/* The mapping's pairs, none for an empty file; false after an error. */
static bool pairs_of(struct reader *r, const yaml_node_t *node, const char *what,
                     const yaml_node_pair_t **ret, const yaml_node_pair_t **ret_end)
{
    int64_t n;

    if (node->type != YAML_MAPPING_NODE) {
        complain(r, node, "%s takes keys with values, not %s.", what, kind_of(node));
        return false;
    }
    n = node->data.mapping.pairs.top - node->data.mapping.pairs.start;
    if (n > CONFIG_ITEMS_MAX) {
        complain(r, node, "%s takes at most %d entries.", what, CONFIG_ITEMS_MAX);
        return false;
    }
    *ret = node->data.mapping.pairs.start;
    *ret_end = node->data.mapping.pairs.top;
    return true;
}

static void read_pair(struct reader *r, const yaml_node_t *key, const yaml_node_t *value,
                      const struct config_field *row, struct config_pairs *to)
{
    struct config_pair *pair = &to->items[to->n];
    char *text, shown[SHOWN];

    pair->key = scalar_copy(r, key, row->key);
    if (!pair->key)
        return;
    config_show(shown, sizeof(shown), pair->key);
    text = scalar_copy(r, value, shown);
    if (text && is_nothing(value, text)) {
        complain(r, value, "'%s' has no value.", shown);
        free(text);
        text = NULL;
    }
    if (text)
        set_string(r, value, row, text, &pair->value);
    pair->line = (int)key->start_mark.line + 1;
    pair->column = (int)key->start_mark.column + 1;
    if (pair->value) {
        to->n++;
    } else {
        free(pair->key);
        pair->key = NULL;
    }
}

static void read_map(struct reader *r, const yaml_node_t *node, const struct config_field *row,
                     struct config_pairs *to)
{
    const yaml_node_pair_t *end, *p;
    char what[SHOWN];

    snprintf(what, sizeof(what), "'%s'", row->key);
    if (!pairs_of(r, node, what, &p, &end) || p == end)
        return;
    to->items = os_alloc((size_t)(end - p) * sizeof(*to->items));
    for (; to->items && p < end; p++) {
        const yaml_node_t *key = yaml_document_get_node(r->doc, p->key);
        if (key->type != YAML_SCALAR_NODE)
            complain(r, key, "A key has to be a single word.");
        else if (!repeats(r, node, p))
            read_pair(r, key, yaml_document_get_node(r->doc, p->value), row, to);
    }
}

/* --- sections ----------------------------------------------------------------------------------------------- */

static void read_section(struct reader *r, const yaml_node_t *node, const struct config_field *rows,
                         void *target, const char *what);

static int set_presets(const struct config_field *rows, void *target);

/* A list of mappings: each item is a struct that begins with its place. */
static void read_list(struct reader *r, const yaml_node_t *node, const struct config_field *row,
                      struct config_list *to)
{
    const yaml_node_item_t *item, *end;
    char what[SHOWN];

    if (node->type != YAML_SEQUENCE_NODE) {
        err_hint(complain(r, node, "'%s' takes a list, not %s.", row->key, kind_of(node)),
                 "Begin each entry with a dash.");
        return;
    }
    item = node->data.sequence.items.start;
    end = node->data.sequence.items.top;
    if (end - item > CONFIG_ITEMS_MAX) {
        complain(r, node, "'%s' takes at most %d entries.", row->key, CONFIG_ITEMS_MAX);
        return;
    }
    to->items = os_alloc((size_t)(end - item + 1) * row->size);
    for (; to->items && item < end; item++, to->n++) {
        const yaml_node_t *child = yaml_document_get_node(r->doc, *item);
        char *at = (char *)to->items + (size_t)to->n * row->size;
        *(struct config_place *)at = (struct config_place){(int)child->start_mark.line + 1,
                                                           (int)child->start_mark.column + 1};
        snprintf(what, sizeof(what), "Entry %d of '%s'", to->n + 1, row->key);
        (void)set_presets(row->section, at);
        read_section(r, child, row->section, at, what);
    }
    if (!to->items)
        err_set(config_errors_next(r->errors), ERR_MACHINE, "There is not enough memory.");
}

static void read_value(struct reader *r, const yaml_node_t *node, const struct config_field *row, void *target)
{
    char what[SHOWN];

    switch (row->type) {
    case CONFIG_STRINGS:
        read_strings(r, node, row, member(target, row));
        break;
    case CONFIG_MAP:
        read_map(r, node, row, member(target, row));
        break;
    case CONFIG_LIST:
        read_list(r, node, row, member(target, row));
        break;
    case CONFIG_SECTION:
        snprintf(what, sizeof(what), "'%s'", row->key);
        read_section(r, node, row->section, member(target, row), what);
        break;
    default:
        read_scalar(r, node, row, member(target, row));
        break;
    }
}

static void complain_unknown(struct reader *r, const yaml_node_t *key, const struct config_field *rows,
                             const char *what)
{
    const char *words[ROWS_MAX], *near, *text = (const char *)key->data.scalar.value;
    size_t n = 0;
    char shown[SHOWN];
    struct err *e;

    for (const struct config_field *row = rows; row->key && n < ROWS_MAX; row++) {
        if (!row->forbidden)
            words[n++] = row->key;
    }
    near = str_nearest(text, words, n);
    e = complain(r, key, "%s has no key '%s'.", what, config_show(shown, sizeof(shown), text));
    if (near)
        err_hint(e, "Did you mean %s?", near);
}

static const struct config_field *row_of(const struct config_field *rows, const char *key)
{
    for (; rows->key; rows++) {
        if (str_eq(rows->key, key))
            return rows;
    }
    return NULL;
}

static void read_section(struct reader *r, const yaml_node_t *node, const struct config_field *rows,
                         void *target, const char *what)
{
    const struct config_field *row;
    const yaml_node_pair_t *end, *p;
    bool seen[ROWS_MAX] = {false};

    if (!pairs_of(r, node, what, &p, &end))
        return;
    for (; p < end; p++) {
        const yaml_node_t *key = yaml_document_get_node(r->doc, p->key);
        if (key->type != YAML_SCALAR_NODE ||
            strlen((const char *)key->data.scalar.value) != key->data.scalar.length) {
            complain(r, key, "A key has to be a single word.");
            continue;
        }
        row = row_of(rows, (const char *)key->data.scalar.value);
        if (row)
            seen[row - rows] = true;
        if (repeats(r, node, p))
            continue;
        if (!row)
            complain_unknown(r, key, rows, what);
        else if (row->forbidden)
            complain(r, key, "'%s' may not stand here: %s", row->key, row->forbidden);
        else
            read_value(r, yaml_document_get_node(r->doc, p->value), row, target);
    }
    for (size_t i = 0; rows[i].key; i++) {
        if (rows[i].required && !seen[i])
            complain(r, node, "%s lacks the key '%s': %s", what, rows[i].key, rows[i].help);
    }
}

static int set_preset(const struct config_field *row, void *to)
{
    switch (row->type) {
    case CONFIG_STRING:
        *(char **)to = os_dup(row->preset, strlen(row->preset));
        return *(char **)to ? 0 : -1;
    case CONFIG_BOOL:
        *(bool *)to = str_eq(row->preset, "true");
        return 0;
    case CONFIG_INT:
        return to_int(row->preset, to) ? 0 : -1;
    case CONFIG_NUMBER:
        return to_number(row->preset, to) ? 0 : -1;
    case CONFIG_CHOICE:
        *(int *)to = choice_index(row, row->preset);
        return *(int *)to >= 0 ? 0 : -1;
    default:
        return -1;
    }
}

static int set_presets(const struct config_field *rows, void *target)
{
    for (const struct config_field *row = rows; row->key; row++) {
        if (row->type == CONFIG_SECTION && !row->forbidden && set_presets(row->section, member(target, row)))
            return -1;
        if (row->preset && set_preset(row, member(target, row)))
            return -1;
    }
    return 0;
}

static int read_document(struct reader *r, yaml_parser_t *p, const struct config_field *rows, void *target)
{
    static const char empty[] = "The file";
    yaml_document_t doc;
    yaml_node_t *root, nothing = {.type = YAML_MAPPING_NODE};

    if (!yaml_parser_load(p, &doc))
        return config_errors_parser(r->errors, r->name, p);
    r->doc = &doc;
    root = yaml_document_get_root_node(&doc);
    read_section(r, root ? root : &nothing, rows, target, empty); /* an empty file only lacks things */
    yaml_document_delete(&doc);
    return r->errors->n ? -r->errors->items[0].code : 0;
}

int config_read(const char *name, const char *text, size_t n, const struct config_field *rows, void *target,
                struct config_errors *errors)
{
    struct reader r = {.name = name, .errors = errors};
    yaml_parser_t p;
    int result;

    errors->n = 0;
    if (count_rows(rows) > ROWS_MAX || set_presets(rows, target))
        return err_set(config_errors_next(errors), ERR_MACHINE, "The presets for %s cannot be set.", name);
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* what some editors put before UTF-8 */
        text += 3;
        n -= 3;
    }
    result = config_scan(name, text, n, errors);
    if (result)
        return result;
    if (!yaml_parser_initialize(&p))
        return err_set(config_errors_next(errors), ERR_MACHINE, "There is not enough memory to read %s.",
                       name);
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p, (const unsigned char *)text, n);
    result = read_document(&r, &p, rows, target);
    yaml_parser_delete(&p);
    return result;
}
