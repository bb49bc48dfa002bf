/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/store_db.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/str.h"

enum {
    LOCK_WAIT_MS = 2000,    /* for the child of a killed owner to let go of the lock */
    LOCK_AGAIN_MS = 10,     /* between two looks */
    BUSY_MS = 3000,         /* a reader may hold the file for a moment, for example at close */
    IDLE_DUE_PAGES = 64,    /* of 4 KiB */
};

bool store_db_network(long type)
{
    static const unsigned long magics[] = {
        0x6969,     /* NFS */
        0x517B,     /* SMB */
        0xFF534D42, /* CIFS */
        0xFE534D42, /* SMB2 */
        0x01021997, /* 9P */
        0x65735546, /* FUSE: sshfs and friends */
        0x00C36400, /* Ceph */
        0x5346414F, /* AFS */
        0x0BD00BD0, /* Lustre */
        0x47504653, /* GPFS */
    };

    for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
        if (((unsigned long)type & 0xFFFFFFFF) == magics[i])
            return true;
    }
    return false;
}

static void read_owner(int fd, char *dst, size_t size)
{
    ssize_t n = pread(fd, dst, size - 1, 0);
    size_t digits;

    dst[n > 0 ? n : 0] = '\0';
    digits = strspn(dst, "0123456789");
    dst[digits] = '\0';
}

/* A process that was killed while it started a child leaves the lock to that child for the moment until its exec. */
static bool owner_is_gone(int fd)
{
    char text[32];
    int pid;

    read_owner(fd, text, sizeof(text));
    pid = (int)strtol(text, NULL, 10);
    return pid > 0 && kill(pid, 0) < 0 && errno == ESRCH;
}

static int lock_file(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int64_t end = os_mono_ms() + LOCK_WAIT_MS;

    while (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
        int why = errno;
        if ((why == EAGAIN || why == EACCES) && owner_is_gone(fd) && os_mono_ms() < end) {
            poll(NULL, 0, LOCK_AGAIN_MS);
            continue;
        }
        errno = why;
        return -1;
    }
    return 0;
}

/* An open file description lock: it goes away with the process, however that ends. */
static int take_lock(struct store *s, const char *folder, struct err *err)
{
    char path[PATH_CAP], pid[32];
    int n;

    if (!path_join(path, sizeof(path), folder, "lock"))
        return err_set(err, ERR_INVALID, "The path of the project is too long.");
    s->lock_fd = os.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->lock_fd < 0)
        return err_sys(err, ERR_MACHINE, "The project's lock %s cannot be opened", path);
    if (lock_file(s->lock_fd)) {
        if (errno != EAGAIN && errno != EACCES)
            return err_sys(err, ERR_MACHINE, "The project cannot be locked");
        read_owner(s->lock_fd, pid, sizeof(pid));
        err_set(err, ERR_LOCKED, "The project is open in another process%s%s.", *pid ? ": pid " : "",
                pid);
        err_hint(err, "Use that one, or end it; `tinywright status` and `show` work beside it.");
        return -ERR_LOCKED;
    }
    n = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
    if (ftruncate(s->lock_fd, 0) < 0 || os_write_all(s->lock_fd, pid, (size_t)n) < 0)
        return err_sys(err, ERR_MACHINE, "The project's lock %s cannot be written", path);
    return 0;
}

static int sync_folder(const char *folder)
{
    int fd = os.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    int r;

    if (fd < 0)
        return -1;
    r = os.fsync(fd);
    close(fd);
    return r;
}

/* The file as a private one of its own; made when missing. */
static int prepare_file(struct store *s, const char *folder, struct err *err)
{
    struct stat st;
    int fd;

    if (lstat(s->path, &st) < 0) {
        if (errno != ENOENT)
            return err_sys(err, ERR_MACHINE, "The history %s cannot be looked at", s->path);
        if (s->mode == STORE_READ) {
            err_set(err, ERR_INVALID, "There is no history in %s.", folder);
            err_hint(err, "Nothing was run here yet: `tinywright run` starts it.");
            return -ERR_INVALID;
        }
        fd = os.open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return err_sys(err, ERR_MACHINE, "The history %s cannot be made", s->path);
        close(fd);
        if (sync_folder(folder) < 0)
            return err_sys(err, ERR_MACHINE, "The folder %s cannot be synced", folder);
        return 0;
    }
    if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
        return err_set(err, ERR_DAMAGED, "The history %s is a link or no regular file.", s->path);
    return 0;
}

static const struct {
    int id, on;
} switches[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
};

