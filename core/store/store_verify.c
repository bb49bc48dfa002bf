/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/store_db.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/str.h"

/* First fault wins: what is said later does not replace it. */
struct fault {
    int code;
    struct err err;
};

__attribute__((format(printf, 2, 3))) static void fault_set(struct fault *f, const char *fmt, ...)
{
    char text[256];
    va_list ap;

    if (f->code)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    f->code = err_set(&f->err, ERR_DAMAGED, "%s", text);
    err_hint(&f->err, "The history was changed outside of tinywright or the disk lost data: "
                      "go back to a copy, or keep it as evidence.");
}

static void verify_event(struct store_verdict *v, const struct store_event *e, const char *chain,
                         struct fault *f)
{
    char want[SHA256_HEX];

    store_db_chain(v->head, e, want);
    if (!v->bad_seq && (e->seq != v->events + 1 || !str_eq(want, chain))) {
        v->bad_seq = e->seq;
        if (e->seq != v->events + 1)
            fault_set(f, "The history has event %lld where event %lld should be.", (long long)e->seq,
                      (long long)v->events + 1);
        else
            fault_set(f, "Event %lld (%.40s) of the history was changed: its chain value does not hold.",
                      (long long)e->seq, e->kind);
    }
    /* Go on from what is stored, so that one changed event does not hide the count of the others. */
    if (sha256_valid(chain))
        memcpy(v->head, chain, SHA256_HEX);
    v->events++;
}

static int verify_chain(struct store *s, struct store_verdict *v, struct fault *f, struct err *err)
{
    sqlite3_stmt *st = NULL;
    struct store_event e;
    int rc, r = store_db_prepare(s, "SELECT seq, version, wall_ms, kind, subject, body, chain"
                                 " FROM event ORDER BY seq", &st, err);

    if (r)
        return r;
    memset(v->head, '0', SHA256_HEX - 1);
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        const char *chain = (const char *)sqlite3_column_text(st, 6);
        store_db_event(st, &e);
        verify_event(v, &e, chain ? chain : "", f);
    }
    if ((rc & 0xff) == SQLITE_CORRUPT) {
        if (!v->bad_seq)
            v->bad_seq = v->events + 1;
        fault_set(f, "The history cannot be read after event %lld: the file is damaged.",
                  (long long)v->events);
    } else if (rc != SQLITE_DONE) {
        r = store_db_fail(s, rc, err, "read");
    }
    sqlite3_finalize(st);
    return r;
}

static void verify_blob(struct store_verdict *v, sqlite3_stmt *st, struct fault *f)
{
    const char *hash = (const char *)sqlite3_column_text(st, 0);
    const void *bytes;
    char found[SHA256_HEX];
    size_t n;

    v->blobs++;
    if (sqlite3_column_type(st, 2) == SQLITE_NULL) {
        v->missing_blobs++;
        return;
    }
    bytes = sqlite3_column_blob(st, 2);
    n = (size_t)sqlite3_column_bytes(st, 2);
    sha256_of(n ? bytes : "", n, found);
    if (str_eq(found, hash) && (size_t)sqlite3_column_int64(st, 1) == n)
        return;
    if (!v->bad_blob[0])
        str_copy(v->bad_blob, sizeof(v->bad_blob), hash ? hash : "?");
    fault_set(f, "The bytes stored under the hash %.64s were changed.", hash ? hash : "?");
}

static int verify_blobs(struct store *s, struct store_verdict *v, struct fault *f, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc, r = store_db_prepare(s, "SELECT hash, size, bytes FROM blob ORDER BY id", &st, err);

    if (r)
        return r;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW)
        verify_blob(v, st, f);
    if ((rc & 0xff) == SQLITE_CORRUPT)
        fault_set(f, "The blobs of the history cannot be read: the file is damaged.");
    else if (rc != SQLITE_DONE)
        r = store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}

