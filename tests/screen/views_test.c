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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history), cmocka_unit_test(test_data),
        cmocka_unit_test(test_trace), cmocka_unit_test(test_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
