/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/box_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 100 };

/* Everything a job finds in its environment; nothing of the user's. Threads are few so that libraries
 * that start one per processor stay under the process limit and give the same sums everywhere. */
static char environment[][64] = {
    "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC",
    "PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0", "PYTHONNOUSERSITE=1",
    "TF_CPP_MIN_LOG_LEVEL=3", "TF_ENABLE_ONEDNN_OPTS=0", "TF_NUM_INTRAOP_THREADS=2", "TF_NUM_INTEROP_THREADS=2",
    "OMP_NUM_THREADS=2", "OPENBLAS_NUM_THREADS=2",
};

static const char *next_string(const char **at, const char *end)
{
    const char *text = *at, *stop = text < end ? memchr(text, '\0', (size_t)(end - text)) : NULL;

    if (!stop)
        return NULL;
    *at = stop + 1;
    return text;
}

static int take_strings(struct box *b, const char *at, const char *end)
{
    const struct box_spec *s = b->spec;
    bool bad;

    if (s->n_args < 1 || s->n_args > BOX_STRINGS_MAX || s->n_outputs > BOX_STRINGS_MAX || s->n_paths > BOX_PATHS_MAX)
        return -1;
    b->work = next_string(&at, end);
    b->tmp = next_string(&at, end);
    bad = !b->work || !b->tmp;
    for (uint32_t i = 0; i < s->n_args; i++)
        bad |= !(b->args[i] = (char *)(uintptr_t)next_string(&at, end));
    for (uint32_t i = 0; i < s->n_outputs; i++)
        bad |= !(b->outputs[i] = next_string(&at, end));
    for (uint32_t i = 0; i < s->n_paths; i++)
        bad |= !(b->paths[i] = next_string(&at, end));
    return bad ? -1 : 0;
}

static int read_spec(struct box *b, int fd)
{
    struct stat st;
    const char *bytes;

    if (fstat(fd, &st) || st.st_size < (off_t)sizeof(struct box_spec) || st.st_size > BOX_SPEC_CAP)
        return -1;
    bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return -1;
    b->spec = (const struct box_spec *)(const void *)bytes;
    if (b->spec->magic != BOX_MAGIC)
        return -1;
    return take_strings(b, bytes + sizeof(struct box_spec), bytes + st.st_size);
}

/* Tasks that already run as uid: on the host the process limit counts them all. */
static int64_t tasks_of(uid_t uid)
{
    DIR *d = opendir("/proc");
    struct dirent *e;
    int64_t n = 0;

    while (d && (e = readdir(d))) {
        char path[64];
        struct stat st;
        if (e->d_name[0] < '1' || e->d_name[0] > '9')
            continue;
        snprintf(path, sizeof(path), "/proc/%.20s/task", e->d_name);
        if (!stat(path, &st) && st.st_uid == uid)
            n += st.st_nlink > 2 ? (int64_t)st.st_nlink - 2 : 1;
    }
    if (d)
        closedir(d);
    return n;
}

static int limit(int what, int64_t soft, int64_t hard)
{
    struct rlimit r = {.rlim_cur = (rlim_t)soft, .rlim_max = (rlim_t)hard};

    return setrlimit((__rlimit_resource_t)what, &r);
}

/* On this process too: it counts as one of the job's and so can feel the limit (box_watch). */
static int limit_processes(const struct box *b)
{
    uid_t uid = b->spec->uid >= 0 ? (uid_t)b->spec->uid : getuid();
    int64_t n = b->spec->processes + 1;

    if (b->spec->flags & BOX_PARTIAL)
        n += tasks_of(uid);
    return limit(RLIMIT_NPROC, n, n);
}

static int limit_job(const struct box_spec *s)
{
    return limit(RLIMIT_CORE, 1, 1) /* unlike 0, also keeps a piped core handler away */ || limit(RLIMIT_NOFILE, 256, 256) || limit(RLIMIT_MEMLOCK, 65536, 65536) ||
           limit(RLIMIT_MSGQUEUE, 0, 0) || limit(RLIMIT_FSIZE, s->file, s->file) ||
           limit(RLIMIT_CPU, s->cpu_s, s->cpu_s + 1) || limit(RLIMIT_AS, s->memory, s->memory);
}

static int drop_user(int32_t uid)
{
    if (uid < 0)
        return 0;
    return setgroups(0, NULL) || setresgid((gid_t)uid, (gid_t)uid, (gid_t)uid) ||
           setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid);
}

_Noreturn static void give_up(int tell, int step, int error)
{
    int32_t words[2] = {step, error};

    box_write(tell, words, sizeof(words));
    _exit(127);
}

