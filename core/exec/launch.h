/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts the box for one job: the bytes into sealed memfds, the mounts into bubblewrap's arguments, one
 * fork. As root the uid is dropped before bubblewrap runs.
 */
#ifndef CORE_EXEC_LAUNCH_H
#define CORE_EXEC_LAUNCH_H

#include <sys/types.h>

#include "core/base/job.h"
#include "core/exec/exec.h"

enum { LAUNCH_UID = 65534 }; /* whom jobs run as when we are root */

struct launch {
    enum exec_level level;
    int box_fd;  /* sealed copy of the helper: nothing can be changed under a running program */
    bool drop;   /* we are root */
    char bwrap[64];
};

struct launch_run {
    pid_t pid;            /* bubblewrap (full) or the box (partial) */
    int out, err, report; /* non-blocking, close-on-exec; owned by whom receives them */
    char root[64];        /* partial: the folder on the host; else "" */
};

/* Finds the helper and, for level full, bubblewrap. 0 or negative; launch_done either way. */
int launch_init(struct launch *l, enum exec_level level, struct err *err);
void launch_done(struct launch *l);

/* limits: all set. flags: BOX_CHECK or 0. */
int launch_job(const struct launch *l, const struct job *job, const struct job_limits *limits, unsigned flags,
               struct launch_run *ret, struct err *err);

/* Kills what the pid stands for, for good; hard after a soft one that did not help. */
void launch_kill(const struct launch *l, const struct launch_run *run, bool hard);

/* Removes the folder on the host once all processes are gone: a child that ends by itself; its pid or 0. */
pid_t launch_wipe(const struct launch_run *run);

#endif