static const struct {
    int id, most;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, STORE_BLOB_MAX + 64 * 1024}, {SQLITE_LIMIT_SQL_LENGTH, 16 * 1024},
    {SQLITE_LIMIT_COLUMN, 64},        {SQLITE_LIMIT_EXPR_DEPTH, 64},
    {SQLITE_LIMIT_COMPOUND_SELECT, 8}, {SQLITE_LIMIT_FUNCTION_ARG, 16},
    {SQLITE_LIMIT_ATTACHED, 0},       {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 64}, {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

static int harden(struct store *s, struct err *err)
{
    for (size_t i = 0; i < sizeof(switches) / sizeof(*switches); i++)
        sqlite3_db_config(s->db, switches[i].id, switches[i].on, NULL);
    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
        sqlite3_limit(s->db, limits[i].id, limits[i].most);
    sqlite3_busy_timeout(s->db, BUSY_MS);
    return store_db_exec(s, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
                         " PRAGMA temp_store=MEMORY", err, "opened");
}

static int count_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct store *s = arg;

    (void)db;
    (void)name;
    s->wal_pages = pages;
    return SQLITE_OK;
}

static bool has_bytes(const char *path, const char *suffix)
{
    char name[PATH_CAP + 8];
    struct stat st;

    snprintf(name, sizeof(name), "%s%s", path, suffix);
    return stat(name, &st) == 0 && st.st_size > 0;
}

/* WAL unless the disk is a network's; there SQLite syncs each commit itself. */
static int choose_journal(struct store *s, struct err *err)
{
    const char *want = s->rollback ? "delete" : "wal";
    sqlite3_stmt *st = NULL;
    int rc, r;

    /* Keeps pruned space returnable. Only before the first page: said again it would cost a commit. */
    r = has_bytes(s->path, "") ? 0 : store_db_exec(s, "PRAGMA auto_vacuum=INCREMENTAL", err, "opened");
    if (r == 0)
        r = store_db_prepare(s, s->rollback ? "PRAGMA journal_mode=DELETE" : "PRAGMA journal_mode=WAL",
                             &st, err);
    if (r)
        return r;
    rc = sqlite3_step(st);
    if (rc != SQLITE_ROW)
        r = store_db_fail(s, rc, err, "opened");
    else if (!str_eq((const char *)sqlite3_column_text(st, 0), want))
        r = err_set(err, ERR_MACHINE, "The history cannot use the journal mode %s here.", want);
    sqlite3_finalize(st);
    if (r)
        return r;
    if (s->rollback)
        return store_db_exec(s, "PRAGMA synchronous=EXTRA", err, "opened");
    r = store_db_exec(s, "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0", err, "opened");
    sqlite3_wal_hook(s->db, count_pages, s);
    return r;
}

/* "file:…?immutable=1" with everything but plain letters escaped; 0 or -1. */
static int immutable_name(const char *path, char *dst, size_t size)
{
    struct buf b;
    int r;

    buf_init(&b, size - 1);
    buf_puts(&b, "file:");
    for (const char *p = path; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '/' || c == '.' || c == '_' || c == '-' || (c >= '0' && c <= '9') ||
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            buf_putc(&b, (char)c);
        else
            buf_putf(&b, "%%%02X", c);
    }
    r = buf_puts(&b, "?immutable=1");
    if (r == 0)
        str_copy(dst, size, buf_text(&b));
    buf_done(&b);
    return r;
}

static int connect(struct store *s, struct err *err)
{
    char uri[3 * PATH_CAP];
    const char *name = s->path;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, rc;

    if (s->immutable) {
        if (immutable_name(s->path, uri, sizeof(uri)))
            return err_set(err, ERR_INVALID, "The path of the project is too long.");
        name = uri;
        flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    } else {
        flags |= SQLITE_OPEN_READWRITE;
    }
    rc = sqlite3_open_v2(name, &s->db, flags, NULL);
    if (rc != SQLITE_OK)
        return store_db_fail(s, rc, err, "opened");
    return harden(s, err);
}

static int open_reader(struct store *s, const char *folder, struct err *err)
{
    struct statvfs v;
    bool fixed = (statvfs(folder, &v) == 0 && (v.f_flag & ST_RDONLY)) || access(folder, W_OK) < 0;

    if (fixed && (has_bytes(s->path, "-wal") || has_bytes(s->path, "-journal"))) {
        err_set(err, ERR_MACHINE, "The history was not closed and its folder cannot be written.");
        err_hint(err, "Copy the project to a folder of your own and open it there.");
        return -ERR_MACHINE;
    }
    s->immutable = fixed;
    if (connect(s, err))
        return -err->code;
    return store_db_exec(s, "PRAGMA query_only=ON", err, "opened");
}

