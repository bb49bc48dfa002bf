/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/str.h"
#include "tui/widget/keymap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seen {
    char text[4000];
    char paste[100];
};

static void note(void *arg, const struct key *k)
{
    struct seen *s = arg;
    char name[32];

    snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text), "%s%s", s->text[0] ? " " : "",
             keys_name(k, name, sizeof(name)));
}

static const char *decode(struct seen *s, const char *bytes, size_t n, size_t piece)
{
    struct keys k;

    memset(s, 0, sizeof(*s));
    keys_init(&k);
    for (size_t i = 0; i < n; i += piece)
        keys_feed(&k, bytes + i, n - i < piece ? n - i : piece, 1000 + (int64_t)i, note, s);
    keys_tick(&k, 100000, note, s);
    keys_done(&k);
    return s->text;
}

static const struct { const char *bytes, *keys; } cases[] = {
    {"jk", "j k"}, {"\r", "Enter"}, {"\t\x1b[Z", "Tab S-Tab"}, {"\x03", "C-c"}, {"\x7f", "Backspace"},
    {"\x1b", "Esc"}, {"\x1b\x1b", "Esc Esc"}, {"\x1bx", "M-x"}, {"\x1b[A\x1bOB", "Up Down"},
    {"\x1b[1;5C", "C-Right"}, {"\x1b[5~\x1b[6~", "PgUp PgDn"}, {"\x1bOP\x1b[15~\x1b[24~", "F1 F5 F12"},
    {"\xc3\xa9", "é"}, {"日", "日"}, {" ", "Space"}, {"\x1b[97;5u", "C-a"}, {"\x1b[27u", "Esc"},
    /* replies and unknown sequences leave nothing behind */
    {"\x1b[?62;22c", ""}, {"\x1b[24;80R", ""}, {"\x1b]11;rgb:0000/0000/0000\x1b\\x", "x"},
    {"\x1b]11;rgb:0/0/0\ax", "x"}, {"\x1bP1$r0m\x1b\\a", "a"}, {"\x1b[?2026;1$ya", "a"}, {"\x1b[<0;1;1Ma", "a"},
    {"\x1b[M !!a", "a"}, {"\x1b[[Aa", "a"}, {"\x1b[12;34;56;78;90;1;2;3;4;5;6;7;8;9;1;2;3;4;5;6;7;8;9;1;2;3;4;5;6za", "a"},
    {"\xff\xfe" "a", "a"}, {"\xc3(", "("}, {"\x1b[I\x1b[Oa", "a"},
};

static void test_decoder(void **state)
{
    struct seen s;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (size_t piece = 1; piece < 5; piece++)
            assert_string_equal(decode(&s, cases[i].bytes, strlen(cases[i].bytes), piece), cases[i].keys);
    }
}

static struct keys *pasting;

static void keep_paste(void *arg, const struct key *k)
{
    struct seen *s = arg;

    note(arg, k);
    if (k->code == KEYS_PASTE)
        snprintf(s->paste, sizeof(s->paste), "%s|%d|%d", buf_text(&pasting->paste), pasting->paste_lines, pasting->paste_cut);
}

static void test_paste(void **state)
{
    static const char bytes[] = "x\x1b[200~one\r\ntwo\x1b[201 \x1b\x1b[201~y";
    struct seen s;
    struct keys k;

    (void)state;
    for (size_t piece = 1; piece < sizeof(bytes); piece++) {
        memset(&s, 0, sizeof(s));
        keys_init(&k);
        pasting = &k;
        for (size_t i = 0; i < sizeof(bytes) - 1; i += piece)
            keys_feed(&k, bytes + i, sizeof(bytes) - 1 - i < piece ? sizeof(bytes) - 1 - i : piece, 0, keep_paste, &s);
        assert_string_equal(s.text, "x Paste y");
        assert_string_equal(s.paste, "one\ntwo\x1b[201 \x1b|1|0");
        keys_done(&k);
    }
}

