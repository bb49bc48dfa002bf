/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/store_db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/str.h"

/* SQLite writes into an empty file of ours, so that nobody else can read it while it grows. */
static int vacuum_into(struct store *s, const char *temp, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc, r, fd = os.open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return err_sys(err, ERR_MACHINE, "The file %s cannot be made", temp);
    close(fd);
    /* VACUUM INTO attaches its target and writes only there. */
    sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 1);
    r = store_db_exec(s, "PRAGMA query_only=OFF", err, "exported");
    if (r == 0)
        r = store_db_prepare(s, "VACUUM INTO ?1", &st, err);
    if (r == 0) {
        sqlite3_bind_text(st, 1, temp, -1, SQLITE_STATIC);
        rc = sqlite3_step(st);
        if (rc != SQLITE_DONE)
            r = store_db_fail(s, rc, err, "exported");
    }
    sqlite3_finalize(st);
    sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
    if (s->mode == STORE_READ)
        sqlite3_exec(s->db, "PRAGMA query_only=ON", NULL, NULL, NULL);
    return r;
}

static int sync_file(const char *path, struct err *err)
{
    int fd = os.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    int bad;

    if (fd < 0)
        return err_sys(err, ERR_MACHINE, "The file %s cannot be opened", path);
    bad = os.fsync(fd);
    close(fd);
    return bad ? err_sys(err, ERR_MACHINE, "The file %s cannot be synced", path) : 0;
}

int store_export(struct store *s, const char *file, struct err *err)
{
    char temp[PATH_CAP];
    int r;

    if (path_exists(file)) {
        err_set(err, ERR_INVALID, "The file %s exists already.", file);
        err_hint(err, "Name a new file; nothing is overwritten.");
        return -ERR_INVALID;
    }
    if (s->in_group)
        return err_set(err, ERR_USAGE, "A group of changes is open.");
    if (snprintf(temp, sizeof(temp), "%s.%d.tmp", file, (int)getpid()) >= (int)sizeof(temp))
        return err_set(err, ERR_INVALID, "The path of the file is too long.");
    r = vacuum_into(s, temp, err);
    if (r == 0)
        r = sync_file(temp, err);
    /* link, not rename: it fails when somebody made the file meanwhile */
    if (r == 0 && link(temp, file) < 0)
        r = err_sys(err, ERR_MACHINE, "The file %s cannot be made", file);
    os.unlink(temp);
    return r;
}

static int copy_bytes(int from, int to, struct err *err)
{
    char piece[65536];
    ssize_t n;

    while ((n = read(from, piece, sizeof(piece))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, ERR_MACHINE, "The exported history cannot be read");
        if (os_write_all(to, piece, (size_t)n) < 0)
            return err_sys(err, ERR_MACHINE, "The history cannot be written");
    }
    return os.fsync(to) ? err_sys(err, ERR_MACHINE, "The history cannot be synced") : 0;
}

static int copy_file(const char *file, const char *target, struct err *err)
{
    struct stat st;
    int to = -1, r = 0;
    int from = os.open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

    if (from < 0)
        return err_sys(err, ERR_INVALID, "The file %s cannot be opened", file);
    if (fstat(from, &st) < 0 || !S_ISREG(st.st_mode))
        r = err_set(err, ERR_INVALID, "%s is not a regular file.", file);
    if (r == 0) {
        to = os.open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (to < 0)
            r = err_sys(err, ERR_MACHINE, "The history %s cannot be made", target);
    }
    if (r == 0)
        r = copy_bytes(from, to, err);
    if (to >= 0)
        close(to);
    close(from);
    return r;
}

/* Verified as a whole; what is derived came with the file and is not believed. */
static int accept(const char *folder, struct store_verdict *ret, struct err *err)
{
    struct store *s = store_open(folder, STORE_WRITE, err);
    int r, closed;

    if (!s)
        return -(err->code ? err->code : ERR_MACHINE);
    r = store_verify(s, ret, err);
    if (r == 0)
        r = store_db_exec(s, "DELETE FROM derived; DELETE FROM spool", err, "imported");
    closed = store_close(s, r ? NULL : err);
    return r ? r : closed;
}

int store_import(const char *file, const char *folder, struct store_verdict *ret, struct err *err)
{
    char target[PATH_CAP], side[PATH_CAP + 8];
    struct err local;
    int r;

    if (!err)
        err = &local;
    err_reset(err);
    memset(ret, 0, sizeof(*ret));
    if (!path_join(target, sizeof(target), folder, "history.db"))
        return err_set(err, ERR_INVALID, "The path of the project is too long.");
    if (path_exists(target)) {
        err_set(err, ERR_INVALID, "The project %s has a history already.", folder);
        err_hint(err, "Import into a new, empty project.");
        return -ERR_INVALID;
    }
    r = path_make(folder, 0700, err);
    if (r == 0)
        r = copy_file(file, target, err);
    if (r)
        return r;
    r = accept(folder, ret, err);
    if (r) {
        os.unlink(target);
        for (int i = 0; i < 2; i++) {
            snprintf(side, sizeof(side), "%s%s", target, i ? "-shm" : "-wal");
            os.unlink(side);
        }
    }
    return r;
}
