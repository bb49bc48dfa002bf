/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person does and sees, on a real pty. The states are made by hand (tests/screen/app): synthetic.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "tests/screen/pty.h"

#define APP BUILD_FOLDER "/tests/fake_app"

static char log_file[64];

static const char *log_path(void)
{
    snprintf(log_file, sizeof(log_file), "/tmp/tinywright-screen-%d.log", (int)getpid());
    return log_file;
}

static void open_scene(struct pty *p, int cols, int rows, const char *scene, const char *const *env)
{
    const char *argv[] = {APP, scene, "--log", log_path(), NULL};

    pty_start(p, cols, rows, env, argv);
}

/* The honest way: armed, a, alone; Enter, alone. */
static void approve(struct pty *p)
{
    pty_expect(p, "armed");
    pty_send(p, "a");
    pty_expect(p, "now Enter");
    pty_pump(p, 200); /* 50 ms apart is the rule itself; more for a busy machine */
    pty_send(p, "\r");
}

static void test_board_wide(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, "waiting", NULL);
    pty_expect(&p, "Stages  3 of 6 passed");
    pty_expect(&p, "stale: sketch changed");
    pty_expect(&p, "Budget of nano33ble-virtual");
    pty_expect(&p, "model-symbol  C2");
    pty_expect(&p, "[3 Diff]"); /* there was an attempt before: what changed comes first */
    pty_expect(&p, "recorded, authored");
    pty_expect(&p, "box: full");
    pty_expect(&p, "1 decision waits");
    pty_expect(&p, "Approve fruit.ino");
    pty_stop(&p);
}

static void test_board_narrow(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 80, 24, "waiting", NULL);
    pty_expect(&p, "✓ data  ✓ train  ✓ convert  ? sketch  ~ compile  · run");
    pty_expect(&p, "[3 Diff]");
    pty_send(&p, "\t");
    pty_expect(&p, "Stages  3 of 6 passed");
    pty_send(&p, "\t");
    pty_expect(&p, "Attempts of sketch");
    pty_send(&p, "3");
    pty_expect(&p, "1 of 3");
    pty_expect(&p, "└ was  C2 model-symbol");
    pty_stop(&p);
}

static void test_approve(void **state)
{
    struct pty p;
    int64_t shown;

    (void)state;
    open_scene(&p, 120, 40, "waiting", NULL);
    pty_expect(&p, "Approve fruit.ino");
    shown = os_mono_ms();
    approve(&p);
    pty_expect_log(&p, "approve sketch/2 7cf809f5");
    assert_true(os_mono_ms() - shown < 1500);
    pty_expect_not(&p, "Approve fruit.ino");
    pty_expect(&p, "approved");
    pty_stop(&p);
}

static void test_typing_does_not_approve(void **state)
{
    static const char text[] = "a lot of typing\ra\ra a\rapprove a\r";
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, "waiting", NULL);
    pty_expect(&p, "Approve fruit.ino");
    pty_send(&p, "a\r");
    pty_expect(&p, "armed");
    pty_send(&p, "a\r");
    pty_expect(&p, "wait");
    for (const char *c = text; *c; c++) {
        char one[2] = {*c, 0};
        pty_send(&p, *c == 'q' ? "x" : one);
        pty_pump(&p, 30);
    }
    assert_false(pty_log_has(&p, "approve"));
    pty_stop(&p);
}

static void test_reject(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 80, 24, "waiting", NULL);
    pty_expect(&p, "armed");
    pty_send(&p, "x");
    pty_expect(&p, "Why is sketch/2 rejected?");
    pty_expect_not(&p, "Approve fruit.ino");
    pty_send(&p, "\r");
    pty_expect(&p, "a reason is needed");
    pty_send(&p, "keep raw values");
    pty_expect(&p, "> keep raw values");
    pty_send(&p, "\r");
    pty_expect_log(&p, "reject sketch/2");
    assert_true(pty_log_has(&p, "reason=keep raw values"));
    pty_stop(&p);
}

static void test_escape_leaves_and_never_approves(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 80, 24, "waiting", NULL);
    pty_expect(&p, "armed");
    pty_send(&p, "x");
    pty_expect(&p, "Why is sketch/2");
    pty_send(&p, "\x1b");
    pty_expect(&p, "Approve fruit.ino");
    for (int i = 0; i < 5; i++) {
        pty_send(&p, "\x1b");
        pty_pump(&p, 40);
    }
    assert_false(pty_log_has(&p, "sketch/2"));
    pty_stop(&p);
}

