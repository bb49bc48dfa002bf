/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/store_db.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

/*
 * What each object in the file is for: events and blobs are the history and must be ours to the letter; the
 * rest can be made again, so a foreign shape of it is dropped instead of trusted.
 */
enum table_role { ROLE_HISTORY, ROLE_DERIVED, ROLE_SEARCH };

static const struct {
    const char *name, *sql;
    enum table_role role;
} tables[] = {
    {"event",
     "CREATE TABLE event(seq INTEGER PRIMARY KEY, version INTEGER NOT NULL, wall_ms INTEGER NOT NULL,"
     " kind TEXT NOT NULL, subject TEXT NOT NULL, body BLOB NOT NULL, chain TEXT NOT NULL) STRICT",
     ROLE_HISTORY},
    {"blob",
     "CREATE TABLE blob(id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,"
     " bytes BLOB) STRICT",
     ROLE_HISTORY},
    {"derived",
     "CREATE TABLE derived(key TEXT PRIMARY KEY, seq INTEGER NOT NULL, mac TEXT NOT NULL,"
     " bytes BLOB NOT NULL) STRICT, WITHOUT ROWID",
     ROLE_DERIVED},
    {"spool",
     "CREATE TABLE spool(id INTEGER PRIMARY KEY, subject TEXT NOT NULL, bytes BLOB NOT NULL) STRICT",
     ROLE_DERIVED},
    {"search", "CREATE VIRTUAL TABLE search USING fts5(text)", ROLE_SEARCH},
    /* what FTS5 makes for itself: */
    {"search_config", "CREATE TABLE 'search_config'(k PRIMARY KEY, v) WITHOUT ROWID", ROLE_SEARCH},
    {"search_content", "CREATE TABLE 'search_content'(id INTEGER PRIMARY KEY, c0)", ROLE_SEARCH},
    {"search_data", "CREATE TABLE 'search_data'(id INTEGER PRIMARY KEY, block BLOB)", ROLE_SEARCH},
    {"search_docsize", "CREATE TABLE 'search_docsize'(id INTEGER PRIMARY KEY, sz BLOB)", ROLE_SEARCH},
    {"search_idx",
     "CREATE TABLE 'search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID",
     ROLE_SEARCH},
};

enum { TABLES = sizeof(tables) / sizeof(*tables), TABLE_SEARCH = 4 };

struct survey {
    bool right[TABLES], wrong[TABLES];
    int objects; /* tables that are there */
};

static int table_index(const char *name)
{
    for (int i = 0; i < TABLES; i++) {
        if (str_eq(tables[i].name, name))
            return i;
    }
    return -1;
}

static int survey_row(struct survey *v, sqlite3_stmt *st, struct err *err)
{
    const char *type = (const char *)sqlite3_column_text(st, 0);
    const char *name = (const char *)sqlite3_column_text(st, 1);
    const char *sql = (const char *)sqlite3_column_text(st, 2);
    int i = name ? table_index(name) : -1;

    if (str_eq(type, "index") && !sql && name && str_starts(name, "sqlite_autoindex_"))
        return 0;
    if (i < 0 || !str_eq(type, "table")) {
        err_set(err, ERR_DAMAGED, "The history holds a foreign %.20s named %.60s.",
                type ? type : "object", name ? name : "");
        err_hint(err, "Somebody changed the file; go back to a copy of the project.");
        return -ERR_DAMAGED;
    }
    v->objects++;
    if (str_eq(sql, tables[i].sql)) {
        v->right[i] = true;
        return 0;
    }
    v->wrong[i] = true;
    if (tables[i].role == ROLE_HISTORY)
        return err_set(err, ERR_DAMAGED, "The history's table %s does not have our shape.", name);
    return 0;
}

static int survey_file(struct store *s, struct survey *v, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc = SQLITE_DONE;
    int r = store_db_prepare(s, "SELECT type, name, sql FROM sqlite_schema", &st, err);

    if (r)
        return r;
    memset(v, 0, sizeof(*v));
    while (r == 0 && (rc = sqlite3_step(st)) == SQLITE_ROW)
        r = survey_row(v, st, err);
    if (r == 0 && rc != SQLITE_DONE)
        r = store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}

