/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/layout.h"

#include <stddef.h>

void layout_reset(struct layout *l)
{
    l->n = 0;
}

int layout_add(struct layout *l, int parent, enum layout_kind kind, int id)
{
    if (l->n >= LAYOUT_NODES_MAX)
        return -1;
    l->nodes[l->n] = (struct layout_node){.kind = kind, .id = id, .parent = parent, .share = 1};
    return l->n++;
}

struct layout_node *layout_leaf(struct layout *l, int id)
{
    for (int i = 0; i < l->n; i++) {
        if (l->nodes[i].kind == LAYOUT_LEAF && l->nodes[i].id == id)
            return &l->nodes[i];
    }
    return NULL;
}

static int wanted(const struct layout_node *n)
{
    return n->fixed > n->least ? n->fixed : n->least;
}

static void clear_below(struct layout *l, int node)
{
    for (int i = node + 1; i < l->n; i++) {
        if (l->nodes[i].parent == node) {
            l->nodes[i].at = (struct layout_rect){0};
            clear_below(l, i);
        }
    }
}

/* Pass one: everybody gets what is fixed or the least, in order, as long as there is room. */
static int give_least(struct layout *l, int parent, int room, int size[], int *shares)
{
    *shares = 0;
    for (int i = parent + 1; i < l->n; i++) {
        struct layout_node *n = &l->nodes[i];
        size[i] = 0;
        if (n->parent != parent || n->hidden)
            continue;
        size[i] = wanted(n) < room ? wanted(n) : room;
        room -= size[i];
        if (!n->fixed)
            *shares += n->share;
    }
    return room;
}

/* Pass two: what is left goes by share; what a limit refuses is offered again. */
static void give_rest(struct layout *l, int parent, int room, int size[], int shares)
{
    bool again = true;

    while (room > 0 && shares > 0 && again) {
        int left = room, open = 0, before = shares;
        again = false;
        for (int i = parent + 1; i < l->n; i++) {
            struct layout_node *n = &l->nodes[i];
            int part;
            if (n->parent != parent || n->hidden || n->fixed || (n->most && size[i] >= n->most))
                continue;
            part = shares > 0 ? left * n->share / shares : 0;
            shares -= n->share;
            left -= part;
            if (n->most && size[i] + part > n->most) {
                part = n->most - size[i];
                again = true;
            } else {
                open += n->share;
            }
            size[i] += part;
            room -= part;
        }
        shares = open < before ? open : 0;
    }
}

static void place(struct layout *l, int parent)
{
    struct layout_node *p = &l->nodes[parent];
    bool down = p->kind == LAYOUT_ROWS;
    int size[LAYOUT_NODES_MAX], shares, at = down ? p->at.row : p->at.col;
    int room = give_least(l, parent, down ? p->at.rows : p->at.cols, size, &shares);

    give_rest(l, parent, room, size, shares);
    for (int i = parent + 1; i < l->n; i++) {
        struct layout_node *n = &l->nodes[i];
        if (n->parent != parent)
            continue;
        n->at = p->at;
        if (down) {
            n->at.row = at;
            n->at.rows = size[i];
        } else {
            n->at.col = at;
            n->at.cols = size[i];
        }
        at += size[i];
        if (n->hidden || n->at.rows <= 0 || n->at.cols <= 0) {
            n->at = (struct layout_rect){0};
            clear_below(l, i);
        } else if (n->kind != LAYOUT_LEAF) {
            place(l, i);
        }
    }
}

void layout_reflow(struct layout *l, struct layout_rect screen)
{
    if (l->n == 0)
        return;
    if (screen.rows < 0)
        screen.rows = 0;
    if (screen.cols < 0)
        screen.cols = 0;
    l->nodes[0].at = screen;
    if (l->nodes[0].kind != LAYOUT_LEAF)
        place(l, 0);
}
