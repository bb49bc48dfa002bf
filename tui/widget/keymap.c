/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/keymap.h"

#include <string.h>

#include "core/base/buf.h"
#include "core/base/str.h"

static bool same(const struct key *a, const struct key *b)
{
    return a->code == b->code && a->cp == b->cp && a->mods == b->mods;
}

static int parse_sequence(const char *text, size_t n, struct keymap_binding *b)
{
    char word[32], *space;

    if (n == 0 || n >= sizeof(word))
        return -1;
    memcpy(word, text, n);
    word[n] = '\0';
    space = n > 1 ? strchr(word + 1, ' ') : NULL;
    memset(&b->second, 0, sizeof(b->second));
    if (space) {
        *space = '\0';
        if (!keys_parse(space + 1, &b->second))
            return -1;
    }
    return keys_parse(word, &b->first) ? 0 : -1;
}

static bool of_review(enum action a)
{
    return str_eq(action_table[a].where, action_review);
}

static void drop(struct keymap *m, enum action a, const struct keymap_binding *key)
{
    int kept = 0;

    for (int i = 0; i < m->n; i++) {
        const struct keymap_binding *b = &m->bindings[i];
        if (b->action == a || (key && of_review(b->action) == of_review(key->action) && same(&b->first, &key->first) && same(&b->second, &key->second)))
            continue;
        m->bindings[kept++] = *b;
    }
    m->n = kept;
}

static int add_all(struct keymap *m, enum action a, const char *keys, bool take)
{
    while (*keys) {
        const char *end = strstr(*keys == ',' ? keys + 1 : keys, ", ");
        struct keymap_binding b = {.action = a};
        size_t n = end ? (size_t)(end - keys) : strlen(keys);
        if (parse_sequence(keys, n, &b) < 0 || m->n >= KEYMAP_MAX)
            return -1;
        if (take)
            drop(m, ACTION_NONE, &b);
        m->bindings[m->n++] = b;
        keys += n + (end ? 2 : 0);
    }
    return 0;
}

void keymap_init(struct keymap *m)
{
    memset(m, 0, sizeof(*m));
    for (int i = 1; i < ACTIONS; i++)
        add_all(m, (enum action)i, action_table[i].keys, false);
}

int keymap_bind(struct keymap *m, const char *action, const char *keys, struct err *err)
{
    enum action a = action_find(action);
    struct keymap before = *m;
    const char *ids[ACTIONS], *near;

    if (a == ACTION_NONE) {
        for (int i = 0; i < ACTIONS; i++)
            ids[i] = action_table[i].id;
        near = str_nearest(action, ids, ACTIONS);
        err_set(err, ERR_INVALID, "there is no action \"%.40s\" to bind keys to", action);
        if (near)
            err_hint(err, "the nearest known action is \"%s\"", near);
        return -ERR_INVALID;
    }
    drop(m, a, NULL);
    if (add_all(m, a, keys, true) == 0)
        return 0;
    *m = before;
    err_set(err, ERR_INVALID, "\"%.60s\" is not a list of keys for \"%s\"", keys, action);
    err_hint(err, "write keys like \"j, Down, C-x, g g\"");
    return -ERR_INVALID;
}

static enum action press(struct keymap *m, const struct key *k, const struct key *before, bool review, bool *ret_prefix)
{
    const struct key prefix = *before;

    for (int i = 0; i < m->n; i++) {
        const struct keymap_binding *b = &m->bindings[i];
        if (of_review(b->action) != review)
            continue;
        if (prefix.code != KEYS_NONE) {
            if (same(&b->first, &prefix) && same(&b->second, k))
                return b->action;
        } else if (same(&b->first, k)) {
            if (b->second.code == KEYS_NONE)
                return b->action;
            *ret_prefix = true;
        }
    }
    return ACTION_NONE;
}

enum action keymap_press(struct keymap *m, const struct key *k, bool *ret_prefix)
{
    struct key prefix = m->prefix;
    enum action a = ACTION_NONE;

    memset(&m->prefix, 0, sizeof(m->prefix));
    *ret_prefix = false;
    if (m->review)
        a = press(m, k, &prefix, true, ret_prefix);
    if (a == ACTION_NONE)
        a = press(m, k, &prefix, false, ret_prefix);
    if (a == ACTION_NONE && *ret_prefix)
        m->prefix = *k;
    return a;
}

static void put_keys(const struct keymap_binding *b, struct buf *out)
{
    char name[32];

    buf_puts(out, keys_name(&b->first, name, sizeof(name)));
    if (b->second.code != KEYS_NONE) {
        buf_putc(out, ' ');
        buf_puts(out, keys_name(&b->second, name, sizeof(name)));
    }
}

static const char *list(const struct keymap *m, enum action a, int most, char *dst, size_t size)
{
    struct buf out;
    int found = 0;

    buf_init(&out, 256);
    for (int i = 0; i < m->n && found < most; i++) {
        if (m->bindings[i].action != a)
            continue;
        if (found++)
            buf_puts(&out, ", ");
        put_keys(&m->bindings[i], &out);
    }
    str_copy(dst, size, buf_text(&out));
    buf_done(&out);
    return dst;
}

const char *keymap_keys(const struct keymap *m, enum action a, char *dst, size_t size)
{
    return list(m, a, 8, dst, size);
}

const char *keymap_key(const struct keymap *m, enum action a, char *dst, size_t size)
{
    return list(m, a, 1, dst, size);
}
