/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fault/recorder.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/vec.h"

enum { SECTOR = 512, FILES_MAX = 64, LOG_MAX = 100000 };

enum operation { OP_WRITE, OP_TRUNCATE, OP_SYNC, OP_CREATE, OP_DELETE, OP_SYNC_FOLDER };

struct entry {
    enum operation op;
    char name[64];
    int64_t offset; /* OP_TRUNCATE: the size */
    size_t n;
    unsigned char *bytes; /* owned */
    bool with_folder;     /* OP_SYNC, OP_DELETE: the folder is synced too */
};

static struct {
    enum recorder_mode mode;
    long at, points, allocations;
    int error;
    VEC(struct entry) log;
    sqlite3_vfs *real;
    sqlite3_vfs vfs;
    sqlite3_mem_methods memory;
    struct os_ops os;
} rec;

struct file {
    sqlite3_file base;
    char name[64];
    bool journal, synced;
    sqlite3_file *real; /* right behind this struct */
};

/* Counts a point; true when it has to fail (errno is set). */
static bool point(void)
{
    long n = rec.points++;

    if (rec.mode == RECORDER_KILL && n == rec.at)
        kill(getpid(), SIGKILL);
    if ((rec.mode == RECORDER_FAIL_ONCE && n == rec.at) || (rec.mode == RECORDER_FAIL_ON && n >= rec.at)) {
        errno = rec.error;
        return true;
    }
    return false;
}

static bool tears_now(void)
{
    return rec.mode == RECORDER_KILL_TORN && rec.points == rec.at;
}

static void record(enum operation op, const char *name, int64_t offset, const void *bytes, size_t n,
                   bool with_folder)
{
    struct entry e = {.op = op, .offset = offset, .n = n, .with_folder = with_folder};

    if (rec.mode != RECORDER_LOG)
        return;
    str_copy(e.name, sizeof(e.name), name);
    if (n) {
        e.bytes = malloc(n);
        assert(e.bytes);
        memcpy(e.bytes, bytes, n);
    }
    if (vec_push(&rec.log, e, LOG_MAX))
        abort();
}

/* --- the VFS ------------------------------------------------------------------------------------------------ */

static struct file *of(sqlite3_file *f)
{
    return (struct file *)f;
}

static int vfs_close(sqlite3_file *f)
{
    return of(f)->real->pMethods ? of(f)->real->pMethods->xClose(of(f)->real) : SQLITE_OK;
}

static int vfs_read(sqlite3_file *f, void *bytes, int n, sqlite3_int64 at)
{
    return of(f)->real->pMethods->xRead(of(f)->real, bytes, n, at);
}

static int vfs_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    sqlite3_file *real = of(f)->real;

    if (tears_now()) {
        real->pMethods->xWrite(real, bytes, n / 2, at);
        kill(getpid(), SIGKILL);
    }
    if (point()) {
        if (rec.error == ENOSPC)
            real->pMethods->xWrite(real, bytes, n / 2, at); /* what a full disk leaves behind */
        return rec.error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    record(OP_WRITE, of(f)->name, at, bytes, (size_t)n, false);
    return real->pMethods->xWrite(real, bytes, n, at);
}

static int vfs_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    if (tears_now())
        kill(getpid(), SIGKILL);
    if (point())
        return SQLITE_IOERR_TRUNCATE;
    record(OP_TRUNCATE, of(f)->name, size, NULL, 0, false);
    return of(f)->real->pMethods->xTruncate(of(f)->real, size);
}

static int vfs_sync(sqlite3_file *f, int flags)
{
    (void)flags;
    if (tears_now())
        kill(getpid(), SIGKILL);
    if (point())
        return SQLITE_IOERR_FSYNC;
    /* SQLite's own VFS syncs the folder at the first sync of a journal or log it made. */
    record(OP_SYNC, of(f)->name, 0, NULL, 0, of(f)->journal && !of(f)->synced);
    of(f)->synced = true;
    return SQLITE_OK;
}

static int vfs_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    return of(f)->real->pMethods->xFileSize(of(f)->real, ret);
}

static int vfs_lock(sqlite3_file *f, int level)
{
    return of(f)->real->pMethods->xLock(of(f)->real, level);
}

static int vfs_unlock(sqlite3_file *f, int level)
{
    return of(f)->real->pMethods->xUnlock(of(f)->real, level);
}

static int vfs_check(sqlite3_file *f, int *ret)
{
    return of(f)->real->pMethods->xCheckReservedLock(of(f)->real, ret);
}

static int vfs_control(sqlite3_file *f, int op, void *arg)
{
    return of(f)->real->pMethods->xFileControl(of(f)->real, op, arg);
}

static int vfs_sector(sqlite3_file *f)
{
    return of(f)->real->pMethods->xSectorSize(of(f)->real);
}

static int vfs_traits(sqlite3_file *f)
{
    return of(f)->real->pMethods->xDeviceCharacteristics(of(f)->real);
}

static int vfs_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
    return of(f)->real->pMethods->xShmMap(of(f)->real, page, size, extend, ret);
}

