/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/cli/key: the user's key command is an argv in a group of its own, with limits on time and output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/base/str.h"
#include "core/cli/commands.h"
#include "core/config/config.h"

static struct err err;
static struct buf key;

static int run(char **argv, int n)
{
    struct config_strings command = {argv, n};

    memset(&err, 0, sizeof(err));
    buf_done(&key);
    buf_init(&key, 64 * 1024);
    return cli_key_command(&command, &key, &err);
}

#define RUN(...) \
    run((char *[]){__VA_ARGS__, NULL}, (int)(sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)))

static char sh[] = "/bin/sh", c[] = "-c", printf_[] = "printf", arg[] = "$(touch /tmp/x); `id` ; *";

static void prints_a_key(void **state)
{
    char line[] = "sk-test-1234567890\\n", percent[] = "%s", shell[] = "echo from-a-shell; exit 0";

    (void)state;
    assert_int_equal(RUN(printf_, line), 0);
    assert_string_equal(buf_text(&key), "sk-test-1234567890");
    /* Nothing is interpreted on the way. */
    assert_int_equal(RUN(printf_, percent, arg), 0);
    assert_string_equal(buf_text(&key), arg);
    assert_int_equal(RUN(sh, c, shell), 0);
    assert_string_equal(buf_text(&key), "from-a-shell");
}

static void says_what_went_wrong(void **state)
{
    char none[] = "/nowhere/key-tool", nothing[] = "exit 0", fails[] = "echo k; exit 3", two[] = "echo a; echo b",
         much[] = "head -c 100000 /dev/zero | tr '\\0' x", killed[] = "echo k; kill -9 $$";

    (void)state;
    assert_int_equal(RUN(none), -ERR_PROVIDER);
    assert_non_null(strstr(err.msg, "is not there"));
    assert_int_equal(RUN(sh, c, nothing), -ERR_PROVIDER);
    assert_non_null(strstr(err.msg, "one line with a key"));
    assert_int_equal(RUN(sh, c, two), -ERR_PROVIDER);
    assert_int_equal(RUN(sh, c, fails), -ERR_PROVIDER);
    assert_non_null(strstr(err.msg, "code 3"));
    assert_int_equal(RUN(sh, c, much), -ERR_PROVIDER);
    assert_non_null(strstr(err.msg, "more than 4096"));
    assert_int_equal(RUN(sh, c, killed), -ERR_PROVIDER);
    assert_non_null(strstr(err.msg, "signal 9"));
}

static int64_t clock_offset;

static int64_t fast_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    clock_offset += 6000000000LL; /* each look at the clock is 6 s later */
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec + clock_offset;
}

/* It says its process id and stays; the limit ends it and what it started. */
static void the_limit_ends_it_and_its_children(void **state)
{
    char text[] = "sleep 1000 & echo $! ; wait";
    int64_t (*real)(void) = os.mono_ns;
    pid_t pid = 0;
    int r;

    (void)state;
    os.mono_ns = fast_clock;
    r = RUN(sh, c, text);
    os.mono_ns = real;
    assert_int_equal(r, -ERR_PROVIDER);
    assert_non_null(strstr(err.msg, "within 10 seconds"));
    if (key.len) {
        int64_t number = 0;
        char one[32];
        str_copy(one, sizeof(one), buf_text(&key));
        one[strcspn(one, "\n")] = '\0';
        assert_true(str_to_long(one, &number));
        pid = (pid_t)number;
    }
    for (int i = 0; pid && i < 500 && kill(pid, 0) == 0; i++)
        usleep(10000);
    assert_true(!pid || (kill(pid, 0) < 0 && errno == ESRCH));
}

static void has_no_terminal_input_and_no_open_files(void **state)
{
    char text[] = "read line; [ -z \"$line\" ] && ls /proc/self/fd | tr '\\n' ' '";
    int fd = dup(STDOUT_FILENO);

    (void)state;
    assert_int_equal(RUN(sh, c, text), 0);
    assert_string_equal(buf_text(&key), "0 1 2 3"); /* 3 is ls's own */
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_a_key),
        cmocka_unit_test(says_what_went_wrong),
        cmocka_unit_test(the_limit_ends_it_and_its_children),
        cmocka_unit_test(has_no_terminal_input_and_no_open_files),
    };
    int r = cmocka_run_group_tests(tests, NULL, NULL);

    buf_done(&key);
    return r;
}
