/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/loop/loop.h"

struct seen {
    struct loop *loop;
    int id, other, count, value, events;
    char order[32];
};

static int setup(void **state)
{
    struct seen *s = calloc(1, sizeof(*s));

    s->loop = loop_new(NULL);
    *state = s;
    return s->loop ? 0 : -1;
}

static int teardown(void **state)
{
    struct seen *s = *state;

    loop_free(s->loop);
    free(s);
    return 0;
}

static void turn_until(struct seen *s, int count)
{
    int64_t end = os_mono_ms() + 5000;

    while (s->count < count && os_mono_ms() < end)
        loop_turn(s->loop, 100);
    assert_int_equal(s->count, count);
}

static void on_fd(void *arg, int fd, int events)
{
    struct seen *s = arg;
    char c;

    s->count++;
    s->events = events;
    if (read(fd, &c, 1) == 1)
        s->value = c;
}

static void fd_reads_and_hangs_up(void **state)
{
    struct seen *s = *state;
    int p[2];

    assert_int_equal(pipe2(p, O_CLOEXEC), 0);
    s->id = loop_add_fd(s->loop, p[0], LOOP_READ, on_fd, s);
    assert_true(s->id > 0);
    assert_int_equal(loop_turn(s->loop, 0), 0);
    assert_int_equal(write(p[1], "x", 1), 1);
    turn_until(s, 1);
    assert_int_equal(s->value, 'x');
    assert_int_equal(s->events, LOOP_READ);
    close(p[1]);
    turn_until(s, 2);
    assert_true(s->events & LOOP_HANGUP);
    loop_set_events(s->loop, s->id, 0); /* nobody asks: no spinning on the hang-up */
    assert_int_equal(loop_turn(s->loop, 0), 0);
    loop_remove(s->loop, s->id);
    loop_remove(s->loop, s->id);
    close(p[0]);
}

static void add_char(struct seen *s, char c)
{
    s->order[s->count++] = c;
}

static void timer_a(void *arg)
{
    add_char(arg, 'a');
}

static void timer_b(void *arg)
{
    struct seen *s = arg;

    add_char(s, 'b');
    loop_remove(s->loop, s->other); /* due in the same turn: must not run any more */
}

static void again(void *arg)
{
    struct seen *s = arg;

    add_char(s, 'd');
    loop_defer(s->loop, again, s);
}

static void timers_run_in_order(void **state)
{
    struct seen *s = *state;
    int64_t start = os_mono_ms();

    s->other = loop_add_timer(s->loop, 21, timer_a, s);
    loop_add_timer(s->loop, 20, timer_b, s);
    loop_add_timer(s->loop, 5, timer_a, s);
    loop_add_timer(s->loop, 60, timer_a, s);
    turn_until(s, 1);
    while (os_mono_ms() < start + 40)
        loop_turn(s->loop, 5); /* lets 20 and 21 become due */
    turn_until(s, 3);
    assert_string_equal(s->order[1] == 'b' ? s->order : "", "aba");
    assert_true(os_mono_ms() - start >= 60);
}

static void defer_takes_the_next_turn(void **state)
{
    struct seen *s = *state;

    loop_defer(s->loop, again, s);
    assert_int_equal(loop_turn(s->loop, -1), 1);
    assert_int_equal(loop_turn(s->loop, -1), 1);
    assert_int_equal(s->count, 2);
}

static void on_signal(void *arg, int signo)
{
    struct seen *s = arg;

    s->count++;
    s->value = signo;
}

static void signals_arrive_and_are_given_back(void **state)
{
    struct seen *s = *state;
    sigset_t mask;

    s->id = loop_add_signal(s->loop, SIGUSR1, on_signal, s);
    s->other = loop_add_signal(s->loop, SIGUSR1, on_signal, s);
    assert_true(s->id > 0);
    raise(SIGUSR1);
    turn_until(s, 2);
    assert_int_equal(s->value, SIGUSR1);
    loop_remove(s->loop, s->id);
    raise(SIGUSR1);
    turn_until(s, 3);
    loop_remove(s->loop, s->other);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    assert_false(sigismember(&mask, SIGUSR1));
}

