/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/store_db.h"

#include <string.h>

#include "core/base/str.h"

static void group_enter(struct store *s)
{
    s->in_group = true;
    s->group_durability = STORE_NORMAL;
    s->saved_seq = s->last_seq;
    memcpy(s->saved_head, s->head, SHA256_HEX);
    s->waiters.n = 0;
}

int store_begin(struct store *s, struct err *err)
{
    int r = store_db_writable(s, err);

    if (r)
        return r;
    if (s->in_group)
        return err_set(err, ERR_USAGE, "A group of changes is open already.");
    r = store_db_exec(s, "BEGIN IMMEDIATE", err, "written");
    if (r == 0)
        group_enter(s);
    return r;
}

void store_rollback(struct store *s)
{
    if (!s->in_group)
        return;
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->in_group = false;
    s->last_seq = s->saved_seq;
    memcpy(s->head, s->saved_head, SHA256_HEX);
    s->waiters.n = 0;
}

/* What PRAGMA synchronous=FULL would do at the commit, for a durability that is only known at its end. */
static int sync_log(struct store *s, struct err *err)
{
    sqlite3_file *log = NULL;
    int rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);

    if (rc == SQLITE_OK && log && log->pMethods)
        rc = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    else
        rc = SQLITE_IOERR_FSYNC;
    if (rc == SQLITE_OK)
        return 0;
    s->broken = true; /* nobody knows what is on the disk now */
    err_sys(err, ERR_MACHINE, "The history cannot be synced to the disk (SQLite %d)", rc);
    err_hint(err, "Check the disk, then open the project again.");
    return -ERR_MACHINE;
}

int store_commit(struct store *s, enum store_durability d, struct err *err)
{
    int r;

    if (!s->in_group)
        return err_set(err, ERR_USAGE, "No group of changes is open.");
    if (s->group_durability > d)
        d = s->group_durability;
    r = store_db_exec(s, "COMMIT", err, "written");
    if (r) {
        store_rollback(s);
        return r;
    }
    s->in_group = false;
    if (d == STORE_FULL && !s->rollback)
        r = sync_log(s, err);
    for (size_t i = 0; r == 0 && i < s->waiters.n; i++)
        s->waiters.items[i].fn(s->waiters.items[i].arg, s->waiters.items[i].seq);
    s->waiters.n = 0;
    return r;
}

int store_db_enter(struct store *s, bool *ret_own, struct err *err)
{
    *ret_own = !s->in_group;
    if (!s->in_group)
        return store_begin(s, err);
    if (sqlite3_get_autocommit(s->db)) /* SQLite rolls back by itself when the disk is full */
        return err_set(err, ERR_MACHINE, "The group of changes was given up after an error.");
    return store_db_writable(s, err);
}

int store_db_leave(struct store *s, bool own, int r, enum store_durability d, struct err *err)
{
    if (!own) {
        if (d > s->group_durability)
            s->group_durability = d;
        return r;
    }
    if (r == 0)
        return store_commit(s, d, err);
    store_rollback(s);
    return r;
}

static int check_event(const struct store_event *e, struct err *err)
{
    if (!e->kind || !*e->kind || strlen(e->kind) > STORE_NAME_MAX)
        return err_set(err, ERR_USAGE, "An event needs a kind of at most %d bytes.", STORE_NAME_MAX);
    if (!e->subject || strlen(e->subject) > STORE_NAME_MAX)
        return err_set(err, ERR_USAGE, "An event's subject has at most %d bytes.", STORE_NAME_MAX);
    if (e->version < 0 || e->body_len > STORE_BODY_MAX)
        return err_set(err, ERR_USAGE, "An event's body has at most %d bytes.", STORE_BODY_MAX);
    return 0;
}