static void test_later_and_back(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, "waiting", NULL);
    pty_expect(&p, "armed");
    pty_send(&p, "q");
    pty_expect(&p, "put off");
    pty_expect_not(&p, "Approve fruit.ino");
    pty_send(&p, "W");
    pty_expect(&p, "Approve fruit.ino");
    pty_stop(&p);
}

static void test_edit(void **state)
{
    static const char *const env[] = {"EDITOR=/usr/bin/sed -i s/115200/9600/", "PATH=/usr/bin:/bin", NULL};
    static const char *const none[] = {"EDITOR=/bin/true", "PATH=/usr/bin:/bin", NULL};
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, "waiting", env);
    pty_expect(&p, "armed");
    pty_send(&p, "e");
    pty_expect_log(&p, "edit sketch/2 7cf809f5");
    assert_true(pty_log_has(&p, "bytes=896 ")); /* two fewer than it had */
    pty_expect(&p, "Stages");
    pty_stop(&p);
    open_scene(&p, 120, 40, "waiting", none);
    pty_expect(&p, "armed");
    pty_send(&p, "e");
    pty_expect(&p, "nothing was changed");
    assert_false(pty_log_has(&p, "edit"));
    pty_stop(&p);
}

static void test_views(void **state)
{
    static const struct { const char *key, *want; } wide[] = {
        {"1", "first sketch redeclared"}, {"2", "Arduino_APDS9960.h"}, {"3", "@@ -5,7 +5,7 @@"}, {"5", "# Contract"},
        {"6", "has not run on a board"}, {"4", "No findings"}, {"[", "redeclaration of 'model'"}, {"\r", "◂ model-symbol"},
        {"?", "a, then Enter"}, {"\x1b", "sketch/1"}, {"M", "No messages."}, {"\x1b", "sketch/1"}, {":theme li\x7f\x7flight\r", "theme light"},
        {":hlep\r", "did you mean \"help\"?"}, {"z", "[2 Artifact]"}, {"g", "g …"}, {"s", "Stages"},
    };
    static const int sizes[][2] = {{120, 40}, {80, 24}};
    static const char *const vt100[] = {"TERM=vt100", NULL};

    (void)state;
    for (int size = 0; size < 4; size++) {
        struct pty p;
        open_scene(&p, sizes[size % 2][0], sizes[size % 2][1], "waiting", size >= 2 ? vt100 : NULL);
        pty_expect(&p, "Approve fruit.ino");
        for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
            pty_send(&p, wide[i].key);
            pty_expect(&p, wide[i].want);
        }
        pty_stop(&p);
    }
}

static void test_run_view(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, "failed", NULL);
    pty_expect(&p, "4 of 5 rows right, so: not verified");
    pty_expect(&p, "apple ✗");
    pty_expect(&p, "expected ↓  printed →");
    pty_expect(&p, "Serial output, 7 lines");
    pty_expect(&p, "13.5 KB of 14.0 KB");
    pty_stop(&p);
}

static void test_stream(void **state)
{
    const char *argv[] = {APP, "stream", "--log", log_path(), "--lines", "10000000", "--piece", "40", NULL};
    struct pty p;

    (void)state;
    pty_start(&p, 100, 30, NULL, argv);
    pty_expect(&p, "following");
    pty_expect(&p, "C-c cancel");
    pty_expect(&p, "Serial.println(best"); /* more lines than rows: there is something to scroll */
    pty_send(&p, "\x15");
    pty_expect(&p, "new lines · G follows");
    pty_send(&p, "G");
    pty_expect(&p, "following");
    pty_send(&p, "\x03");
    pty_expect_log(&p, "cancel");
    pty_expect(&p, "canceled");
    pty_stop(&p);
}

/* The symbolic artifacts of a stage are one question; reading them does not start it over. */
static void test_group(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, "group", NULL);
    pty_expect(&p, "Approve these 3 artifacts of data together?");
    pty_expect(&p, "3 decisions wait");
    pty_send(&p, "]");
    pty_expect(&p, "data.2/1");
    approve(&p);
    pty_expect_log(&p, "approve data.2/1");
    assert_true(pty_log_has(&p, "group=1"));
    pty_expect(&p, "and its group approved");
    pty_stop(&p);
}

