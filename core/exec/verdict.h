/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a job ended, told from what the program did to it and what the box saw. Limits that a process can
 * run into without dying are judged by signs, each named where it is used; a job that ended well is
 * never blamed.
 */
#ifndef CORE_EXEC_VERDICT_H
#define CORE_EXEC_VERDICT_H

#include "core/base/job.h"
#include "core/exec/report.h"

enum verdict_cause { VERDICT_NONE, VERDICT_WALL, VERDICT_FLOOD, VERDICT_CANCELED };

struct verdict {
    enum verdict_cause cause; /* what we ended it for */
    int box_status;           /* of our child, as from waitpid */
};

/* Fills stop, code, cpu_ms, max_rss and error of r. err_text: the job's stderr. */
void verdict_set(const struct verdict *v, const struct report *report, const struct job *job,
                 const struct job_limits *limits, const char *err_text, struct job_result *r);

#endif
