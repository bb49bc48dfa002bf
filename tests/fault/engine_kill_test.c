/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kill -9 at random moments of a scripted run, and again while it is taken up: in the end the same approved
 * artifacts are there, the history verifies, and nothing was executed that nobody had approved.
 *
 * engine_kill_test [POINTS [SEED]]: 20 points unless said otherwise.
 */
#include "tests/unit/tiny_project.h"

#include <poll.h>
#include <sys/syscall.h>
#include <time.h>

#include "core/exec/exec.h"

enum { KILLS_MAX = 3, RESULT_CAP = 8192 };

static long points = 20, seed = 1;

/* A run from where the history stands; the exit code is the run's. */
static int child_run(struct tiny *t)
{
    struct err err = {0};
    int code;

    if (tiny_open(t, "trust-clean", &err)) {
        fprintf(stderr, "open: %s\n", err.msg);
        return 100 + err.code;
    }
    code = tiny_run(t, &err);
    if (code)
        fprintf(stderr, "run: %s\n", err.msg);
    if (tiny_close(t, &err))
        return 99;
    return code;
}

/* Runs in a child that is killed after us microseconds; -1: no kill. 1 when it was killed, 0 when it had ended well. */
static int run_until(struct tiny *t, int64_t us)
{
    struct timespec wait = {us / 1000000, us % 1000000 * 1000};
    struct pollfd p;
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(child_run(t));
    assert_true(pid > 0);
    if (us >= 0) {
        p = (struct pollfd){.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
        assert_true(p.fd >= 0);
        ppoll(&p, 1, &wait, NULL);
        kill(pid, SIGKILL);
        close(p.fd);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return 1;
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        fail_msg("the child ended with status %d", status);
    return 0;
}

/* What stands approved and passed at the end, one line a step. */
static void approved_at_the_end(struct tiny *t, char *dst, size_t size)
{
    static struct verify_result v;
    const struct state *s;
    struct err err = {0};
    size_t used = 0;

    if (tiny_open(t, "trust-clean", &err))
        fail_msg("%s", err.msg);
    s = engine_state(t->engine);
    for (int i = 0; i < s->n_stages; i++) {
        assert_int_equal(s->stages[i].status, STAGE_PASSED);
        for (size_t k = 0; k < s->stages[i].steps.n; k++) {
            const struct attempt *a = state_last_attempt(s, s->stages[i].steps.items[k]);
            used += (size_t)snprintf(dst + used, size - used, "%s %s\n", s->steps.items[a->step].id, a->sha);
        }
    }
    if (engine_verify(t->engine, &v, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(v.n_files, 2);
    tiny_close(t, &err);
}

static void killed_and_taken_up(void **state)
{
    char wanted[RESULT_CAP], got[RESULT_CAP];
    static struct tiny_audit audit;
    struct tiny t;
    int64_t begun, whole;
    long kills = 0;

    (void)state;
    tiny_with_model = true;
    tiny_make_project(&t);
    begun = os_mono_ms();
    assert_int_equal(run_until(&t, -1), 0);
    whole = (os_mono_ms() - begun) * 1000;
    approved_at_the_end(&t, wanted, sizeof(wanted));
    tiny_done(&t);
    for (long i = 0; i < points; i++) {
        unsigned short dice[3] = {(unsigned short)seed, (unsigned short)i, 7};
        tiny_make_project(&t);
        for (int k = 0; k < KILLS_MAX && run_until(&t, (int64_t)(erand48(dice) * (double)whole)); k++)
            kills++;
        run_until(&t, -1);
        approved_at_the_end(&t, got, sizeof(got));
        tiny_audit(&t, &audit);
        if (strcmp(wanted, got) != 0 || audit.wrong[0])
            fail_msg("point %ld of seed %ld (%s): %s\nwanted %s got %s", i, seed, t.folder, audit.wrong, wanted, got);
        tiny_done(&t);
    }
    print_message("%ld points, %ld kills, a whole run takes %ld ms\n", points, kills, (long)(whole / 1000));
    assert_true(kills >= points / 2); /* the moments were inside of runs */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(killed_and_taken_up)};

    points = argc > 1 ? strtol(argv[1], NULL, 10) : points;
    seed = argc > 2 ? strtol(argv[2], NULL, 10) : seed;
    if (exec_probe(EXEC_FULL, NULL)) {
        print_message("the full sandbox cannot be had on this machine\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
