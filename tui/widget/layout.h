/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window tree and its reflow: pure arithmetic, no terminal. A node is a row or a column of nodes, or a leaf
 * that a view is shown in. Pass one collects what nodes need at least, pass two shares what is left.
 * Sizes never become negative; what does not fit gets zero and is not drawn.
 */
#ifndef TUI_WIDGET_LAYOUT_H
#define TUI_WIDGET_LAYOUT_H

#include <stdbool.h>

enum layout_kind { LAYOUT_LEAF, LAYOUT_ROWS, LAYOUT_COLUMNS }; /* ROWS: children below each other */
enum { LAYOUT_NODES_MAX = 24 };

struct layout_rect { int row, col, rows, cols; };

struct layout_node {
    enum layout_kind kind;
    int id;              /* leaf: caller's name for it */
    int parent;          /* index, -1 = root */
    int fixed;           /* wanted size along the parent's direction; 0 = takes a share */
    int least;           /* never less than this while there is room */
    int most;            /* 0 = no limit */
    int share;           /* weight among those that take a share; at least 1 */
    bool hidden;
    struct layout_rect at; /* result */
};

struct layout {
    struct layout_node nodes[LAYOUT_NODES_MAX];
    int n;
};

void layout_reset(struct layout *l);
/* Adds a node below parent (-1 for the root); returns its index, or -1 when the table is full. */
int layout_add(struct layout *l, int parent, enum layout_kind kind, int id);
struct layout_node *layout_leaf(struct layout *l, int id); /* NULL when there is none */

void layout_reflow(struct layout *l, struct layout_rect screen);

#endif
