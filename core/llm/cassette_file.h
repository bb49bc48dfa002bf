/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cassette file: parsing only, see docs/internals/cassette.md. Hostile input: everything is capped, and an
 * error names file and line.
 */
#ifndef CORE_LLM_CASSETTE_FILE_H
#define CORE_LLM_CASSETTE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/llm/provider.h"

enum {
    CASSETTE_FILE_CAP = 64 * 1024 * 1024,
    CASSETTE_REPLIES_MAX = 1000,
    CASSETTE_CHUNKS_MAX = 1000 * 1000,
};

struct cassette_chunk {
    int64_t ms;       /* since the request */
    size_t start, len; /* in the reply's bytes */
};

struct cassette_reply {
    char subject[64];
    bool raw;          /* bytes are what came over the wire, to be parsed as such */
    struct buf bytes;  /* raw bytes, or the authored text */
    VEC(struct cassette_chunk) chunks; /* raw only */
    int status;        /* HTTP status of a raw reply */
    char content_type[96];
    bool ended;        /* the transfer came to its end while it was recorded */
    double tokens_per_second; /* authored only; > 0 */
    int64_t first_token_ms;
    char finish[32];   /* authored: reason, "stop" by default */
    char fail[256];    /* authored: the reply fails with this sentence after its text */
    struct provider_usage usage;
    int line;          /* where it starts in the file */
};

struct cassette_file {
    char origin[16];   /* "authored" or "recorded" */
    char model[96], date[32], note[200];
    VEC(struct cassette_reply *) replies; /* owned */
};

/* Fills f; negative (ERR_INVALID with file and line) when the text is no cassette. Release f either way. */
int cassette_file_read(struct cassette_file *f, const char *bytes, size_t n, const char *name,
                       struct err *err);
void cassette_file_done(struct cassette_file *f);
/* Borrowed from f; NULL when there is none. */
const struct cassette_reply *cassette_file_find(const struct cassette_file *f, const char *subject);

#endif