static bool search_whole(const struct survey *v)
{
    for (int i = TABLE_SEARCH; i < TABLES; i++) {
        if (!v->right[i])
            return false;
    }
    return true;
}

static bool search_any(const struct survey *v)
{
    for (int i = TABLE_SEARCH; i < TABLES; i++) {
        if (v->right[i] || v->wrong[i])
            return true;
    }
    return false;
}

static int make_derived(struct store *s, int i, const struct survey *v, struct err *err)
{
    char drop[64];

    if (v->wrong[i]) {
        snprintf(drop, sizeof(drop), "DROP TABLE %s", tables[i].name);
        if (store_db_exec(s, drop, err, "repaired"))
            return -1;
    }
    return v->right[i] ? 0 : store_db_exec(s, tables[i].sql, err, "made");
}

static int make_search(struct store *s, const struct survey *v, struct err *err)
{
    if (search_whole(v))
        return 0;
    /* The index may be another program's make; if it cannot even be dropped, we do without. */
    if (search_any(v) && sqlite3_exec(s->db, "DROP TABLE search", NULL, NULL, NULL) != SQLITE_OK)
        return 0;
    if (sqlite3_exec(s->db, tables[TABLE_SEARCH].sql, NULL, NULL, NULL) != SQLITE_OK &&
        sqlite3_errcode(s->db) != SQLITE_ERROR)
        return store_db_fail(s, sqlite3_errcode(s->db), err, "made");
    return 0;
}

static int make_tables(struct store *s, const struct survey *v, struct err *err)
{
    char stamp[120];
    int r = store_db_exec(s, "BEGIN IMMEDIATE", err, "made");

    if (r)
        return r;
    for (int i = 0; i < TABLE_SEARCH && r == 0; i++) {
        if (tables[i].role == ROLE_DERIVED)
            r = make_derived(s, i, v, err);
        else if (!v->right[i])
            r = store_db_exec(s, tables[i].sql, err, "made");
    }
    if (r == 0)
        r = make_search(s, v, err);
    snprintf(stamp, sizeof(stamp), "PRAGMA application_id=%d; PRAGMA user_version=%d;",
             STORE_DB_APPLICATION, STORE_DB_VERSION);
    if (r == 0)
        r = store_db_exec(s, stamp, err, "made");
    if (r == 0)
        r = store_db_exec(s, "COMMIT", err, "made");
    if (r && !sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return r;
}

static int check_stamp(struct store *s, bool empty, struct err *err)
{
    int64_t application, version;
    int r = store_db_number(s, "PRAGMA application_id", 0, &application, err);

    if (r == 0)
        r = store_db_number(s, "PRAGMA user_version", 0, &version, err);
    if (r)
        return r;
    if (empty && application == 0 && version == 0)
        return 0;
    if (application != STORE_DB_APPLICATION)
        return err_set(err, ERR_DAMAGED, "%s is a database of another program.", s->path);
    if (version > STORE_DB_VERSION) {
        err_set(err, ERR_INVALID, "The history has format version %lld; this program knows up to %d.",
                (long long)version, STORE_DB_VERSION);
        err_hint(err, "A newer tinywright wrote it: use that one, nothing was changed.");
        return -ERR_INVALID;
    }
    if (version < 1)
        return err_set(err, ERR_DAMAGED, "The history has no format version.");
    return 0;
}

int store_schema_check(struct store *s, struct err *err)
{
    struct survey v;
    bool whole;
    int r = survey_file(s, &v, err);

    if (r == 0)
        r = check_stamp(s, v.objects == 0, err);
    if (r)
        return r;
    /* A stamped file without its main tables did not come from us. */
    if (v.objects > 0 && (!v.right[0] || !v.right[1]))
        return err_set(err, ERR_DAMAGED, "The history lacks its table of events or blobs.");
    whole = v.right[0] && v.right[1] && v.right[2] && v.right[3] && search_whole(&v);
    if (!whole && s->mode == STORE_WRITE) {
        r = make_tables(s, &v, err);
        if (r == 0)
            r = survey_file(s, &v, err);
        if (r)
            return r;
    }
    if (!v.right[0])
        return err_set(err, ERR_INVALID, "The project has no history yet.");
    s->has_derived = v.right[2];
    s->has_spool = v.right[3];
    s->has_search = search_whole(&v);
    return 0;
}