static char **make_environment(const struct box *b)
{
    static char *list[sizeof(environment) / sizeof(environment[0]) + 3];
    static char home[4096], tmp[4096];
    size_t n = 0;

    while (n < sizeof(environment) / sizeof(environment[0])) {
        list[n] = environment[n];
        n++;
    }
    snprintf(home, sizeof(home), "HOME=%s", b->work);
    snprintf(tmp, sizeof(tmp), "TMPDIR=%s", b->tmp);
    list[n++] = home;
    list[n] = tmp;
    return list;
}

/* In the child: from here to a program that may do nothing. tell: close-on-exec pipe for what goes wrong. */
_Noreturn static void become_job(const struct box *b, int tell)
{
    bool partial = b->spec->flags & BOX_PARTIAL;
    sigset_t none;
    int bad = 0;

    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(022);
    dup2(tell, 3);
    fcntl(3, F_SETFD, FD_CLOEXEC);
    close_range(4, ~0u, 0);
    if (chdir(b->work) || limit_job(b->spec))
        give_up(3, BOX_STEP_LIMITS, errno);
    if (drop_user(b->spec->uid))
        give_up(3, BOX_STEP_UID, errno);
    if (partial && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && box_landlock(b))
        give_up(3, BOX_STEP_LANDLOCK, errno);
    if (box_seccomp(partial && box_landlock_abi() < 6))
        give_up(3, BOX_STEP_FILTER, errno);
    if (b->spec->flags & BOX_CHECK)
        bad = box_check(b);
    if (bad)
        give_up(3, BOX_STEP_CHECK, bad);
    execve(b->args[0], b->args, make_environment(b));
    give_up(3, BOX_STEP_EXEC, errno);
}

static int64_t mono_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* True when the job's first process ended. */
static bool reap(const struct box *b, int *ret_status)
{
    bool ended = false;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != b->job)
            continue;
        *ret_status = status;
        ended = true;
    }
    return ended;
}

/* The program cancels, or is gone (level partial): nobody else will remove the folder then. */
_Noreturn static void give_way(const struct box *b)
{
    static char name[] = "/bin/rm", force[] = "-rf", stop[] = "--";
    static char root[4096];
    char *args[] = {name, force, stop, root, NULL}, *none[] = {NULL};
    char *slash;

    box_kill_all(b);
    snprintf(root, sizeof(root), "%s", b->work);
    slash = strrchr(root, '/');
    if (!slash || strncmp(root, "/tmp/tinywright-box.", 20))
        _exit(1);
    *slash = '\0';
    execve(name, args, none);
    _exit(1);
}

static int wait_for_job(struct box *b, const sigset_t *signals)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000};
    int64_t due = mono_ms() + LOOK_MS;
    int status = SIGKILL;

    for (;;) {
        int signo = sigtimedwait(signals, NULL, &look);
        if (signo == SIGTERM)
            give_way(b);
        if (reap(b, &status))
            return status;
        if (mono_ms() < due)
            continue;
        if (box_watch(b))
            return status;
        due = mono_ms() + LOOK_MS;
    }
}

static void report(struct box *b, int status, int tell)
{
    struct box_end end = {.status = status};
    struct rusage u;
    int32_t words[2];

    if (read(tell, words, sizeof(words)) == (ssize_t)sizeof(words)) {
        box_tell(b, BOX_FAILED, (uint32_t)words[0], words[1]);
        return;
    }
    getrusage(RUSAGE_CHILDREN, &u);
    end.cpu_ms = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
    end.max_rss = (int64_t)u.ru_maxrss * 1024;
    end.hits = b->hits;
    box_tell(b, BOX_ENDED, 0, 0);
    box_write(b->report, &end, sizeof(end));
    box_send_outputs(b);
    box_tell(b, BOX_DONE, 0, 0);
}

static int run(struct box *b)
{
    sigset_t signals;
    int tell[2], status;

    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    if (pipe2(tell, O_CLOEXEC | O_NONBLOCK) || limit_processes(b))
        return 1;
    b->job = fork();
    if (b->job == 0)
        become_job(b, tell[1]);
    close(tell[1]);
    close(0); /* the output pipes end with the job, not with us */
    close(1);
    close(2);
    if (b->job < 0)
        return 1;
    status = wait_for_job(b, &signals);
    box_watch_one_lower();
    box_watch(b);
    box_kill_all(b);
    report(b, status, tell[0]);
    return 0;
}

/* tinywright-box SPEC_FD REPORT_FD: started by the program, not by people. */
int main(int argc, char **argv)
{
    struct box b = {0};

    if (argc != 3 || argv[1][0] < '3' || argv[2][0] < '3') {
        box_write(2, "tinywright-box is started by tinywright.\n", 41);
        return 2;
    }
    b.report = (int)strtol(argv[2], NULL, 10);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the job runs as the same user: it must not reach into us */
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) || read_spec(&b, (int)strtol(argv[1], NULL, 10)))
        return 2;
    if (b.spec->flags & BOX_PARTIAL)
        prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    fcntl(b.report, F_SETFD, FD_CLOEXEC);
    return run(&b);
}
