/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers as a person reads them, and bytes of the store as text a view may draw.
 */
#ifndef VIEWS_FORMAT_H
#define VIEWS_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/pipeline/state.h"

/* All return dst. */
const char *format_count(int64_t n, char *dst, size_t size);    /* "1,204" */
const char *format_short(int64_t n, char *dst, size_t size);    /* "6.1k" */
const char *format_bytes(double n, char *dst, size_t size);     /* "5.2 KB" */
const char *format_seconds(int64_t ms, char *dst, size_t size); /* "14 s", "0.8 s", "2:05" */
const char *format_money(double dollars, char *dst, size_t size); /* "$0.031", "$ unknown" when negative */
const char *format_sha(const char *sha, char *dst, size_t size); /* "3fa9 c1d0 … 7e22" */

/* Appends a blob, sanitized, tabs expanded; 0, or -1 when there is none. Past out's cap it is cut. */
int format_blob(const struct state *s, const char *sha, struct buf *out);

/* The attempt of the context, NULL when there is none. */
struct view_context;
const struct attempt *format_attempt(const struct view_context *at);

/* Short name of an attempt inside its stage: "2", or "3/1" when the stage has several steps. */
const char *format_number(const struct state *s, const struct attempt *a, char *dst, size_t size);

#endif
