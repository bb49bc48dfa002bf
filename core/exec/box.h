/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the program and its helper `tinywright-box` say to each other: a spec (program to box, one sealed
 * memfd) and a report (box to program, one pipe).
 *
 * The box is the first process inside the sandbox. It starts the job under limits and a system call filter,
 * watches it, kills everything left, and streams the outputs. The program trusts nothing in a report:
 * a job that broke the box would write it. Both are the same build, so structs travel in host layout.
 */
#ifndef CORE_EXEC_BOX_H
#define CORE_EXEC_BOX_H

#include <stdint.h>

enum { BOX_MAGIC = 0x74774278, BOX_SPEC_CAP = 2 << 20, BOX_STRINGS_MAX = 512, BOX_PATHS_MAX = 64 };

enum box_flag {
    BOX_PARTIAL = 1, /* no namespaces around us: Landlock, folders on the host */
    BOX_CHECK = 2,   /* try what must fail before starting the program: the probe */
};

/* Followed by NUL-terminated strings in this order: work folder, /tmp folder, args, outputs,
 * paths to read (partial level only). */
struct box_spec {
    uint32_t magic, flags;
    uint32_t n_args, n_outputs, n_paths;
    int32_t uid; /* partial level: switch to this uid and gid for the job; -1 stays */
    int32_t cpu_s, processes;
    int64_t memory, work, file;
};

enum box_tag {
    BOX_NOTE = 1,   /* at = a box_hit seen while the job still runs */
    BOX_FAILED = 2, /* the program could not be started: at = a box_step, value = errno */
    BOX_ENDED = 3,  /* followed by struct box_end */
    BOX_OUTPUT = 4, /* at = index, value = size, followed by that many bytes */
    BOX_REFUSED = 5, /* at = index, value = enum box_refusal */
    BOX_DONE = 6,   /* nothing follows */
};

struct box_head {
    uint32_t tag, at;
    int64_t value;
};

enum box_hit { BOX_HIT_PROCESSES = 1, BOX_HIT_DISK = 2, BOX_HIT_MEMORY = 4 };

enum box_step { BOX_STEP_LIMITS = 1, BOX_STEP_FILTER, BOX_STEP_LANDLOCK, BOX_STEP_UID, BOX_STEP_CHECK, BOX_STEP_EXEC };

enum box_refusal { BOX_MISSING = 1, BOX_NOT_A_FILE, BOX_LINKED, BOX_TOO_LARGE, BOX_UNREADABLE };

/* What the probe tries from inside, in order; BOX_STEP_CHECK's value is the number of the one that failed. */
enum box_check {
    BOX_CHECK_USER = 1, BOX_CHECK_PRIVILEGES, BOX_CHECK_WORK, BOX_CHECK_OUTSIDE, BOX_CHECK_HOMES,
    BOX_CHECK_SOCKETS, BOX_CHECK_KERNEL, BOX_CHECK_SIGNALS, BOX_CHECK_MEMORY,
};

struct box_end {
    int32_t status;  /* of the job's first process, as from waitpid */
    uint32_t hits;   /* enum box_hit */
    int64_t cpu_ms;  /* of all its processes that were reaped */
    int64_t max_rss; /* bytes, the largest process */
};

#endif
