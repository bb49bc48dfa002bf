/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/exec/exec.h"
#include "tests/fault/sandbox_attempts.h"
#include "tests/fault/sandbox_world.h"

#define PYTHON "/usr/bin/python3"

static int full(void **state)
{
    return sandbox_world_open(state, EXEC_FULL);
}

static int partial(void **state)
{
    return sandbox_world_open(state, EXEC_PARTIAL);
}

static void on_done(void *arg, struct job_result *r)
{
    struct sandbox_world *w = arg;

    job_result_done(&w->result);
    w->result = *r;
    memset(r, 0, sizeof(*r));
    w->ended = true;
}

static void run(struct sandbox_world *w, struct job *job)
{
    int64_t end = os_mono_ms() + 60000;
    struct err err = {0};

    w->ended = false;
    if (!exec_start(w->exec, job, NULL, on_done, w, &err))
        print_error("%s\n", err.msg);
    assert_int_equal(err.code, 0);
    while (!w->ended && os_mono_ms() < end)
        loop_turn(w->loop, 1000);
    assert_true(w->ended);
}

static struct job *python(const struct sandbox_world *w, const char *code)
{
    struct job *job = job_new("attempt");

    job_arg(job, PYTHON, NULL);
    job_arg(job, "-I", NULL);
    job_arg(job, "/in/given", NULL);
    job_arg(job, w->dir, NULL);
    job_argf(job, "%d", getpid());
    job_argf(job, "%d", w->victim);
    job_argf(job, "%d", w->port);
    job_arg(job, w->abstract, NULL);
    job_argf(job, "%d", w->shm);
    assert_int_equal(job_file(job, "given", code, strlen(code), NULL), 0);
    return job;
}

static struct job *attempt_job(const struct sandbox_world *w, const char *code)
{
    struct buf text;
    struct job *job;

    buf_init(&text, 1 << 16);
    buf_puts(&text, sandbox_prelude);
    buf_puts(&text, "try:\n  import textwrap\n  exec(");
    buf_puts(&text, "open(sys.argv[0]).read().split('\\n#CODE\\n')[1]");
    buf_puts(&text, ")\n  print('THROUGH')\nexcept BaseException as e: print('stopped', type(e).__name__, e)\nsys.stdout.flush(); os._exit(0)\n'''\n#CODE\n");
    buf_puts(&text, code);
    buf_puts(&text, "\n#CODE\n'''\n");
    assert_false(text.broken);
    job = python(w, buf_text(&text));
    buf_done(&text);
    return job;
}

/* A bad system call ends the process: stopped too, and without a word of its own. */
static bool stopped(const struct job_result *r)
{
    if (r->stop == JOB_SIGNALED && r->code == SIGSYS)
        return true;
    return r->stop == JOB_EXITED && r->code == 0 && strstr(r->out, "stopped") && !strstr(r->out, "THROUGH");
}

static bool documented(const struct sandbox_world *w, const char *gap)
{
    for (const struct exec_gap *g = exec_gaps; gap && g->name; g++) {
        if (g->level == exec_level(w->exec) && str_eq(g->name, gap))
            return true;
    }
    return false;
}

static void attempts_are_stopped(void **state)
{
    struct sandbox_world *w = *state;
    int n = 0, known = 0, bad = 0;

    for (const struct attempt *a = sandbox_attempts; a->name; a++) {
        bool held;
        run(w, attempt_job(w, a->code));
        held = stopped(&w->result);
        n++;
        assert_null(strstr(w->result.out, SECRET));
        if (!held && documented(w, a->gap)) {
            known++;
            continue;
        }
        if (!held) {
            print_error("%s: %s got through: stop %d code %d\n%s%s\n", exec_level_name(exec_level(w->exec)), a->name,
                        w->result.stop, w->result.code, w->result.out, w->result.err_out);
            bad++;
        }
    }
    print_message("%d attempts at level %s as uid %d: %d stopped, %d documented as not covered\n", n,
                  exec_level_name(exec_level(w->exec)), (int)geteuid(), n - known - bad, known);
    assert_int_equal(bad, 0);
    assert_true(n >= 40);
    sandbox_world_check(w);
}

static bool gets_through_outside(const struct sandbox_world *w, const struct attempt *a, const char *cwd)
{
    struct job *job = attempt_job(w, a->code);
    char script[64], out[4096];
    ssize_t got;
    pid_t pid;
    int p[2];

    snprintf(script, sizeof(script), "%s/script", cwd);
    assert_int_equal(path_write(script, job->files[0].bytes, job->files[0].len, 0700, NULL), 0);
    assert_int_equal(pipe2(p, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        job->args[2] = script;
        if (chdir(cwd) || dup2(p[1], 1) < 0 || dup2(p[1], 2) < 0)
            _exit(1);
        execv(PYTHON, job->args);
        _exit(1);
    }
    close(p[1]);
    got = read(p[0], out, sizeof(out) - 1);
    out[got > 0 ? got : 0] = '\0';
    close(p[0]);
    waitpid(pid, NULL, 0);
    job_free(job);
    if (!strstr(out, "THROUGH"))
        print_error("outside, %s did not get through: %s\n", a->name, out);
    return strstr(out, "THROUGH") != NULL;
}

static void remove_tree(const char *path)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
}

