/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linked before the workbench's main: every sync to disk, of SQLite and of our own files, takes 20 ms more.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "core/base/os.h"

enum { SETS = 8 };

/* Files of one kind share their methods: one slow copy for each set. Only the first member is SQLite's. */
static struct set {
    sqlite3_io_methods methods;
    const sqlite3_io_methods *real;
} sets[SETS];
static sqlite3_vfs slow;

static void drag(void)
{
    struct timespec t = {.tv_nsec = 20000000};

    nanosleep(&t, NULL);
}

static int slow_sync(sqlite3_file *f, int flags)
{
    drag();
    return ((const struct set *)f->pMethods)->real->xSync(f, flags);
}

static int slow_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    const sqlite3_vfs *real = vfs->pAppData;
    int rc = real->xOpen((sqlite3_vfs *)(uintptr_t)real, name, f, flags, ret_flags);

    for (int i = 0; rc == SQLITE_OK && f->pMethods && i < SETS; i++) {
        if (!sets[i].real) {
            sets[i].real = f->pMethods;
            sets[i].methods = *f->pMethods;
            sets[i].methods.xSync = slow_sync;
        }
        if (sets[i].real == f->pMethods) {
            f->pMethods = &sets[i].methods;
            break;
        }
    }
    return rc;
}

static int slow_fsync(int fd)
{
    drag();
    return fsync(fd);
}

__attribute__((constructor)) static void begin(void)
{
    sqlite3_vfs *real;

    sqlite3_initialize();
    real = sqlite3_vfs_find(NULL);
    slow = *real;
    slow.zName = "slow";
    slow.pAppData = real;
    slow.xOpen = slow_open;
    sqlite3_vfs_register(&slow, 1);
    os.fsync = slow_fsync;
}
