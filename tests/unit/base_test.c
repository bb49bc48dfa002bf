/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/base: buffers keep their cap, the sanitizer lets nothing through, numbers and words are strict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/sha256.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

static void buf_keeps_its_cap(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 8);
    assert_int_equal(buf_puts(&b, "12345678"), 0);
    assert_int_equal(buf_putc(&b, '9'), -1);
    assert_true(b.broken);
    assert_string_equal(buf_text(&b), "12345678");
    buf_reset(&b);
    assert_int_equal(buf_putf(&b, "%d", 42), 0);
    buf_done(&b);
}

static void sanitizer_table(void **state)
{
    static const struct {
        const char *in, *out;
        int flags;
    } rows[] = {
        {"plain", "plain", 0},
        {"a\x1b[31mred\x1b[0m", "ared", 0},
        {"a\x1b]52;c;ZXZpbA==\x07z", "az", 0},
        {"a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "alink", 0},
        {"a\x1b]0;unterminated\nnext", "a\nnext", 0},
        {"a\x9b" "31mz", "az", 0},
        {"a\xc2\x9b" "31mz", "az", 0},
        {"a\xe2\x80\xaez", "a\xef\xbf\xbdz", 0},
        {"a\xf3\xa0\x81\x81z", "a\xef\xbf\xbdz", 0},
        {"a\bz\x7f", "a\xef\xbf\xbdz\xef\xbf\xbd", 0},
        {"a\r\nb\rc", "a\nb\nc", 0},
        {"a\tb\nc", "a b c", TEXT_ONE_LINE},
        {"a\tb", "a   b", TEXT_TABS},
        {"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd", 0},
        {"h\xc3\xa9", "h\xc3\xa9", 0},
        {"a\x1b", "a", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct buf b;
        buf_init(&b, 1000);
        text_sanitize(&b, rows[i].in, strlen(rows[i].in), rows[i].flags);
        assert_string_equal(buf_text(&b), rows[i].out);
        buf_done(&b);
    }
}

static void numbers_are_strict(void **state)
{
    int64_t n = 7;
    double d = 7;

    (void)state;
    assert_true(str_to_long("-12", &n));
    assert_int_equal(n, -12);
    assert_false(str_to_long("80abc", &n));
    assert_false(str_to_long("", &n));
    assert_false(str_to_double("nan", &d));
    assert_true(str_to_double("1e-3", &d));
}

static void nearest_word(void **state)
{
    static const char *const words[] = {"board", "label", "data"};

    (void)state;
    assert_string_equal(str_nearest("lable", words, 3), "label");
    assert_string_equal(str_nearest("Board", words, 3), "board");
    assert_null(str_nearest("sensors", words, 3));
}

static void sha256_of_abc(void **state)
{
    char hex[SHA256_HEX];

    (void)state;
    sha256_of("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(sha256_valid(hex));
    assert_false(sha256_valid("ba"));
}

static void clusters_and_width(void **state)
{
    int w;

    (void)state;
    assert_int_equal(utf8_cluster("e\xcc\x81x", 4, &w), 3);
    assert_int_equal(w, 1);
    assert_int_equal(utf8_width("\xe4\xb8\xad\xe6\x96\x87", 6), 4);
    assert_int_equal(utf8_whole("a\xe4\xb8", 3), 1);
    assert_int_equal(utf8_fit("\xe4\xb8\xad\xe6\x96\x87", 6, 3, &w), 3);
    assert_int_equal(w, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf_keeps_its_cap), cmocka_unit_test(sanitizer_table),
        cmocka_unit_test(numbers_are_strict), cmocka_unit_test(nearest_word),
        cmocka_unit_test(sha256_of_abc),      cmocka_unit_test(clusters_and_width),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
