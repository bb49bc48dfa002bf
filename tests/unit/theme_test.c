/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/term/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double AA = 4.5;

/* Every foreground on every background it can meet, WCAG AA for text. */
static void check_contrast(const char *name)
{
    struct theme t;
    struct err err = {0};
    int pairs = 0;

    assert_int_equal(theme_load(&t, name, &err), 0);
    assert_true(t.has[THEME_RGB]);
    for (int under = 0; under < ROLES; under++) {
        int bg = t.background;
        if (under != ROLE_TEXT && !role_table[under].under)
            continue;
        if (under != ROLE_TEXT && t.styles[THEME_RGB][under].bg >= 0)
            bg = t.styles[THEME_RGB][under].bg;
        for (int role = 0; role < ROLES; role++) {
            int fg = t.styles[THEME_RGB][role].fg < 0 ? t.text : t.styles[THEME_RGB][role].fg;
            double ratio = theme_contrast(fg, bg);
            if (ratio < AA)
                print_error("%s: %s on %s is %.2f\n", name, role_table[role].name, role_table[under].name, ratio);
            assert_true(ratio >= AA);
            pairs++;
        }
    }
    assert_true(pairs >= ROLES);
}

static void test_contrast(void **state)
{
    (void)state;
    check_contrast("dark");
    check_contrast("light");
    assert_true(theme_contrast(0x777777, 0xFFFFFF) < AA); /* the measure itself can fail */
    assert_true(theme_contrast(0, 0xFFFFFF) > 20.9);
}

/* The 256-color level is the nearest of RGB: still readable. */
static void test_nearest(void **state)
{
    (void)state;
    assert_int_equal(theme_nearest_256(0xFF0000), 196);
    assert_int_equal(theme_nearest_256(0xFFFFFF), 231);
    assert_int_equal(theme_nearest_256(0x080808), 232);
}

static void test_all_load(void **state)
{
    struct theme t;
    struct err err = {0};

    (void)state;
    for (int i = 0; theme_names()[i]; i++) {
        assert_int_equal(theme_load(&t, theme_names()[i], &err), 0);
        assert_string_equal(t.name, theme_names()[i]);
        assert_true(t.help[0] != '\0');
        for (int level = THEME_MONO; level < THEME_LEVELS; level++)
            assert_non_null(theme_style(&t, (enum theme_level)level, ROLE_ERROR));
        assert_true(t.styles[THEME_MONO][ROLE_CURSOR].attr & THEME_REVERSE);
    }
    assert_true(theme_load(&t, "drak", &err) < 0);
    assert_non_null(strstr(err.hint, "dark"));
}

/* In mono no two states that matter look alike by attributes alone: the text carries them, never color. */
static void test_mono_has_no_color(void **state)
{
    struct theme t;
    struct err err = {0};

    (void)state;
    assert_int_equal(theme_load(&t, "mono", &err), 0);
    for (int role = 0; role < ROLES; role++) {
        assert_int_equal(theme_style(&t, THEME_RGB, (enum role)role)->fg, -1);
        assert_int_equal(theme_style(&t, THEME_RGB, (enum role)role)->bg, -1);
    }
}

static void test_errors(void **state)
{
    static const char unknown[] = "name: x\nrgb:\n  text: \"#ffffff\"\n  keywrod: \"#000000\"\n";
    static const char color[] = "name: x\nrgb:\n  text: \"#fffff\"\n";
    struct theme t;
    struct err err = {0};

    (void)state;
    assert_true(theme_read(&t, "t.yaml", unknown, sizeof(unknown) - 1, &err) < 0);
    assert_int_equal(err.line, 4);
    assert_non_null(strstr(err.hint, "keyword"));
    err_reset(&err);
    assert_true(theme_read(&t, "t.yaml", color, sizeof(color) - 1, &err) < 0);
    assert_int_equal(err.line, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contrast), cmocka_unit_test(test_nearest), cmocka_unit_test(test_all_load),
        cmocka_unit_test(test_mono_has_no_color), cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
