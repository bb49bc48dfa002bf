/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Faults on demand: a SQLite VFS and the os seam behind one counter of points (writes, syncs, truncations, opens
 * that create, renames, deletions). At a chosen point the call fails or the process is killed; or everything is
 * recorded, and files are rebuilt as a power loss would have left them.
 *
 * Nothing is really synced (kill -9 does not test that, and it is slow): syncs are only counted and recorded.
 */
#ifndef TESTS_FAULT_RECORDER_H
#define TESTS_FAULT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum recorder_mode {
    RECORDER_COUNT,      /* only counts */
    RECORDER_KILL,       /* SIGKILL instead of point `at` */
    RECORDER_KILL_TORN,  /* as KILL, but half of the bytes of a write get there */
    RECORDER_FAIL_ONCE,  /* point `at` fails with `error` */
    RECORDER_FAIL_ON,    /* all points from `at` on fail */
    RECORDER_MEMORY,     /* allocation number `at` fails, of SQLite and of os.realloc */
    RECORDER_LOG,        /* records, for recorder_rebuild */
};

/* Once, before anything else uses SQLite: becomes the default VFS and takes over rows of `os`. */
void recorder_install(void);

/* What happens from now on; the counters start at 0. error is ENOSPC or EIO. */
void recorder_arm(enum recorder_mode mode, long at, int error);
long recorder_points(void);      /* since recorder_arm */
long recorder_allocations(void); /* since recorder_arm */

/* Entries of the log: all operations so far. */
size_t recorder_log_length(void);
void recorder_log_drop(void); /* frees the log */

/* Writes into folder (empty, existing) the files as they may be after power went out behind entry `length`.
 * keep: 0 drops everything that was not synced, 100 keeps all, else each unsynced sector write (512 bytes), new name
 * or deletion is kept with that chance in percent, drawn from seed. */
void recorder_rebuild(const char *folder, size_t length, int keep, uint64_t seed);

#endif
