/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sanitizer: text from outside (models, tools, files, servers, the project itself) passes here once
 * at the boundary before anything shows or stores it as display text.
 *
 * Kept: printable UTF-8, '\n', and '\t' unless asked to expand. Everything else becomes visible or goes:
 * escape sequences are dropped whole (CSI, OSC, DCS, APC, PM, SOS, 7- and 8-bit, unterminated ones to the
 * end of their line), other C0, DEL and C1 become U+FFFD, bidi controls, tag characters, zero-width
 * characters that mislead and invalid bytes become U+FFFD. CRLF and CR become LF.
 */
#ifndef CORE_BASE_TEXT_H
#define CORE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

enum text_flags {
    TEXT_PLAIN = 0,
    TEXT_ONE_LINE = 1, /* '\n' and '\t' become a space: names, titles, cells */
    TEXT_TABS = 2,     /* '\t' becomes spaces to the next multiple of 4 columns */
};

/* Appends the sanitized form of in[0..n) to out; 0 or -1 when out is broken. */
int text_sanitize(struct buf *out, const char *in, size_t n, int flags);

/* One line into a fixed field: sanitized, cut at a whole cluster with '…' when too long; returns dst. */
const char *text_line(char *dst, size_t size, const char *in);

/* True for a code point the draw call may put on the screen. */
bool text_allowed(uint32_t cp);

#endif
