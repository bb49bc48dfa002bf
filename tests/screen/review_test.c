/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reviewer's walk: what waits is read hunk by hunk, a hunk is dropped with a reason, the rest is approved, and the next
 * prompt says so. First over states made by hand (tests/screen/app), then over the real engine (tests/screen/walk).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/path.h"
#include "core/base/sha256.h"
#include "core/exec/exec.h"
#include "prompts/human/confirm.h"
#include "tests/screen/pty.h"

static char log_file[64];

static void open_scene(struct pty *p, int cols, int rows, const char *const *env)
{
    const char *argv[] = {BUILD_FOLDER "/tests/fake_app", "waiting", "--log", log_file, NULL};

    snprintf(log_file, sizeof(log_file), "/tmp/tinywright-review-%d.log", (int)getpid());
    pty_start(p, cols, rows, env, argv);
    pty_expect(p, "armed");
    pty_send(p, "h");
    pty_expect(p, "Review  attempt 1 → 2");
}

/* A key that the screen shows when it has taken it. */
static void press(struct pty *p, const char *key, const char *then)
{
    pty_send(p, key);
    pty_expect(p, then);
}

/* A confirmation takes no key that came before it could be read. */
static void answer(struct pty *p, const char *key, const char *then)
{
    pty_pump(p, CONFIRM_QUIET_MS + 50);
    press(p, key, then);
}

static void approve(struct pty *p)
{
    pty_expect(p, "armed");
    press(p, "a", "now Enter");
    pty_pump(p, 200); /* 50 ms apart is the rule itself; no screen says that they have passed */
    pty_send(p, "\r");
}

static void type(struct pty *p, const char *text)
{
    pty_send(p, text);
    pty_expect(p, text);
}

/* The bytes that were sent last, and their hash as the command log would name it. */
static void sent(struct pty *p, char hex[SHA256_HEX])
{
    struct buf log;
    const char *from, *to;

    buf_init(&log, 1 << 20);
    assert_int_equal(path_read(p->log, &log, NULL), 0);
    from = strstr(buf_text(&log), "bytes:\n");
    to = strstr(buf_text(&log), "refused:\n");
    assert_non_null(from);
    assert_non_null(to);
    sha256_of(from + 7, (size_t)(to - from) - 7, hex);
    buf_done(&log);
}

static void drop_a_hunk(int cols, int rows)
{
    char hex[SHA256_HEX], line[120];
    struct pty p;

    open_scene(&p, cols, rows, NULL);
    pty_expect(&p, "1 of 3   [x] take");
    press(&p, "J", "2 of 3   [x] take");
    press(&p, " ", "2 of 3   [ ] leave");
    pty_expect(&p, "35 lines, 1 of 3 hunks left out");
    pty_expect_not(&p, "armed");
    press(&p, "c", "Why is hunk 2 left out");
    type(&p, "the reporter is not there");
    press(&p, "\r", "└ the reporter is not there");
    pty_send(&p, "\r");
    pty_expect_log(&p, "hunks sketch/2 7cf809f5"); /* what it was made from */
    assert_true(pty_log_has(&p, "reason=hunk 2: the reporter is not there "));
    assert_true(pty_log_has(&p, "\n# line 18, left out: the reporter is not there\n--- fruit.ino\n+++ fruit.ino\n@@ "));
    assert_true(pty_log_has(&p, "\n+  net = tflite::GetModel(g_model);\n"));
    pty_expect(&p, "Approve fruit.ino, 35 lines");
    approve(&p);
    sent(&p, hex);
    snprintf(line, sizeof(line), "approve sketch/2 %s", hex);
    pty_expect_log(&p, line); /* exactly the bytes that were chosen */
    pty_stop(&p);
}

static void test_drop_a_hunk_wide(void **state)
{
    (void)state;
    drop_a_hunk(120, 40);
}

