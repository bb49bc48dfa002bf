/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP transfers inside the loop, over libcurl's multi interface. libcurl is opened at the first transfer.
 *
 * https only, plain http to this machine; no redirects, no cookies, no .netrc, no compression; certificates are
 * checked against a folder of authorities. While a transfer exists the loop sleeps in curl_multi_poll.
 * Secrets in headers never reach an error. All callbacks come from the loop.
 */
#ifndef CORE_NET_HTTP_H
#define CORE_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/loop/loop.h"

struct http;          /* all transfers of one loop */
struct http_transfer;

enum { HTTP_HEADERS_MAX = 16, HTTP_BODY_CAP = 64 * 1024 * 1024 };

struct http_request {                 /* all borrowed until http_start returns */
    const char *url;
    const char *headers[HTTP_HEADERS_MAX]; /* "Name: value" */
    int n_headers;
    const char *body;                 /* NULL = GET */
    size_t body_len;
    int connect_ms;                   /* name look-up, connection, TLS together; 0 = 15,000 */
    int idle_ms;                      /* no byte for so long after that; 0 = 60,000; see http_set_idle */
    size_t body_cap;                  /* most bytes of an answer's body; 0 = HTTP_BODY_CAP */
    const char *ca_folder;            /* NULL = /etc/ssl/certs */
};

struct http_head {                    /* borrowed for the call; header values raw and untrusted, "" = absent */
    int status;
    char content_type[96], content_encoding[32], retry_after[64], retry_after_ms[32], should_retry[16];
    char request_id[96];
};

enum http_end {
    HTTP_WHOLE,   /* the body came to its own end */
    HTTP_BROKEN,  /* the connection failed: trying again may help */
    HTTP_STALLED, /* nothing came for idle_ms */
    HTTP_REFUSED, /* certificate, size, protocol: trying again is of no use */
};

enum http_take { HTTP_MORE, HTTP_PAUSE /* the piece was not taken: comes again after http_resume */ };

struct http_events {
    void (*head)(void *arg, const struct http_head *head); /* once, before the body; not after a failed connection */
    enum http_take (*body)(void *arg, const char *bytes, size_t n);
    /* The transfer is over and its handle gone; err is set unless end is HTTP_WHOLE. Not called after http_cancel.
     * New transfers may be started here, but not from head and body. */
    void (*done)(void *arg, enum http_end end, const struct err *err);
};

/* The transfers of l, shared and counted: each http_open needs its http_close. NULL without memory. */
struct http *http_open(struct loop *l, struct err *err);
void http_close(struct http *h); /* NULL is fine; the last one ends what still runs, silently */

/* NULL when libcurl cannot be opened (ERR_TOOL), the URL is refused (ERR_INVALID) or memory is short. ev is copied. */
struct http_transfer *http_start(struct http *h, const struct http_request *r, const struct http_events *ev,
                                 void *arg, struct err *err);
void http_cancel(struct http_transfer *t); /* at once, no further callback; also from inside callbacks */
void http_resume(struct http_transfer *t);
void http_set_idle(struct http_transfer *t, int idle_ms);
bool http_connected(const struct http_transfer *t); /* the request is on its way or sent */

#endif
