/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The views beside the board, as a person uses them: retry history, data, calls, queue, commands. The states are
 * made by hand (tests/screen/app): synthetic. Every story is told wide, narrow and on a terminal without color.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "tests/screen/pty.h"

#define APP BUILD_FOLDER "/tests/fake_app"

enum { STEPS_MAX = 40 };

/* Press key, see want; a want that begins with '!' has to be gone. */
struct story_step {
    const char *key, *want;
};

static const struct {
    int cols, rows;
    const char *term;
} terminals[] = {{120, 40, "TERM=xterm-256color"}, {80, 24, "TERM=xterm-256color"}, {80, 24, "TERM=vt100"}};

static void tell(const char *scene, const char *first, const struct story_step *steps)
{
    char log[64];

    snprintf(log, sizeof(log), "/tmp/tinywright-views-%d.log", (int)getpid());
    for (size_t t = 0; t < sizeof(terminals) / sizeof(*terminals); t++) {
        const char *env[] = {terminals[t].term, NULL}, *argv[] = {APP, scene, "--log", log, NULL};
        struct pty p;
        pty_start(&p, terminals[t].cols, terminals[t].rows, env, argv);
        pty_expect(&p, first);
        for (int i = 0; steps[i].want; i++) {
            pty_send(&p, steps[i].key);
            if (steps[i].want[0] == '!')
                pty_expect_not(&p, steps[i].want + 1);
            else
                pty_expect(&p, steps[i].want);
        }
        pty_stop(&p);
    }
    unlink(log);
}

/* Why did attempt 1 fail, is it gone, and what changed? */
static void test_history(void **state)
{
    static const struct story_step steps[] = {
        {"L", "Retry history of sketch"}, {"", "model-symbol"}, {"", "waits for you"}, {"", "6,102"},
        {"", "same cause twice: no"},     {"", "Diagnostics over attempts"}, {"", "8:22  C2 model-symbol"},
        {"", "●───┤"},                    {"", "gone in 2"},      {"", "not checked"}, /* the compiler has not seen 2 */
        {"m", "marks"},                   {"k", "model-symbol"},  {"m", "[3 Diff]"},
        {"", "@@ -5,7 +5,7 @@"},          {"L", "Retry history"}, {"\x1b", "!Retry history"},
        {"L", "Retry history"},           {"J\r", "◂ model-symbol"}, {"", "sketch/1"}, {NULL, NULL},
    };

    (void)state;
    tell("waiting", "Approve fruit.ino", steps);
}

/* What is in the CSV, what did each step do to it, and which script did that? */
static void test_data(void **state)
{
    static const struct story_step steps[] = {
        {"D", "As it came   fruit.csv   6 rows × 5 columns"}, {"", "1 duplicate"}, {"", "constant: tells nothing"},
        {"", "3 classes"},   {"", "2 rows  33.3 %"},     {"", "98.7"}, /* mean of the five numbers of red */
        {"j", "After step 1"}, {"", "gone: site"},       {"j", "rows 6 → 5"}, {"", "duplicates 1 → 0"},
        {"j", "missing 1 → 0"}, {"b", "Before step 3"},  {"b", "After step 3"}, {"\r", "data.3/1"},
        {"", "fill 1 missing red by median"},            {"gd", "Steps of the data stage"}, {"\x1b", "!Steps of the data"},
        {NULL, NULL},
    };

    (void)state;
    tell("waiting", "Approve fruit.ino", steps);
}

/* Which calls were made, what did they cost, and where did that word come from? */
static void test_trace(void **state)
{
    static const struct story_step steps[] = {
        {"c", "7 calls"},            {"", "6,102"},  {"", "0.9 s"}, {"", "1100"}, /* tokens a second: 6,102 in 5.546 s */
        {"", "$0.021"},              {"/redeclared\r", "of 7 calls hold \"redeclared\""}, {"", "!data.1/1"},
        {"\r", "[1 Stream]"},        {"", "The first sketch redeclared"}, {"c", "calls hold"},    {"\x1b", "!calls hold"},
        {"", "data.1/1"}, {"/nowhere\r", "no \"nowhere\" here"}, {"\x1b", "data.1/1"}, {"\x1b", "!7 calls"}, {NULL, NULL},
    };

    (void)state;
    tell("waiting", "Approve fruit.ino", steps);
}