static int vfs_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return of(f)->real->pMethods->xShmLock(of(f)->real, offset, n, flags);
}

static void vfs_shm_barrier(sqlite3_file *f)
{
    of(f)->real->pMethods->xShmBarrier(of(f)->real);
}

static int vfs_shm_unmap(sqlite3_file *f, int remove)
{
    return of(f)->real->pMethods->xShmUnmap(of(f)->real, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = vfs_close,
    .xRead = vfs_read,
    .xWrite = vfs_write,
    .xTruncate = vfs_truncate,
    .xSync = vfs_sync,
    .xFileSize = vfs_size,
    .xLock = vfs_lock,
    .xUnlock = vfs_unlock,
    .xCheckReservedLock = vfs_check,
    .xFileControl = vfs_control,
    .xSectorSize = vfs_sector,
    .xDeviceCharacteristics = vfs_traits,
    .xShmMap = vfs_shm_map,
    .xShmLock = vfs_shm_lock,
    .xShmBarrier = vfs_shm_barrier,
    .xShmUnmap = vfs_shm_unmap,
};

static int vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    struct file *file = of(f);
    bool makes = name && (flags & SQLITE_OPEN_CREATE) && !path_exists(name);
    int rc;

    (void)v;
    memset(file, 0, sizeof(*file));
    file->real = (sqlite3_file *)(file + 1);
    file->real->pMethods = NULL;
    file->journal = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    if (makes && tears_now())
        kill(getpid(), SIGKILL);
    if (makes && point())
        return SQLITE_CANTOPEN;
    str_copy(file->name, sizeof(file->name), name ? path_base(name) : "");
    rc = rec.real->xOpen(rec.real, name, file->real, flags, ret_flags);
    if (rc == SQLITE_OK) {
        f->pMethods = &methods;
        if (makes)
            record(OP_CREATE, file->name, 0, NULL, 0, false);
    }
    return rc;
}

static int vfs_delete(sqlite3_vfs *v, const char *name, int with_folder)
{
    (void)v;
    if (tears_now())
        kill(getpid(), SIGKILL);
    if (point())
        return SQLITE_IOERR_DELETE;
    record(OP_DELETE, path_base(name), 0, NULL, 0, with_folder);
    return rec.real->xDelete(rec.real, name, 0);
}

/* --- the os seam -------------------------------------------------------------------------------------------- */

static ssize_t os_write_point(int fd, const void *bytes, size_t n)
{
    if (tears_now()) {
        rec.os.write(fd, bytes, n / 2);
        kill(getpid(), SIGKILL);
    }
    return point() ? -1 : rec.os.write(fd, bytes, n);
}

static int os_fsync_point(int fd)
{
    struct stat st;

    if (tears_now())
        kill(getpid(), SIGKILL);
    if (point())
        return -1;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        record(OP_SYNC_FOLDER, "", 0, NULL, 0, true);
    return 0;
}

static int os_rename_point(const char *from, const char *to)
{
    if (tears_now())
        kill(getpid(), SIGKILL);
    return point() ? -1 : rec.os.rename(from, to);
}

static int os_open_point(const char *path, int flags, mode_t mode)
{
    int fd;

    if (!(flags & O_CREAT))
        return rec.os.open(path, flags, mode);
    if (tears_now())
        kill(getpid(), SIGKILL);
    if (point())
        return -1;
    fd = rec.os.open(path, flags, mode);
    if (fd >= 0 && (flags & O_EXCL))
        record(OP_CREATE, path_base(path), 0, NULL, 0, false);
    return fd;
}

static int os_unlink_point(const char *path)
{
    if (tears_now())
        kill(getpid(), SIGKILL);
    return point() ? -1 : rec.os.unlink(path);
}

static bool memory_point(void)
{
    return rec.allocations++ == rec.at && rec.mode == RECORDER_MEMORY;
}

static void *os_realloc_point(void *p, size_t n)
{
    return memory_point() ? NULL : rec.os.realloc(p, n);
}

static void *memory_alloc(int n)
{
    return memory_point() ? NULL : rec.memory.xMalloc(n);
}

static void *memory_realloc(void *p, int n)
{
    return memory_point() ? NULL : rec.memory.xRealloc(p, n);
}

void recorder_install(void)
{
    sqlite3_mem_methods mine;

    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &rec.memory);
    mine = rec.memory;
    mine.xMalloc = memory_alloc;
    mine.xRealloc = memory_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &mine);
    rec.real = sqlite3_vfs_find(NULL);
    rec.vfs = *rec.real;
    rec.vfs.szOsFile = (int)sizeof(struct file) + rec.real->szOsFile;
    rec.vfs.zName = "recorder";
    rec.vfs.pNext = NULL;
    rec.vfs.xOpen = vfs_open;
    rec.vfs.xDelete = vfs_delete;
    sqlite3_vfs_register(&rec.vfs, 1);
    rec.os = os;
    os.write = os_write_point;
    os.fsync = os_fsync_point;
    os.rename = os_rename_point;
    os.open = os_open_point;
    os.unlink = os_unlink_point;
    os.realloc = os_realloc_point;
}

