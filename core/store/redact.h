/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Redaction before anything is written: known secrets and whatever has the shape of a key become "[redacted]".
 * Called by whoever hands text to the store, a log, a cassette or a report; the store itself takes bytes as they are.
 */
#ifndef CORE_STORE_REDACT_H
#define CORE_STORE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

struct redact;

struct redact *redact_new(void); /* NULL when memory is short; knows the shapes, no secret yet */
void redact_free(struct redact *r); /* wipes the secrets; NULL is fine */

/* Learns a secret (copied) of at least 8 bytes, also as JSON and URL-encoded text would hold it; 0 or -1. */
int redact_add(struct redact *r, const char *secret);

/* Appends text to out with secrets replaced; r NULL replaces only by shape. 0, or -1 when out is broken. A secret cut
 * in two by the end of text is not seen: hand over whole lines. */
int redact_put(const struct redact *r, struct buf *out, const char *text, size_t n);

/* The same for learned secrets alone: for bytes that must not change because a name in them looks like a key. */
int redact_put_known(const struct redact *r, struct buf *out, const char *text, size_t n);

/* True when redact_put would change the text. */
bool redact_finds(const struct redact *r, const char *text, size_t n);

#endif
