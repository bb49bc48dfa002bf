/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wall-clock times as text. The clock itself is the os seam (os.wall_ms), so tests can freeze it.
 */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* RFC 3339 in UTC with milliseconds, e.g. 2026-11-21T12:10:00.000Z; returns dst (size >= 25). */
const char *clock_iso(int64_t wall_ms, char *dst, size_t size);

/* A duration as a person reads it: "0.8 s", "14 s", "2:05 min"; returns dst. */
const char *clock_span(int64_t ms, char *dst, size_t size);

#endif
