/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/exec/exec.h"
#include "core/exec/report.h"

#define PYTHON "/usr/bin/python3"
#define MIB (1ll << 20)

struct bench {
    struct loop *loop;
    struct exec *exec;
    struct job_result result; /* of the last job that ended; owned */
    int ended, good; /* good: ended well with "ok" in the output o */
    size_t seen; /* bytes given to the output callback */
};

static int open_bench(void **state, enum exec_level level)
{
    struct bench *b = calloc(1, sizeof(*b));
    struct err err = {0};

    b->loop = loop_new(NULL);
    b->exec = exec_new(b->loop, level, &err);
    if (!b->exec)
        print_error("%s\n", err.msg);
    *state = b;
    return b->exec ? 0 : -1;
}

static int full(void **state)
{
    return open_bench(state, EXEC_FULL);
}

static int partial(void **state)
{
    return open_bench(state, EXEC_PARTIAL);
}

static int teardown(void **state)
{
    struct bench *b = *state;

    exec_free(b->exec);
    loop_free(b->loop);
    job_result_done(&b->result);
    free(b);
    return 0;
}

static void on_done(void *arg, struct job_result *r)
{
    struct bench *b = arg;

    const struct job_file *o = job_result_output(r, "o");

    if (r->stop == JOB_EXITED && o && str_eq(o->bytes, "ok"))
        b->good++;
    job_result_done(&b->result);
    b->result = *r;
    memset(r, 0, sizeof(*r)); /* taken */
    b->ended++;
}

static void on_output(void *arg, bool is_err, const char *bytes, size_t n)
{
    struct bench *b = arg;

    (void)is_err, (void)bytes;
    b->seen += n;
}

static struct exec_run *start(struct bench *b, struct job *job)
{
    struct err err = {0};
    struct exec_run *run = exec_start(b->exec, job, on_output, on_done, b, &err);

    if (!run)
        print_error("%s\n", err.msg);
    assert_non_null(run);
    return run;
}

static void wait_for(struct bench *b, int ended)
{
    int64_t end = os_mono_ms() + 30000;

    while (b->ended < ended && os_mono_ms() < end)
        loop_turn(b->loop, 1000);
    assert_int_equal(b->ended, ended);
}

static struct job *python(const char *code)
{
    struct job *job = job_new("test");

    assert_non_null(job);
    assert_int_equal(job_arg(job, PYTHON, NULL), 0);
    assert_int_equal(job_arg(job, "-I", NULL), 0);
    assert_int_equal(job_arg(job, "-c", NULL), 0);
    assert_int_equal(job_arg(job, code, NULL), 0);
    return job;
}

static struct job_result *run(struct bench *b, struct job *job)
{
    start(b, job);
    wait_for(b, b->ended + 1);
    return &b->result;
}

static void expect(const struct job_result *r, enum job_stop stop, int code, const char *out)
{
    char text[128];

    if (r->stop != stop || r->code != code || !strstr(r->out, out))
        print_error("%s; %s\nstdout: %s\nstderr: %s\n", job_stop_text(r, text, sizeof(text)), r->error.msg, r->out, r->err_out);
    assert_int_equal(r->stop, stop);
    assert_int_equal(r->code, code);
    assert_non_null(strstr(r->out, out));
}

static void exit_codes_and_streams(void **state)
{
    struct bench *b = *state;
    struct job_result *r = run(b, python("import sys; print('out'); print('bad', file=sys.stderr); sys.exit(3)"));

    expect(r, JOB_EXITED, 3, "out\n");
    assert_string_equal(r->err_out, "bad\n");
    assert_int_equal(b->seen, 8);
    assert_string_equal(r->box, exec_level_name(exec_level(b->exec)));
    assert_true(r->wall_ms > 0 && r->max_rss > MIB);
    expect(run(b, python("import os; os.abort()")), JOB_SIGNALED, SIGABRT, "");
    expect(run(b, python("import os; os.kill(os.getpid(), 9)")), JOB_SIGNALED, SIGKILL, "");
}

static void program_that_is_not_there(void **state)
{
    struct job *job = job_new("test");

    job_arg(job, "/usr/bin/no-such-program", NULL);
    expect(run(*state, job), JOB_NOT_STARTED, 2, "");
    assert_int_equal(((struct bench *)*state)->result.error.code, ERR_TOOL);
}

