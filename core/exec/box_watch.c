/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/box_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FULL_LEFT = 64 << 10, TREE_MAX = 200000 /* files a job may make; the kernel's memory pays for each */ };

/*
 * Address space limits are per process; the sum is watched here, ten times a second, so that many
 * processes cannot eat the machine. Between two looks a job may pass the limit by what it can touch in
 * that time (some 0.4 GB); the largest harm is bounded by that.
 */
static int64_t resident(const char *pid)
{
    char path[64], text[2048];
    int64_t sum = 0, anon = 0, shmem = 0;
    const char *p;
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    p = strstr(text, "\nRssAnon:");
    if (p)
        anon = strtoll(p + 9, NULL, 10);
    p = strstr(text, "\nRssShmem:");
    if (p)
        shmem = strtoll(p + 10, NULL, 10);
    sum = (anon + shmem) * 1024;
    return sum;
}

/* True when the process named by its number descends from us: all of /proc in our own pid namespace,
 * only our children's trees on the host. */
static bool ours(const struct box *b, const char *pid)
{
    long at = strtol(pid, NULL, 10);
    char path[64], text[256];

    if (at <= 0 || at == (long)getpid())
        return false;
    if (!(b->spec->flags & BOX_PARTIAL))
        return true;
    for (int depth = 0; at > 1 && depth < 64; depth++) {
        FILE *f;
        const char *p;
        snprintf(path, sizeof(path), "/proc/%ld/stat", at);
        f = fopen(path, "re");
        if (!f)
            return false;
        p = fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL; /* a name may hold anything */
        fclose(f);
        at = p && strlen(p) > 4 ? strtol(p + 4, NULL, 10) : 0;
        if (at == (long)getpid())
            return true;
    }
    return false;
}

static int64_t all_resident(const struct box *b)
{
    DIR *d = opendir("/proc");
    struct dirent *e;
    int64_t sum = 0;

    if (!d)
        return 0;
    while ((e = readdir(d))) {
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && ours(b, e->d_name))
            sum += resident(e->d_name);
    }
    closedir(d);
    return sum;
}

/* The box counts as one of the user's processes here and has the same limit: when it cannot fork, the job
 * cannot. A job that hit the limit and gave its processes back before we looked is not noticed. */
static bool no_more_processes(void)
{
    pid_t pid = vfork();

    if (pid == 0)
        _exit(0);
    if (pid < 0)
        return errno == EAGAIN;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return false;
}

/* tmpfs with a size (full level): full means full. */
static bool no_room(const char *folder, bool *ret_too_many)
{
    struct statvfs v;

    if (statvfs(folder, &v) || !v.f_blocks)
        return false;
    *ret_too_many |= v.f_files - v.f_ffree > TREE_MAX;
    return v.f_bavail * v.f_frsize < FULL_LEFT;
}

/* Bytes below folder; stops counting once past cap. *ret_cut: a file that reached the file size limit. */
static int64_t tree_size(const char *folder, int64_t cap, int64_t file_cap, bool *ret_cut)
{
    char text[4096];
    char *roots[2] = {text, NULL};
    int64_t sum = 0;
    int seen = 0;
    FTSENT *e;
    FTS *f;

    snprintf(text, sizeof(text), "%s", folder);
    f = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!f)
        return 0;
    while (sum <= cap && ++seen < TREE_MAX && (e = fts_read(f))) {
        if (e->fts_info != FTS_F && e->fts_info != FTS_D)
            continue;
        sum += (int64_t)e->fts_statp->st_blocks * 512;
        if (e->fts_info == FTS_F && e->fts_statp->st_size >= file_cap)
            *ret_cut = true;
    }
    fts_close(f);
    return seen >= TREE_MAX ? cap + 1 : sum;
}

bool box_watch_files(struct box *b)
{
    int64_t cap = b->spec->work;
    bool cut = false, over = false;

    if (b->spec->flags & BOX_PARTIAL)
        over = tree_size(b->work, cap, b->spec->file, &cut) > cap || tree_size(b->tmp, cap, b->spec->file, &cut) > cap;
    else
        cut = no_room(b->work, &over) | no_room(b->tmp, &over) | no_room("/dev/shm", &over);
    if (over || cut)
        b->hits |= BOX_HIT_DISK;
    return over; /* a tmpfs holds its size by itself, but not its number of files; a host folder neither */
}

/* The job's first process is gone when it has ended; a limit it had reached shows one lower. */
void box_watch_one_lower(void)
{
    struct rlimit r;

    if (!getrlimit(RLIMIT_NPROC, &r) && r.rlim_cur > 1) {
        r.rlim_cur--;
        setrlimit(RLIMIT_NPROC, &r);
    }
}

bool box_watch(struct box *b)
{
    unsigned before = b->hits;
    bool end = box_watch_files(b);

    if (no_more_processes())
        b->hits |= BOX_HIT_PROCESSES;
    if (all_resident(b) > b->spec->memory) {
        b->hits |= BOX_HIT_MEMORY;
        end = true;
    }
    if (b->hits != before)
        box_tell(b, BOX_NOTE, b->hits & ~before, 0);
    return end;
}

static bool reap_all(void)
{
    pid_t pid;

    do
        pid = waitpid(-1, NULL, WNOHANG);
    while (pid > 0 || (pid < 0 && errno == EINTR));
    return pid < 0; /* ECHILD: nobody is left */
}

/* On the host: every process below us, stopped first so that none forks while we look. */
static void kill_below(const struct box *b, int signo)
{
    DIR *d = opendir("/proc");
    struct dirent *e;

    if (!d)
        return;
    while ((e = readdir(d))) {
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && ours(b, e->d_name))
            kill((pid_t)strtol(e->d_name, NULL, 10), signo);
    }
    closedir(d);
}

void box_kill_all(const struct box *b)
{
    do {
        if (b->spec->flags & BOX_PARTIAL) {
            kill_below(b, SIGSTOP);
            kill_below(b, SIGKILL);
        } else {
            kill(-1, SIGKILL); /* as pid 1: everybody in this namespace but us */
        }
        usleep(200);
    } while (!reap_all());
}
