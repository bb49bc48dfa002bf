/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/store_db.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

#define EVENT_COLUMNS "SELECT event.seq, version, wall_ms, kind, subject, body FROM event "

enum { QUERY_CAP = 4096, QUERY_WORDS = 32 };

/* Steps st to its end or until fn says stop; finalizes it. */
static int each_row(struct store *s, sqlite3_stmt *st, store_event_fn *fn, void *arg, int *ret_rows,
                    struct err *err)
{
    struct store_event e;
    int rc, r = 0;

    *ret_rows = 0;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        store_db_event(st, &e);
        ++*ret_rows;
        if (fn(arg, &e))
            break;
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        r = store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}

int store_each(struct store *s, int64_t after, store_event_fn *fn, void *arg, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rows, r = store_db_prepare(s, EVENT_COLUMNS "WHERE seq > ?1 ORDER BY seq", &st, err);

    if (r)
        return r;
    sqlite3_bind_int64(st, 1, after);
    return each_row(s, st, fn, arg, &rows, err);
}

int store_get(struct store *s, int64_t seq, store_event_fn *fn, void *arg, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rows, r = store_db_prepare(s, EVENT_COLUMNS "WHERE seq = ?1", &st, err);

    if (r)
        return r;
    sqlite3_bind_int64(st, 1, seq);
    r = each_row(s, st, fn, arg, &rows, err);
    if (r == 0 && rows == 0)
        r = err_set(err, ERR_INVALID, "The history has no event %lld.", (long long)seq);
    return r;
}

int64_t store_last_seq(struct store *s)
{
    if (s->mode == STORE_READ)
        store_db_read_head(s, NULL); /* keeps the last known one when it cannot be read */
    return s->last_seq;
}

void store_head(struct store *s, char ret_hex[SHA256_HEX])
{
    store_last_seq(s);
    memcpy(ret_hex, s->head, SHA256_HEX);
}

static int take_blob(struct store *s, sqlite3_stmt *st, const char *hex, struct buf *out, struct err *err)
{
    char found[SHA256_HEX];
    const void *bytes;
    size_t n;
    int rc = sqlite3_step(st);

    if (rc == SQLITE_DONE)
        return err_set(err, ERR_INVALID, "The history holds no bytes with the hash %.12s….", hex);
    if (rc != SQLITE_ROW)
        return store_db_fail(s, rc, err, "read");
    if (sqlite3_column_type(st, 0) == SQLITE_NULL)
        return err_set(err, ERR_INVALID, "The bytes with the hash %.12s… were pruned.", hex);
    bytes = sqlite3_column_blob(st, 0);
    n = (size_t)sqlite3_column_bytes(st, 0);
    sha256_of(n ? bytes : "", n, found);
    if (!str_eq(found, hex)) {
        err_set(err, ERR_DAMAGED, "The bytes stored under the hash %.12s… have another hash.", hex);
        err_hint(err, "Somebody changed the history: run `tinywright verify`.");
        return -ERR_DAMAGED;
    }
    if (buf_put(out, n ? bytes : "", n))
        return err_set(err, ERR_CAP, "The blob %.12s… has %zu bytes, more than there is room for.", hex,
                       n);
    return 0;
}

int store_get_blob(struct store *s, const char *hex, struct buf *out, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int r;

    if (!sha256_valid(hex))
        return err_set(err, ERR_INVALID, "A blob is named by 64 hexadecimal digits.");
    r = store_db_prepare(s, "SELECT bytes FROM blob WHERE hash = ?1", &st, err);
    if (r)
        return r;
    sqlite3_bind_text(st, 1, hex, -1, SQLITE_STATIC);
    r = take_blob(s, st, hex, out, err);
    sqlite3_finalize(st);
    return r;
}

int store_has_blob(struct store *s, const char *hex, int64_t *ret_size, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc, r = store_db_prepare(s, "SELECT bytes IS NULL, size FROM blob WHERE hash = ?1", &st, err);

    if (r)
        return r;
    sqlite3_bind_text(st, 1, hex, -1, SQLITE_STATIC);
    rc = sqlite3_step(st);
    if (rc == SQLITE_ROW && ret_size)
        *ret_size = sqlite3_column_int64(st, 1);
    if (rc == SQLITE_ROW)
        r = sqlite3_column_int(st, 0) ? 2 : 1;
    else if (rc != SQLITE_DONE)
        r = store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}

/* Each word quoted, so that nothing in it is an operator; the last one matches as a prefix. */
static int quote_query(const char *query, struct buf *out)
{
    int words = 0;

    for (const char *p = query; *p && words < QUERY_WORDS; words++) {
        p += strspn(p, " \t\r\n");
        if (!*p)
            break;
        buf_puts(out, words ? " \"" : "\"");
        for (; *p && !strchr(" \t\r\n", *p); p++) {
            if (*p == '"')
                buf_putc(out, '"');
            buf_putc(out, *p);
        }
        buf_putc(out, '"');
    }
    if (words)
        buf_putc(out, '*');
    return out->broken ? -1 : words;
}

int store_search(struct store *s, const char *query, int limit, store_event_fn *fn, void *arg,
                 struct err *err)
{
    sqlite3_stmt *st = NULL;
    struct buf words;
    int rows, r = 0;

    if (!s->has_search)
        return err_set(err, ERR_TOOL, "This history has no search index.");
    buf_init(&words, QUERY_CAP);
    r = quote_query(query, &words);
    if (r < 0)
        r = err_set(err, ERR_USAGE, "The search text is too long.");
    else if (r > 0)
        r = store_db_prepare(s, EVENT_COLUMNS "JOIN search ON search.rowid = event.seq"
                             " WHERE search MATCH ?1 ORDER BY event.seq DESC LIMIT ?2", &st, err);
    if (r == 0 && st) {
        sqlite3_bind_text(st, 1, buf_text(&words), (int)words.len, SQLITE_STATIC);
        sqlite3_bind_int(st, 2, limit);
        r = each_row(s, st, fn, arg, &rows, err);
    }
    buf_done(&words);
    return r;
}

int store_spool_get(struct store *s, const char *subject, struct buf *out, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc, r = 0;

    if (!s->has_spool)
        return 0;
    r = store_db_prepare(s, "SELECT bytes FROM spool WHERE subject = ?1 ORDER BY id", &st, err);
    if (r)
        return r;
    sqlite3_bind_text(st, 1, subject, -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        const void *bytes = sqlite3_column_blob(st, 0);
        if (bytes && buf_put(out, bytes, (size_t)sqlite3_column_bytes(st, 0))) {
            r = err_set(err, ERR_CAP, "The interrupted reply is longer than there is room for.");
            break;
        }
    }
    if (r == 0 && rc != SQLITE_DONE)
        r = store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}

int store_spool_each(struct store *s, store_subject_fn *fn, void *arg, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc, r;

    if (!s->has_spool)
        return 0;
    r = store_db_prepare(s, "SELECT subject, sum(length(bytes)) FROM spool GROUP BY subject"
                         " ORDER BY min(id)", &st, err);
    if (r)
        return r;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        const char *subject = (const char *)sqlite3_column_text(st, 0);
        if (fn(arg, subject ? subject : "", sqlite3_column_int64(st, 1)))
            break;
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        r = store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}
