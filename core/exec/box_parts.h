/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of the helper `tinywright-box`; never linked into the program itself. Nothing here allocates
 * from a job's wishes beyond fixed tables. Functions return 0 or -1 with errno unless they say otherwise.
 */
#ifndef CORE_EXEC_BOX_PARTS_H
#define CORE_EXEC_BOX_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/exec/box.h"

struct box {
    const struct box_spec *spec; /* the memory of the spec, as are the strings below */
    const char *work, *tmp;
    char *args[BOX_STRINGS_MAX + 1];
    const char *outputs[BOX_STRINGS_MAX];
    const char *paths[BOX_PATHS_MAX];
    int report; /* pipe to the program */
    unsigned hits; /* enum box_hit seen so far */
    pid_t job;     /* its first process */
};

/* The system call filter, for this process and all that follow; sets no_new_privs. */
int box_seccomp(bool own_signals_only);

/* Landlock's version here; below 1 there is none. */
int box_landlock_abi(void);
/* Reads and executes only below b->paths, writes only in the two folders; no TCP; needs version 4. */
int box_landlock(const struct box *b);

/* Tries from inside what must not work. Returns 0 or the first enum box_check that failed. */
int box_check(const struct box *b);

/* What can be known about limits at this moment; adds to b->hits. True when the job must end now. */
bool box_watch(struct box *b);
void box_watch_one_lower(void);
bool box_watch_files(struct box *b); /* the part about the work folders */
void box_kill_all(const struct box *b); /* kills and reaps every process but this one */

/* Streams one record, the outputs. */
int box_tell(const struct box *b, enum box_tag tag, uint32_t at, int64_t value);
int box_write(int fd, const void *bytes, size_t n);
void box_send_outputs(const struct box *b);

#endif