/* Harmless ones must get through where nothing stops them, else the others prove nothing. */
static void attempts_work_outside(void **state)
{
    static const char *const names[] = {
        "create a file in a host folder", "read a secret, 0644", "list a host folder", "ask whether a host file exists",
        "see another process", "connect over TCP", "send over UDP", "connect to a Unix socket",
        "connect to an abstract Unix socket", "send from a socket pair to an abstract name", "open a netlink socket",
        "make memory no limit counts", "make System V shared memory", "read /etc/passwd", "find a key in the environment",
        "attach shared memory of the host", "open a socket of any family", "trace me", "write to /var/tmp",
        "leave a set-user-id file", "read the program's environment", "signal by pidfd",
    };
    struct sandbox_world *w = *state;
    char cwd[] = "/var/tmp/sandbox_out.XXXXXX", made[80];
    int ok = 0, n = 0;

    assert_non_null(mkdtemp(cwd));
    for (const struct attempt *a = sandbox_attempts; a->name; a++) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            if (!str_eq(names[i], a->name))
                continue;
            n++;
            ok += gets_through_outside(w, a, cwd);
        }
    }
    print_message("%d of %d attempts get through without a sandbox\n", ok, n);
    remove_tree(cwd);
    remove_tree("/var/tmp/new");
    snprintf(made, sizeof(made), "%s/new", w->dir);
    remove_tree(made);
    assert_int_equal(n, (int)(sizeof(names) / sizeof(names[0])));
    assert_int_equal(ok, n);
}

struct bomb {
    const char *name, *code;
    enum job_stop stop;
    enum job_stop or_stop; /* as good an end */
};

static const struct bomb bombs[] = {
    {"fork bomb", "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", JOB_PROCESSES, JOB_WALL},
    {"thread bomb", "import threading, time\nthreading.stack_size(1 << 18)\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()", JOB_PROCESSES, JOB_WALL},
    {"memory bomb", "x = []\nwhile True: x.append(bytearray(b'x') * (16 << 20))", JOB_MEMORY, JOB_MEMORY},
    {"memory bomb of many processes", "import os\nfor i in range(4): os.fork()\nx = []\nwhile True: x.append(bytearray(b'x') * (8 << 20))", JOB_MEMORY, JOB_MEMORY},
    {"shared memory bomb", "import mmap\nx = []\nwhile True:\n  m = mmap.mmap(-1, 64 << 20); m.write(b'x' * (64 << 20)); x.append(m)", JOB_MEMORY, JOB_MEMORY},
    {"disk bomb", "i = 0\nwhile True:\n  open('f%d' % i, 'wb').write(b'x' * (1 << 20)); i += 1", JOB_DISK, JOB_DISK},
    {"disk bomb in /tmp", "import os\ni = 0\nwhile True:\n  open(os.environ['TMPDIR'] + '/f%d' % i, 'wb').write(b'x' * (1 << 20)); i += 1", JOB_DISK, JOB_DISK},
    {"disk bomb that hides its errors", "import time\ni = 0\nwhile True:\n  try: open('f%d' % i, 'wb').write(b'x' * (1 << 20)); i += 1\n  except OSError: time.sleep(0.05)", JOB_DISK, JOB_WALL},
    {"one endless file", "f = open('f', 'wb')\nwhile True: f.write(b'x' * (1 << 20))", JOB_DISK, JOB_DISK},
    {"output without end", "while True: print('x' * 9999)", JOB_FLOOD, JOB_FLOOD},
    {"errors without end", "import sys\nwhile True: print('x' * 9999, file=sys.stderr)", JOB_FLOOD, JOB_FLOOD},
    {"sleep past the limit", "import time, signal\nfor s in range(1, 32):\n  try: signal.signal(s, signal.SIG_IGN)\n  except (OSError, ValueError): pass\nwhile True: time.sleep(9)", JOB_WALL, JOB_WALL},
    {"stop oneself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", JOB_WALL, JOB_WALL},
    {"burn the processor", "while True: pass", JOB_CPU, JOB_WALL},
};

