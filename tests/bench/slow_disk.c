/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linked before the workbench's main: every sync to disk, of SQLite and of our own files, takes 20 ms more.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "core/base/os.h"

static sqlite3_vfs slow;
static sqlite3_io_methods methods;
static int (*real_sync)(sqlite3_file *f, int flags);

static void drag(void)
{
    struct timespec t = {.tv_nsec = 20000000};

    nanosleep(&t, NULL);
}

static int slow_sync(sqlite3_file *f, int flags)
{
    drag();
    return real_sync(f, flags);
}

static int slow_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    const sqlite3_vfs *real = vfs->pAppData;
    int rc = real->xOpen((sqlite3_vfs *)(uintptr_t)real, name, f, flags, ret_flags);

    if (rc == SQLITE_OK && f->pMethods && f->pMethods->xSync != slow_sync) {
        methods = *f->pMethods; /* files of one process share their methods */
        real_sync = methods.xSync;
        methods.xSync = slow_sync;
    }
    if (rc == SQLITE_OK && f->pMethods)
        f->pMethods = &methods;
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
