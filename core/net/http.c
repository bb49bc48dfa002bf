/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/http.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/base/vec.h"
#include "core/net/curl.h"
#include "core/net/url.h"

enum {
    CONNECT_MS = 15000,
    IDLE_MS = 60000,
    TRANSFERS_MAX = 16,
    SOCKET_ROOM = 64 * 1024, /* what a fast server may be ahead of us: more is read, and shown, late */
    SLEEP_MAX_MS = 3600 * 1000, /* curl_multi_poll knows no "without limit" */
};

struct http_transfer {
    struct http *http;
    CURL *easy;
    struct curl_slist *headers;
    char *body;
    struct http_events events;
    void *arg;
    size_t taken, body_cap;
    int64_t last_ms; /* when the last byte came, or the start */
    int idle_ms, timer;
    bool head_given, paused, resume, canceled, running;
    char host[128];
    char detail[CURL_ERROR_SIZE]; /* host names and TLS words at most: never a header of ours */
    struct err refusal;           /* why we ended it ourselves */
};

struct http {
    struct http *next;
    struct loop *loop;
    int users;
    const struct curl *curl; /* NULL until the first transfer */
    CURLM *multi;
    VEC(struct http_transfer *) transfers;
    VEC(struct curl_waitfd) fds;
    bool performing;
};

static struct http *all; /* one for each loop that has users */

struct http *http_open(struct loop *l, struct err *err)
{
    struct http *h;

    for (h = all; h; h = h->next) {
        if (h->loop == l) {
            h->users++;
            return h;
        }
    }
    h = os_alloc(sizeof(*h));
    if (!h) {
        err_set(err, ERR_MACHINE, "There is no memory left for network transfers.");
        return NULL;
    }
    h->loop = l;
    h->users = 1;
    h->next = all;
    all = h;
    return h;
}

static void release(struct http_transfer *t)
{
    struct http *h = t->http;

    for (size_t i = 0; i < h->transfers.n; i++) {
        if (h->transfers.items[i] == t) {
            h->transfers.items[i] = h->transfers.items[--h->transfers.n];
            break;
        }
    }
    if (t->timer > 0)
        loop_remove(h->loop, t->timer);
    if (t->running)
        h->curl->multi_remove_handle(h->multi, t->easy);
    if (t->easy)
        h->curl->easy_cleanup(t->easy);
    if (t->headers) {
        for (struct curl_slist *s = t->headers; s; s = s->next)
            explicit_bzero(s->data, strlen(s->data));
        h->curl->slist_free_all(t->headers);
    }
    free(t->body);
    free(t);
    if (h->transfers.n == 0)
        loop_set_poll(h->loop, NULL, NULL);
}

void http_close(struct http *h)
{
    struct http **link;

    if (!h || --h->users > 0)
        return;
    while (h->transfers.n > 0)
        release(h->transfers.items[0]);
    if (h->multi)
        h->curl->multi_cleanup(h->multi);
    vec_done(&h->transfers);
    vec_done(&h->fds);
    for (link = &all; *link != h; link = &(*link)->next)
        ;
    *link = h->next;
    free(h);
}

/* ---- what libcurl calls ---- */

static int on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
    int room = SOCKET_ROOM;

    (void)arg;
    (void)purpose;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)); /* only slower to show when refused */
    return fcntl(fd, F_SETFD, FD_CLOEXEC) ? CURL_SOCKOPT_ERROR : CURL_SOCKOPT_OK;
}

static void copy_header(struct http_transfer *t, const char *name, char *dst, size_t size)
{
    struct curl_header *found;

    dst[0] = '\0';
    if (!t->http->curl->easy_header(t->easy, name, 0, CURLH_HEADER, -1, &found))
        str_copy(dst, size, found->value);
}

static void give_head(struct http_transfer *t)
{
    struct http_head head = {0};
    long status = 0;

    if (t->head_given)
        return;
    t->http->curl->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status == 0)
        return;
    t->head_given = true;
    head.status = (int)status;
    copy_header(t, "content-type", head.content_type, sizeof(head.content_type));
    copy_header(t, "content-encoding", head.content_encoding, sizeof(head.content_encoding));
    copy_header(t, "retry-after", head.retry_after, sizeof(head.retry_after));
    copy_header(t, "retry-after-ms", head.retry_after_ms, sizeof(head.retry_after_ms));
    copy_header(t, "x-should-retry", head.should_retry, sizeof(head.should_retry));
    copy_header(t, "x-request-id", head.request_id, sizeof(head.request_id));
    if (t->events.head)
        t->events.head(t->arg, &head);
}