static int insert_event(struct store *s, const struct store_event *e, const char *chain, struct err *err)
{
    sqlite3_stmt *st = store_db_statement(s, STORE_DB_INSERT_EVENT, err);

    if (!st)
        return -ERR_MACHINE;
    sqlite3_bind_int64(st, 1, e->seq);
    sqlite3_bind_int(st, 2, e->version);
    sqlite3_bind_int64(st, 3, e->wall_ms);
    sqlite3_bind_text(st, 4, e->kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 5, e->subject, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(st, 6, e->body_len ? e->body : "", e->body_len, SQLITE_STATIC);
    sqlite3_bind_text(st, 7, chain, -1, SQLITE_STATIC);
    return store_db_run(s, st, err, "written");
}

int store_append(struct store *s, const struct store_event *e, enum store_durability d,
                 store_durable_fn *on_durable, void *arg, int64_t *ret_seq, struct err *err)
{
    struct store_db_waiter waiter = {on_durable, arg, 0};
    struct store_event given = *e;
    char chain[SHA256_HEX];
    bool own;
    int r = check_event(e, err);

    if (r == 0)
        r = store_db_enter(s, &own, err);
    if (r)
        return r;
    given.seq = waiter.seq = s->last_seq + 1;
    store_db_chain(s->head, &given, chain);
    if (on_durable && vec_push(&s->waiters, waiter, STORE_DB_GROUP_MAX))
        r = err_set(err, ERR_MACHINE, "A group of changes holds at most %d events.", STORE_DB_GROUP_MAX);
    if (r == 0)
        r = insert_event(s, &given, chain, err);
    if (r == 0) {
        s->last_seq = given.seq;
        memcpy(s->head, chain, SHA256_HEX);
    } else if (on_durable && s->waiters.n) {
        s->waiters.n--;
    }
    r = store_db_leave(s, own, r, d, err);
    if (r == 0 && ret_seq)
        *ret_seq = given.seq;
    return r;
}

int store_put_blob(struct store *s, const void *bytes, size_t n, char ret_hex[SHA256_HEX],
                   struct err *err)
{
    sqlite3_stmt *st;
    bool own;
    int r;

    if (n > STORE_BLOB_MAX)
        return err_set(err, ERR_CAP, "A blob has at most %d MiB.", STORE_BLOB_MAX / 1024 / 1024);
    r = store_db_enter(s, &own, err);
    if (r)
        return r;
    sha256_of(bytes, n, ret_hex);
    st = store_db_statement(s, STORE_DB_INSERT_BLOB, err);
    if (st) {
        sqlite3_bind_text(st, 1, ret_hex, -1, SQLITE_STATIC);
        sqlite3_bind_int64(st, 2, (sqlite3_int64)n);
        sqlite3_bind_blob64(st, 3, n ? bytes : "", n, SQLITE_STATIC);
        r = store_db_run(s, st, err, "written");
    } else {
        r = -ERR_MACHINE;
    }
    return store_db_leave(s, own, r, STORE_NORMAL, err);
}

int store_spool(struct store *s, const char *subject, const void *bytes, size_t n, struct err *err)
{
    sqlite3_stmt *st;
    bool own;
    int r;

    if (strlen(subject) > STORE_NAME_MAX || n > STORE_BODY_MAX)
        return err_set(err, ERR_USAGE, "A piece of a reply is too large.");
    r = store_db_enter(s, &own, err);
    if (r)
        return r;
    st = store_db_statement(s, STORE_DB_INSERT_SPOOL, err);
    if (st) {
        sqlite3_bind_text(st, 1, subject, -1, SQLITE_STATIC);
        sqlite3_bind_blob64(st, 2, n ? bytes : "", n, SQLITE_STATIC);
        r = store_db_run(s, st, err, "written");
    } else {
        r = -ERR_MACHINE;
    }
    return store_db_leave(s, own, r, STORE_NORMAL, err);
}

int store_spool_drop(struct store *s, const char *subject, struct err *err)
{
    sqlite3_stmt *st;
    bool own;
    int r = store_db_enter(s, &own, err);

    if (r)
        return r;
    st = store_db_statement(s, STORE_DB_DROP_SPOOL, err);
    if (st) {
        sqlite3_bind_text(st, 1, subject, -1, SQLITE_STATIC);
        r = store_db_run(s, st, err, "written");
    } else {
        r = -ERR_MACHINE;
    }
    return store_db_leave(s, own, r, STORE_NORMAL, err);
}

int store_index(struct store *s, int64_t seq, const char *text, size_t n, struct err *err)
{
    sqlite3_stmt *st;
    bool own;
    int r = store_db_enter(s, &own, err);

    if (r)
        return r;
    if (!s->has_search)
        return store_db_leave(s, own, 0, STORE_NORMAL, err);
    st = store_db_statement(s, STORE_DB_INSERT_SEARCH, err);
    if (st) {
        sqlite3_bind_int64(st, 1, seq);
        sqlite3_bind_text64(st, 2, text, n, SQLITE_STATIC, SQLITE_UTF8);
        r = store_db_run(s, st, err, "written");
    } else {
        r = -ERR_MACHINE;
    }
    return store_db_leave(s, own, r, STORE_NORMAL, err);
}
