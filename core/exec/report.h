/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads what comes back from the box, piece by piece, as untrusted bytes: sizes, order and indexes are
 * checked against what the job was allowed; the first impossible byte breaks the report for good.
 */
#ifndef CORE_EXEC_REPORT_H
#define CORE_EXEC_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/job.h"
#include "core/exec/box.h"

struct report {
    const struct job *job; /* borrowed: names of the outputs */
    int64_t file_cap, room; /* bytes of one output, of all that are still to come */
    struct job_result *result; /* borrowed: outputs go there */
    struct box_end end;
    unsigned noted;         /* enum box_hit told while the job ran */
    int failed_step, failed_error;
    bool ended, done, broken;
    uint64_t answered; /* bit per output */
    /* private */
    union {
        struct box_head head;
        struct box_end end;
    } part;
    size_t part_len;
    enum { REPORT_HEAD, REPORT_END, REPORT_BYTES } wants;
    struct job_file *file;
    size_t file_len;
};

void report_init(struct report *r, const struct job *job, const struct job_limits *limits, struct job_result *result);
void report_feed(struct report *r, const char *bytes, size_t n);

#endif