static size_t on_body(char *bytes, size_t one, size_t n, void *arg)
{
    struct http_transfer *t = arg;

    (void)one;
    t->last_ms = os_mono_ms();
    if (!t->canceled)
        give_head(t);
    if (t->canceled)
        return CURL_WRITEFUNC_ERROR;
    if (n > t->body_cap - t->taken) {
        err_set(&t->refusal, ERR_PROVIDER, "The answer of %s is longer than %zu bytes.", t->host, t->body_cap);
        return CURL_WRITEFUNC_ERROR;
    }
    if (t->events.body(t->arg, bytes, n) == HTTP_PAUSE) {
        t->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (t->canceled)
        return CURL_WRITEFUNC_ERROR;
    t->taken += n;
    return n;
}

/* ---- how transfers end ---- */

static const struct {
    CURLcode code;
    enum http_end end;
    const char *sentence, *hint;
} ends[] = {
    {CURLE_COULDNT_RESOLVE_HOST, HTTP_BROKEN, "The name %s could not be looked up", "Check the base URL and that this machine is online."},
    {CURLE_COULDNT_RESOLVE_PROXY, HTTP_REFUSED, "The proxy on the way to %s could not be looked up", "Check the proxy that your environment names."},
    {CURLE_COULDNT_CONNECT, HTTP_BROKEN, "There is no connection to %s", "Check that the server runs and that the port is right."},
    {CURLE_OPERATION_TIMEDOUT, HTTP_BROKEN, "%s did not accept a connection in time", "Check that this machine is online and the base URL right; then ask again."},
    {CURLE_PEER_FAILED_VERIFICATION, HTTP_REFUSED, "The certificate of %s is not trusted", "Install the authority's certificate (ca-certificates), or check who answers there."},
    {CURLE_SSL_CONNECT_ERROR, HTTP_BROKEN, "There is no secure connection to %s", "The server may speak plain http, or a proxy may be in between."},
    {CURLE_SSL_CACERT_BADFILE, HTTP_REFUSED, "The folder of trusted certificates could not be read on the way to %s", "Install ca-certificates."},
    {CURLE_GOT_NOTHING, HTTP_BROKEN, "%s closed the connection without an answer", "Ask again; if it stays, look at the server."},
    {CURLE_PARTIAL_FILE, HTTP_BROKEN, "%s closed the connection before the answer was complete", "What came is kept; ask again."},
    {CURLE_RECV_ERROR, HTTP_BROKEN, "The connection to %s broke", "What came is kept; ask again."},
    {CURLE_SEND_ERROR, HTTP_BROKEN, "The connection to %s broke while the request was sent", "Ask again."},
    {CURLE_WEIRD_SERVER_REPLY, HTTP_REFUSED, "%s does not answer in HTTP", "Check the base URL and the port."},
    {CURLE_UNSUPPORTED_PROTOCOL, HTTP_REFUSED, "%s does not answer in HTTP", "Check the base URL and the port."},
    {CURLE_OK, HTTP_REFUSED, "The transfer from %s failed", "Ask again."}, /* all others */
};

static enum http_end explain(const struct http_transfer *t, CURLcode code, struct err *err)
{
    size_t i = 0, used;
    char detail[CURL_ERROR_SIZE];

    if (t->refusal.code) {
        *err = t->refusal;
        return code == CURLE_ABORTED_BY_CALLBACK ? HTTP_STALLED : HTTP_REFUSED;
    }
    text_line(detail, sizeof(detail), t->detail[0] ? t->detail : t->http->curl->easy_strerror(code));
    while (ends[i].code != code && ends[i].code != CURLE_OK)
        i++;
    err_reset(err);
    err->code = ERR_PROVIDER;
    snprintf(err->msg, sizeof(err->msg), ends[i].sentence, t->host);
    used = strlen(err->msg);
    snprintf(err->msg + used, sizeof(err->msg) - used, ": %s.", detail);
    err_hint(err, "%s", ends[i].hint);
    return ends[i].end;
}

static void end(struct http_transfer *t, CURLcode code)
{
    struct http_events events = t->events;
    void *arg = t->arg;
    enum http_end how = HTTP_WHOLE;
    struct err err;
    bool silent;

    if (code == CURLE_OK && !t->canceled) {
        t->http->performing = true; /* a cancel in there must leave t alive */
        give_head(t);
        t->http->performing = false;
    }
    silent = t->canceled;
    if (code != CURLE_OK)
        how = explain(t, code, &err);
    release(t);
    if (!silent && events.done)
        events.done(arg, how, how == HTTP_WHOLE ? NULL : &err);
}

static void read_ends(struct http *h)
{
    CURLMsg *m;
    int left;

    while ((m = h->curl->multi_info_read(h->multi, &left)) != NULL) {
        for (size_t i = 0; i < h->transfers.n; i++) {
            struct http_transfer *t = h->transfers.items[i];
            if (m->msg != CURLMSG_DONE || t->easy != m->easy_handle)
                continue;
            end(t, m->data.result); /* m is gone after this */
            break;
        }
    }
}

static void sweep(struct http *h)
{
    for (size_t i = h->transfers.n; i-- > 0;) {
        if (i < h->transfers.n && h->transfers.items[i]->canceled)
            release(h->transfers.items[i]);
    }
}

static void perform(struct http *h)
{
    int running;

    h->users++; /* a callback may close us */
    for (size_t i = 0; i < h->transfers.n; i++) {
        struct http_transfer *t = h->transfers.items[i];
        if (!t->resume)
            continue;
        t->resume = t->paused = false;
        t->last_ms = os_mono_ms();
        h->performing = true; /* unpausing may deliver at once */
        h->curl->easy_pause(t->easy, CURLPAUSE_CONT);
        h->performing = false;
    }
    h->performing = true;
    h->curl->multi_perform(h->multi, &running);
    h->performing = false;
    read_ends(h);
    sweep(h);
    http_close(h);
}

/* ---- how the loop sleeps ---- */

static void to_curl(struct http *h, const struct pollfd *fds, nfds_t n)
{
    h->fds.n = 0;
    for (nfds_t i = 0; i < n; i++) {
        struct curl_waitfd w = {.fd = fds[i].fd};
        w.events = (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                           (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
        if (vec_push(&h->fds, w, 65536))
            break;
    }
}

static int from_curl(const struct http *h, struct pollfd *fds, nfds_t n)
{
    int ready = 0;

    for (nfds_t i = 0; i < n; i++) {
        short r = i < h->fds.n ? h->fds.items[i].revents : 0;
        /* a hang-up comes as readable: reading then gives the end */
        fds[i].revents = (short)((r & CURL_WAIT_POLLIN ? POLLIN : 0) | (r & CURL_WAIT_POLLOUT ? POLLOUT : 0));
        ready += fds[i].revents != 0;
    }
    return ready;
}

static bool resume_waits(const struct http *h)
{
    for (size_t i = 0; i < h->transfers.n; i++) {
        if (h->transfers.items[i]->resume)
            return true;
    }
    return false;
}

/* Transfers are driven right after the sleep, so that what they bring is painted before the next one. */
static int poll_with_curl(void *arg, struct pollfd *fds, nfds_t n, int timeout_ms)
{
    struct http *h = arg;
    int ready = 0;

    if (timeout_ms < 0 || timeout_ms > SLEEP_MAX_MS)
        timeout_ms = SLEEP_MAX_MS;
    if (resume_waits(h))
        timeout_ms = 0;
    to_curl(h, fds, n);
    h->curl->multi_poll(h->multi, h->fds.items, (unsigned)h->fds.n, timeout_ms, &ready);
    ready = from_curl(h, fds, n);
    perform(h);
    return ready;
}

/* ---- how transfers start ---- */

bool http_connected(const struct http_transfer *t)
{
    curl_off_t us = 0;

    t->http->curl->easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
    return us > 0;
}

/* One timer for a transfer, moved only when it fires: bytes cost no timer work. */
static void on_idle(void *arg)
{
    struct http_transfer *t = arg;
    int64_t left = t->last_ms + t->idle_ms - os_mono_ms();

    t->timer = 0;
    if (t->paused)
        left = t->idle_ms;
    else if (!http_connected(t) && left < 100)
        left = 100; /* curl's own limit holds until there is a connection */
    if (left > 0) {
        t->timer = loop_add_timer(t->http->loop, left, on_idle, t);
        return;
    }
    err_set(&t->refusal, ERR_PROVIDER, "%s sent nothing for %d s%s.", t->host, (t->idle_ms + 500) / 1000,
            t->taken ? "" : " and has not begun to answer");
    err_hint(&t->refusal, "%s", t->taken ? "What came is kept; ask again."
                                         : "A model on a slow machine may need longer for the first token: raise the limit.");
    end(t, CURLE_ABORTED_BY_CALLBACK);
}

void http_set_idle(struct http_transfer *t, int idle_ms)
{
    if (t->idle_ms == idle_ms)
        return;
    t->idle_ms = idle_ms;
    if (t->timer > 0)
        loop_remove(t->http->loop, t->timer);
    t->timer = loop_add_timer(t->http->loop, t->last_ms + idle_ms - os_mono_ms(), on_idle, t);
}

void http_cancel(struct http_transfer *t)
{
    t->canceled = true;
    if (!t->http->performing)
        release(t);
}

void http_resume(struct http_transfer *t)
{
    if (t->paused)
        t->resume = true;
}

static int set_body(struct http_transfer *t, const struct http_request *r)
{
    const struct curl *c = t->http->curl;

    if (!r->body)
        return 0;
    t->body = os_dup(r->body, r->body_len);
    if (!t->body)
        return -1;
    c->easy_setopt(t->easy, CURLOPT_POST, 1L);
    c->easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->body);
    c->easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
    return 0;
}

static int set_headers(struct http_transfer *t, const struct http_request *r)
{
    const struct curl *c = t->http->curl;
    struct curl_slist *list;

    for (int i = 0; i < r->n_headers + 1; i++) {
        /* "Expect:" takes back libcurl's own header, which costs a second on servers that ignore it */
        const char *header = i < r->n_headers ? r->headers[i] : "Expect:";
        if (strpbrk(header, "\r\n"))
            return -1;
        list = c->slist_append(t->headers, header);
        if (!list)
            return -1;
        t->headers = list;
    }
    return c->easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers) ? -1 : 0;
}

static int set_options(struct http_transfer *t, const struct http_request *r, const struct url *u)
{
    const struct curl *c = t->http->curl;
    CURL *e = t->easy;
    int bad = 0;

    bad |= c->easy_setopt(e, CURLOPT_URL, r->url);
    bad |= c->easy_setopt(e, CURLOPT_PROTOCOLS_STR, u->https ? "https" : "http");
    bad |= c->easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= c->easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    bad |= c->easy_setopt(e, CURLOPT_SOCKOPTFUNCTION, on_socket);
    bad |= c->easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    bad |= c->easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    bad |= c->easy_setopt(e, CURLOPT_WRITEDATA, t);
    bad |= c->easy_setopt(e, CURLOPT_ERRORBUFFER, t->detail);
    bad |= c->easy_setopt(e, CURLOPT_USERAGENT, "tinywright/" TINYWRIGHT_VERSION);
    bad |= c->easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)(r->connect_ms ? r->connect_ms : CONNECT_MS));
    if (u->https) { /* by folder: reading the whole bundle stalls the loop 40-70 ms */
        bad |= c->easy_setopt(e, CURLOPT_CAINFO, (char *)NULL);
        bad |= c->easy_setopt(e, CURLOPT_CAPATH, r->ca_folder ? r->ca_folder : "/etc/ssl/certs");
    } else {        /* a proxy of the environment would carry the key off this machine */
        bad |= c->easy_setopt(e, CURLOPT_PROXY, "");
    }
    return bad || set_headers(t, r) || set_body(t, r) ? -1 : 0;
}

