/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two ends of a measurement: a program on a pty (screen.c) and a model server that says when it sent what
 * (wire.c). Times are nanoseconds of CLOCK_MONOTONIC. What cannot be measured ends the program with a sentence.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SCREEN_TAIL = 1 << 16, SCREEN_COLS = 120, SCREEN_ROWS = 40, BENCH_BOUND_MS = 60000 };

int64_t bench_now(void);
void bench_pause(int ms);
_Noreturn void bench_stop(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

struct screen {
    pid_t pid;
    int fd;
    int64_t begun, bytes;     /* begun: just before the program is started; bytes it wrote so far */
    char tail[SCREEN_TAIL];   /* the last of them */
    size_t len;
};

void screen_start(struct screen *s, const char *folder, const char *const *argv); /* folder: working folder */
void screen_end(struct screen *s);                          /* ends and reaps it */
void screen_send(struct screen *s, const char *keys);
void screen_forget(struct screen *s);                       /* reads what is there, then looks only at what comes */
int64_t screen_wait(struct screen *s, const char *marker);  /* when the marker was there; "" = any byte */
int64_t screen_idle(struct screen *s, int ms);              /* reads that long; bytes that came */
int64_t screen_cpu(const struct screen *s);                 /* ns of CPU of all its threads */
int64_t screen_status(const struct screen *s, const char *key); /* a number of /proc/PID/status */

struct wire {
    pid_t pid;
    int port, ask, answer; /* pipes to and from the server */
};

void wire_start(struct wire *w);
void wire_stop(struct wire *w);
void wire_await(struct wire *w);  /* until a request is there and was answered with headers */
/* Sends n tokens (text; "%" is a letter that changes, "^" a space and each 12th time a new line) at rate a second, 0 = as fast as it goes; the last is followed
 * by the text in end. Returns at once; wire_sent waits and says when the last byte was handed over. */
void wire_send(struct wire *w, int n, int rate, const char *text, const char *end);
int64_t wire_sent(struct wire *w);
void wire_close(struct wire *w);  /* a chunk with finish reason "stop", then [DONE] */

#endif