/* What waits for me, anywhere? Take me there. */
static void test_queue(void **state)
{
    static const struct story_step steps[] = {
        {"", "2 decisions wait"}, {"", "row 4 differs"},  {"u", "Review queue"}, {"", "wine   13 measurements"},
        {"", "36 lines  no findings"}, {"", "1 warning"}, {"", "2 decisions in 1 project"}, {"\x1b", "!Review queue"},
        {"gq", "Review queue"}, {"\r", "Approve fruit.ino"}, {"", "[3 Diff]"}, {"u", "Review queue"}, {"", "open now"},
        {"\x1b", "Approve fruit.ino"}, {NULL, NULL},
    };

    (void)state;
    tell("home", "Examples", steps);
}

/* What can be typed: completed, corrected, refused with a reason. */
static void test_commands(void **state)
{
    static const struct story_step steps[] = {
        {":vie\t", ":view"},         {"tra\t", ":view trace"},  {"\r", "Model calls"},
        {":view nowhere\r", "there is no view"},                {":view data\r", "Steps of the data stage"},
        {":view diff\r", "[3 Diff]"}, {":keys\r", "Help"}, {"G", ":replace"},
        {"\x1b", "[3 Diff]"},        {":theme li\t\r", "theme light"}, {":\x1b[A", ":theme light"}, {"\x1b", "!:theme light"},
        {":open /nowhere\r", "there is no project in /nowhere"}, {":write\r", ":write needs FILE"},
        {":frm sketch\r", "did you mean \"from\"?"}, {":run now\r", ":run takes nothing after it"},
        {NULL, NULL},
    };

    (void)state;
    tell("waiting", "Approve fruit.ino", steps);
}

static void start(struct pty *p, const char *const *env, const char *log)
{
    const char *argv[] = {APP, "verified", "--log", log, "--id", "0123456789abcdef", NULL};

    pty_start(p, 120, 40, env, argv);
    pty_expect(p, "sketch/2");
}

/* Commands reach the engine; files and clipboard get exactly the artifact's bytes. */
static void test_what_commands_do(void **state)
{
    char folder[64] = "/tmp/tinywright-views-XXXXXX", home[80], log[80], file[80], line[160];
    const char *env[] = {home, NULL};
    struct buf bytes;
    struct pty p;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(home, sizeof(home), "XDG_STATE_HOME=%s", folder);
    snprintf(log, sizeof(log), "%s/log", folder);
    snprintf(file, sizeof(file), "%s/copy.ino", folder);
    start(&p, env, log);
    pty_send(&p, ":run\r");
    pty_expect_log(&p, "run - ");
    snprintf(line, sizeof(line), ":write %s\r", file);
    pty_send(&p, line);
    pty_expect(&p, "898 bytes of sketch/2 are in");
    pty_send(&p, line);
    pty_expect(&p, "exists; :replace FILE overwrites");
    buf_init(&bytes, 1 << 20);
    assert_int_equal(path_read(file, &bytes, NULL), 0);
    assert_int_equal(bytes.len, 898);
    assert_null(strstr(buf_text(&p.raw), "\x1b]52"));
    pty_send(&p, "y");
    pty_expect(&p, "sent to terminal: 898 bytes of sketch/2; whether it took them only it knows");
    assert_non_null(strstr(buf_text(&p.raw), "\x1b]52;c;I2luY2x1ZGUg")); /* base64 of "#include " */
    pty_send(&p, "2z");
    pty_expect_not(&p, "Budget");
    pty_send(&p, "q");
    pty_expect_end(&p, 0);
    pty_stop(&p);
    start(&p, env, log); /* the pane is as it was left */
    pty_expect(&p, "[2 Artifact]");
    assert_false(pty_shows(&p, "Budget"));
    pty_send(&p, ":quit\r");
    pty_expect_end(&p, 0);
    pty_stop(&p);
    buf_done(&bytes);
    unlink(file);
    unlink(log);
    snprintf(file, sizeof(file), "%s/layout", folder);
    unlink(file);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history), cmocka_unit_test(test_data),
        cmocka_unit_test(test_trace), cmocka_unit_test(test_queue),
        cmocka_unit_test(test_commands), cmocka_unit_test(test_what_commands_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
