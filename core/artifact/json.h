/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether text is one JSON object (RFC 8259), without building anything; depth at most
 * JSON_DEPTH_MAX.
 */
#ifndef CORE_ARTIFACT_JSON_H
#define CORE_ARTIFACT_JSON_H

#include <stddef.h>

enum { JSON_DEPTH_MAX = 64 };

/* Bytes of the object that starts at p[0] == '{'; 0 when it is malformed, with the offset of the
 * trouble in *ret_bad (may be NULL). */
size_t json_object_span(const char *p, size_t n, size_t *ret_bad);

#endif