/* A paste whose end never comes ends by itself; what comes after is keys again. */
static void test_paste_never_ends(void **state)
{
    struct seen s = {0};
    struct keys k;

    (void)state;
    keys_init(&k);
    pasting = &k;
    keys_feed(&k, "\x1b[200~abc", 9, 1000, keep_paste, &s);
    assert_int_equal(keys_wait(&k, 1000), KEYS_PASTE_MS);
    keys_tick(&k, 1000 + KEYS_PASTE_MS, keep_paste, &s);
    keys_feed(&k, "j", 1, 4000, keep_paste, &s);
    assert_string_equal(s.text, "Paste j");
    assert_string_equal(s.paste, "abc|0|1");
    assert_int_equal(keys_wait(&k, 4000), -1);
    keys_done(&k);
}

/* The rest of a sequence whose ESC timed out is still swallowed. */
static void test_late_rest(void **state)
{
    struct seen s = {0};
    struct keys k;

    (void)state;
    keys_init(&k);
    keys_feed(&k, "\x1b", 1, 1000, note, &s);
    keys_tick(&k, 1030, note, &s);
    keys_feed(&k, "[", 1, 1060, note, &s);
    keys_feed(&k, "B", 1, 1070, note, &s);
    assert_string_equal(s.text, "Esc Down");
    keys_done(&k);
}

static enum action press(struct keymap *m, const char *name, bool *prefix)
{
    struct key k;

    assert_true(keys_parse(name, &k));
    return keymap_press(m, &k, prefix);
}

static void test_defaults(void **state)
{
    struct keymap m;
    bool prefix;
    char text[64];

    (void)state;
    keymap_init(&m);
    for (int i = 1; i < ACTIONS; i++) {
        assert_true(action_table[i].id && action_table[i].help[0] && action_table[i].where[0]);
        assert_string_equal(keymap_keys(&m, (enum action)i, text, sizeof(text)), action_table[i].keys);
    }
    for (int i = 0; i < m.n; i++) {
        for (int k = i + 1; k < m.n; k++) {
            bool in_review = str_eq(action_table[m.bindings[i].action].where, action_review);
            if (in_review != str_eq(action_table[m.bindings[k].action].where, action_review))
                continue;
            assert_memory_not_equal(&m.bindings[i], &m.bindings[k], 2 * sizeof(struct key));
        }
    }
    assert_int_equal(press(&m, "Space", &prefix), ACTION_PAGE_DOWN);
    assert_int_equal(press(&m, "s", &prefix), ACTION_NONE);
    m.review = true;
    assert_int_equal(press(&m, "Space", &prefix), ACTION_HUNK_TAKE);
    assert_int_equal(press(&m, "s", &prefix), ACTION_HUNK_SPLIT);
    assert_int_equal(press(&m, "j", &prefix), ACTION_DOWN);
    assert_int_equal(press(&m, "g", &prefix), ACTION_NONE);
    assert_true(prefix);
    assert_int_equal(press(&m, "g", &prefix), ACTION_TOP);
    assert_int_equal(press(&m, "g", &prefix), ACTION_NONE);
    assert_int_equal(press(&m, "j", &prefix), ACTION_NONE);
    assert_int_equal(press(&m, "j", &prefix), ACTION_DOWN);
}

static void test_rebind(void **state)
{
    struct keymap m;
    struct err err = {0};
    bool prefix;

    (void)state;
    keymap_init(&m);
    assert_int_equal(keymap_bind(&m, "down", "C-n, x x", &err), 0);
    assert_int_equal(press(&m, "C-n", &prefix), ACTION_DOWN);
    assert_int_equal(press(&m, "j", &prefix), ACTION_NONE);
    assert_int_equal(keymap_bind(&m, "up", "C-n", &err), 0);
    assert_int_equal(press(&m, "C-n", &prefix), ACTION_UP);
    assert_true(keymap_bind(&m, "dwon", "y", &err) < 0);
    assert_non_null(strstr(err.hint, "down"));
    assert_true(keymap_bind(&m, "up", "Hyper-Q", &err) < 0);
    assert_int_equal(press(&m, "C-n", &prefix), ACTION_UP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decoder), cmocka_unit_test(test_paste), cmocka_unit_test(test_paste_never_ends),
        cmocka_unit_test(test_late_rest), cmocka_unit_test(test_defaults), cmocka_unit_test(test_rebind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
