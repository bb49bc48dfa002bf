/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SHA-256 (FIPS 180-4) through libmd: identities of blobs, artifacts and the history chain.
 * Incremental, so that hashing on the loop can be sliced.
 */
#ifndef CORE_BASE_SHA256_H
#define CORE_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sha2.h>

enum { SHA256_HEX = 65 }; /* 64 lower-case digits and the terminator */

struct sha256 {
    SHA2_CTX ctx;
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t n);
void sha256_hex(struct sha256 *s, char hex[SHA256_HEX]); /* ends the computation */

/* All at once. */
void sha256_of(const void *bytes, size_t n, char hex[SHA256_HEX]);

/* 64 lower-case hexadecimal digits and nothing else. */
bool sha256_valid(const char *hex);

#endif
