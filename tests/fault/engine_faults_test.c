/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine when the machine refuses: a full disk at each write in turn, of out/ and of the history, and memory that
 * runs out at each allocation in turn. No crash, an error that says so, and a history that verifies and goes on.
 *
 * engine_faults_test [STEP]: every STEP-th point, 1 = all.
 */
#include "tests/unit/tiny_project.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/exec/exec.h"
#include "tests/fault/recorder.h"

static long step = 7;

/* A run with what is armed; then disarmed, verified, and run to its end. Returns the first run's code. */
static int run_and_recover(struct tiny *t, const char *what, long at)
{
    static struct verify_result v;
    static struct tiny_audit audit;
    struct err err = {0};
    int code = tiny_open(t, "trust-clean", &err);

    if (code == 0) {
        code = tiny_run(t, &err);
        tiny_close(t, NULL);
    }
    recorder_arm(RECORDER_COUNT, 0, 0);
    if (code != 0 && !err.msg[0])
        fail_msg("%s %ld: code %d without a sentence", what, at, code);
    err_reset(&err);
    if (tiny_open(t, "trust-clean", &err))
        fail_msg("%s %ld: the project does not open any more: %s", what, at, err.msg);
    if (tiny_run(t, &err))
        fail_msg("%s %ld: it does not go on: %s", what, at, err.msg);
    if (engine_verify(t->engine, &v, &err))
        fail_msg("%s %ld: %s", what, at, err.msg);
    assert_int_equal(v.n_files, 2);
    tiny_close(t, NULL);
    tiny_audit(t, &audit);
    if (audit.wrong[0])
        fail_msg("%s %ld: %s", what, at, audit.wrong);
    return code < 0 ? -code : code;
}

/* How many points and allocations a run has that nothing happens to. */
static void count(long *ret_points, long *ret_allocations)
{
    struct tiny t;
    struct err err = {0};

    tiny_make_project(&t);
    recorder_arm(RECORDER_COUNT, 0, 0);
    assert_int_equal(tiny_open(&t, "trust-clean", &err), 0);
    assert_int_equal(tiny_run(&t, &err), 0);
    tiny_close(&t, NULL);
    *ret_points = recorder_points();
    *ret_allocations = recorder_allocations();
    tiny_done(&t);
}

static void every_point(enum recorder_mode mode, int error, const char *what, long n, int every)
{
    long failed = 0, runs = 0;

    for (long at = 0; at < n; at += every, runs++) {
        struct tiny t;
        int code;
        tiny_make_project(&t);
        recorder_arm(mode, at, error);
        code = run_and_recover(&t, what, at);
        /* In a run that succeeded, the fault hit something that may fail: a cache, the clean-up. Code 4: the ledger could
         * not be read, so what was approved is asked about again. Code 7: a buffer that could not grow is taken for full. */
        failed += code != 0;
        if (code != 0 && code != ERR_MACHINE && code != ERR_STAGE && code != ERR_INVALID && code != ERR_TOOL &&
            code != ERR_DECISION && code != ERR_CAP)
            fail_msg("%s %ld: code %d", what, at, code);
        tiny_done(&t);
    }
    print_message("%s: %ld of %ld points tried, %ld runs failed and went on later\n", what, runs, n, failed);
    assert_true(failed > 0);
}

static void the_disk_is_full(void **state)
{
    long points, allocations;

    (void)state;
    count(&points, &allocations);
    every_point(RECORDER_FAIL_ON, ENOSPC, "full from point", points, (int)step);
    every_point(RECORDER_FAIL_ONCE, EIO, "broken at point", points, (int)step * 2);
}

static void memory_runs_out(void **state)
{
    long points, allocations;

    (void)state;
    count(&points, &allocations);
    every_point(RECORDER_MEMORY, 0, "no memory at allocation", allocations, (int)(allocations / 60 / 7 * step + 1));
}

/* out/ as a place that cannot be written: the results stay in the history, and the next run writes them. */
static void out_cannot_be_written(void **state)
{
    struct tiny t;
    struct err err = {0};
    char path[160];

    (void)state;
    tiny_make_project(&t);
    snprintf(path, sizeof(path), "%s/out", t.folder);
    assert_int_equal(path_write(path, "in the way", 10, 0644, NULL), 0);
    assert_int_equal(tiny_open(&t, "trust-clean", &err), 0);
    assert_int_equal(tiny_run(&t, &err), ERR_MACHINE);
    assert_non_null(strstr(err.msg, "out"));
    assert_int_equal(tiny_attempt(&t, "check/1")->state, ATTEMPT_PASSED);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(tiny_run(&t, &err), 0);
    tiny_close(&t, NULL);
    snprintf(path, sizeof(path), "%s/out/out.txt", t.folder);
    assert_true(path_exists(path));
    tiny_done(&t);
}

/* What passed counts also when a known key was taken out of what is said about it. */
static void a_key_in_an_outcome(void **state)
{
    struct tiny t;
    struct err err = {0};

    (void)state;
    tiny_with_model = true;
    tiny_outcome = ", and the key is correct-horse-battery";
    tiny_make_project(&t);
    t.provider.base.key = "correct-horse-battery";
    for (int i = 0; i < 2; i++) {
        assert_int_equal(tiny_open(&t, "trust-clean", &err), 0);
        assert_int_equal(tiny_run(&t, &err), 0);
        assert_int_equal(tiny_attempt(&t, "draw/1")->state, ATTEMPT_PASSED);
        assert_null(strstr(tiny_attempt(&t, "draw/1")->outcome, "correct-horse"));
        assert_null(tiny_attempt(&t, "make.1/2"));
        tiny_close(&t, NULL);
    }
    tiny_done(&t);
    tiny_with_model = false;
    tiny_outcome = "";
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_cannot_be_written),
        cmocka_unit_test(a_key_in_an_outcome),
        cmocka_unit_test(the_disk_is_full),
        cmocka_unit_test(memory_runs_out),
    };

    step = argc > 1 ? strtol(argv[1], NULL, 10) : step;
    if (exec_probe(EXEC_FULL, NULL)) {
        print_message("the full sandbox cannot be had on this machine\n");
        return 77;
    }
    recorder_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
