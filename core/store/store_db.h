/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of core/store only: the store's struct and what its source files share.
 */
#ifndef CORE_STORE_STORE_DB_H
#define CORE_STORE_STORE_DB_H

#include <sqlite3.h>

#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/store/store.h"

enum {
    STORE_DB_APPLICATION = 0x54575248, /* "TWRH" */
    STORE_DB_VERSION = 1,
    STORE_DB_GROUP_MAX = 4096, /* events of one group */
};

enum store_db_statement {
    STORE_DB_INSERT_EVENT,
    STORE_DB_INSERT_BLOB,
    STORE_DB_INSERT_SPOOL,
    STORE_DB_DROP_SPOOL,
    STORE_DB_INSERT_SEARCH,
    STORE_DB_PUT_DERIVED,
    STORE_DB_STATEMENTS
};

struct store_db_waiter {
    store_durable_fn *fn;
    void *arg;
    int64_t seq;
};

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STORE_DB_STATEMENTS]; /* prepared at first need */
    enum store_mode mode;
    int lock_fd;               /* -1 for readers */
    bool rollback;             /* rollback journal: each commit is synced by SQLite itself */
    bool immutable;            /* read-only media: nobody can change the file */
    bool in_group, broken;
    bool has_search, has_derived, has_spool;
    enum store_durability group_durability;
    int wal_pages;             /* not yet in the main file */
    int64_t last_seq, saved_seq;
    char head[SHA256_HEX], saved_head[SHA256_HEX];
    VEC(struct store_db_waiter) waiters;
    bool has_secret;
    uint8_t secret[32];
    char path[PATH_CAP];       /* of history.db, no links in it */
};

/* Sets err from SQLite's state; rc of the failed call. Returns the negative code. */
int store_db_fail(struct store *s, int rc, struct err *err, const char *what);
int store_db_exec(struct store *s, const char *sql, struct err *err, const char *what);
int store_db_prepare(struct store *s, const char *sql, sqlite3_stmt **ret, struct err *err);
/* The cached statement, reset and unbound; NULL with err set. */
sqlite3_stmt *store_db_statement(struct store *s, enum store_db_statement which, struct err *err);
/* Runs a bound cached statement to its end; resets it. */
int store_db_run(struct store *s, sqlite3_stmt *st, struct err *err, const char *what);
/* One number; fallback when there is no row. */
int store_db_number(struct store *s, const char *sql, int64_t fallback, int64_t *ret, struct err *err);

/* Fails for readers, after a failed sync, and so on; 0 when writing is allowed. */
int store_db_writable(struct store *s, struct err *err);
/* For single writes: a transaction of its own unless a group is open. end commits when r is 0. */
int store_db_enter(struct store *s, bool *ret_own, struct err *err);
int store_db_leave(struct store *s, bool own, int r, enum store_durability d, struct err *err);

/* Reads an event row (seq, version, wall_ms, kind, subject, body); fields borrowed until the next step. */
void store_db_event(sqlite3_stmt *st, struct store_event *ret);
/* Chain value of e after the one before. */
void store_db_chain(const char previous[SHA256_HEX], const struct store_event *e, char ret[SHA256_HEX]);
/* Last sequence number and head from the file. */
int store_db_read_head(struct store *s, struct err *err);

/* Compares the tables with ours, makes what is missing; store_schema.c. */
int store_schema_check(struct store *s, struct err *err);

/* As store_open, with the rollback journal of network file systems if asked for. */
struct store *store_db_open(const char *folder, enum store_mode mode, bool rollback, struct err *err);
/* True for a statfs(2) type on which shared memory and locks of WAL cannot be trusted. */
bool store_db_network(long type);

#endif
