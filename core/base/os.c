/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static int real_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags, mode);
}

static int64_t real_mono_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t real_wall_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int real_random(void *bytes, size_t n)
{
    return getrandom(bytes, n, 0) == (ssize_t)n ? 0 : -1;
}

struct os_ops os = {
    .write = write,
    .fsync = fsync,
    .rename = rename,
    .open = real_open,
    .unlink = unlink,
    .fork = fork,
    .realloc = realloc,
    .mono_ns = real_mono_ns,
    .wall_ms = real_wall_ms,
    .random = real_random,
};

void *os_realloc(void *p, size_t n)
{
    return os.realloc(p, n);
}

void *os_alloc(size_t n)
{
    void *p = os.realloc(NULL, n ? n : 1);

    if (p)
        memset(p, 0, n ? n : 1);
    return p;
}

char *os_dup(const char *text, size_t n)
{
    char *p = os_alloc(n + 1);

    if (p && n)
        memcpy(p, text, n);
    return p;
}

int os_write_all(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;

    while (n > 0) {
        ssize_t w = os.write(fd, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -1;
        p += w;
        n -= (size_t)w;
    }
    return 0;
}

int64_t os_mono_ms(void)
{
    return os.mono_ns() / 1000000;
}
