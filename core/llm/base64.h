/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Base64 (RFC 4648, with padding): bytes of a recording that are no text.
 */
#ifndef CORE_LLM_BASE64_H
#define CORE_LLM_BASE64_H

#include <stddef.h>

#include "core/base/buf.h"

int base64_put(struct buf *out, const void *bytes, size_t n);
/* 0, or -1 when text is not strict base64 or out is broken. */
int base64_read(struct buf *out, const char *text, size_t n);

#endif
