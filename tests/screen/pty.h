/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program on a pty with a terminal emulator (libvterm) on the other side: press, expect, look. Nothing sleeps:
 * every expectation reads until it holds or its bound passes; then the last screen is printed and the test fails.
 */
#ifndef TESTS_SCREEN_PTY_H
#define TESTS_SCREEN_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <vterm.h>

#include "core/base/buf.h"

enum { PTY_BOUND_MS = 10000, PTY_RAW_CAP = 64 * 1024 * 1024 };

struct pty {
    pid_t pid;
    int fd, rows, cols;
    VTerm *vt;
    VTermScreen *screen;
    struct buf raw;   /* every byte the program wrote */
    int status;       /* wait status once it ended */
    bool ended;
    char log[128];    /* file for --log */
};

/* env: NULL-terminated "NAME=VALUE" besides the fixed ones (LC_ALL=C.UTF-8, TERM=xterm-256color, TZ=UTC). */
void pty_start(struct pty *p, int cols, int rows, const char *const *env, const char *const *argv);
void pty_stop(struct pty *p);                       /* ends the program if it still runs; checks nothing */

void pty_send(struct pty *p, const char *bytes);    /* one write */
void pty_sendn(struct pty *p, const char *bytes, size_t n);
void pty_expect(struct pty *p, const char *text);   /* somewhere on the screen */
void pty_expect_not(struct pty *p, const char *text); /* until it is gone */
void pty_expect_end(struct pty *p, int code);       /* it exits with that code */
void pty_expect_log(struct pty *p, const char *text); /* in the command log */
bool pty_log_has(struct pty *p, const char *text);
void pty_resize(struct pty *p, int cols, int rows);
bool pty_shows(struct pty *p, const char *text);
void pty_pump(struct pty *p, int ms);               /* reads what comes for at most ms, or until it ends */
size_t pty_quiet(struct pty *p, int ms);            /* bytes that came during ms */
void pty_row(struct pty *p, int row, char *dst, size_t size);
void pty_print(struct pty *p);                      /* the screen to stderr */

#endif
