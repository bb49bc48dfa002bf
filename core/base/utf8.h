/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8 by grapheme: decoding, cluster boundaries and the one width function of the program.
 * Width follows utf8proc with our own overrides; pad and cut only by it, never by bytes.
 */
#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { UTF8_BAD = 0xFFFD };

/* Decodes one code point of s[0..n), n > 0; returns the bytes used (>= 1). Invalid bytes give UTF8_BAD
 * and use one byte. */
size_t utf8_decode(const char *s, size_t n, uint32_t *ret_cp);

/* Encodes cp (a valid scalar value) into dst[4]; returns the number of bytes. */
size_t utf8_encode(uint32_t cp, char dst[4]);

/* Bytes of the complete sequences at the start of s[0..n): what is left is an unfinished one (0..3 bytes). */
size_t utf8_whole(const char *s, size_t n);

/* The next grapheme cluster of s[0..n), n > 0: its bytes (>= 1), and its columns (0..2) in *ret_width. */
size_t utf8_cluster(const char *s, size_t n, int *ret_width);

/* Columns of s[0..n). */
int utf8_width(const char *s, size_t n);

/* Bytes of the longest prefix of whole clusters that fits in columns; the columns used in *ret_width. */
size_t utf8_fit(const char *s, size_t n, int columns, int *ret_width);

#endif
