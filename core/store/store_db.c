/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/store_db.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int rc, code;
    const char *hint;
} failures[] = {
    {SQLITE_FULL, ERR_MACHINE, "Make room on the disk and try again; nothing was lost."},
    {SQLITE_IOERR, ERR_MACHINE, "Check the disk; what was saved before is still there."},
    {SQLITE_NOMEM, ERR_MACHINE, "Memory is short; close something and try again."},
    {SQLITE_CANTOPEN, ERR_MACHINE, "Check the permissions of the folder .tinywright."},
    {SQLITE_READONLY, ERR_MACHINE, "Make the folder .tinywright writable, or copy the project."},
    {SQLITE_PERM, ERR_MACHINE, "Check the permissions of the folder .tinywright."},
    {SQLITE_CORRUPT, ERR_DAMAGED, "Run `tinywright verify`; go back to a copy of the project."},
    {SQLITE_NOTADB, ERR_DAMAGED, "The file is not a history of tinywright; go back to a copy."},
    {SQLITE_BUSY, ERR_LOCKED, "Another process is writing; try again."},
    {SQLITE_LOCKED, ERR_LOCKED, "Another process is writing; try again."},
};

int store_db_fail(struct store *s, int rc, struct err *err, const char *what)
{
    int os_errno = s->db ? sqlite3_system_errno(s->db) : 0;
    const char *why = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);
    const char *hint = "";
    int code = ERR_MACHINE;
    int extended = s->db ? sqlite3_extended_errcode(s->db) : rc;
    bool io = (rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN;

    for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
        if (failures[i].rc != (rc & 0xff))
            continue;
        code = failures[i].code;
        hint = failures[i].hint;
    }
    if (io && os_errno)
        err_set(err, code, "The history cannot be %s: %s (%s, SQLite %d).", what, why,
                strerror(os_errno), extended);
    else
        err_set(err, code, "The history cannot be %s: %s (SQLite %d).", what, why, extended);
    if (*hint)
        err_hint(err, "%s", hint);
    return -code;
}

int store_db_exec(struct store *s, const char *sql, struct err *err, const char *what)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? 0 : store_db_fail(s, rc, err, what);
}

int store_db_prepare(struct store *s, const char *sql, sqlite3_stmt **ret, struct err *err)
{
    int rc = sqlite3_prepare_v2(s->db, sql, -1, ret, NULL);

    return rc == SQLITE_OK ? 0 : store_db_fail(s, rc, err, "read");
}

static const char *const statement_texts[STORE_DB_STATEMENTS] = {
    [STORE_DB_INSERT_EVENT] = "INSERT INTO event(seq, version, wall_ms, kind, subject, body, chain)"
                              " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [STORE_DB_INSERT_BLOB] = "INSERT INTO blob(hash, size, bytes) VALUES(?1, ?2, ?3)"
                             " ON CONFLICT(hash) DO UPDATE SET bytes = excluded.bytes"
                             " WHERE blob.bytes IS NULL",
    [STORE_DB_INSERT_SPOOL] = "INSERT INTO spool(subject, bytes) VALUES(?1, ?2)",
    [STORE_DB_DROP_SPOOL] = "DELETE FROM spool WHERE subject = ?1",
    [STORE_DB_INSERT_SEARCH] = "INSERT INTO search(rowid, text) VALUES(?1, ?2)",
    [STORE_DB_PUT_DERIVED] = "INSERT OR REPLACE INTO derived(key, seq, mac, bytes)"
                             " VALUES(?1, ?2, ?3, ?4)",
};

sqlite3_stmt *store_db_statement(struct store *s, enum store_db_statement which, struct err *err)
{
    sqlite3_stmt **st = &s->statements[which];
    int rc;

    if (!*st) {
        rc = sqlite3_prepare_v3(s->db, statement_texts[which], -1, SQLITE_PREPARE_PERSISTENT, st,
                                NULL);
        if (rc != SQLITE_OK) {
            store_db_fail(s, rc, err, "written");
            return NULL;
        }
    }
    sqlite3_reset(*st);
    sqlite3_clear_bindings(*st);
    return *st;
}

int store_db_run(struct store *s, sqlite3_stmt *st, struct err *err, const char *what)
{
    int rc = sqlite3_step(st);
    int r = rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : store_db_fail(s, rc, err, what);

    sqlite3_reset(st);
    sqlite3_clear_bindings(st);
    return r;
}

int store_db_number(struct store *s, const char *sql, int64_t fallback, int64_t *ret, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc, r = store_db_prepare(s, sql, &st, err);

    if (r)
        return r;
    rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        *ret = sqlite3_column_int64(st, 0);
    else if (rc == SQLITE_DONE)
        *ret = fallback;
    else
        r = store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}

int store_db_writable(struct store *s, struct err *err)
{
    if (s->mode != STORE_WRITE)
        return err_set(err, ERR_USAGE, "The history was opened for reading only.");
    if (s->broken) {
        err_set(err, ERR_MACHINE,
                "The history is closed for writing since the disk failed to keep a change.");
        err_hint(err, "Check the disk, then open the project again.");
        return -ERR_MACHINE;
    }
    return 0;
}

static void put_number(struct sha256 *h, uint64_t v)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(v >> (56 - 8 * i));
    sha256_add(h, bytes, sizeof(bytes));
}

static void put_counted(struct sha256 *h, const void *bytes, size_t n)
{
    put_number(h, n);
    sha256_add(h, bytes, n);
}

void store_db_chain(const char previous[SHA256_HEX], const struct store_event *e, char ret[SHA256_HEX])
{
    struct sha256 h;

    sha256_init(&h);
    sha256_add(&h, previous, SHA256_HEX - 1);
    put_number(&h, (uint64_t)e->seq);
    put_number(&h, (uint64_t)e->version);
    put_number(&h, (uint64_t)e->wall_ms);
    put_counted(&h, e->kind, strlen(e->kind));
    put_counted(&h, e->subject, strlen(e->subject));
    put_counted(&h, e->body, e->body_len);
    sha256_hex(&h, ret);
}

static const char *column_text(sqlite3_stmt *st, int column)
{
    const char *text = (const char *)sqlite3_column_text(st, column);

    return text ? text : "";
}

void store_db_event(sqlite3_stmt *st, struct store_event *ret)
{
    ret->seq = sqlite3_column_int64(st, 0);
    ret->version = sqlite3_column_int(st, 1);
    ret->wall_ms = sqlite3_column_int64(st, 2);
    ret->kind = column_text(st, 3);
    ret->subject = column_text(st, 4);
    ret->body = column_text(st, 5); /* as text only for the terminator: the bytes stay the same */
    ret->body_len = (size_t)sqlite3_column_bytes(st, 5);
}

int store_db_read_head(struct store *s, struct err *err)
{
    sqlite3_stmt *st = NULL;
    const char *chain;
    int rc, r = store_db_prepare(s, "SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1", &st, err);

    if (r)
        return r;
    s->last_seq = 0;
    memset(s->head, '0', SHA256_HEX - 1);
    s->head[SHA256_HEX - 1] = '\0';
    rc = sqlite3_step(st);
    if (rc == SQLITE_ROW) {
        chain = column_text(st, 1);
        if (sha256_valid(chain))
            memcpy(s->head, chain, SHA256_HEX);
        else
            r = err_set(err, ERR_DAMAGED, "The history's last event has no valid chain value.");
        s->last_seq = sqlite3_column_int64(st, 0);
    } else if (rc != SQLITE_DONE) {
        r = store_db_fail(s, rc, err, "read");
    }
    sqlite3_finalize(st);
    return r;
}
