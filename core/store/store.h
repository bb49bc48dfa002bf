/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The history: opaque append-only events with a hash chain, blobs by SHA-256, full-text search, a spool for
 * reply bytes; one SQLite file. It knows no event kinds: kind and body are the caller's.
 *
 * chain(n) = SHA-256(chain(n-1) ‖ seq ‖ version ‖ wall_ms ‖ kind ‖ subject ‖ body), over stored bytes;
 * bodies name blobs by hash, so pruning blobs leaves the chain valid. Newer file versions are refused,
 * unknown kinds are kept. Opened with DEFENSIVE, trusted_schema off, cell_size_check on.
 * In the chain hash, chain(n-1) is its 64 digits ("0" × 64 before the first), numbers are 8 bytes big-endian,
 * and kind, subject and body each come after their length in bytes.
 *
 * When a sync to disk fails, nothing says what is on disk: from then on every write fails (ERR_MACHINE)
 * until the store is opened again.
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

enum {
    STORE_BODY_MAX = 16 * 1024 * 1024,  /* bytes of an event's body */
    STORE_BLOB_MAX = 256 * 1024 * 1024, /* bytes of a blob */
    STORE_NAME_MAX = 255,               /* bytes of kind, subject, derived key */
};

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
    const char *body;    /* borrowed: bytes of JSON text; what the store hands out ends in '\0' */
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

/* Groups appends and blobs into one commit; nests not. Inside a group on_durable is called by the commit, and
 * the strongest durability asked for in the group counts. A commit that fails has rolled back. */
int store_begin(struct store *s, struct err *err);
int store_commit(struct store *s, enum store_durability d, struct err *err);
void store_rollback(struct store *s); /* no effect outside a group */

/* Moves what was committed into the main file; call when idle. 1 when there was work, 0, or negative. It may
 * wait for a disk sync, so only when nobody waits. */
int store_idle(struct store *s, struct err *err);
bool store_idle_due(const struct store *s); /* worth a timer: enough to move has gathered */

int store_put_blob(struct store *s, const void *bytes, size_t n, char ret_hex[SHA256_HEX],
                   struct err *err);
/* Appends the blob to out; ERR_DAMAGED when its bytes do not match, ERR_INVALID when it is not there. */
int store_get_blob(struct store *s, const char *hex, struct buf *out, struct err *err);

/* 1 its bytes are there, 2 they were pruned, 0 it was never stored; negative on failure. ret_size may be NULL. */
int store_has_blob(struct store *s, const char *hex, int64_t *ret_size, struct err *err);

typedef int store_event_fn(void *arg, const struct store_event *e); /* nonzero stops */
/* Events with seq > after, in order; e borrowed for the call. */
int store_each(struct store *s, int64_t after, store_event_fn *fn, void *arg, struct err *err);
int64_t store_last_seq(struct store *s); /* 0 while empty; a reader sees what the writer committed */
void store_head(struct store *s, char ret_hex[SHA256_HEX]); /* chain value of the last event */
/* One event; 0, ERR_INVALID when there is none. e is borrowed for the call of fn. */
int store_get(struct store *s, int64_t seq, store_event_fn *fn, void *arg, struct err *err);

/* Full-text search over what store_index was given: events that hold all words (the last one as a prefix),
 * newest first; fn gets the event. The query has no syntax, so any text is fine. */
int store_index(struct store *s, int64_t seq, const char *text, size_t n, struct err *err);
int store_search(struct store *s, const char *query, int limit, store_event_fn *fn, void *arg,
                 struct err *err);

/* A derived value stamped with the sequence number it was made from (a cache: may be dropped at any time). */
int store_put_derived(struct store *s, const char *key, int64_t seq, const void *bytes, size_t n,
                      struct err *err);
int store_get_derived(struct store *s, const char *key, int64_t *ret_seq, struct buf *out,
                      struct err *err); /* 1 when there is none */

/* Makes derived values count only on this installation: they are stored with a keyed hash over key, bytes and
 * the chain value at seq, and read only when it holds. secret is copied (see ledger_secret). */
void store_set_secret(struct store *s, const uint8_t secret[32]);

struct store_verdict {
    int64_t events, blobs;
    int64_t missing_blobs; /* pruned on purpose: the hash is still known, the bytes are gone */
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
typedef int store_subject_fn(void *arg, const char *subject, int64_t bytes); /* nonzero stops */
/* What a killed process left behind; fn may drop what it is shown. */
int store_spool_each(struct store *s, store_subject_fn *fn, void *arg, struct err *err);

struct store_sizes {
    int64_t events, event_bytes;
    int64_t blobs, blob_bytes;   /* with bytes */
    int64_t pruned;              /* blobs without */
    int64_t file_bytes;          /* the database file */
};
int store_get_sizes(struct store *s, struct store_sizes *ret, struct err *err);

/* Drops the bytes of all blobs but the n named ones (borrowed, 64 digits each) and gives the space back;
 * the chain stays valid. ret_freed: bytes dropped. */
int store_prune_blobs(struct store *s, const char *const *keep, size_t n, int64_t *ret_freed,
                      struct err *err);

/* The whole history as one file that does not exist yet (0600), complete or not there at all. */
int store_export(struct store *s, const char *file, struct err *err);
/* Makes folder's history from an exported file, after verifying all of it; folder must have none. */
int store_import(const char *file, const char *folder, struct store_verdict *ret, struct err *err);

#endif
