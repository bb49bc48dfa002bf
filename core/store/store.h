/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The history: opaque append-only events with a hash chain, blobs by SHA-256, full-text search, a spool for
 * reply bytes; one SQLite file. It knows no event kinds: kind and body are the caller's.
 *
 * chain(n) = SHA-256(chain(n-1) ‖ seq ‖ version ‖ wall_ms ‖ kind ‖ subject ‖ body), over stored bytes;
 * bodies name blobs by hash, so pruning blobs leaves the chain valid. Newer file versions are refused,
 * unknown kinds are kept. Opened with DEFENSIVE, trusted_schema off, cell_size_check on.
 */
#ifndef CORE_STORE_STORE_H
#define CORE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/sha256.h"

struct store;

enum store_mode {
    STORE_WRITE, /* makes it when missing; takes the project's lock (ERR_LOCKED names the pid) */
    STORE_READ,  /* reads beside a writer; nothing is changed, no lock */
};

enum store_durability {
    STORE_NORMAL, /* survives kill -9 */
    STORE_FULL,   /* survives power loss: decisions, before a spawn, at settle */
};

struct store_event {
    int64_t seq;         /* given by append */
    int version;         /* of the body's shape */
    int64_t wall_ms;
    const char *kind;    /* borrowed */
    const char *subject; /* borrowed: attempt id such as "sketch/2", or "" */
    const char *body;    /* borrowed: bytes of JSON text */
    size_t body_len;
};

/* folder is the project's .tinywright folder; NULL on failure. */
struct store *store_open(const char *folder, enum store_mode mode, struct err *err);
int store_close(struct store *s, struct err *err); /* TRUNCATE checkpoint; NULL is fine; frees */

/* Called when the event is durable (asynchronous in its interface; today it is durable on return and the
 * call comes before append returns). */
typedef void store_durable_fn(void *arg, int64_t seq);

int store_append(struct store *s, const struct store_event *e, enum store_durability d,
                 store_durable_fn *on_durable, void *arg, int64_t *ret_seq, struct err *err);

/* Groups appends and blobs into one commit; nests not. */
int store_begin(struct store *s, struct err *err);
int store_commit(struct store *s, enum store_durability d, struct err *err);

int store_put_blob(struct store *s, const void *bytes, size_t n, char ret_hex[SHA256_HEX],
                   struct err *err);
/* Appends the blob to out; ERR_DAMAGED when its bytes do not match, ERR_INVALID when it is not there. */
int store_get_blob(struct store *s, const char *hex, struct buf *out, struct err *err);

typedef int store_event_fn(void *arg, const struct store_event *e); /* nonzero stops */
/* Events with seq > after, in order; e borrowed for the call. */
int store_each(struct store *s, int64_t after, store_event_fn *fn, void *arg, struct err *err);
int64_t store_last_seq(struct store *s);

/* Full-text search over what store_index was given; fn gets the event. */
int store_index(struct store *s, int64_t seq, const char *text, size_t n, struct err *err);
int store_search(struct store *s, const char *query, int limit, store_event_fn *fn, void *arg,
                 struct err *err);

/* A derived value stamped with the sequence number it was made from (a cache: may be dropped at any time). */
int store_put_derived(struct store *s, const char *key, int64_t seq, const void *bytes, size_t n,
                      struct err *err);
int store_get_derived(struct store *s, const char *key, int64_t *ret_seq, struct buf *out,
                      struct err *err); /* 1 when there is none */

struct store_verdict {
    int64_t events, blobs, missing_blobs;
    int64_t bad_seq;      /* first event whose chain does not hold, 0 = none */
    char bad_blob[SHA256_HEX]; /* first blob whose bytes do not match, "" = none */
    char head[SHA256_HEX];     /* chain value of the last event */
};
/* Whole chain, every blob, PRAGMA integrity_check. 0, or negative with ERR_DAMAGED naming the first fault. */
int store_verify(struct store *s, struct store_verdict *ret, struct err *err);

/* Spool of a streaming reply: bytes not yet an event; kept on disk so a kill loses at most the last piece. */
int store_spool(struct store *s, const char *subject, const void *bytes, size_t n, struct err *err);
int store_spool_get(struct store *s, const char *subject, struct buf *out, struct err *err);
int store_spool_drop(struct store *s, const char *subject, struct err *err);

#endif