static void bombs_are_stopped(void **state)
{
    struct sandbox_world *w = *state;

    for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
        struct job *job = python(w, bombs[i].code);
        job->limits = (struct job_limits){.wall_ms = 6000, .cpu_s = 2, .memory = 400ll << 20, .work = 32 << 20, .output = 1 << 20, .processes = 32};
        run(w, job);
        if (w->result.stop != bombs[i].stop && w->result.stop != bombs[i].or_stop)
            print_error("%s %s: stop %d code %d after %lld ms\n%.300s\n", exec_level_name(exec_level(w->exec)), bombs[i].name,
                        w->result.stop, w->result.code, (long long)w->result.wall_ms, w->result.err_out);
        assert_true(w->result.stop == bombs[i].stop || w->result.stop == bombs[i].or_stop);
        assert_true(w->result.wall_ms < 10000);
    }
    sandbox_world_check(w);
}

static bool has_mark(const char *pid, const char *mark)
{
    char path[64], bytes[8192];
    ssize_t got;
    int fd;

    snprintf(path, sizeof(path), "/proc/%.20s/cmdline", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    got = read(fd, bytes, sizeof(bytes));
    close(fd);
    return got > 0 && memmem(bytes, (size_t)got, mark, strlen(mark)) != NULL;
}

/* Processes whose command line holds the mark. */
static int marked(const char *mark)
{
    DIR *d = opendir("/proc");
    struct dirent *e;
    int n = 0;

    assert_non_null(d);
    while ((e = readdir(d)))
        n += e->d_name[0] >= '1' && e->d_name[0] <= '9' && has_mark(e->d_name, mark);
    closedir(d);
    return n;
}

static void wait_until_gone(const char *mark)
{
    int64_t end = os_mono_ms() + 10000;
    int n;

    while ((n = marked(mark)) > 0 && os_mono_ms() < end)
        ;
    assert_int_equal(n, 0);
}

static const char daemon_code[] =
    "import os, sys, time\n"
    "if os.fork() == 0:\n"
    "  os.setsid()\n"
    "  if os.fork() == 0:\n"
    "    for f in (0, 1, 2): os.close(f)\n"
    "    time.sleep(600)\n"
    "  os._exit(0)\n"
    "os.wait()\n"
    "print('ready', flush=True)\n";

static struct job *daemon_job(const char *mark, const char *tail)
{
    struct job *job = job_new("daemon");

    job_arg(job, PYTHON, NULL);
    job_arg(job, "-I", NULL);
    job_arg(job, "-c", NULL);
    job_argf(job, "%s%s", daemon_code, tail);
    job_arg(job, mark, NULL);
    return job;
}

static void orphan_daemons_end(void **state)
{
    struct sandbox_world *w = *state;
    char mark[64];

    snprintf(mark, sizeof(mark), "orphan-%d-%d", getpid(), (int)exec_level(w->exec));
    run(w, daemon_job(mark, ""));
    assert_int_equal(w->result.stop, JOB_EXITED);
    assert_string_equal(w->result.out, "ready\n");
    wait_until_gone(mark);
}

static void ready(void *arg, bool is_err, const char *bytes, size_t n)
{
    (void)is_err, (void)bytes, (void)n;
    *(bool *)arg = true;
}

static void nothing(void *arg, struct job_result *r)
{
    (void)arg, (void)r;
}

/* kill -9 of the program itself: a child of ours plays it. */
static void killed_parent_leaves_nothing(void **state)
{
    struct sandbox_world *w = *state;
    char mark[64];
    int p[2];
    char byte;
    pid_t pid;

    snprintf(mark, sizeof(mark), "killed-%d-%d", getpid(), (int)exec_level(w->exec));
    assert_int_equal(pipe2(p, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        bool seen = false;
        struct loop *l = loop_new(NULL);
        struct exec *x = exec_new(l, exec_level(w->exec), NULL);
        if (!x || !exec_start(x, daemon_job(mark, "time.sleep(600)\n"), ready, nothing, &seen, NULL))
            _exit(1);
        while (!seen)
            loop_turn(l, 1000);
        if (write(p[1], "r", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(p[1]);
    assert_int_equal(read(p[0], &byte, 1), 1);
    close(p[0]);
    assert_true(marked(mark) > 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    wait_until_gone(mark);
}

/* Rewrites, in a tight loop, every memory file of this process and of all below it, sandbox included. */
static const char rewriter[] =
    "import os\n"
    "me, top = os.getpid(), os.getppid()\n"
    "def put(path):\n"
    "  try:\n"
    "    if 'memfd:' not in os.readlink(path): return\n"
    "    h = os.open(path, os.O_WRONLY)\n"
    "    try: os.pwrite(h, b'#!/bin/sh\\necho swapped\\n', 0)\n"
    "    finally: os.close(h)\n"
    "  except OSError: pass\n"
    "def below(pid):\n"
    "  try: kids = open('/proc/%d/task/%d/children' % (pid, pid)).read().split()\n"
    "  except OSError: kids = []\n"
    "  for k in kids: yield int(k); yield from below(int(k))\n"
    "while True:\n"
    "  for pid in [top, *below(top)]:\n"
    "    if pid == me: continue\n"
    "    try: fds = os.listdir('/proc/%d/fd' % pid)\n"
    "    except OSError: continue\n"
    "    for f in fds: put('/proc/%d/fd/%s' % (pid, f))\n";

static void start_rewriter(struct sandbox_world *w)
{
    w->rewriter = fork();
    if (w->rewriter != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(PYTHON, PYTHON, "-I", "-c", rewriter, (char *)NULL);
    _exit(1);
}

/* Ran the right bytes, or did not run: true for the first. */
static bool right_or_refused(struct sandbox_world *w, int i)
{
    struct job *job = job_new("tiny");
    char script[64], want[32];
    struct err err = {0};

    snprintf(want, sizeof(want), "right %d\n", i);
    snprintf(script, sizeof(script), "#!/bin/sh\necho right %d\n", i);
    job_arg(job, "/bin/sh", NULL);
    job_arg(job, "/in/tiny", NULL);
    job_file(job, "tiny", script, strlen(script), NULL);
    w->ended = false;
    if (!exec_start(w->exec, job, NULL, on_done, w, &err)) {
        job_free(job);
        assert_non_null(strstr(err.msg, "changed by another program"));
        return false;
    }
    while (!w->ended)
        loop_turn(w->loop, 1000);
    if (w->result.stop == JOB_NOT_STARTED) { /* as root the rewriter can hold the helper open: "text file busy" */
        assert_string_equal(w->result.out, "");
        return false;
    }
    assert_int_equal(w->result.stop, JOB_EXITED);
    assert_string_equal(w->result.out, want);
    return true;
}

/* The bytes that run are the ones handed over, whoever writes to what beside them. */
static void swapped_files_never_run(void **state)
{
    struct sandbox_world *w = *state;
    const char *rounds = getenv("SANDBOX_SWAP_ROUNDS");
    int64_t n = 200, ran = 0;

    if (rounds)
        assert_true(str_to_long(rounds, &n));
    start_rewriter(w);
    for (int64_t i = 0; i < n; i++)
        ran += right_or_refused(w, (int)i);
    assert_int_equal(waitpid(w->rewriter, NULL, WNOHANG), 0); /* it was at it all the time */
    print_message("%d runs beside a rewriter as uid %d: none ran other bytes, %d were refused\n", (int)n, (int)geteuid(), (int)(n - ran));
    assert_true(ran > 0);
}

/* The same as an ordinary user, from a folder that user can read. */
static int run_as_user(char *self)
{
    char dir[] = "/tmp/sandbox_test.XXXXXX", test[96], helper[4200], box[96];
    char *slash = strrchr(self, '/');
    int status = 1;
    pid_t pid;

    if (!mkdtemp(dir) || chmod(dir, 0755))
        return 1;
    snprintf(helper, sizeof(helper), "%.*s/tinywright-box", (int)(slash - self), self);
    if (access(helper, R_OK))
        snprintf(helper, sizeof(helper), "%.*s/../tinywright-box", (int)(slash - self), self);
    pid = fork();
    if (pid == 0) {
        execl("/bin/cp", "cp", "--", self, helper, dir, (char *)NULL);
        _exit(126);
    }
    waitpid(pid, &status, 0);
    snprintf(test, sizeof(test), "%s/%.40s", dir, slash + 1);
    snprintf(box, sizeof(box), "%s/tinywright-box", dir);
    pid = status == 0 ? fork() : -1;
    if (pid == 0) {
        setenv("SANDBOX_TEST_USER", "1", 1);
        if (setgid(1235) || setuid(1235))
            _exit(126);
        execl(test, test, (char *)NULL);
        _exit(126);
    }
    if (pid > 0)
        waitpid(pid, &status, 0);
    unlink(test);
    unlink(box);
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
#define F(f) {"full: " #f, f, full, sandbox_world_close, NULL}
#define P(f) {"partial: " #f, f, partial, sandbox_world_close, NULL}
    struct CMUnitTest tests[] = {
        F(attempts_work_outside),
        F(attempts_are_stopped), F(bombs_are_stopped), F(orphan_daemons_end), F(killed_parent_leaves_nothing), F(swapped_files_never_run),
        P(attempts_are_stopped), P(bombs_are_stopped), P(orphan_daemons_end), P(killed_parent_leaves_nothing),
    };
    bool user = getenv("SANDBOX_TEST_USER") != NULL;
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    size_t kept = keep_available(tests, sizeof(tests) / sizeof(tests[0]));
    int failed = _cmocka_run_group_tests(user ? "sandbox as an ordinary user" : "sandbox", tests, kept, NULL, NULL);

    if (geteuid() == 0 && n > 0) {
        self[n] = '\0';
        failed += run_as_user(self);
    }
    return failed;
}
