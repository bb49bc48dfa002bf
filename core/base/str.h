/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small string helpers: comparison, bounded copies, checked numbers, and the nearest known word.
 * Numbers are read in the C locale whatever the user's locale is.
 */
#ifndef CORE_BASE_STR_H
#define CORE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool str_eq(const char *a, const char *b); /* NULL equals only NULL */
bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);

/* Copies at most size-1 bytes, always terminated; false when it was cut. */
bool str_copy(char *dst, size_t size, const char *src);

/* Whole-string numbers: false on junk, overflow or an empty string; *ret is then untouched. */
bool str_to_long(const char *text, int64_t *ret);
bool str_to_double(const char *text, double *ret); /* finite only */

/* The nearest of n words within a third of its length in edits; NULL when none is near. Borrowed from words. */
const char *str_nearest(const char *word, const char *const *words, size_t n);

/* Edits (insert, delete, replace, swap of neighbors; letter case ignored) between two words, bytewise. */
int str_distance(const char *a, const char *b);

#endif