static void impossible_jobs_are_refused(void **state)
{
    struct bench *b = *state;
    static const char *const names[] = {"../x", "/x", "a/b/c", "..", "a/../b", ""};
    struct err err;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct job *job = python("pass");
        job_file(job, names[i], "x", 1, NULL);
        assert_null(exec_start(b->exec, job, NULL, on_done, b, &err));
        assert_int_equal(err.code, ERR_INVALID);
        job_free(job);
    }
    struct job *relative = job_new("test");
    job_arg(relative, "python3", NULL);
    assert_null(exec_start(b->exec, relative, NULL, on_done, b, &err));
    job_free(relative);
    struct job *out = python("pass");
    job_output(out, "../escape", NULL);
    assert_null(exec_start(b->exec, out, NULL, on_done, b, &err));
    job_free(out);
    assert_int_equal(b->ended, 0);
}

static void bytes_are_handed_over_unwritable(void **state)
{
    static const char code[] =
        "import os\n"
        "print(open('../in/data.bin','rb').read() == bytes(range(256)), open('../in/sub/b').read())\n"
        "for f in ('../in/data.bin', '../in/sub/b', '../in/new'):\n"
        "  for how in ('r+b', 'wb', 'ab'):\n"
        "    try: open(f, how).write(b'x'); print('WRITTEN')\n"
        "    except OSError: pass\n"
        "  for fn in (lambda: os.unlink(f), lambda: os.rename(f, f + 'x'), lambda: os.truncate(f, 0)):\n"
        "    try: fn(); print('CHANGED')\n"
        "    except OSError: pass\n"
        "print(open('../in/data.bin','rb').read() == bytes(range(256)))\n";
    struct job *job = python(code);
    unsigned char bytes[256];
    struct job_result *r;

    for (int i = 0; i < 256; i++)
        bytes[i] = (unsigned char)i;
    job_file(job, "data.bin", bytes, sizeof(bytes), NULL);
    job_file(job, "sub/b", "deep", 4, NULL);
    job_file(job, "empty", "", 0, NULL);
    r = run(*state, job);
    expect(r, JOB_EXITED, 0, "True deep\nTrue\n");
    assert_string_equal(r->out, "True deep\nTrue\n");
}

static void paths_in_arguments(void **state)
{
    static const char script[] = "import sys\nopen(sys.argv[1], 'w').write('ok')\nopen(sys.argv[2][5:])\nopen(sys.argv[3][2:])\n";
    struct job *job = job_new("test");

    job_arg(job, PYTHON, NULL);
    job_arg(job, "-I", NULL);
    job_arg(job, "/in/script.py", NULL);
    job_arg(job, "/work/made", NULL);
    job_arg(job, "--in=/in/script.py", NULL);
    job_arg(job, "-I/in/script.py", NULL);
    job_file(job, "script.py", script, sizeof(script) - 1, NULL);
    job_output(job, "made", NULL);
    expect(run(*state, job), JOB_EXITED, 0, "");
    assert_non_null(job_result_output(&((struct bench *)*state)->result, "made"));
}

static void standard_input(void **state)
{
    struct job *job = python("import sys; d = sys.stdin.read(); print(len(d), d[:3])");
    char *big = malloc(300000);

    memset(big, 'z', 300000);
    job_input(job, big, 300000, NULL);
    expect(run(*state, job), JOB_EXITED, 0, "300000 zzz");
    free(big);
    expect(run(*state, python("import sys; print(repr(sys.stdin.read()))")), JOB_EXITED, 0, "''");
}

static void outputs_come_back(void **state)
{
    struct job *job = python("import os; os.makedirs('sub'); open('a','wb').write(bytes(range(256)) * 4096); open('sub/b','w').write('deep'); open('empty','w')");
    const struct job_file *f;
    struct job_result *r;

    job_output(job, "a", NULL);
    job_output(job, "missing", NULL);
    job_output(job, "sub/b", NULL);
    job_output(job, "empty", NULL);
    r = run(*state, job);
    expect(r, JOB_EXITED, 0, "");
    assert_int_equal(r->n_outputs, 3);
    assert_int_equal(r->error.code, 0); /* not made is not an offense */
    f = job_result_output(r, "a");
    assert_int_equal(f->len, MIB);
    for (size_t i = 0; i < f->len; i++)
        assert_int_equal(((unsigned char *)f->bytes)[i], i & 255);
    assert_string_equal(job_result_output(r, "sub/b")->bytes, "deep");
    assert_int_equal(job_result_output(r, "empty")->len, 0);
    assert_null(job_result_output(r, "missing"));
}

