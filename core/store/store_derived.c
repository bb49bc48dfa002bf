/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/store_db.h"

#include <string.h>

#include "core/base/str.h"

void store_set_secret(struct store *s, const uint8_t secret[32])
{
    memcpy(s->secret, secret, sizeof(s->secret));
    s->has_secret = true;
}

/* The chain value at seq, "" when there is no such event. */
static int chain_at(struct store *s, int64_t seq, char ret[SHA256_HEX], struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc, r;

    ret[0] = '\0';
    if (seq == s->last_seq) {
        memcpy(ret, s->head, SHA256_HEX);
        return 0;
    }
    r = store_db_prepare(s, "SELECT chain FROM event WHERE seq = ?1", &st, err);
    if (r)
        return r;
    sqlite3_bind_int64(st, 1, seq);
    rc = sqlite3_step(st);
    if (rc == SQLITE_ROW && sqlite3_column_text(st, 0))
        str_copy(ret, SHA256_HEX, (const char *)sqlite3_column_text(st, 0));
    else if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        r = store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}

/* HMAC-SHA-256 (RFC 2104) over what a derived value claims; all zero as secret while none is set. */
static void derived_mac(const struct store *s, const char *key, int64_t seq, const char *chain,
                        const void *bytes, size_t n, char ret[SHA256_HEX])
{
    unsigned char pad[64];
    char inner[SHA256_HEX];
    struct sha256 h;

    for (size_t i = 0; i < sizeof(pad); i++)
        pad[i] = (unsigned char)(0x36 ^ (i < sizeof(s->secret) ? s->secret[i] : 0));
    sha256_init(&h);
    sha256_add(&h, pad, sizeof(pad));
    sha256_add(&h, key, strlen(key) + 1);
    sha256_add(&h, &seq, sizeof(seq));
    sha256_add(&h, chain, strlen(chain) + 1);
    sha256_add(&h, n ? bytes : "", n);
    sha256_hex(&h, inner);
    for (size_t i = 0; i < sizeof(pad); i++)
        pad[i] ^= 0x36 ^ 0x5c;
    sha256_init(&h);
    sha256_add(&h, pad, sizeof(pad));
    sha256_add(&h, inner, SHA256_HEX - 1);
    sha256_hex(&h, ret);
}

int store_put_derived(struct store *s, const char *key, int64_t seq, const void *bytes, size_t n,
                      struct err *err)
{
    char mac[SHA256_HEX], chain[SHA256_HEX];
    sqlite3_stmt *st;
    bool own;
    int r;

    if (strlen(key) > STORE_NAME_MAX || n > STORE_BLOB_MAX)
        return err_set(err, ERR_USAGE, "A derived value or its name is too large.");
    r = store_db_enter(s, &own, err);
    if (r)
        return r;
    r = chain_at(s, seq, chain, err);
    st = r == 0 ? store_db_statement(s, STORE_DB_PUT_DERIVED, err) : NULL;
    if (st) {
        derived_mac(s, key, seq, chain, bytes, n, mac);
        sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
        sqlite3_bind_int64(st, 2, seq);
        sqlite3_bind_text(st, 3, mac, -1, SQLITE_STATIC);
        sqlite3_bind_blob64(st, 4, n ? bytes : "", n, SQLITE_STATIC);
        r = store_db_run(s, st, err, "written");
    } else if (r == 0) {
        r = -ERR_MACHINE;
    }
    return store_db_leave(s, own, r, STORE_NORMAL, err);
}

static int take_derived(struct store *s, sqlite3_stmt *st, const char *key, int64_t *ret_seq,
                        struct buf *out, struct err *err)
{
    char mac[SHA256_HEX], chain[SHA256_HEX];
    const void *bytes = sqlite3_column_blob(st, 2);
    size_t n = (size_t)sqlite3_column_bytes(st, 2);
    int64_t seq = sqlite3_column_int64(st, 0);
    int r = chain_at(s, seq, chain, err);

    if (r)
        return r;
    derived_mac(s, key, seq, chain, bytes, n, mac);
    if (!str_eq(mac, (const char *)sqlite3_column_text(st, 1)))
        return 1; /* from elsewhere, or made from another history: as if it were not there */
    if (buf_put(out, n ? bytes : "", n))
        return err_set(err, ERR_CAP, "A derived value is larger than there is room for.");
    if (ret_seq)
        *ret_seq = seq;
    return 0;
}

int store_get_derived(struct store *s, const char *key, int64_t *ret_seq, struct buf *out,
                      struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc, r;

    if (!s->has_derived)
        return 1;
    store_last_seq(s);
    r = store_db_prepare(s, "SELECT seq, mac, bytes FROM derived WHERE key = ?1", &st, err);
    if (r)
        return r;
    sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
    rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        r = take_derived(s, st, key, ret_seq, out, err);
    else
        r = rc == SQLITE_DONE ? 1 : store_db_fail(s, rc, err, "read");
    sqlite3_finalize(st);
    return r;
}