/* Script mode: lines of keys and commands, each when the screen is idle; dumps of screen and state. */
static void test_script(void **state)
{
    static const char script[] = ":wait Approve fruit.ino\n1\n:wait first sketch redeclared\n4\n[\nj j\n"
                                 ":dump-screen /tmp/tinywright-screen-dump\n:waiting\n:wait armed\na\nEnter\n"
                                 ":wait approved\n:dump-state /tmp/tinywright-screen-state\n:quit\n";
    const char *argv[] = {APP, "waiting", "--log", log_path(), "--script", "/tmp/tinywright-screen-script", NULL};
    struct buf dump;
    struct pty p;

    (void)state;
    assert_int_equal(path_write(argv[5], script, sizeof(script) - 1, 0600, NULL), 0);
    pty_start(&p, 120, 40, NULL, argv);
    pty_expect_end(&p, 0);
    assert_true(pty_log_has(&p, "approve sketch/2"));
    buf_init(&dump, 1 << 20);
    assert_int_equal(path_read("/tmp/tinywright-screen-dump", &dump, NULL), 0);
    assert_non_null(strstr(buf_text(&dump), "[4 Findings·3]"));
    buf_reset(&dump);
    assert_int_equal(path_read("/tmp/tinywright-screen-state", &dump, NULL), 0);
    assert_non_null(strstr(buf_text(&dump), "attempt sketch/2 approved 7cf809f5"));
    buf_done(&dump);
    unlink(argv[5]);
    unlink("/tmp/tinywright-screen-dump");
    unlink("/tmp/tinywright-screen-state");
    pty_stop(&p);
}

static void open_linear(struct pty *p, const char *scene)
{
    const char *argv[] = {APP, scene, "--log", log_path(), "--linear", "1", NULL};

    pty_start(p, 110, 60, NULL, argv);
}

static void test_linear_approve(void **state)
{
    struct pty p;

    (void)state;
    open_linear(&p, "waiting");
    pty_expect(&p, "Waiting for you: approve fruit.ino, 36 lines");
    pty_send(&p, "1\r");
    pty_pump(&p, 300);
    assert_false(pty_log_has(&p, "approve"));
    pty_pump(&p, 700); /* hands rest */
    pty_send(&p, "1");
    pty_expect(&p, "approve: now Enter");
    pty_send(&p, "\r");
    pty_expect_log(&p, "approve sketch/2 7cf809f5");
    pty_expect(&p, "Attempt sketch/2: approved");
    assert_null(strstr(buf_text(&p.raw), "\x1b"));
    pty_send(&p, "q");
    pty_expect_end(&p, 0);
    pty_stop(&p);
}

static void test_linear_reject(void **state)
{
    struct pty p;

    (void)state;
    open_linear(&p, "waiting");
    pty_expect(&p, "5 reject with reason");
    pty_pump(&p, 700);
    pty_send(&p, "5");
    pty_expect(&p, "Reason:");
    pty_send(&p, "wrong unitz\x7fs\r");
    pty_expect_log(&p, "reason=wrong units");
    pty_expect(&p, "Attempt sketch/2: rejected");
    pty_stop(&p);
}

static void test_linear_home_and_stream(void **state)
{
    struct pty p;

    (void)state;
    open_linear(&p, "home");
    pty_expect(&p, "1 fruit, colors of fruit");
    pty_send(&p, "1");
    pty_expect(&p, "Assistant, sketch/2:");
    pty_expect(&p, "Waiting for you: approve fruit.ino");
    assert_null(strstr(buf_text(&p.raw), "\x1b"));
    kill(p.pid, SIGTERM);
    pty_expect_end(&p, 128 + SIGTERM);
    pty_stop(&p);
}

static void test_home(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 80, 24, "home", NULL);
    pty_expect(&p, "From a CSV to verified firmware");
    pty_expect(&p, "Examples");
    pty_expect(&p, "2 decisions wait");
    pty_send(&p, "j\r");
    pty_expect(&p, "Approve fruit.ino");
    pty_send(&p, "H");
    pty_expect(&p, "Examples");
    pty_send(&p, "/green\r");
    pty_expect_not(&p, "/green");
    pty_send(&p, "\r");
    pty_expect(&p, "row 4 differs");
    pty_send(&p, "q");
    pty_expect_end(&p, 0);
    pty_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_board_wide), cmocka_unit_test(test_board_narrow), cmocka_unit_test(test_approve),
        cmocka_unit_test(test_typing_does_not_approve), cmocka_unit_test(test_reject),
        cmocka_unit_test(test_escape_leaves_and_never_approves), cmocka_unit_test(test_later_and_back),
        cmocka_unit_test(test_edit), cmocka_unit_test(test_views), cmocka_unit_test(test_run_view),
        cmocka_unit_test(test_stream), cmocka_unit_test(test_home), cmocka_unit_test(test_linear_approve),
        cmocka_unit_test(test_linear_reject), cmocka_unit_test(test_group), cmocka_unit_test(test_script), cmocka_unit_test(test_linear_home_and_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