static void outputs_that_are_no_plain_files(void **state)
{
    static const char *const codes[] = {
        "import os; os.symlink('/usr/bin/env', 'o')",
        "import os; open('x','w').write('x'); os.link('x', 'o')",
        "import os; os.mkdir('d'); open('d/o','w'); os.symlink('d', 'e')",
        "import os; os.mkdir('o')",
        "import os; os.mkfifo('o')",
        "import os; open('o','w').write('x'); os.chmod('o', 0)",
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct job *job = python(codes[i]);
        struct job_result *r;
        job_output(job, i == 2 ? "e/o" : "o", NULL);
        r = run(*state, job);
        assert_int_equal(r->code, 0);
        if (i == 5 && r->n_outputs == 1)
            continue; /* as root at level partial the helper may read what its owner may not: harmless */
        assert_int_equal(r->n_outputs, 0);
        assert_int_equal(r->error.code, ERR_INVALID);
    }
}

static void wall_limit(void **state)
{
    struct job *job = python("import time, signal; signal.signal(15, signal.SIG_IGN); print('x', flush=True); time.sleep(60)");
    struct job_result *r;

    job->limits.wall_ms = 300;
    r = run(*state, job);
    expect(r, JOB_WALL, 0, "");
    assert_in_range(r->wall_ms, 300, 3000);
}

static void cpu_limit(void **state)
{
    struct job *job = python("while True: pass");

    job->limits.cpu_s = 1;
    expect(run(*state, job), JOB_CPU, SIGXCPU, "");
    job = python("import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass");
    job->limits.cpu_s = 1;
    expect(run(*state, job), JOB_CPU, SIGKILL, "");
}

static void memory_limit(void **state)
{
    struct job *job = python("x = bytearray(600 << 20)");

    job->limits.memory = 500 * MIB;
    expect(run(*state, job), JOB_MEMORY, 1, "");
    /* many processes, each under the limit, all together above it */
    job = python("import os, time\nfor i in range(8):\n  if os.fork() == 0:\n    x = bytearray(b'x') * (100 << 20); time.sleep(60)\ntime.sleep(60)");
    job->limits.memory = 300 * MIB;
    expect(run(*state, job), JOB_MEMORY, SIGKILL, "");
    assert_true(((struct bench *)*state)->result.wall_ms < 20000);
}

static void output_flood(void **state)
{
    struct bench *b = *state;
    struct job *job = python("import os\nwhile True: os.write(1, b'y' * 4096); os.write(2, b'n' * 4096)");
    struct job_result *r;

    job->limits.output = 100000;
    r = run(b, job);
    expect(r, JOB_FLOOD, 0, "yyy");
    assert_int_equal(r->out_len + r->err_len, 100000);
    assert_int_equal(b->seen, 100000);
    job = python("print('y' * 99999)"); /* the last allowed byte is allowed */
    job->limits.output = 100000;
    expect(run(b, job), JOB_EXITED, 0, "y\n");
}

static void disk_limit(void **state)
{
    struct job *job = python("for i in range(100): open('f%d' % i, 'wb').write(b'x' * (1 << 20))\nimport time; time.sleep(2)");

    job->limits.work = 8 * MIB;
    run(*state, job);
    assert_int_equal(((struct bench *)*state)->result.stop, JOB_DISK);
    job = python("open('f', 'wb').write(b'x' * (3 << 20))");
    job->limits.file = 2 * MIB;
    expect(run(*state, job), JOB_DISK, 1, "");
    job = python("import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL); open('f', 'wb').write(b'x' * (3 << 20))");
    job->limits.file = 2 * MIB;
    expect(run(*state, job), JOB_DISK, SIGXFSZ, "");
}

static void process_limit(void **state)
{
    struct job *job = python("import os, time\nn = 0\ntry:\n  while n < 500:\n    if os.fork() == 0: time.sleep(60)\n    n += 1\nexcept OSError: pass\nprint(n, flush=True); os._exit(1)");
    struct bench *b = *state;
    struct job_result *r;
    int64_t n = 0;

    job->limits.processes = 20;
    r = run(b, job);
    r->out[strcspn(r->out, "\n")] = '\0';
    assert_true(str_to_long(r->out, &n));
    assert_in_range(n, 10, 20);
    if (exec_level(b->exec) == EXEC_FULL)
        assert_int_equal(r->stop, JOB_PROCESSES);
}

