/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/artifact/diff.h"

struct diff_case {
    const char *name, *a, *b;
    int hunks, added, deleted;
    const char *unified; /* without the two name lines */
};

static const struct diff_case cases[] = {
    {"equal", "a\nb\n", "a\nb\n", 0, 0, 0, ""},
    {"both empty", "", "", 0, 0, 0, ""},
    {"from nothing", "", "a\nb\n", 1, 2, 0, "@@ -0,0 +1,2 @@\n+a\n+b\n"},
    {"to nothing", "a\n", "", 1, 0, 1, "@@ -1,1 +0,0 @@\n-a\n"},
    {"one line changed", "a\nb\nc\n", "a\nX\nc\n", 1, 1, 1, "@@ -1,3 +1,3 @@\n a\n-b\n+X\n c\n"},
    {"newline lost", "a\nb\n", "a\nb", 1, 1, 1,
     "@@ -1,2 +1,2 @@\n a\n-b\n+b\n\\ No newline at end of file\n"},
    {"newline on neither side", "a\nb", "x\nb", 1, 1, 1,
     "@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ No newline at end of file\n"},
    {"CRLF against LF", "a\r\nb\n", "a\nb\n", 1, 1, 1, "@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n"},
    {"wide characters", "температура\n漢字\n", "температура\n漢子\n", 1, 1, 1,
     "@@ -1,2 +1,2 @@\n температура\n-漢字\n+漢子\n"},
    {"two hunks", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "1x\n2\n3\n4\n5\n6\n7\n8\n9\n10x\n", 2, 2, 2,
     "@@ -1,4 +1,4 @@\n-1\n+1x\n 2\n 3\n 4\n@@ -7,4 +7,4 @@\n 7\n 8\n 9\n-10\n+10x\n"},
    {"one hunk when context meets", "1\n2\n3\n4\n5\n6\n7\n8\n", "1x\n2\n3\n4\n5\n6\n7\n8x\n", 1, 2,
     2,
     "@@ -1,8 +1,8 @@\n-1\n+1x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+8x\n"},
};

static void unified_is_what_diff_users_know(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct diff_case *c = &cases[i];
        struct diff d;
        struct buf out;
        const char *body;
        buf_init(&out, 1 << 20);
        assert_int_equal(diff_init(&d, c->a, strlen(c->a), c->b, strlen(c->b), 3), 0);
        assert_int_equal(diff_unified(&d, "old", "new", &out), 0);
        body = buf_text(&out);
        if (out.len) {
            assert_int_equal(strncmp(body, "--- old\n+++ new\n", 16), 0);
            body += 16;
        }
        assert_string_equal(body, c->unified);
        assert_int_equal(d.hunks.n, c->hunks);
        assert_int_equal(d.added, c->added);
        assert_int_equal(d.deleted, c->deleted);
        diff_done(&d);
        buf_done(&out);
    }
}

static void rows_carry_their_line_numbers(void **state)
{
    const char *a = "one\ntwo\nthree\n", *b = "one\n2\nthree\nfour\n";
    struct diff d;

    (void)state;
    assert_int_equal(diff_init(&d, a, strlen(a), b, strlen(b), 0), 0);
    assert_int_equal(d.rows.n, 5);
    assert_int_equal(d.rows.items[0].hunk, -1);
    assert_int_equal(d.rows.items[1].op, DIFF_DEL);
    assert_int_equal(d.rows.items[1].old_line, 2);
    assert_int_equal(d.rows.items[1].new_line, 0);
    assert_int_equal(d.rows.items[2].new_line, 2);
    assert_int_equal(d.rows.items[2].hunk, 0);
    assert_int_equal(d.rows.items[3].hunk, -1);
    assert_int_equal(d.rows.items[4].hunk, 1);
    diff_done(&d);
}

static void a_file_name_cannot_break_the_header(void **state)
{
    struct diff d;
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    assert_int_equal(diff_init(&d, "a\n", 2, "b\n", 2, 3), 0);
    assert_int_equal(diff_unified(&d, "x\n+++ /etc/passwd", "y", &out), 0);
    assert_int_equal(strncmp(buf_text(&out), "--- x_+++ /etc/passwd\n+++ y\n", 28), 0);
    diff_done(&d);
    buf_done(&out);
}

/* Two long texts without a line in common must not take quadratic time or memory. */
static void long_texts_become_one_hunk(void **state)
{
    struct buf a, b, out;
    struct diff d;
    bool none[1] = {false};

    (void)state;
    buf_init(&a, 1 << 24);
    buf_init(&b, 1 << 24);
    buf_init(&out, 1 << 24);
    for (int i = 0; i < DIFF_LINES_MAX + 10; i++) {
        buf_putf(&a, "left %d\n", i * 7 % 1000);
        buf_putf(&b, "right %d\n", i);
    }
    assert_int_equal(diff_init(&d, buf_text(&a), a.len, buf_text(&b), b.len, 3), 0);
    assert_int_equal(d.hunks.n, 1);
    assert_int_equal(diff_apply(&d, NULL, &out), 0);
    assert_int_equal(out.len, b.len);
    assert_memory_equal(out.data, b.data, b.len);
    buf_reset(&out);
    assert_int_equal(diff_apply(&d, none, &out), 0);
    assert_memory_equal(out.data, a.data, a.len);
    diff_done(&d);
    buf_done(&a);
    buf_done(&b);
    buf_done(&out);
}

static void words_mark_what_differs(void **state)
{
    struct diff_row del = {.text = "  delay(1000);\n", .len = 15}, add = {.text = "  delay(250);\n",
        .len = 14};
    struct diff_word x[4], y[4];
    int nx, ny;

    (void)state;
    diff_words(&del, &add, x, &nx, y, &ny, 4);
    assert_int_equal(nx, 1);
    assert_int_equal(x[0].start, 8);
    assert_int_equal(x[0].len, 4);
    assert_int_equal(ny, 1);
    assert_int_equal(y[0].start, 8);
    assert_int_equal(y[0].len, 3);
}

static void words_of_very_long_lines_stay_bounded(void **state)
{
    struct buf a, b;
    struct diff_word x[4], y[4];
    int nx, ny;

    (void)state;
    buf_init(&a, 1 << 16);
    buf_init(&b, 1 << 16);
    for (int i = 0; i < 3000; i++) {
        buf_putf(&a, "a%d ", i);
        buf_putf(&b, "b%d ", i);
    }
    struct diff_row del = {.text = a.data, .len = a.len}, add = {.text = b.data, .len = b.len};
    diff_words(&del, &add, x, &nx, y, &ny, 4);
    assert_int_equal(nx, 4);
    assert_int_equal(ny, 4);
    for (int i = 0; i < 4; i++)
        assert_true(x[i].start + x[i].len <= a.len && y[i].start + y[i].len <= b.len);
    buf_done(&a);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unified_is_what_diff_users_know),
        cmocka_unit_test(rows_carry_their_line_numbers),
        cmocka_unit_test(a_file_name_cannot_break_the_header),
        cmocka_unit_test(long_texts_become_one_hunk),
        cmocka_unit_test(words_mark_what_differs),
        cmocka_unit_test(words_of_very_long_lines_stay_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
