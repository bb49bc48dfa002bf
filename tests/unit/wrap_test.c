/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/utf8.h"
#include "tui/widget/pager.h"

static void row_is(const char *line, int width, int row, const char *want)
{
    size_t n, from = wrap_find(line, strlen(line), width, row, &n);

    assert_int_equal(n, strlen(want));
    assert_memory_equal(line + from, want, n);
}

static void test_words(void **state)
{
    (void)state;
    row_is("the quick brown fox", 10, 0, "the quick ");
    row_is("the quick brown fox", 10, 1, "brown fox");
    row_is("", 10, 0, "");
    row_is("abcdefghijkl", 5, 1, "fghij");
    row_is("a bcdefghijkl", 6, 0, "a bcde"); /* breaking at that space would waste the row */
    assert_int_equal(wrap_count("", 0, 10), 1);
    assert_int_equal(wrap_count("exactly 10", 10, 10), 1);
}

static void test_wide(void **state)
{
    (void)state;
    row_is("日本語日本語", 5, 0, "日本");
    row_is("日本語", 1, 0, "日"); /* does not fit anywhere: stands alone */
    row_is("e\xcc\x81" "e\xcc\x81" "x", 2, 0, "e\xcc\x81" "e\xcc\x81");
}

/* Every byte is in exactly one row, and no row is wider than the pane. */
static void test_any_text(void **state)
{
    static const char *const parts[] = {"a", " ", "word", "日", "e\xcc\x81", "👍", "-", "\xff"};
    unsigned seed = 7;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        char text[200] = "";
        size_t len = 0, at = 0;
        int width = 2 + (int)(seed >> 8) % 20;
        for (int i = 0; i < 20; i++) {
            const char *p = parts[(seed = seed * 1103515245u + 12345u) >> 16 & 7];
            memcpy(text + len, p, strlen(p));
            len += strlen(p);
        }
        while (at < len) {
            size_t n = wrap_next(text + at, len - at, width);
            assert_true(n > 0 && at + n <= len);
            assert_true(utf8_width(text + at, n - (text[at + n - 1] == ' ')) <= width);
            at += n;
        }
    }
}

/* Growing byte by byte ends in the same rows and colors as setting the whole. */
static void test_pager_grows(void **state)
{
    static const char text[] = "```cpp\nint x; /* a\nb */ int y;\n```\nlong line that has to wrap somewhere\n\nend";
    struct pager grown, whole;
    int sub;

    (void)state;
    pager_init(&grown, HIGHLIGHT_MARKDOWN, false);
    pager_init(&whole, HIGHLIGHT_MARKDOWN, false);
    pager_layout(&grown, 12, true);
    pager_layout(&whole, 12, true);
    pager_set(&grown, text, 0);
    for (size_t n = 1; n < sizeof(text); n++)
        pager_grow(&grown, text, n);
    pager_set(&whole, text, sizeof(text) - 1);
    assert_int_equal(grown.rows, whole.rows);
    assert_int_equal(grown.lines.n, whole.lines.n);
    for (int64_t row = 0; row < whole.rows; row++) {
        int line = pager_line_at(&grown, row, &sub);
        assert_int_equal(line, pager_line_at(&whole, row, &sub));
        assert_int_equal(grown.lines.items[line].row, whole.lines.items[line].row);
    }
    pager_done(&grown);
    pager_done(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words), cmocka_unit_test(test_wide), cmocka_unit_test(test_any_text),
        cmocka_unit_test(test_pager_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