static void test_drop_a_hunk_narrow(void **state)
{
    (void)state;
    drop_a_hunk(80, 24);
}

static void test_panels(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, NULL);
    pty_expect(&p, "What you decide on");
    pty_expect(&p, "3 of 3 taken");
    pty_expect(&p, "Nothing is left out.");
    press(&p, " ", "2 of 3 taken");
    pty_expect(&p, "run again on your choice");
    pty_expect(&p, "hunk 1 left out:");
    pty_expect(&p, "└ stays  C2 model-symbol");
    press(&p, " ", "└ gone  C2 model-symbol");
    pty_stop(&p);
    open_scene(&p, 80, 24, NULL);
    press(&p, "\t", "What you decide on");
    press(&p, "\t", "Goes back to the model");
    press(&p, "\t", "1 of 3   [x] take");
    pty_stop(&p);
}

/* A choice that is not sent is a draft: nothing can be approved meanwhile, wherever one looks. */
static void test_a_draft_closes_the_question(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, NULL);
    press(&p, " ", "1 of 3 hunks left out");
    press(&p, "2", "goes on with it");
    pty_pump(&p, 700); /* longer than arming takes: what must not come has no sign to wait for */
    assert_false(pty_shows(&p, "armed"));
    pty_send(&p, "a");
    pty_pump(&p, 60);
    pty_send(&p, "\r");
    press(&p, "h", "1 of 3   [ ] leave");
    press(&p, "q", "Your choice of hunks is not sent");
    answer(&p, "n", "hunks left out");
    press(&p, "\x1b", "Drop your choice");
    answer(&p, "n", "hunks left out");
    press(&p, "\x1b", "Drop your choice");
    answer(&p, "y", "[3 Diff]");
    pty_expect(&p, "armed");
    assert_false(pty_log_has(&p, "sketch/2"));
    pty_stop(&p);
}

static void test_nothing_taken_is_a_rejection(void **state)
{
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, NULL);
    press(&p, "c", "Why is hunk 1 left out");
    press(&p, "\t", "does not follow the task");
    press(&p, "\r", "1 of 3   [ ] leave");
    press(&p, "J", "2 of 3   [x] take");
    press(&p, " ", "2 of 3   [ ] leave");
    press(&p, "J", "3 of 3   [x] take");
    press(&p, " ", "You take nothing of fruit.ino");
    press(&p, "\r", "Why is sketch/2 rejected?");
    pty_expect(&p, "> hunk 1: does not follow the task");
    pty_send(&p, "\r");
    pty_expect_log(&p, "reject sketch/2 7cf809f5");
    assert_false(pty_log_has(&p, "hunks"));
    pty_stop(&p);
}

static void test_split_and_edit(void **state)
{
    static const char *const env[] = {"EDITOR=/usr/bin/sed -i s/g_model/the_model/", "PATH=/usr/bin:/bin", NULL};
    struct pty p;

    (void)state;
    open_scene(&p, 120, 40, env);
    press(&p, "J", "2 of 3   [x] take");
    press(&p, "s", "2 of 5   [x] take");
    press(&p, "E", "└ you wrote this differently");
    pty_expect(&p, "net = tflite::GetModel(the_model);");
    pty_expect(&p, "hunk 2 as you wrote it");
    press(&p, "s", "this hunk stays whole");
    press(&p, "J", "3 of 5   [x] take");
    press(&p, " ", "3 of 5   [ ] leave");
    pty_send(&p, "\r");
    pty_expect_log(&p, "hunks sketch/2 7cf809f5");
    assert_true(pty_log_has(&p, "  net = tflite::GetModel(the_model);\n  static tflite::AllOpsResolver resolver;\n"
                                "  static tflite::MicroInterpreter made(model, resolver, arena, kArena);\n"));
    assert_true(pty_log_has(&p, "# line 18, a person wrote this differently\n# line 20, left out: no reason given\n"));
    pty_stop(&p);
}