void recorder_arm(enum recorder_mode mode, long at, int error)
{
    rec.mode = mode;
    rec.at = at;
    rec.error = error;
    rec.points = rec.allocations = 0;
}

long recorder_points(void)
{
    return rec.points;
}

long recorder_allocations(void)
{
    return rec.allocations;
}

size_t recorder_log_length(void)
{
    return rec.log.n;
}

void recorder_log_drop(void)
{
    for (size_t i = 0; i < rec.log.n; i++)
        free(rec.log.items[i].bytes);
    vec_done(&rec.log);
}

/* --- power loss --------------------------------------------------------------------------------------------- */

/* A file as the running system sees it and as the disk has it. */
struct image {
    char name[64];
    unsigned char *now, *disk;
    size_t now_len, disk_len, room;
    bool exists, on_disk; /* its name */
};

struct machine {
    struct image files[FILES_MAX];
    int n;
    uint64_t seed;
    int keep;
};

static bool kept(struct machine *m)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((m->seed >> 33) % 100) < m->keep;
}

static struct image *image_new(struct machine *m, const char *name)
{
    assert(m->n < FILES_MAX);
    str_copy(m->files[m->n].name, sizeof(m->files[0].name), name);
    return &m->files[m->n++];
}

/* The file that has the name now; an older one of that name may still be what the disk knows. */
static struct image *image_of(struct machine *m, const char *name)
{
    for (int i = m->n - 1; i >= 0; i--) {
        if (str_eq(m->files[i].name, name))
            return &m->files[i];
    }
    return image_new(m, name);
}

static void grow(struct image *f, size_t n)
{
    if (n <= f->room)
        return;
    f->now = realloc(f->now, n * 2);
    f->disk = realloc(f->disk, n * 2);
    assert(f->now && f->disk);
    memset(f->now + f->room, 0, n * 2 - f->room);
    memset(f->disk + f->room, 0, n * 2 - f->room);
    f->room = n * 2;
}

static void set_length(unsigned char *bytes, size_t *len, size_t n)
{
    if (n < *len)
        memset(bytes + n, 0, *len - n);
    *len = n;
}

static void put_bytes(unsigned char *to, size_t *len, const struct entry *e, size_t from, size_t n)
{
    memcpy(to + e->offset + from, e->bytes + from, n);
    if ((size_t)e->offset + from + n > *len)
        *len = (size_t)e->offset + from + n;
}

/* A write that was not synced: each of its sectors may have reached the disk or not, in any order. */
static void write_unsynced(struct machine *m, struct image *f, const struct entry *e)
{
    for (size_t from = 0; from < e->n;) {
        size_t n = SECTOR - ((size_t)e->offset + from) % SECTOR;
        if (n > e->n - from)
            n = e->n - from;
        if (kept(m))
            put_bytes(f->disk, &f->disk_len, e, from, n);
        from += n;
    }
}

static void sync_names(struct machine *m)
{
    for (int i = 0; i < m->n; i++)
        m->files[i].on_disk = m->files[i].exists;
}

static void replay(struct machine *m, const struct entry *e)
{
    struct image *f = e->op == OP_CREATE ? NULL : image_of(m, e->name);

    switch (e->op) {
    case OP_WRITE:
        grow(f, (size_t)e->offset + e->n);
        put_bytes(f->now, &f->now_len, e, 0, e->n);
        write_unsynced(m, f, e);
        break;
    case OP_TRUNCATE:
        grow(f, (size_t)e->offset);
        set_length(f->now, &f->now_len, (size_t)e->offset);
        if (kept(m))
            set_length(f->disk, &f->disk_len, (size_t)e->offset);
        break;
    case OP_SYNC:
        if (f->now_len)
            memcpy(f->disk, f->now, f->now_len);
        set_length(f->disk, &f->disk_len, f->now_len);
        break;
    case OP_CREATE:
        f = image_new(m, e->name);
        f->exists = true;
        f->on_disk = kept(m);
        break;
    case OP_DELETE:
        f->exists = false;
        f->on_disk &= !kept(m);
        break;
    case OP_SYNC_FOLDER:
        break;
    }
    if (e->with_folder)
        sync_names(m);
}

void recorder_rebuild(const char *folder, size_t length, int keep, uint64_t seed)
{
    struct machine m = {.keep = keep, .seed = seed};
    char path[PATH_CAP];

    for (size_t i = 0; i < length; i++)
        replay(&m, &rec.log.items[i]);
    for (int i = 0; i < m.n; i++) {
        struct image *f = &m.files[i];
        if (f->on_disk && *f->name) {
            int fd = open(path_join(path, sizeof(path), folder, f->name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            assert(fd >= 0);
            if (f->disk_len && write(fd, f->disk, f->disk_len) != (ssize_t)f->disk_len)
                abort();
            close(fd);
        }
        free(f->now);
        free(f->disk);
    }
}
