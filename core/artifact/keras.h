/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The normalized form of a .keras file (a zip archive), so that a rerun that only moved the clock
 * has the same identity.
 *
 * The form is sound: two archives share it only when they differ in nothing but the zip date
 * fields, the date_saved value of a stored metadata.json, and the numbers (memory addresses) that
 * Keras writes as shared_object_id into a stored config.json, whose pattern of sharing is kept.
 * Everything else, the compressed bytes included, is part of it; no checksum stands in for content.
 * An archive with anything unusual in its structure (gaps, data descriptors, comments, zip64
 * tables) is its own normal form.
 */
#ifndef CORE_ARTIFACT_KERAS_H
#define CORE_ARTIFACT_KERAS_H

#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"

/* Appends the normal form; ERR_INVALID when the bytes are no zip archive, ERR_MACHINE past out's
 * cap. */
int keras_normalize(const void *bytes, size_t n, struct buf *out, struct err *err);

#endif