/* An editor writes into out/: noticed, shown, taken over as a decision of its own, never overwritten. */
static void change_outside(struct pty *p, const char *where)
{
    static const char mine[] = "sorted fruit\none\ntwo\nthree, as I like it\n";
    char path[200];
    struct buf b;

    buf_init(&b, 65536);
    assert_int_equal(path_read(where, &b, NULL), 0);
    snprintf(path, sizeof(path), "%s/out/tiny/tiny.ino", buf_text(&b));
    assert_int_equal(path_write(path, mine, sizeof(mine) - 1, 0644, NULL), 0);
    pty_expect(p, "tiny.ino was changed outside: O shows the difference");
    press(p, "O", "Changed outside  out/tiny/tiny.ino");
    pty_expect(p, "+ three, as I like it");
    pty_expect(p, "1 of 1 changes taken");
    press(p, "\r", "Approve tiny.ino, 4 lines");
    approve(p);
    pty_expect(p, "sketch/4 approved");
    pty_send(p, "o"); /* the run was over: it goes on when the person says so */
    pty_expect(p, "✓ sketch");
    buf_reset(&b);
    assert_int_equal(path_read(path, &b, NULL), 0);
    assert_string_equal(buf_text(&b), mine);
    buf_done(&b);
    unlink(where);
}

/* The same with the real engine: gates, hashes, history, prompt. */
static void walk(int cols, int rows)
{
    char where[64];
    const char *argv[] = {BUILD_FOLDER "/tests/walk_app", where, NULL};
    struct pty p;

    snprintf(where, sizeof(where), "/tmp/tinywright-walk-%d", (int)getpid());
    pty_start(&p, cols, rows, NULL, argv);
    pty_expect(&p, "Approve tiny.ino, 10 lines");
    pty_expect(&p, "armed");
    press(&p, "h", "there are no hunks yet");
    pty_expect(&p, "armed");
    press(&p, "x", "Why is sketch/1 rejected");
    type(&p, "say more");
    pty_send(&p, "\r");
    pty_expect(&p, "sketch/2");
    pty_expect(&p, "armed");
    press(&p, "h", "1 of 2   [x] take");
    press(&p, "c", "Why is hunk 1 left out");
    type(&p, "quiet, please");
    press(&p, "\r", "1 of 2 hunks left out");
    pty_send(&p, "\r");
    pty_expect(&p, "Approve tiny.ino, 10 lines");
    pty_expect(&p, "last 🍋"); /* what is asked about: the hunk that was taken */
    pty_expect_not(&p, "loud");
    approve(&p);
    pty_expect(&p, "sketch/3"); /* grep found nothing sorted: the model is asked again */
    pty_expect(&p, "armed");
    pty_send(&p, "5");
    pty_expect(&p, "[5");
    pty_send(&p, "/person refused");
    press(&p, "\r", "Changes that a person refused");
    pty_expect(&p, "# line 1, left out: quiet, please");
    pty_expect(&p, "+fruit, loud");
    approve(&p);
    pty_expect(&p, "✓ sketch");
    change_outside(&p, where);
    pty_send(&p, "q");
    pty_expect_end(&p, 0);
    pty_stop(&p);
}

static void test_walk_wide(void **state)
{
    (void)state;
    if (exec_probe(EXEC_FULL, NULL))
        skip();
    walk(120, 40);
}

static void test_walk_narrow(void **state)
{
    (void)state;
    if (exec_probe(EXEC_FULL, NULL))
        skip();
    walk(80, 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drop_a_hunk_wide), cmocka_unit_test(test_drop_a_hunk_narrow), cmocka_unit_test(test_panels),
        cmocka_unit_test(test_a_draft_closes_the_question), cmocka_unit_test(test_nothing_taken_is_a_rejection),
        cmocka_unit_test(test_split_and_edit), cmocka_unit_test(test_walk_wide), cmocka_unit_test(test_walk_narrow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
