/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "core/base/str.h"
#include "core/pipeline/decision.h"
#include "views/views.h"

struct help_row {
    const char *heading;
    enum action action;
    enum decision_verb verb;
    const struct view_word *word;
};

struct help {
    struct help_row rows[ACTIONS + DECISION_VERBS + 48];
    int n;
};

static void add(struct help *h, const char *heading, enum action a, enum decision_verb verb)
{
    h->rows[h->n++] = (struct help_row){heading, a, verb, NULL};
}

static void add_words(struct help *h, const struct view_word *words)
{
    if (!words)
        return;
    add(h, "", ACTION_NONE, DECISION_NONE);
    add(h, "After \":\" (Tab completes), besides all names above", ACTION_NONE, DECISION_NONE);
    for (; words->id && h->n < (int)(sizeof(h->rows) / sizeof(*h->rows)); words++)
        h->rows[h->n++] = (struct help_row){NULL, ACTION_NONE, DECISION_NONE, words};
}

static void open(struct view *v)
{
    struct help *h = v->model;
    const char *where = "";

    add(h, "Deciding: only while the question says armed", ACTION_NONE, DECISION_NONE);
    for (int i = 1; i < DECISION_VERBS; i++) {
        if (decision_table[i].key[0])
            add(h, NULL, ACTION_NONE, (enum decision_verb)i);
    }
    for (int i = 1; i < ACTIONS; i++) {
        if (!str_eq(where, action_table[i].where)) {
            bool seen = false;
            for (int k = 1; k < i; k++)
                seen |= str_eq(action_table[k].where, action_table[i].where);
            where = action_table[i].where;
            if (seen)
                continue;
            add(h, "", ACTION_NONE, DECISION_NONE);
            add(h, where, ACTION_NONE, DECISION_NONE);
            for (int k = i; k < ACTIONS; k++) {
                if (str_eq(action_table[k].where, where))
                    add(h, NULL, (enum action)k, DECISION_NONE);
            }
        }
    }
    add_words(h, v->context->words);
}

static int64_t rows(struct view *v)
{
    return ((struct help *)v->model)->n;
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct help_row *r = &((struct help *)v->model)->rows[row];
    char keys[64];

    if (r->heading) {
        canvas_put(c, y, 1, ROLE_HEADING, r->heading);
    } else if (r->word) {
        canvas_putf(c, y, 3, ROLE_KEY, ":%s", r->word->id);
        canvas_put(c, y, 21, ROLE_STRONG, r->word->argument);
        canvas_put(c, y, 39, ROLE_TEXT, r->word->help);
    } else if (r->verb != DECISION_NONE) {
        canvas_put(c, y, 3, ROLE_KEY, r->verb == DECISION_APPROVE ? "a, then Enter" : decision_table[r->verb].key);
        canvas_put(c, y, 21, ROLE_STRONG, decision_table[r->verb].id);
        canvas_put(c, y, 39, ROLE_TEXT, decision_table[r->verb].help);
    } else {
        canvas_put(c, y, 3, ROLE_KEY, keymap_keys(v->context->keys, r->action, keys, sizeof(keys)));
        canvas_put(c, y, 21, ROLE_STRONG, action_table[r->action].id);
        canvas_put(c, y, 39, ROLE_TEXT, action_table[r->action].help);
    }
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct help_row *r = &((struct help *)v->model)->rows[row];

    if (r->heading)
        return buf_puts(out, r->heading);
    if (r->word)
        return buf_putf(out, ":%s %s", r->word->id, r->word->help);
    if (r->verb != DECISION_NONE)
        return buf_putf(out, "%s %s", decision_table[r->verb].id, decision_table[r->verb].help);
    return buf_putf(out, "%s %s", action_table[r->action].id, action_table[r->action].help);
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    const struct help *h = v->model;

    for (row += step; row >= 0 && row < h->n; row += step) {
        if (h->rows[row].heading && h->rows[row].heading[0])
            return row;
    }
    return -1;
}

const struct view_ops help_ops = {
    .id = "help", .title = "Help   / searches, J K jump, Esc leaves", .help = "Keys and actions, from the tables that work them.",
    .size = sizeof(struct help), .open = open, .rows = rows, .draw = draw, .text = text, .mark = mark,
};
