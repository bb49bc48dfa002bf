/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/board/feed: what the emulated sensors will read, number by number, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/base/str.h"
#include "core/board/board.h"

static struct board_feed *new_feed(void)
{
    struct board_feed *f = board_feed_new();

    assert_non_null(f);
    return f;
}

static void assert_text(const struct board_feed *f, const char *expected)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    assert_int_equal(board_feed_text(f, 3000, 5000, &out), 0);
    assert_string_equal(buf_text(&out), expected);
    buf_done(&out);
}

static void writes_rows(void **state)
{
    struct board_feed *f = new_feed();
    const double rgb[] = {12, 34.4, 56.5, 7}, acc[] = {0.1, -2, 1e-3};

    (void)state;
    assert_text(f, "tinywright-feed 1\nlimit-ms 3000\nlimit-serial 5000\nend\n");
    assert_int_equal(board_feed_sample(f, "color", rgb, 4, NULL), 0);
    assert_int_equal(board_feed_line(f, "1.5,2.5\t3", NULL), 0);
    assert_int_equal(board_feed_end_row(f, NULL), 0);
    assert_int_equal(board_feed_sample(f, "acc", acc, 3, NULL), 0);
    assert_int_equal(board_feed_sample(f, "acc", acc, 1, NULL), 0);
    assert_int_equal(board_feed_end_row(f, NULL), 0);
    assert_int_equal(board_feed_sample(f, "acc", acc, 1, NULL), 0);
    assert_int_equal(board_feed_rows(f), 2);
    assert_text(f, "tinywright-feed 1\nlimit-ms 3000\nlimit-serial 5000\n"
                   "row\ncolor 12 34 57 7\nline 1.5,2.5\t3\n"
                   "row\naccel 0.100000001 -2 0.00100000005\naccel 0.100000001 0 1\nend\n");
    board_feed_free(f);
}

static void missing_clear_light_is_the_sum(void **state)
{
    struct board_feed *f = new_feed();
    const double rgb[] = {1, NAN, 3};

    (void)state;
    assert_int_equal(board_feed_sample(f, "color", rgb, 3, NULL), 0);
    assert_int_equal(board_feed_end_row(f, NULL), 0);
    assert_text(f, "tinywright-feed 1\nlimit-ms 3000\nlimit-serial 5000\nrow\ncolor 1 0 3 4\nend\n");
    board_feed_free(f);
}

static void refuses(void **state)
{
    struct board_feed *f = new_feed();
    const double bad[] = {INFINITY, 1e16, -1e300, 0, 0};
    static const char *const lines[] = {"a\nrow", "a\r", "\x1b[2J", "h\xc3\xa9", "\x7f"};
    struct err err;

    (void)state;
    assert_int_equal(board_feed_sample(f, "smell", bad, 1, &err), -ERR_INVALID);
    assert_non_null(strstr(err.hint, "Serial1"));
    assert_int_equal(board_feed_sample(f, "acc", bad, 5, &err), -ERR_INVALID);
    for (int i = 0; i < 3; i++)
        assert_int_equal(board_feed_sample(f, "temperature", bad + i, 1, &err), -ERR_INVALID);
    board_feed_free(f);
    f = new_feed();
    assert_int_equal(board_feed_end_row(f, &err), -ERR_INVALID);
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        assert_int_equal(board_feed_line(f, lines[i], &err), -ERR_INVALID);
    assert_text(f, "tinywright-feed 1\nlimit-ms 3000\nlimit-serial 5000\nend\n");
    board_feed_free(f);
}

/* Every written number is a text of which the board makes exactly the float that the host has. */
static void numbers_survive(void **state)
{
    static const double values[] = {0.1, 1.0 / 3, 123456.789, -9.80665, 1e15, 3.4e-12, 16777217, -0.0, 1e-30};

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        struct board_feed *f = new_feed();
        struct buf out;
        double back;

        buf_init(&out, 1 << 16);
        assert_int_equal(board_feed_sample(f, "temperature", &values[i], 1, NULL), 0);
        assert_int_equal(board_feed_end_row(f, NULL), 0);
        assert_int_equal(board_feed_text(f, 1, 1, &out), 0);
        *strstr(out.data, "\nend") = '\0';
        assert_true(str_to_double(strstr(out.data, "temperature ") + 12, &back));
        assert_true((float)back == (fabs(values[i]) < 1e-12 ? 0.0F : (float)values[i]));
        buf_done(&out);
        board_feed_free(f);
    }
}

static void full_feed_is_refused(void **state)
{
    struct board_feed *f = new_feed();
    char line[BOARD_LINE_MAX + 1];
    struct err err = {0};
    int rc = 0;

    (void)state;
    memset(line, 'x', BOARD_LINE_MAX);
    line[BOARD_LINE_MAX] = '\0';
    for (int i = 0; i < 100000 && !rc; i++) {
        rc = board_feed_line(f, line, &err);
        if (!rc)
            rc = board_feed_end_row(f, &err);
    }
    assert_int_equal(rc, -ERR_INVALID);
    assert_non_null(strstr(err.msg, "15 MB"));
    board_feed_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_rows), cmocka_unit_test(missing_clear_light_is_the_sum),
        cmocka_unit_test(refuses),     cmocka_unit_test(numbers_survive),
        cmocka_unit_test(full_feed_is_refused),
    };

    return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
