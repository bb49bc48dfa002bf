/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/sha256.h"

#include <string.h>

void sha256_init(struct sha256 *s)
{
    SHA256Init(&s->ctx);
}

void sha256_add(struct sha256 *s, const void *bytes, size_t n)
{
    if (n)
        SHA256Update(&s->ctx, bytes, n);
}

void sha256_hex(struct sha256 *s, char hex[SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[SHA256_DIGEST_LENGTH];

    SHA256Final(raw, &s->ctx);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[SHA256_HEX - 1] = '\0';
}

void sha256_of(const void *bytes, size_t n, char hex[SHA256_HEX])
{
    struct sha256 s;

    sha256_init(&s);
    sha256_add(&s, bytes, n);
    sha256_hex(&s, hex);
}

bool sha256_valid(const char *hex)
{
    return hex && strlen(hex) == SHA256_HEX - 1 &&
           strspn(hex, "0123456789abcdef") == SHA256_HEX - 1;
}