static void on_child(void *arg, pid_t pid, int status)
{
    struct seen *s = arg;

    s->count++;
    s->id = (int)pid;
    s->value = status;
}

static void children_are_reaped(void **state)
{
    struct seen *s = *state;
    pid_t pid = fork();

    if (pid == 0)
        _exit(7);
    assert_true(loop_add_child(s->loop, pid, on_child, s) > 0);
    turn_until(s, 1);
    assert_int_equal(s->id, pid);
    assert_int_equal(WEXITSTATUS(s->value), 7);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
}

static void child_reset_in_a_fork(void **state)
{
    struct seen *s = *state;
    int status;
    pid_t pid;

    loop_add_signal(s->loop, SIGTERM, on_signal, s);
    pid = fork();
    if (pid == 0) {
        loop_child_reset();
        raise(SIGTERM);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void on_watch(void *arg, const char *path)
{
    struct seen *s = arg;

    s->count++;
    assert_non_null(strstr(path, "/wanted"));
}

static void touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static void watches_see_writes_and_renames(void **state)
{
    struct seen *s = *state;
    char dir[] = "/tmp/loop_test.XXXXXX", wanted[64], other[64];

    assert_non_null(mkdtemp(dir));
    snprintf(wanted, sizeof(wanted), "%s/wanted", dir);
    snprintf(other, sizeof(other), "%s/other", dir);
    s->id = loop_add_watch(s->loop, wanted, on_watch, s);
    assert_true(s->id > 0);
    touch(other);
    assert_int_equal(loop_turn(s->loop, 50), 0); /* the neighbor is not ours */
    touch(wanted);
    turn_until(s, 1); /* create, modify, close: one call */
    assert_int_equal(rename(other, wanted), 0);
    turn_until(s, 2);
    loop_remove(s->loop, s->id);
    touch(wanted);
    assert_int_equal(loop_turn(s->loop, 20), 0);
    unlink(wanted);
    rmdir(dir);
}

static int polls, last_timeout;

static int my_poll(void *arg, struct pollfd *fds, nfds_t n, int timeout_ms)
{
    polls++;
    last_timeout = timeout_ms;
    return poll(fds, n, arg ? 0 : timeout_ms);
}

static int before(void *arg)
{
    (void)arg;
    return 1234;
}

static void poll_can_be_replaced(void **state)
{
    struct seen *s = *state;
    int timer;

    loop_set_poll(s->loop, my_poll, s);
    loop_turn(s->loop, -1); /* nothing to wait for: no limit on the sleep, so idle costs nothing */
    assert_int_equal(last_timeout, -1);
    loop_add_before(s->loop, before, s);
    loop_turn(s->loop, -1);
    assert_int_equal(last_timeout, 1234);
    timer = loop_add_timer(s->loop, 100, timer_a, s);
    loop_turn(s->loop, -1);
    assert_in_range(last_timeout, 50, 100);
    loop_remove(s->loop, timer);
    loop_set_poll(s->loop, NULL, NULL);
    loop_turn(s->loop, 0);
    assert_int_equal(polls, 3);
}

static void stop_now(void *arg)
{
    struct seen *s = arg;

    loop_stop(s->loop);
}

static void run_until_stop(void **state)
{
    struct seen *s = *state;

    loop_add_timer(s->loop, 5, stop_now, s);
    loop_run(s->loop);
    loop_defer(s->loop, stop_now, s);
    loop_run(s->loop); /* and a second time */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(fd_reads_and_hangs_up), T(timers_run_in_order), T(defer_takes_the_next_turn),
        T(signals_arrive_and_are_given_back), T(children_are_reaped), T(child_reset_in_a_fork),
        T(watches_see_writes_and_renames), T(poll_can_be_replaced), T(run_until_stop),
    };

    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