static int open_writer(struct store *s, const char *folder, struct err *err)
{
    int r = take_lock(s, folder, err);

    if (r == 0)
        r = prepare_file(s, folder, err);
    if (r == 0)
        r = connect(s, err);
    if (r == 0 && sqlite3_db_readonly(s->db, "main") == 1)
        r = err_set(err, ERR_MACHINE, "The history %s cannot be written.", s->path);
    if (r == 0)
        r = choose_journal(s, err);
    return r;
}

static int open_folder(struct store *s, const char *folder, char real[PATH_CAP], struct err *err)
{
    struct stat st;

    if (s->mode == STORE_WRITE && path_make(folder, 0700, err))
        return -err->code;
    /* A project from elsewhere must not make us write into a folder it points to. */
    if (lstat(folder, &st) == 0 && S_ISLNK(st.st_mode))
        return err_set(err, ERR_INVALID, "The history folder %s is a link.", folder);
    if (!realpath(folder, real) || stat(real, &st) < 0 || !S_ISDIR(st.st_mode)) {
        err_sys(err, ERR_INVALID, "There is no history folder %s", folder);
        err_hint(err, "Is this a project? `tinywright new` makes one.");
        return -ERR_INVALID;
    }
    if (!path_join(s->path, sizeof(s->path) - 16, real, "history.db"))
        return err_set(err, ERR_INVALID, "The path of the project is too long.");
    return 0;
}

static int open_all(struct store *s, const char *folder, struct err *err)
{
    char real[PATH_CAP];
    int64_t ignored;
    bool crashed;
    int r = open_folder(s, folder, real, err);

    if (r)
        return r;
    crashed = has_bytes(s->path, "-wal");
    if (s->mode == STORE_WRITE) {
        r = open_writer(s, real, err);
    } else {
        r = prepare_file(s, real, err);
        if (r == 0)
            r = open_reader(s, real, err);
    }
    if (r == 0)
        r = store_schema_check(s, err);
    if (r == 0)
        r = store_db_read_head(s, err);
    /* After a crash the log may be whole only in memory of the kernel: bring it to the disk before adding. */
    if (r == 0 && crashed && s->mode == STORE_WRITE && !s->rollback)
        r = store_db_number(s, "PRAGMA wal_checkpoint(TRUNCATE)", 0, &ignored, err);
    return r;
}

static void release(struct store *s)
{
    for (int i = 0; i < STORE_DB_STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close_v2(s->db);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    vec_done(&s->waiters);
    explicit_bzero(s->secret, sizeof(s->secret));
    free(s);
}

struct store *store_db_open(const char *folder, enum store_mode mode, bool rollback, struct err *err)
{
    struct store *s = os_alloc(sizeof(*s));
    struct err local;

    if (!err)
        err = &local;
    if (!s) {
        err_set(err, ERR_MACHINE, "There is not enough memory to open the history.");
        return NULL;
    }
    s->mode = mode;
    s->rollback = rollback;
    s->lock_fd = -1;
    if (open_all(s, folder, err)) {
        release(s);
        return NULL;
    }
    return s;
}

struct store *store_open(const char *folder, enum store_mode mode, struct err *err)
{
    struct err local;
    struct statfs fs;

    if (mode == STORE_WRITE && path_make(folder, 0700, err ? err : &local))
        return NULL;
    return store_db_open(folder, mode, statfs(folder, &fs) == 0 && store_db_network(fs.f_type), err);
}

static int checkpoint(struct store *s, int mode, struct err *err)
{
    int frames = 0, moved = 0;
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, mode, &frames, &moved);

    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) /* a reader is in the way: later */
        return 0;
    if (rc != SQLITE_OK)
        return store_db_fail(s, rc, err, "saved");
    s->wal_pages = frames > moved ? frames - moved : 0;
    return 1;
}

bool store_idle_due(const struct store *s)
{
    return s->mode == STORE_WRITE && !s->broken && s->wal_pages >= IDLE_DUE_PAGES;
}

int store_idle(struct store *s, struct err *err)
{
    if (s->mode != STORE_WRITE || s->rollback || s->broken || s->in_group || s->wal_pages == 0)
        return 0;
    return checkpoint(s, SQLITE_CHECKPOINT_PASSIVE, err);
}

int store_close(struct store *s, struct err *err)
{
    int r = 0;

    if (!s)
        return 0;
    store_rollback(s);
    if (s->mode == STORE_WRITE && !s->rollback && !s->broken) {
        r = checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE, err);
        if (r > 0)
            r = 0;
    }
    if (s->lock_fd >= 0 && ftruncate(s->lock_fd, 0) < 0 && r == 0)
        r = err_sys(err, ERR_MACHINE, "The project's lock cannot be written");
    release(s);
    return r;
}
