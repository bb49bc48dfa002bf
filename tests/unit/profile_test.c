/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/data: what a CSV holds is found right, however it is cut into pieces; bad input is refused with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "core/base/str.h"
#include "core/data/profile.h"

/* Feeds text in pieces of the given size. */
static int read_text(const char *text, size_t n, size_t piece, const char *label, struct profile *ret, struct err *err)
{
    struct profiler *p = profiler_new("data.csv", label);
    int rc = 0;

    memset(ret, 0, sizeof(*ret));
    for (size_t i = 0; i < n && !rc; i += piece)
        rc = profiler_feed(p, text + i, n - i < piece ? n - i : piece, err);
    if (!rc)
        rc = profiler_finish(p, ret, err);
    profiler_free(p);
    return rc;
}

static const char messy[] = "\xef\xbb\xbf" "Nr;temp (\xc2\xb0" "C);\"a;\"\"b\"\"\";volt;kind\r\n"
                            "1;20,5;x;1 mV;big\r\n"
                            "2;NA;\"two\r\nlines\";2 mV;small\r\n"
                            "\r\n"
                            "3;22,5;x;3 mV;big\r\n"
                            "4;22,5;;oops;big\r\n"
                            "5;21,5;y;4 mV;small\r\n"
                            "6;21,5;y;4 mV;small\r\n"
                            "7;21,5;y;4 mV;small\r\n"
                            "8;21,5;y;4 mV;small\r\n"
                            "9;21,5;y;4 mV;small\r\n"
                            "10;21,5;y;4 mV;small\r\n"
                            "11;21,5;y;4 mV;small";

static void facts_in_any_pieces(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 100000};

    (void)state;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        struct profile p;
        struct err err = {0};
        const struct profile_column *c;

        assert_int_equal(read_text(messy, sizeof(messy) - 1, pieces[i], "kind", &p, &err), 0);
        assert_true(p.bom && p.crlf && p.missing_words);
        assert_int_equal(p.separator, ';');
        assert_int_equal(p.rows, 11);
        assert_int_equal(p.columns.n, 5);
        assert_int_equal(p.label, 4);
        c = p.columns.items;
        assert_true(c[0].sequence);
        assert_int_equal(c[0].type, PROFILE_INTEGER);
        assert_string_equal(c[1].plain, "temp_c");
        assert_string_equal(c[1].unit, "\xc2\xb0" "C");
        assert_true(c[1].decimal_comma);
        assert_int_equal(c[1].missing, 1);
        assert_true(fabs(c[1].max - 22.5) < 1e-12 && fabs(c[1].min - 20.5) < 1e-12);
        assert_true(fabs(c[1].mean - 21.6) < 1e-9);
        assert_string_equal(c[2].name, "a;\"b\"");
        assert_int_equal(c[2].type, PROFILE_TEXT);
        assert_int_equal(c[2].distinct, 3);
        assert_int_equal(c[3].type, PROFILE_UNIT);
        assert_string_equal(c[3].unit, "mV");
        assert_int_equal(c[3].texts, 1);
        assert_int_equal(c[4].n_values, 2);
        assert_int_equal(c[4].values[1].count, 8);
        profile_done(&p);
    }
}

static void repeated_rows_and_names(void **state)
{
    static const char text[] = "a,a,a b,A-b,class\n1,2,3,4,x\n1,2,3,4,x\n1,2,3,5,y\n1,2,3,4,x\n";
    struct profile p;
    struct err err = {0};

    (void)state;
    assert_int_equal(read_text(text, sizeof(text) - 1, 5, "class", &p, &err), 0);
    assert_int_equal(p.duplicates, 2);
    assert_string_equal(p.columns.items[1].plain, "a_2");
    assert_string_equal(p.columns.items[2].plain, "a_b");
    assert_string_equal(p.columns.items[3].plain, "a_b_2");
    profile_done(&p);
}

static void windows_are_found(void **state)
{
    static const char good[] = "window,t,x,y,split\n0,0,1,a,train\n0,1,2,a,train\n1,0,1,b,test\n1,1,2,b,test\n";
    static const char torn[] = "window,t,x,y\n0,0,1,a\n1,0,1,b\n0,1,2,a\n1,1,2,b\n";
    static const char uneven[] = "window,t,x,y\n0,0,1,a\n0,1,2,a\n1,0,1,b\n";
    struct profile p;
    struct err err = {0};

    (void)state;
    assert_int_equal(read_text(good, sizeof(good) - 1, 4, "y", &p, &err), 0);
    assert_int_equal(p.windows, 2);
    assert_int_equal(p.window_length, 2);
    assert_int_equal(p.split, 4);
    profile_done(&p);
    assert_int_equal(read_text(torn, sizeof(torn) - 1, 4, "y", &p, &err), -ERR_INVALID);
    assert_int_equal(read_text(uneven, sizeof(uneven) - 1, 4, "y", &p, &err), -ERR_INVALID);
}