static void orphans_end_with_the_job(void **state)
{
    struct bench *b = *state;
    static const char code[] =
        "import os, time\n"
        "if os.fork() == 0:\n"
        "  os.setsid()\n"
        "  if os.fork() == 0:\n"
        "    while True: open('beat', 'w'); os.write(1, b'.'); time.sleep(0.005)\n"
        "  os._exit(0)\n"
        "time.sleep(0.1)\n";
    struct job_result *r = run(b, python(code));

    expect(r, JOB_EXITED, 0, "."); /* the pipe's end, without which done does not come, shows it is gone */
    assert_true(r->wall_ms < 5000);
}

static void cancel_and_free(void **state)
{
    struct bench *b = *state;
    struct exec_run *run_a = start(b, python("import time; time.sleep(60)"));
    int64_t since = os_mono_ms();

    exec_cancel(run_a);
    exec_cancel(run_a);
    assert_int_equal(b->ended, 0); /* not from inside */
    wait_for(b, 1);
    assert_int_equal(b->result.stop, JOB_CANCELED);
    start(b, python("import time; time.sleep(60)"));
    start(b, python("import time; time.sleep(60)"));
    loop_turn(b->loop, 50);
    exec_free(b->exec);
    b->exec = NULL;
    assert_int_equal(b->ended, 3);
    assert_int_equal(b->result.stop, JOB_CANCELED);
    assert_true(os_mono_ms() - since < 10000);
}

static void ten_at_once(void **state)
{
    struct bench *b = *state;

    for (int i = 0; i < 10; i++) {
        struct job *job = python("import time; time.sleep(0.05); open('o','w').write('ok')");
        job_output(job, "o", NULL);
        start(b, job);
    }
    wait_for(b, 10);
    assert_int_equal(b->good, 10);
}

static void environment_is_ours(void **state)
{
    struct job_result *r;

    setenv("OPENAI_API_KEY", "sk-secret", 1);
    setenv("LD_PRELOAD_TEST", "x", 1);
    r = run(*state, python("import os; print(sorted(os.environ)); print(os.environ['HOME'] == os.getcwd())"));
    expect(r, JOB_EXITED, 0, "True");
    assert_null(strstr(r->out, "OPENAI"));
    assert_null(strstr(r->out, "_TEST"));
}

static void descriptors_are_closed(void **state)
{
    int fd = open("/etc/hostname", O_RDONLY); /* on purpose without close-on-exec */
    struct job_result *r = run(*state, python("import os\nn = 0\nfor i in range(3, 1024):\n  try: os.fstat(i); n += 1\n  except OSError: pass\nprint(n)"));

    expect(r, JOB_EXITED, 0, "0\n");
    close(fd);
}

/* A report is what a broken-out job would write: nothing in it is believed. */
static void hostile_reports(void **state)
{
    static const struct {
        struct box_head heads[3];
        int n;
    } cases[] = {
        {{{99, 0, 0}}, 1},
        {{{BOX_OUTPUT, 0, 5}}, 1},  /* before the end */
        {{{BOX_DONE, 0, 0}}, 1},
        {{{BOX_FAILED, 77, 1}}, 1},
        {{{BOX_REFUSED, 0, BOX_LINKED}}, 1},
        {{{BOX_ENDED, 0, 0}, {0}, {0}}, 3}, /* its 24 bytes, then half a head with tag 0 follow */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct job *job = python("pass");
        struct job_result result = {0};
        struct report r;
        job_output(job, "o", NULL);
        report_init(&r, job, &exec_default_limits, &result);
        for (size_t at = 0; at < (size_t)cases[i].n * sizeof(struct box_head); at++)
            report_feed(&r, (const char *)cases[i].heads + at, 1); /* byte by byte */
        assert_true(r.broken || !r.done);
        job_result_done(&result);
        job_free(job);
    }
}

static void hostile_sizes(void **state)
{
    static const struct box_head outs[] = {
        {BOX_OUTPUT, 1, 5}, {BOX_OUTPUT, 0, -1}, {BOX_OUTPUT, 0, INT64_MAX}, {BOX_OUTPUT, 0xffffffff, 0}, {BOX_NOTE, 1, 0}, {BOX_REFUSED, 0, 99},
    };
    const struct box_head ended = {BOX_ENDED, 0, 0};
    const struct box_end end = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(outs) / sizeof(outs[0]); i++) {
        struct job *job = python("pass");
        struct job_result result = {0};
        struct report r;
        job_output(job, "o", NULL);
        report_init(&r, job, &exec_default_limits, &result);
        report_feed(&r, (const char *)&ended, sizeof(ended));
        report_feed(&r, (const char *)&end, sizeof(end));
        assert_false(r.broken);
        report_feed(&r, (const char *)&outs[i], sizeof(outs[i]));
        assert_true(r.broken);
        job_result_done(&result);
        job_free(job);
    }
}

