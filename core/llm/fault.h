/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a server says when it refuses: JSON in its several shapes, HTML of a proxy, or nothing. Turned into a
 * kind (which decides about repeating) and into an error a person can act on.
 * Source: protocols note sections 1, 4, 5, 6 and 7.21-24.
 */
#ifndef CORE_LLM_FAULT_H
#define CORE_LLM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/llm/wire.h"

enum fault_kind {
    FAULT_OTHER,
    FAULT_KEY,       /* 401, 403 */
    FAULT_QUOTA,     /* no credit: repeating is of no use */
    FAULT_RATE,      /* too fast */
    FAULT_OVERLOAD,  /* 5xx, 529 */
    FAULT_LOADING,   /* the server loads its model */
    FAULT_CONTEXT,   /* prompt too long */
    FAULT_REQUEST,   /* 400, 422: a parameter is refused */
    FAULT_NOT_FOUND, /* 404: base URL or model */
    FAULT_REDIRECT,
    FAULT_PAGE,      /* a web page in place of an answer */
};

struct fault {
    enum fault_kind kind;
    int status;          /* HTTP, or the number in the body when the status was 200; 0 = none */
    char type[64], code[64], param[64]; /* sanitized, "" when absent */
    char message[300];   /* sanitized, one line, "" when there is none */
};

/* An error object, or an object that holds one under "error", or a flat one; false when o is no error. */
bool fault_read(struct fault *f, struct json_object *o, int status);
/* A whole error body: JSON, HTML, text or empty. content_type may be "". */
void fault_read_body(struct fault *f, int status, const char *content_type, const char *body, size_t n);

/* The sentence and hint for f; host names the server ("" = "the server"). Returns -ERR_PROVIDER. */
int fault_error(const struct fault *f, const char *host, struct err *err);

/* Repeating the same request may help. */
bool fault_passes(const struct fault *f);

/* Milliseconds that the server asks to wait (retry-after-ms, or retry-after as seconds, decimal or HTTP date);
 * -1 when absent, negative or unreadable. Either may be NULL or "". now_ms: wall clock. */
int64_t fault_wait_ms(const char *retry_after, const char *retry_after_ms, int64_t now_ms);

#endif