#define TEXT(s) s, sizeof(s) - 1
static void bad_input_is_named(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        int line;
        const char *says, *hint;
    } rows[] = {
        {TEXT(""), 0, "empty", "header"},
        {TEXT("\n\n  \n"), 0, "empty", "header"},
        {TEXT("a,b,kind\n"), 0, "no rows", "rows"},
        {TEXT("1.5,2.5,3\n2,3,4\n"), 1, "no header", "3 columns"},
        {TEXT("kind\nx\n"), 1, "only one column", "separated"},
        {TEXT("a,kind\n1,x\n2\n3,y\n4,5,6\n"), 3, "2 lines have not the 2 cells of the header, for example lines 3, 5", "quotes"},
        {TEXT("a,kind\n1,x\n\"2,y\n3,x\n"), 3, "never closed", "quote"},
        {TEXT("a,kind\n1,x\n2\0,y\n"), 3, "NUL", "copied"},
        {TEXT("\xff\xfe" "a\0,\0"), 1, "NUL", "UTF-16"},
        {TEXT("a,kind\n1,x\n2,caf\xe9\n"), 3, "not UTF-8", "iconv"},
        {TEXT("a,Kinds\n1,x\n2,y\n"), 0, "no column \"kind\"", "\"Kinds\""},
        {TEXT("a,kind\n1,x\n2,x\n"), 0, "only one class, \"x\"", "another one"},
        {TEXT("a,kind\n1,\n2,NA\n"), 0, "is empty", "class of each row"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        for (size_t piece = 1; piece < 40; piece += 13) {
            struct profile p;
            struct err err = {0};

            assert_int_equal(read_text(rows[i].text, rows[i].n, piece, "kind", &p, &err), -ERR_INVALID);
            if (!strstr(err.msg, rows[i].says) || !strstr(err.hint, rows[i].hint))
                fail_msg("row %zu says \"%s\" / \"%s\"", i, err.msg, err.hint);
            assert_int_equal(err.line, rows[i].line);
        }
}

static void too_many_classes(void **state)
{
    struct buf b;
    struct profile p;
    struct err err = {0};

    (void)state;
    buf_init(&b, 1 << 20);
    buf_puts(&b, "a,kind\n");
    for (int i = 0; i < 3000; i++)
        buf_putf(&b, "1,%d\n", i);
    assert_int_equal(read_text(buf_text(&b), b.len, 4096, "kind", &p, &err), -ERR_INVALID);
    assert_non_null(strstr(err.msg, "2048 or more different values"));
    buf_done(&b);
}

static void missing_file_is_named(void **state)
{
    struct profile p;
    struct err err = {0};

    (void)state;
    assert_int_equal(profile_file("/nowhere/at all.csv", "x", &p, &err), -ERR_INVALID);
    assert_non_null(strstr(err.msg, "/nowhere/at all.csv"));
}

static void numbers_and_units(void **state)
{
    static const struct { const char *text; bool is; double v; const char *unit; } rows[] = {
        {"12", true, 12, ""}, {"-1.5e3", true, -1500, ""}, {"+.5", true, 0.5, ""}, {"12.5 mV", true, 12.5, "mV"},
        {"3%", true, 3, "%"}, {"1,5", true, 1.5, ""}, {"2024-01-01", false, 0, ""}, {"12:30", false, 0, ""},
        {"1.2.3", false, 0, ""}, {"abc", false, 0, ""}, {"1e999", false, 0, ""}, {"5 e", true, 5, "e"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *unit = "";
        double v = 0;
        bool comma;
        bool is = profile_number(rows[i].text, &v, &unit, &comma);
        if (is != rows[i].is || (is && (v != rows[i].v || !str_eq(unit, rows[i].unit))))
            fail_msg("%s: %d %g %s", rows[i].text, is, v, unit);
    }
}

static void description_is_clean(void **state)
{
    static const char text[] = "x|\x1b[31my,kind\n1,a\n2,b\x1b]0;t\x07\n";
    struct profile p;
    struct err err = {0};
    struct buf b;

    (void)state;
    assert_int_equal(read_text(text, sizeof(text) - 1, 9, "kind", &p, &err), 0);
    buf_init(&b, 1 << 16);
    assert_int_equal(profile_describe(&p, &b), 0);
    assert_null(strchr(buf_text(&b), '\x1b'));
    assert_non_null(strstr(buf_text(&b), "x\\|y"));
    assert_non_null(strstr(buf_text(&b), "2 rows, 2 columns"));
    buf_done(&b);
    profile_done(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_in_any_pieces),   cmocka_unit_test(repeated_rows_and_names),
        cmocka_unit_test(windows_are_found),     cmocka_unit_test(bad_input_is_named),
        cmocka_unit_test(too_many_classes),      cmocka_unit_test(missing_file_is_named),
        cmocka_unit_test(numbers_and_units),     cmocka_unit_test(description_is_clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
