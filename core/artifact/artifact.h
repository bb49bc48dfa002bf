/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kinds of artifacts and their normalized identity: SHA-256 after a normalizer per kind, so that a rerun does
 * not make everything stale (a .keras file carries dates).
 */
#ifndef CORE_ARTIFACT_ARTIFACT_H
#define CORE_ARTIFACT_ARTIFACT_H

#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/sha256.h"

enum artifact_kind {
    ARTIFACT_TEXT, ARTIFACT_PYTHON, ARTIFACT_SKETCH, ARTIFACT_HEADER, ARTIFACT_JSON, ARTIFACT_YAML,
    ARTIFACT_CSV, ARTIFACT_KERAS, ARTIFACT_TFLITE, ARTIFACT_ELF, ARTIFACT_KINDS
};

struct artifact_kind_row {
    const char *id;       /* "python" */
    const char *suffix;   /* ".py" */
    const char *fences;   /* space-separated fence words that name it: "python py" */
    const char *help;
    int (*normalize)(const void *bytes, size_t n, struct buf *out,
        struct err *err); /* NULL = as is */
};

extern const struct artifact_kind_row artifact_kinds[ARTIFACT_KINDS];

/* Identity of the bytes; 0 or negative when the normalizer refuses them. */
int artifact_identity(enum artifact_kind kind, const void *bytes, size_t n,
    char ret_hex[SHA256_HEX],
                      struct err *err);

/* The kind that a file's suffix says; ARTIFACT_TEXT when none does. */
enum artifact_kind artifact_kind_by_name(const char *file_name);

#endif
