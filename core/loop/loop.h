/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one event loop: descriptors, timers, children, signals and file watches in one thread, one poll.
 * No callback blocks; idle means asleep in poll without a timer.
 *
 * Handles are small positive ids; removing an id that is gone is fine, also from inside callbacks.
 * A signal is blocked from loop_add_signal until its last handler is removed, and read from a signalfd
 * meanwhile: add signals before any library starts a thread. SIGPIPE is ignored from loop_new on.
 * loop_child_reset undoes both in a fork. Turns do not nest: no callback calls loop_turn or loop_run.
 */
#ifndef CORE_LOOP_LOOP_H
#define CORE_LOOP_LOOP_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/err.h"

struct loop;

enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_HANGUP = 4 };

typedef void loop_fd_fn(void *arg, int fd, int events);
typedef void loop_timer_fn(void *arg);
typedef void loop_signal_fn(void *arg, int signo);
typedef void loop_child_fn(void *arg, pid_t pid, int status); /* status as from waitpid */
typedef void loop_watch_fn(void *arg, const char *path);
/* Replacement for poll once a transfer exists: same contract as poll(2). */
typedef int loop_poll_fn(void *arg, struct pollfd *fds, nfds_t n, int timeout_ms);

struct loop *loop_new(struct err *err); /* NULL on failure */
void loop_free(struct loop *l);

/* Each returns an id > 0, or negative. fd is borrowed: the caller closes it after loop_remove. */
int loop_add_fd(struct loop *l, int fd, int events, loop_fd_fn *fn, void *arg);
void loop_set_events(struct loop *l, int id, int events);
int loop_add_timer(struct loop *l, int64_t delay_ms, loop_timer_fn *fn, void *arg); /* once */
int loop_add_signal(struct loop *l, int signo, loop_signal_fn *fn, void *arg);
int loop_add_child(struct loop *l, pid_t pid, loop_child_fn *fn, void *arg); /* once; pidfd; reaps it */
/* inotify on the file's folder (which must exist); fn at most once a turn, for every kind of change. */
int loop_add_watch(struct loop *l, const char *path, loop_watch_fn *fn, void *arg);
void loop_remove(struct loop *l, int id);

/* Work for the next turn, run once in order; for slices of long work. */
int loop_defer(struct loop *l, loop_timer_fn *fn, void *arg);

/* poll_fn NULL restores poll(2). before(arg) runs once a turn before sleeping (curl_multi_perform, painting)
 * and returns the most milliseconds to sleep, -1 for no limit. */
void loop_set_poll(struct loop *l, loop_poll_fn *poll_fn, void *arg);
int loop_add_before(struct loop *l, int (*before)(void *arg), void *arg);

int loop_turn(struct loop *l, int max_ms); /* one turn; number of callbacks run; -1 waits without limit */
void loop_run(struct loop *l);             /* until loop_stop */
void loop_stop(struct loop *l);

void loop_child_reset(void); /* in a forked child: unblocks signals, default dispositions */

#endif
