/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs jobs in the sandbox: levels probed for real, limits enforced, bytes handed over by sealed memfd,
 * outputs collected with O_NOFOLLOW, one link, size caps.
 *
 * Levels, best first: full (bubblewrap namespaces + system call filter + rlimits), partial (Landlock +
 * filter + rlimits, folders on the host), none (refused). What each level leaves open is in exec_gaps.
 *
 * In the box a job finds its files as /in/NAME, the empty folder /work as current directory, TMPDIR, HOME
 * and a fixed environment. Level partial has no mounts: arguments that begin with /in/ or /work are
 * rewritten; a program that opens files itself should use ../in/NAME, which is right at both levels.
 */
#ifndef CORE_EXEC_EXEC_H
#define CORE_EXEC_EXEC_H

#include "core/base/err.h"
#include "core/base/job.h"
#include "core/loop/loop.h"

enum exec_level { EXEC_NONE, EXEC_PARTIAL, EXEC_FULL };

struct exec;     /* the executor: level, helper path, running jobs */
struct exec_run; /* one running job */

/* The result is borrowed for the call; the callee may take its owned members by zeroing them.
 * error is also set (ERR_INVALID) when an output was refused: a link, not a file, too large. */
typedef void exec_done_fn(void *arg, struct job_result *result);
/* Output as it comes (raw, untrusted); is_err for stderr. May be NULL. */
typedef void exec_output_fn(void *arg, bool is_err, const char *bytes, size_t n);

/* Probes unless level is given (EXEC_NONE = probe best; blocks for the probe's 10 to 20 ms).
 * NULL + err when no level can be had. The loop is borrowed and must live longer. */
struct exec *exec_new(struct loop *l, enum exec_level wanted, struct err *err);
/* Kills what still runs; their done is called with JOB_CANCELED before this returns. NULL is fine. */
void exec_free(struct exec *x);

enum exec_level exec_level(const struct exec *x);
const char *exec_level_name(enum exec_level level); /* "full", "partial", "none" */

/* Runs a program in the strongest profile of that level for real, after trying from inside what must not
 * work; 0 when the level holds. Blocks, at most 5 s. */
int exec_probe(enum exec_level level, struct err *err);

/* Takes job on success (freed after done). done is called exactly once, never from inside exec_start. */
struct exec_run *exec_start(struct exec *x, struct job *job, exec_output_fn *output,
                            exec_done_fn *done, void *arg, struct err *err);
void exec_cancel(struct exec_run *run); /* done follows with JOB_CANCELED; not after done */

/* The limits that apply where a job says 0. */
extern const struct job_limits exec_default_limits;

/* What a level does not stop, for `doctor` and the docs. */
struct exec_gap {
    enum exec_level level;
    const char *name; /* short; NULL ends the table */
    const char *text; /* one sentence */
};

extern const struct exec_gap exec_gaps[];

#endif
