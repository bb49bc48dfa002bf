/* SPDX-License-Identifier: Apache-2.0 */
/* What newlib asks of an operating system. */
#include "board.h"
#include <errno.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

extern char __heap_start, __heap_end;

static char *heap_break = &__heap_start;

void *__dso_handle;

void *_sbrk(ptrdiff_t step)
{
    char *old = heap_break;

    if (step > &__heap_end - heap_break || step < &__heap_start - heap_break) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_break += step;
    return old;
}

/* newlib never gives memory back to _sbrk in between, so the break is the peak */
size_t board_heap_peak(void)
{
    return (size_t)(heap_break - &__heap_start);
}

size_t board_heap_size(void)
{
    return (size_t)(&__heap_end - &__heap_start);
}

int _write(int file, const char *bytes, int count)
{
    (void)file;
    board_serial_write(bytes, (size_t)count);
    return count;
}

int _read(int file, char *bytes, int count)
{
    (void)file;
    (void)bytes;
    (void)count;
    return 0;
}

int _close(int file)
{
    (void)file;
    return -1;
}

int _lseek(int file, int offset, int whence)
{
    (void)file;
    (void)offset;
    (void)whence;
    return 0;
}

int _fstat(int file, struct stat *status)
{
    (void)file;
    status->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int file)
{
    (void)file;
    return 1;
}

int _getpid(void)
{
    return 1;
}

int _kill(int pid, int signal)
{
    (void)pid;
    (void)signal;
    errno = EINVAL;
    return -1;
}

/* There is no calendar: time begins with the board. */
int _gettimeofday(struct timeval *now, void *zone)
{
    uint64_t us = board_ticks() / (BOARD_TICKS_PER_MS / 1000);

    (void)zone;
    now->tv_sec = (time_t)(us / 1000000);
    now->tv_usec = (suseconds_t)(us % 1000000);
    return 0;
}

clock_t _times(struct tms *spent)
{
    clock_t now = (clock_t)((uint64_t)board_ms() * CLOCKS_PER_SEC / 1000);

    *spent = (struct tms){.tms_utime = now};
    return now;
}

void _exit(int code)
{
    board_exit(code & 0xff, "exit");
}

void abort(void)
{
    board_exit(EXIT_ABORT, "abort");
}

void __assert_func(const char *file, int line, const char *function, const char *condition)
{
    (void)file;
    (void)line;
    (void)function;
    (void)condition;
    board_exit(EXIT_ABORT, "assert");
}

void _init(void)
{
}

void _fini(void)
{
}
