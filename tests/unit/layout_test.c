/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void board(struct layout *l)
{
    int root, middle, left, i;

    layout_reset(l);
    root = layout_add(l, -1, LAYOUT_ROWS, 0);
    i = layout_add(l, root, LAYOUT_LEAF, 1);
    l->nodes[i].fixed = 1;
    middle = layout_add(l, root, LAYOUT_COLUMNS, 0);
    i = layout_add(l, root, LAYOUT_LEAF, 2);
    l->nodes[i].fixed = 3;
    left = layout_add(l, middle, LAYOUT_ROWS, 0);
    l->nodes[left].fixed = 40;
    i = layout_add(l, left, LAYOUT_LEAF, 3);
    l->nodes[i].fixed = 8;
    layout_add(l, left, LAYOUT_LEAF, 4);
    layout_add(l, middle, LAYOUT_LEAF, 5);
}

static void same(struct layout *l, int id, int row, int col, int rows, int cols)
{
    struct layout_rect at = layout_leaf(l, id)->at;

    assert_int_equal(at.row, row);
    assert_int_equal(at.col, col);
    assert_int_equal(at.rows, rows);
    assert_int_equal(at.cols, cols);
}

static void test_board(void **state)
{
    struct layout l;

    (void)state;
    board(&l);
    layout_reflow(&l, (struct layout_rect){0, 0, 40, 120});
    same(&l, 1, 0, 0, 1, 120);
    same(&l, 3, 1, 0, 8, 40);
    same(&l, 4, 9, 0, 28, 40);
    same(&l, 5, 1, 40, 36, 80);
    same(&l, 2, 37, 0, 3, 120);
}

static void test_hidden_gives_room(void **state)
{
    struct layout l;

    (void)state;
    board(&l);
    layout_leaf(&l, 2)->hidden = true;
    layout_reflow(&l, (struct layout_rect){0, 0, 40, 120});
    same(&l, 5, 1, 40, 39, 80);
    same(&l, 2, 0, 0, 0, 0);
}

static void test_shares_and_limits(void **state)
{
    struct layout l;
    int root;

    (void)state;
    layout_reset(&l);
    root = layout_add(&l, -1, LAYOUT_COLUMNS, 0);
    l.nodes[layout_add(&l, root, LAYOUT_LEAF, 1)].most = 10;
    l.nodes[layout_add(&l, root, LAYOUT_LEAF, 2)].share = 2;
    layout_add(&l, root, LAYOUT_LEAF, 3);
    layout_reflow(&l, (struct layout_rect){0, 0, 5, 100});
    same(&l, 1, 0, 0, 5, 10);
    same(&l, 2, 0, 10, 5, layout_leaf(&l, 2)->at.cols);
    assert_int_equal(layout_leaf(&l, 2)->at.cols + layout_leaf(&l, 3)->at.cols, 90);
    assert_true(layout_leaf(&l, 2)->at.cols > layout_leaf(&l, 3)->at.cols);
}

/* Whatever the size: nothing negative, nothing outside, no two leaves on one cell. */
static void test_any_size(void **state)
{
    static char taken[70][140];
    struct layout l;

    (void)state;
    for (int rows = -2; rows < 60; rows++) {
        for (int cols = -2; cols < 130; cols += 3) {
            board(&l);
            layout_reflow(&l, (struct layout_rect){0, 0, rows, cols});
            for (int i = 0; i < 70 * 140; i++)
                taken[i / 140][i % 140] = 0;
            for (int i = 0; i < l.n; i++) {
                struct layout_rect at = l.nodes[i].at;
                assert_true(at.rows >= 0 && at.cols >= 0 && at.row >= 0 && at.col >= 0);
                assert_true(at.row + at.rows <= (rows < 0 ? 0 : rows) || at.rows == 0);
                assert_true(at.col + at.cols <= (cols < 0 ? 0 : cols) || at.cols == 0);
                for (int k = 0; l.nodes[i].kind == LAYOUT_LEAF && k < at.rows * at.cols; k++)
                    assert_int_equal(taken[at.row + k / at.cols][at.col + k % at.cols]++, 0);
            }
        }
    }
}

static void test_full_table(void **state)
{
    struct layout l;

    (void)state;
    layout_reset(&l);
    for (int i = 0; i < LAYOUT_NODES_MAX; i++)
        assert_int_equal(layout_add(&l, i ? 0 : -1, i ? LAYOUT_LEAF : LAYOUT_ROWS, i), i);
    assert_int_equal(layout_add(&l, 0, LAYOUT_LEAF, 99), -1);
    assert_null(layout_leaf(&l, 99));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_board), cmocka_unit_test(test_hidden_gives_room),
        cmocka_unit_test(test_shares_and_limits), cmocka_unit_test(test_any_size), cmocka_unit_test(test_full_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