static int verify_pages(struct store *s, struct fault *f, struct err *err)
{
    sqlite3_stmt *st = NULL;
    const char *text;
    int rc, r = store_db_prepare(s, "PRAGMA integrity_check(1)", &st, err);

    if (r)
        return r;
    rc = sqlite3_step(st);
    text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
    if (rc == SQLITE_ROW && !str_eq(text, "ok"))
        fault_set(f, "The history's file is damaged: %.160s.", text ? text : "unknown");
    else if ((rc & 0xff) == SQLITE_CORRUPT)
        fault_set(f, "The history's file is damaged.");
    else if (rc != SQLITE_ROW)
        r = store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}

int store_verify(struct store *s, struct store_verdict *ret, struct err *err)
{
    struct fault f = {0};
    int r;

    memset(ret, 0, sizeof(*ret));
    r = verify_chain(s, ret, &f, err);
    if (r == 0)
        r = verify_blobs(s, ret, &f, err);
    if (r == 0)
        r = verify_pages(s, &f, err);
    if (r == 0 && f.code) {
        if (err)
            *err = f.err;
        r = f.code;
    }
    return r;
}

int store_get_sizes(struct store *s, struct store_sizes *ret, struct err *err)
{
    const struct {
        const char *sql;
        int64_t *to;
    } numbers[] = {
        {"SELECT count(*) FROM event", &ret->events},
        {"SELECT coalesce(sum(length(body) + length(kind) + length(subject) + 96), 0) FROM event",
         &ret->event_bytes},
        {"SELECT count(bytes) FROM blob", &ret->blobs},
        {"SELECT coalesce(sum(size), 0) FROM blob WHERE bytes IS NOT NULL", &ret->blob_bytes},
        {"SELECT count(*) FROM blob WHERE bytes IS NULL", &ret->pruned},
    };
    struct stat st;
    int r = 0;

    memset(ret, 0, sizeof(*ret));
    for (size_t i = 0; r == 0 && i < sizeof(numbers) / sizeof(*numbers); i++)
        r = store_db_number(s, numbers[i].sql, 0, numbers[i].to, err);
    if (r == 0 && stat(s->path, &st) == 0)
        ret->file_bytes = st.st_size;
    return r;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One pass over the names; the bytes of those not kept go, their rows stay. */
static int prune_rows(struct store *s, const char **keep, size_t n, int64_t *freed, struct err *err)
{
    sqlite3_stmt *list = NULL, *drop = NULL;
    int rc = SQLITE_DONE;
    int r = store_db_prepare(s, "SELECT id, hash, size FROM blob WHERE bytes IS NOT NULL", &list, err);

    if (r == 0)
        r = store_db_prepare(s, "UPDATE blob SET bytes = NULL WHERE id = ?1", &drop, err);
    while (r == 0 && (rc = sqlite3_step(list)) == SQLITE_ROW) {
        const char *hash = (const char *)sqlite3_column_text(list, 1);
        if (!hash || (n && bsearch(&hash, keep, n, sizeof(*keep), compare_names)))
            continue;
        sqlite3_bind_int64(drop, 1, sqlite3_column_int64(list, 0));
        *freed += sqlite3_column_int64(list, 2);
        r = store_db_run(s, drop, err, "pruned");
    }
    if (r == 0 && rc != SQLITE_DONE)
        r = store_db_fail(s, rc, err, "pruned");
    sqlite3_finalize(list);
    sqlite3_finalize(drop);
    return r;
}

int store_prune_blobs(struct store *s, const char *const *keep, size_t n, int64_t *ret_freed,
                      struct err *err)
{
    const char **sorted = os_alloc((n + 1) * sizeof(*sorted));
    int64_t freed = 0;
    int r;

    if (!sorted)
        return err_set(err, ERR_MACHINE, "There is not enough memory to prune the history.");
    for (size_t i = 0; i < n; i++)
        sorted[i] = keep[i];
    qsort(sorted, n, sizeof(*sorted), compare_names);
    r = store_begin(s, err);
    if (r == 0) {
        r = prune_rows(s, sorted, n, &freed, err);
        if (r == 0)
            r = store_commit(s, STORE_FULL, err);
        else
            store_rollback(s);
    }
    free(sorted);
    if (r == 0)
        r = store_db_exec(s, "PRAGMA incremental_vacuum", err, "pruned");
    if (r == 0 && ret_freed)
        *ret_freed = freed;
    return r;
}