static int open_multi(struct http *h, struct err *err)
{
    h->curl = curl_open(err);
    if (!h->curl)
        return -ERR_TOOL;
    if (!h->multi)
        h->multi = h->curl->multi_init();
    return h->multi ? 0 : err_set(err, ERR_MACHINE, "There is no memory left for network transfers.");
}

struct http_transfer *http_start(struct http *h, const struct http_request *r, const struct http_events *ev,
                                 void *arg, struct err *err)
{
    struct http_transfer *t;
    struct url u;

    if (url_read(&u, r->url, err) || open_multi(h, err))
        return NULL;
    t = os_alloc(sizeof(*t));
    if (!t || vec_push(&h->transfers, t, TRANSFERS_MAX)) {
        free(t);
        err_set(err, ERR_MACHINE, "No further network transfer can be started.");
        return NULL;
    }
    t->http = h;
    t->events = *ev;
    t->arg = arg;
    t->body_cap = r->body_cap ? r->body_cap : HTTP_BODY_CAP;
    t->idle_ms = r->idle_ms ? r->idle_ms : IDLE_MS;
    t->last_ms = os_mono_ms();
    str_copy(t->host, sizeof(t->host), u.host);
    t->easy = h->curl->easy_init();
    if (!t->easy || set_options(t, r, &u) || h->curl->multi_add_handle(h->multi, t->easy)) {
        release(t);
        err_set(err, ERR_MACHINE, "The network transfer could not be set up.");
        return NULL;
    }
    t->running = true;
    t->timer = loop_add_timer(h->loop, t->idle_ms, on_idle, t);
    loop_set_poll(h->loop, poll_with_curl, h);
    return t;
}
