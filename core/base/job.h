/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A job: plain data that says what to run, with which bytes, under which limits, and what to bring back.
 * Stages, gates and board adapters describe jobs; core/exec runs them; nothing else spawns.
 *
 * Inside the box every job sees: /usr (read-only), the binds below (read-only, at their host path), its
 * files read-only under /in/NAME (bytes handed over by sealed memfd: no host path names them), the size-
 * capped empty folder /work as current directory, /tmp, /proc, a minimal /dev. No home, no network.
 */
#ifndef CORE_BASE_JOB_H
#define CORE_BASE_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

enum {
    JOB_ARGS_MAX = 128,
    JOB_FILES_MAX = 32,
    JOB_BINDS_MAX = 16,
    JOB_OUTPUTS_MAX = 32,
};

struct job_limits {             /* 0 takes the default of core/exec */
    int wall_ms;                /* whole job, hard */
    int cpu_s;                  /* per process */
    int64_t memory;             /* bytes of address space per process */
    int64_t work;               /* bytes of /work and /tmp, each */
    int64_t file;               /* bytes of one file */
    int64_t output;             /* bytes of stdout + stderr together */
    int processes;
};

struct job_file {
    char *name;    /* owned; plain file name, shown in the box as /in/NAME; may hold one '/' */
    void *bytes;   /* owned */
    size_t len;
};

struct job {
    char *name;                           /* owned; short, for people: "compile fruit.ino" */
    char *args[JOB_ARGS_MAX + 1];         /* owned; args[0] an absolute path, NULL-terminated */
    int n_args;
    struct job_file files[JOB_FILES_MAX];
    int n_files;
    char *binds[JOB_BINDS_MAX];           /* owned; host paths shown read-only at the same path */
    int n_binds;
    char *outputs[JOB_OUTPUTS_MAX];       /* owned; names under /work to bring back if they exist */
    int n_outputs;
    char *input;                          /* owned; bytes for stdin, NULL for /dev/null */
    size_t input_len;
    struct job_limits limits;
};

/* Heap; NULL when memory is short. name is copied. */
struct job *job_new(const char *name);
void job_free(struct job *j); /* NULL is fine */

/* All copy what they are given; 0 or negative when a table is full or memory is short. */
int job_arg(struct job *j, const char *arg, struct err *err);
__attribute__((format(printf, 2, 3))) int job_argf(struct job *j, const char *fmt, ...);
int job_file(struct job *j, const char *name, const void *bytes, size_t n, struct err *err);
int job_bind(struct job *j, const char *host_path, struct err *err);
int job_output(struct job *j, const char *name, struct err *err);
int job_input(struct job *j, const void *bytes, size_t n, struct err *err);

enum job_stop {           /* why a job ended */
    JOB_EXITED,           /* by itself: code says how */
    JOB_SIGNALED,         /* by a signal of its own making: code is the signal */
    JOB_WALL,             /* wall-clock limit */
    JOB_CPU,
    JOB_MEMORY,           /* killed by the kernel or by the memory limit */
    JOB_FLOOD,            /* printed more than limits.output */
    JOB_DISK,             /* filled /work or passed the file size limit */
    JOB_PROCESSES,        /* hit the process limit */
    JOB_CANCELED,         /* the person stopped it */
    JOB_NOT_STARTED,      /* the box or the program could not be started: see err */
};

struct job_result {
    enum job_stop stop;
    int code;                             /* exit code, or signal for JOB_SIGNALED */
    char *out, *err_out;                  /* owned; stdout and stderr, capped, NUL-terminated, raw */
    size_t out_len, err_len;
    struct job_file outputs[JOB_OUTPUTS_MAX]; /* owned; what came back (regular files, one link, capped) */
    int n_outputs;
    int64_t wall_ms, cpu_ms, max_rss;     /* max_rss in bytes */
    char box[32];                         /* sandbox level that was at work */
    struct err error;                     /* set for JOB_NOT_STARTED */
};

void job_result_done(struct job_result *r);

/* The output with that name, borrowed from r; NULL when it did not come back. */
const struct job_file *job_result_output(const struct job_result *r, const char *name);

/* "exited with code 1", "stopped at the memory limit", … : static text or formatted into dst. */
const char *job_stop_text(const struct job_result *r, char *dst, size_t size);

#endif
