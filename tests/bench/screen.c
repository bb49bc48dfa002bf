/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

static int64_t read_clock(clockid_t id)
{
    struct timespec t = {0};

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t bench_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void bench_pause(int ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};

    nanosleep(&t, NULL);
}

_Noreturn void bench_stop(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

void screen_start(struct screen *s, const char *folder, const char *const *argv)
{
    struct winsize w = {.ws_row = SCREEN_ROWS, .ws_col = SCREEN_COLS};

    s->bytes = 0;
    s->len = 0;
    s->begun = bench_now();
    s->pid = forkpty(&s->fd, NULL, NULL, &w);
    if (s->pid == 0) {
        if (chdir(folder) == 0)
            execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    if (s->pid < 0)
        bench_stop("no pty: %s", strerror(errno));
    fcntl(s->fd, F_SETFL, O_NONBLOCK);
}

/* One read of what is there; 0 when nothing is. */
static size_t take(struct screen *s)
{
    char bytes[16384];
    ssize_t n = read(s->fd, bytes, sizeof(bytes));

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        bench_stop("the program ended; last it wrote:\n%.*s", (int)(s->len > 2000 ? 2000 : s->len),
                   s->tail + (s->len > 2000 ? s->len - 2000 : 0));
    if (n < 0)
        return 0;
    s->bytes += n;
    if (s->len + (size_t)n >= sizeof(s->tail)) {
        size_t keep = sizeof(s->tail) / 4;
        if (s->len > keep) {
            memmove(s->tail, s->tail + s->len - keep, keep);
            s->len = keep;
        }
    }
    memcpy(s->tail + s->len, bytes, (size_t)n);
    s->len += (size_t)n;
    return (size_t)n;
}

static bool wait_bytes(struct screen *s, int64_t end)
{
    struct pollfd f = {.fd = s->fd, .events = POLLIN};
    int64_t left = (end - bench_now()) / 1000000;

    return left > 0 && poll(&f, 1, (int)left) > 0;
}

void screen_send(struct screen *s, const char *keys)
{
    size_t n = strlen(keys);

    if (write(s->fd, keys, n) != (ssize_t)n)
        bench_stop("the pty took no keys");
}

void screen_forget(struct screen *s)
{
    while (take(s) > 0)
        ;
    s->len = 0;
}

int64_t screen_wait(struct screen *s, const char *marker)
{
    int64_t end = bench_now() + BENCH_BOUND_MS * 1000000LL, now;
    size_t n = strlen(marker), from = 0;

    for (;;) {
        if (s->len >= n && s->len > 0 && memmem(s->tail + from, s->len - from, marker, n))
            return bench_now();
        from = s->len > n ? s->len - n : 0;
        if (!wait_bytes(s, end))
            bench_stop("never on the screen: \"%s\"; last written:\n%.*s", marker, (int)s->len, s->tail);
        now = bench_now();
        if (take(s) > 0 && s->len < from + n)
            from = 0; /* the tail was moved */
        if (n == 0)
            return now;
        if (from > s->len)
            from = 0;
    }
}

int64_t screen_idle(struct screen *s, int ms)
{
    int64_t before = s->bytes, end = bench_now() + ms * 1000000LL;

    while (wait_bytes(s, end))
        take(s);
    return s->bytes - before;
}

void screen_end(struct screen *s)
{
    int64_t end = bench_now() + 5000000000LL;
    char bytes[4096];

    kill(s->pid, SIGTERM);
    while (waitpid(s->pid, NULL, WNOHANG) == 0 && bench_now() < end) {
        while (read(s->fd, bytes, sizeof(bytes)) > 0)
            ;
        bench_pause(2);
    }
    if (kill(s->pid, 0) == 0) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    close(s->fd);
}

int64_t screen_cpu(const struct screen *s)
{
    clockid_t id;

    if (clock_getcpuclockid(s->pid, &id))
        bench_stop("no CPU clock of another process here");
    return read_clock(id);
}

int64_t screen_status(const struct screen *s, const char *key)
{
    char path[64], line[256];
    size_t n = strlen(key);
    int64_t found = -1;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)s->pid);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f)) {
        if (strncmp(line, key, n) == 0 && line[n] == ':')
            found = strtoll(line + n + 1, NULL, 10);
    }
    if (f)
        fclose(f);
    if (found < 0)
        bench_stop("/proc says no %s", key);
    return found;
}
