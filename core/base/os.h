/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seam to the operating system: every call whose failure or timing the fault tests must provoke.
 *
 * Release code calls os_write() and friends; tests replace rows of `os` (and put them back). Each row
 * has the contract of the function it is named after, errno included.
 */
#ifndef CORE_BASE_OS_H
#define CORE_BASE_OS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct os_ops {
    ssize_t (*write)(int fd, const void *bytes, size_t n);
    int (*fsync)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*open)(const char *path, int flags, mode_t mode);
    int (*unlink)(const char *path);
    pid_t (*fork)(void);
    void *(*realloc)(void *p, size_t n);
    int64_t (*mono_ns)(void); /* monotonic clock, nanoseconds */
    int64_t (*wall_ms)(void); /* milliseconds since 1970-01-01T00:00:00Z */
    int (*random)(void *bytes, size_t n);
};

extern struct os_ops os; /* the real ones unless a test replaced them */

void *os_realloc(void *p, size_t n); /* n > 0 */
void *os_alloc(size_t n);            /* zeroed; caller frees with free(); NULL when memory is short */
char *os_dup(const char *text, size_t n); /* terminated copy; caller frees */

/* Writes all n bytes, retrying short writes and EINTR; 0 or -1 with errno. */
int os_write_all(int fd, const void *bytes, size_t n);

int64_t os_mono_ms(void);

#endif
