/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs jobs in the sandbox: levels probed for real, limits enforced, bytes handed over by sealed memfd,
 * outputs collected with O_NOFOLLOW, one link, size caps.
 *
 * Levels, best first: full (bubblewrap namespaces + seccomp + rlimits), partial (Landlock + seccomp +
 * rlimits, /work on the host), none (refused).
 */
#ifndef CORE_EXEC_EXEC_H
#define CORE_EXEC_EXEC_H

#include "core/base/err.h"
#include "core/base/job.h"
#include "core/loop/loop.h"

enum exec_level { EXEC_NONE, EXEC_PARTIAL, EXEC_FULL };

struct exec;     /* the executor: level, helper path, running jobs */
struct exec_run; /* one running job */

/* The result is borrowed for the call; the callee may take its owned members by zeroing them. */
typedef void exec_done_fn(void *arg, struct job_result *result);
/* Output as it comes (raw, untrusted); is_err for stderr. May be NULL. */
typedef void exec_output_fn(void *arg, bool is_err, const char *bytes, size_t n);

/* Probes unless level is given (EXEC_NONE = probe best). NULL + err when no level can be had. */
struct exec *exec_new(struct loop *l, enum exec_level wanted, struct err *err);
void exec_free(struct exec *x); /* kills what still runs */

enum exec_level exec_level(const struct exec *x);
const char *exec_level_name(enum exec_level level); /* "full", "partial", "none" */

/* Runs a program in the strongest profile of that level for real; 0 when the level holds. */
int exec_probe(enum exec_level level, struct err *err);

/* Takes job on success (freed after done). done is called exactly once, never from inside exec_start. */
struct exec_run *exec_start(struct exec *x, struct job *job, exec_output_fn *output,
                            exec_done_fn *done, void *arg, struct err *err);
void exec_cancel(struct exec_run *run); /* done follows with JOB_CANCELED */

#endif
