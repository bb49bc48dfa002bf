/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys to actions: the defaults of action_table, then the user's. Sequences of two keys; the first is a prefix.
 */
#ifndef TUI_WIDGET_KEYMAP_H
#define TUI_WIDGET_KEYMAP_H

#include <stdbool.h>

#include "core/base/err.h"
#include "tui/term/keys.h"
#include "tui/widget/action.h"

enum { KEYMAP_MAX = 256 };

struct keymap_binding {
    struct key first, second; /* second.code KEYS_NONE: a single key */
    enum action action;
};

struct keymap {
    struct keymap_binding bindings[KEYMAP_MAX];
    int n;
    struct key prefix; /* pressed and waiting for its second; code KEYS_NONE = none */
    bool review;       /* the keys of a review count, before all others */
};

void keymap_init(struct keymap *m); /* the defaults */

/* Puts the user's keys ("j, Down", "g g") in the place of an action's defaults. A key that had another action
 * loses that. ERR_INVALID with the nearest known action, or for a key that cannot be read. */
int keymap_bind(struct keymap *m, const char *action, const char *keys, struct err *err);

/* The action of a key; ACTION_NONE with *ret_prefix true when it began a sequence. */
enum action keymap_press(struct keymap *m, const struct key *k, bool *ret_prefix);

/* The keys of an action as text ("j, Down"); returns dst. */
const char *keymap_keys(const struct keymap *m, enum action a, char *dst, size_t size);
const char *keymap_key(const struct keymap *m, enum action a, char *dst, size_t size); /* the first only */

#endif
