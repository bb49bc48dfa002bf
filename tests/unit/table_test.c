/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a view sees of a table: counts, ranges, shape, and why it cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/pipeline/table.h"

/* 3,000 rows: even is spread over 0…2999, low is 0 but for one row in a hundred. */
static void long_table(struct table *t)
{
    struct buf csv;

    buf_init(&csv, 1 << 20);
    buf_puts(&csv, "even,low,class\n");
    for (int i = 0; i < 3000; i++)
        buf_putf(&csv, "%d,%d,%s\n", i, i % 100 ? 0 : 240, i % 3 ? "a" : "b\x1b[31m");
    table_read(t, "long\x1b[2J.csv", "class", buf_text(&csv), csv.len);
    buf_done(&csv);
}

static void shape_is_that_of_all_values(void **state)
{
    struct table t = {0};
    int sum = 0;

    (void)state;
    long_table(&t);
    assert_int_equal(t.phase, TABLE_READY);
    assert_int_equal(t.rows, 3000);
    assert_int_equal(t.columns.items[0].sampled, 512);
    assert_int_equal(t.columns.items[0].numbers, 3000);
    for (int i = 0; i < TABLE_BINS; i++) {
        assert_in_range(t.columns.items[0].bins[i], 5, 45); /* 21 expected */
        sum += t.columns.items[0].bins[i];
    }
    assert_int_equal(sum, 512);
    assert_true(t.columns.items[1].bins[0] > 480);
    assert_true(t.columns.items[1].bins[TABLE_BINS - 1] < 30);
    assert_true(t.columns.items[0].sequence);
    table_done(&t);
}

static void same_bytes_same_shape(void **state)
{
    struct table a = {0}, b = {0};

    (void)state;
    long_table(&a);
    long_table(&b);
    assert_memory_equal(a.columns.items[0].bins, b.columns.items[0].bins, sizeof(a.columns.items[0].bins));
    table_done(&a);
    table_done(&b);
}

static void texts_are_clean(void **state)
{
    struct table t = {0};

    (void)state;
    long_table(&t);
    assert_int_equal(t.n_classes, 2);
    for (int i = 0; i < t.n_classes; i++)
        assert_null(strchr(t.classes[i].name, 0x1b));
    assert_null(strchr(t.name, 0x1b));
    table_done(&t);
}

static void bad_tables_say_why(void **state)
{
    static const char ragged[] = "x,y,class\n1,2,a\n1,2\n3,4,b\n";
    struct table t = {0};

    (void)state;
    table_read(&t, "bad.csv", "class", ragged, sizeof(ragged) - 1);
    assert_int_equal(t.phase, TABLE_BAD);
    assert_non_null(strstr(t.why, "not the 3 cells of the header"));
    table_done(&t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(shape_is_that_of_all_values), cmocka_unit_test(same_bytes_same_shape),
        cmocka_unit_test(texts_are_clean), cmocka_unit_test(bad_tables_say_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
