/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/term/grid.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

static const struct cell blank = {.cp = {' '}, .n = 1, .width = 1};

int grid_init(struct grid *g, int rows, int cols)
{
    rows = rows < 1 ? 1 : rows > GRID_SIDE_MAX ? GRID_SIDE_MAX : rows;
    cols = cols < 1 ? 1 : cols > GRID_SIDE_MAX ? GRID_SIDE_MAX : cols;
    g->cells = os_alloc((size_t)rows * (size_t)cols * sizeof(*g->cells));
    g->rows = g->cells ? rows : 0;
    g->cols = g->cells ? cols : 0;
    grid_clear(g);
    return g->cells ? 0 : -1;
}

void grid_done(struct grid *g)
{
    free(g->cells);
    memset(g, 0, sizeof(*g));
}

void grid_clear(struct grid *g)
{
    for (int i = 0; i < g->rows * g->cols; i++)
        g->cells[i] = blank;
}

struct cell *grid_at(const struct grid *g, int row, int col)
{
    if (row < 0 || col < 0 || row >= g->rows || col >= g->cols)
        return NULL;
    return &g->cells[row * g->cols + col];
}

/* A wide grapheme that loses one half must not leave the other. */
static void break_wide(struct grid *g, int row, int col)
{
    struct cell *c = grid_at(g, row, col), *near;

    if (!c || c->width == 1)
        return;
    near = grid_at(g, row, c->width == 2 ? col + 1 : col - 1);
    if (near) {
        near->cp[0] = ' ';
        near->n = near->width = 1;
    }
}

static void put_cell(struct grid *g, int row, int col, const struct cell *c)
{
    struct cell *at = grid_at(g, row, col);

    break_wide(g, row, col);
    if (c->width == 2) {
        struct cell half = {.role = c->role, .under = c->under};
        break_wide(g, row, col + 1);
        at[1] = half;
    }
    *at = *c;
}

static void cluster_cell(struct cell *c, const char *s, size_t n, int width)
{
    size_t i = 0;

    c->n = 0;
    memset(c->cp, 0, sizeof(c->cp));
    while (i < n && c->n < GRID_CPS) {
        uint32_t cp;
        i += utf8_decode(s + i, n - i, &cp);
        if (c->n > 0 && !text_allowed(cp) && cp != 0x200D && cp != 0xFE0F)
            continue;
        c->cp[c->n] = text_allowed(cp) || c->n ? cp : UTF8_BAD;
        c->n++;
    }
    c->width = (uint8_t)(width < 1 ? 1 : width);
}

int grid_put(struct grid *g, int row, int col, int max, int role, int under, const char *s, size_t n)
{
    int used = 0;
    struct cell c = {.role = (uint8_t)role, .under = (uint8_t)under};

    if (row < 0 || row >= g->rows || col < 0)
        return 0;
    if (max > g->cols - col)
        max = g->cols - col;
    for (size_t i = 0; i < n && used < max;) {
        int width = 1;
        size_t bytes = 1;
        if (s[i] >= 0x20 && s[i] < 0x7F && (i + 1 == n || (unsigned char)s[i + 1] < 0x80)) {
            memset(c.cp, 0, sizeof(c.cp));
            c.cp[0] = (uint32_t)s[i];
            c.n = c.width = 1;
        } else {
            bytes = utf8_cluster(s + i, n - i, &width);
            cluster_cell(&c, s + i, bytes, width);
        }
        if (used + c.width > max)
            break;
        put_cell(g, row, col + used, &c);
        used += c.width;
        i += bytes;
    }
    return used;
}

void grid_under(struct grid *g, int row, int col, int n, int under)
{
    struct cell *c;

    for (int i = 0; i < n; i++) {
        if ((c = grid_at(g, row, col + i)))
            c->under = (uint8_t)under;
    }
}

void grid_row_text(const struct grid *g, int row, struct buf *out)
{
    size_t keep = out->len;
    char utf8[4];

    for (int col = 0; col < g->cols; col++) {
        const struct cell *c = grid_at(g, row, col);
        for (int i = 0; c && i < c->n; i++)
            buf_put(out, utf8, utf8_encode(c->cp[i], utf8));
        if (c && c->n && (c->cp[0] != ' ' || c->n > 1))
            keep = out->len;
    }
    if (out->data && !out->broken) {
        out->len = keep;
        out->data[keep] = '\0';
    }
}