static void probe_holds(void **state)
{
    struct bench *b = *state;
    struct err err = {0};

    if (exec_probe(exec_level(b->exec), &err))
        print_error("%s\n", err.msg);
    assert_int_equal(err.code, 0);
    assert_true(exec_probe(EXEC_NONE, &err) < 0);
}

/* The same tests as an ordinary user, from a folder that user can read. */
static int run_as_user(const char *self)
{
    char dir[] = "/tmp/exec_test.XXXXXX", test[64], helper[4200], copy[64];
    int status = 1;
    pid_t pid;

    if (!mkdtemp(dir))
        return 1;
    snprintf(test, sizeof(test), "%s/%.30s", dir, strrchr(self, '/') + 1);
    snprintf(copy, sizeof(copy), "%s/tinywright-box", dir);
    snprintf(helper, sizeof(helper), "%.*s/tinywright-box", (int)(strrchr(self, '/') - self), self);
    if (access(helper, R_OK))
        snprintf(helper, sizeof(helper), "%.*s/../tinywright-box", (int)(strrchr(self, '/') - self), self);
    pid = fork();
    if (pid == 0) {
        execl("/bin/cp", "cp", "--", self, helper, dir, (char *)NULL);
        _exit(126);
    }
    waitpid(pid, &status, 0);
    pid = status == 0 && chmod(dir, 0755) == 0 ? fork() : -1;
    if (pid == 0) {
        setenv("EXEC_TEST_USER", "1", 1);
        if (setgid(1234) || setuid(1234))
            _exit(126);
        execl(test, test, (char *)NULL);
        _exit(126);
    }
    if (pid > 0)
        waitpid(pid, &status, 0);
    unlink(test);
    unlink(copy);
    rmdir(dir);
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Tests of a level this machine does not have are left out, and it is said; without any level all fail. */
static size_t keep_available(struct CMUnitTest *tests, size_t n)
{
    size_t kept = 0;

    for (int level = EXEC_FULL; level > EXEC_NONE; level--) {
        const char *name = exec_level_name((enum exec_level)level);
        struct err err = {0};
        bool there = exec_probe((enum exec_level)level, &err) == 0;
        if (!there)
            print_message("# SKIP level %s: %s\n", name, err.msg);
        for (size_t i = 0; i < n && there; i++) {
            struct CMUnitTest t = tests[i];
            if (!str_starts(t.name, name))
                continue;
            memmove(&tests[kept + 1], &tests[kept], (i - kept) * sizeof(*tests));
            tests[kept++] = t;
        }
    }
    return kept ? kept : n;
}

int main(void)
{
#define F(f) {"full: " #f, f, full, teardown, NULL}
#define P(f) {"partial: " #f, f, partial, teardown, NULL}
#define BOTH(f) F(f), P(f)
    struct CMUnitTest tests[] = {
        BOTH(probe_holds), BOTH(exit_codes_and_streams), BOTH(program_that_is_not_there), F(impossible_jobs_are_refused),
        BOTH(bytes_are_handed_over_unwritable), BOTH(paths_in_arguments), BOTH(standard_input), BOTH(outputs_come_back),
        BOTH(outputs_that_are_no_plain_files), BOTH(wall_limit), BOTH(cpu_limit), BOTH(memory_limit), BOTH(output_flood),
        BOTH(disk_limit), BOTH(process_limit), BOTH(orphans_end_with_the_job), BOTH(cancel_and_free), BOTH(ten_at_once),
        BOTH(environment_is_ours), BOTH(descriptors_are_closed), F(hostile_reports), F(hostile_sizes),
    };
    bool user = getenv("EXEC_TEST_USER") != NULL;
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    size_t kept = keep_available(tests, sizeof(tests) / sizeof(tests[0]));
    int failed = _cmocka_run_group_tests(user ? "exec as an ordinary user" : "exec", tests, kept, NULL, NULL);

    if (geteuid() == 0 && n > 0) {
        self[n] = '\0';
        failed += run_as_user(self);
    }
    return failed;
}
