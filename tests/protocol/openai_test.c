/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole way of a request over loopback sockets: good servers, bad servers, none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/llm/cassette.h"
#include "core/llm/cassette_record.h"
#include "core/llm/openai.h"
#include "tests/protocol/stub.h"

#define KEY "sk-test-0123456789abcdef"

enum { WAIT_MS = 20000 };

struct heard {
    struct buf text, reasoning, progress;
    struct provider_outcome outcome;
    int done, pieces;
    int cancel_after; /* pieces */
    struct provider *provider;
};

static void on_text(void *arg, const char *bytes, size_t n, bool reasoning)
{
    struct heard *h = arg;

    assert_int_equal(h->done, 0);
    buf_put(reasoning ? &h->reasoning : &h->text, bytes, n);
    if (++h->pieces == h->cancel_after)
        provider_cancel(h->provider);
}

static void on_progress(void *arg, const char *sentence)
{
    struct heard *h = arg;

    buf_putf(&h->progress, "%s\n", sentence);
}

static void on_done(void *arg, const struct provider_outcome *outcome)
{
    struct heard *h = arg;

    h->outcome = *outcome;
    h->done++;
}

static const struct provider_events events = {.text = on_text, .progress = on_progress, .done = on_done};

static void heard_reset(struct heard *h)
{
    buf_done(&h->text);
    buf_done(&h->reasoning);
    buf_done(&h->progress);
    memset(h, 0, sizeof(*h));
    buf_init(&h->text, 10000000);
    buf_init(&h->reasoning, 100000);
    buf_init(&h->progress, 100000);
}

static void wait_done(struct loop *l, struct heard *h)
{
    int64_t end = os_mono_ms() + WAIT_MS;

    while (!h->done && os_mono_ms() < end)
        loop_turn(l, 200);
    assert_int_equal(h->done, 1);
}

static struct provider *provider_for(struct loop *l, const char *url, const struct provider_tap *tap)
{
    struct openai_options o = {.base_url = url, .model = "stub-1", .key = KEY "\n", .connect_ms = 3000,
                               .first_token_ms = 700, .idle_ms = 500, .max_retries = 2, .tap = tap};
    struct err e = {0};
    struct provider *p = openai_new(l, &o, &e);

    if (!p)
        print_error("%s\n", e.msg);
    assert_non_null(p);
    return p;
}

static void ask(struct provider *p, struct heard *h)
{
    struct provider_request r = {.subject = "sketch/1", .instruction = "Be brief.", .user = "Say \"hi\"\xFF.",
                                 .max_tokens = 100, .temperature = 0.1, .top_p = -1, .seed = -1};
    struct err e = {0};
    int cancel_after = h->cancel_after;

    heard_reset(h);
    h->cancel_after = cancel_after;
    h->provider = p;
    if (provider_start(p, &r, &events, h, &e))
        print_error("%s\n", e.msg);
    assert_int_equal(e.code, 0);
    assert_int_equal(h->done + h->pieces + (int)h->progress.len, 0);
}

#define HI "data {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n"
#define THERE "data {\"choices\":[{\"delta\":{\"content\":\" there\"}}]}\n"
#define STOP "data {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n"
#define DONE "data [DONE]\n"
#define GOOD HI THERE STOP DONE
#define SOON "header Retry-After-Ms: 20\n"
#define JSON "type application/json\nlength\n"

enum { C_ = PROVIDER_COMPLETE, T_ = PROVIDER_TRUNCATED, R_ = PROVIDER_REFUSED, F_ = PROVIDER_FAILED };

static const struct {
    const char *what, *script;
    int end;
    const char *text, *says; /* says: part of message or hint or progress */
    int status, requests;
} rows[] = {
    {"plain", GOOD, C_, "Hi there", NULL, 200, 1},
    {"content length", "length\n" GOOD, C_, "Hi there", NULL, 200, 1},
    {"crlf", "nl crlf\npieces 1 7\n" GOOD, C_, "Hi there", NULL, 200, 1},
    {"cr", "nl cr\npieces 1 7\n" GOOD, C_, "Hi there", NULL, 200, 1},
    {"drip", "pieces 1 7\npace 100\n" GOOD, C_, "Hi there", NULL, 200, 1},
    {"single bytes", "pieces 1 1\npace 100\n" GOOD, C_, "Hi there", NULL, 200, 1},
    {"held open after done", GOOD "stall\n", C_, "Hi there", NULL, 200, 1},
    {"cut after done", GOOD "cut\n", C_, "Hi there", NULL, 200, 1},
    {"cut after the reason", HI STOP "cut\n", C_, "Hi", NULL, 200, 1},
    {"heartbeats are life", "raw : x\\n\\n\nsleep 400\nraw : x\\n\\n\nsleep 400\nraw : x\\n\\n\nsleep 400\n" GOOD, C_, "Hi there", NULL, 200, 1},
    {"plain JSON", JSON "raw {\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n", C_, "Hi", NULL, 200, 1},
    {"plain JSON called a stream", "raw {\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n", C_, "Hi", NULL, 200, 1},
    {"stream called JSON", "type application/json\n" GOOD, C_, "Hi there", NULL, 200, 1},
    {"truncated", HI "data {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n" DONE, T_, "Hi", NULL, 200, 1},
    {"stall before the first token", "raw : x\\n\\n\nstall\n", F_, "", "sent nothing for 1 s", 200, 1},
    {"stall before the head", "sleep 3000\n" GOOD, F_, "", "has not begun to answer", 0, 1},
    {"stall in the text", HI "stall\n", F_, "Hi", "sent nothing for 1 s", 200, 1},
    {"cut in the text", HI "cut\n", F_, "Hi", "broke", 200, 1},
    {"cut in the text, then good: not repeated", HI "cut\nnext\n" GOOD, F_, "Hi", "broke", 200, 1},
    {"cut before the first token, then good", SOON "raw : x\\n\\n\ncut\nnext\n" GOOD, C_, "Hi there", "asking again", 200, 2},
    {"ended without a reason", HI, F_, "Hi", "without a finish reason", 200, 1},
    {"error in the stream", HI "data {\"error\":{\"message\":\"boom\",\"type\":\"server_error\"}}\n", F_, "Hi", "boom", 200, 1},
    {"overload in the stream, then good", SOON "data {\"error\":{\"message\":\"busy\",\"type\":\"overloaded_error\"}}\nnext\n" GOOD, C_, "Hi there", "asking again", 200, 2},
    {"bad request in the stream", "data {\"error\":{\"message\":\"bad\",\"code\":400}}\nnext\n" GOOD, F_, "", "bad", 200, 1},
    {"event above the cap", "raw data: \nfill 1100000 x\n", F_, "", "more than 1048576 bytes", 200, 1},
    {"line without end", "fill 3000000 x\n", F_, "", "more than 1048576 bytes", 200, 1},
    {"page with 200", "type text/html\nraw <!doctype html><title>Sign in</title>\n", F_, "", "Sign in", 200, 1},
    {"page with 500", "status 500\n" SOON "type text/html\nraw <html><title>Oops</title>\n", F_, "", "Oops", 500, 3},
    {"no body with 502, then good", "status 502\n" SOON "\nnext\n" GOOD, C_, "Hi there", "asking again", 200, 2},
    {"401", "status 401\n" JSON "raw {\"error\":{\"message\":\"Incorrect API key provided: " KEY ".\"}}\n", F_, "", "refuses the key", 401, 1},
    {"429 rate", "status 429\n" SOON JSON "raw {\"error\":{\"message\":\"Rate limit\",\"code\":\"rate_limit_exceeded\"}}\nnext\n" GOOD, C_, "Hi there", "fewer requests", 200, 2},
    {"429 quota", "status 429\n" SOON JSON "raw {\"error\":{\"message\":\"quota\",\"code\":\"insufficient_quota\"}}\nnext\n" GOOD, F_, "", "no credit", 429, 1},
    {"429 for ever", "status 429\n" SOON, F_, "", "faster than it allows", 429, 3},
    {"429 with a long wait", "status 429\nheader Retry-After: 3600\nnext\n" GOOD, F_, "", "wait 3600 s", 429, 1},
    {"500 that says no", "status 500\nheader X-Should-Retry: false\nnext\n" GOOD, F_, "", "500", 500, 1},
    {"400 that says yes", "status 400\nheader X-Should-Retry: true\n" SOON "next\n" GOOD, C_, "Hi there", "asking again", 200, 2},
    {"503 loading", "status 503\n" JSON "raw {\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}\nnext\n" GOOD, C_, "Hi there", "loading", 200, 2},
    {"redirect", "status 307\nheader Location: http://127.0.0.1:1/steal\nnext\n" GOOD, F_, "", "redirects", 307, 1},
    {"404", "status 404\n" JSON "raw {\"error\":\"model 'stub-1' not found\"}\n", F_, "", "not found", 404, 1},
    {"context", "status 400\n" JSON "raw {\"error\":{\"type\":\"exceed_context_size_error\",\"message\":\"too long\"}}\n", F_, "", "longer than the model's context", 400, 1},
    {"parameter refused", "status 400\n" JSON "raw {\"error\":{\"message\":\"Unsupported value: 'temperature'\",\"param\":\"temperature\"}}\nnext\n" GOOD, C_, "Hi there", "does not take temperature", 200, 2},
    {"limit by its other name", "status 400\n" JSON "raw {\"error\":{\"message\":\"'max_tokens' is not supported. Use 'max_completion_tokens' instead.\"}}\nnext\n" GOOD, C_, "Hi there", "does not take max_tokens", 200, 2},
    {"parameter nobody sent", "status 400\n" JSON "raw {\"error\":{\"message\":\"bad seed\",\"param\":\"seed\"}}\nnext\n" GOOD, F_, "", "bad seed", 400, 1},
    {"compressed", "header Content-Encoding: gzip\nraw \\x1f\\x8b\\x08\n", F_, "", "compressed", 200, 1},
};

static void check_row(size_t i, struct loop *l, unsigned seed)
{
    struct stub s;
    struct heard h = {0};
    struct provider *p;
    char all[3000];

    assert_int_equal(stub_start(&s, rows[i].script, seed), 0);
    p = provider_for(l, s.url, NULL);
    ask(p, &h);
    wait_done(l, &h);
    snprintf(all, sizeof(all), "%s %s %s", h.outcome.error.msg, h.outcome.error.hint, buf_text(&h.progress));
    if ((int)h.outcome.end != rows[i].end || (rows[i].says && !strstr(all, rows[i].says)) ||
        strcmp(buf_text(&h.text), rows[i].text) != 0)
        print_error("row %s: end %d, text \"%s\", says \"%s\"\n", rows[i].what, (int)h.outcome.end,
                    buf_text(&h.text), all);
    assert_int_equal(h.outcome.end, rows[i].end);
    assert_string_equal(buf_text(&h.text), rows[i].text);
    assert_true(!rows[i].says || strstr(all, rows[i].says));
    assert_int_equal(h.outcome.http_status, rows[i].status);
    assert_int_equal(stub_count(&s), rows[i].requests);
    assert_int_equal(h.outcome.retries, rows[i].requests - 1);
    assert_null(strstr(all, KEY));
    assert_true((h.outcome.end == PROVIDER_FAILED) == (h.outcome.error.code != 0));
    provider_free(p);
    stub_stop(&s);
    heard_reset(&h);
}

static void servers(void **state)
{
    struct loop *l = loop_new(NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        check_row(i, l, (unsigned)i);
    loop_free(l);
}

static void request_is_the_documented_one(void **state)
{
    static char sent[100000];
    struct loop *l = loop_new(NULL);
    struct heard h = {0};
    struct stub s;
    struct provider *p;

    (void)state;
    assert_int_equal(stub_start(&s, GOOD, 1), 0);
    p = provider_for(l, s.url, NULL);
    assert_string_equal(p->host, "");
    assert_false(p->metered);
    ask(p, &h);
    wait_done(l, &h);
    stub_requests(&s, sent, sizeof(sent));
    assert_ptr_equal(strstr(sent, "POST /v1/chat/completions HTTP/1.1\r\n"), sent);
    assert_non_null(strstr(sent, "\r\nAuthorization: Bearer " KEY "\r\n"));
    assert_null(strcasestr(sent, "\r\nExpect:"));
    assert_null(strcasestr(sent, "\r\nAccept-Encoding:"));
    assert_non_null(strstr(sent, "\r\n\r\n{\"model\":\"stub-1\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                                 "{\"role\":\"user\",\"content\":\"Say \\\"hi\\\"\xEF\xBF\xBD.\"}],\"stream\":true,"
                                 "\"stream_options\":{\"include_usage\":true},\"max_tokens\":100,\"temperature\":0.1}"));
    provider_free(p);
    stub_stop(&s);
    heard_reset(&h);
    loop_free(l);
}

/* A proxy of the environment must not see what goes to this machine. */
static void no_proxy_to_loopback(void **state)
{
    struct loop *l = loop_new(NULL);
    struct heard h = {0};
    struct stub server, proxy;
    struct provider *p;

    (void)state;
    assert_int_equal(stub_start(&server, GOOD, 1), 0);
    assert_int_equal(stub_start(&proxy, GOOD, 1), 0);
    setenv("http_proxy", proxy.url, 1);
    setenv("ALL_PROXY", proxy.url, 1);
    p = provider_for(l, server.url, NULL);
    ask(p, &h);
    wait_done(l, &h);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_int_equal(stub_count(&server), 1);
    assert_int_equal(stub_count(&proxy), 0);
    provider_free(p);
    stub_stop(&server);
    stub_stop(&proxy);
    heard_reset(&h);
    loop_free(l);
}

static void nobody_there(void **state)
{
    struct loop *l = loop_new(NULL);
    struct heard h = {0};
    struct provider *p;
    char url[64];
    int port, fd = stub_listen(0, &port);

    (void)state;
    close(fd); /* the port is now one where nobody listens */
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", port);
    p = provider_for(l, url, NULL);
    ask(p, &h);
    wait_done(l, &h);
    assert_int_equal(h.outcome.end, PROVIDER_FAILED);
    assert_int_equal(h.outcome.retries, 2);
    assert_non_null(strstr(h.outcome.error.msg, "no connection to 127.0.0.1"));
    assert_non_null(strstr(h.outcome.error.hint, "server runs"));
    assert_non_null(strstr(buf_text(&h.progress), "(2 of 2)"));
    provider_free(p);
    heard_reset(&h);
    loop_free(l);
}

static void cancel_row(struct loop *l, const char *script, int cancel_after, int turns)
{
    struct heard h = {0};
    struct stub s;
    struct provider *p;

    assert_int_equal(stub_start(&s, script, 1), 0);
    p = provider_for(l, s.url, NULL);
    h.cancel_after = cancel_after;
    ask(p, &h);
    for (int i = 0; i < turns; i++)
        loop_turn(l, 20);
    provider_cancel(p);
    assert_int_equal(h.done, cancel_after ? 1 : 0);
    wait_done(l, &h);
    assert_int_equal(h.outcome.end, PROVIDER_CANCELED);
    for (int i = 0; i < 5; i++)
        loop_turn(l, 10);
    assert_int_equal(h.done, 1);
    provider_free(p);
    stub_stop(&s);
    heard_reset(&h);
}

/* At once, between tokens, from inside a callback, while it backs off, while it stalls. */
static void cancel_everywhere(void **state)
{
    struct loop *l = loop_new(NULL);

    (void)state;
    cancel_row(l, HI "stall\n", 0, 0);
    cancel_row(l, "stall\n", 0, 5);
    cancel_row(l, HI "stall\n", 0, 10);
    cancel_row(l, GOOD, 1, 40);
    cancel_row(l, "status 500\nheader Retry-After: 100\n", 0, 10);
    loop_free(l);
}

static void free_while_it_runs(void **state)
{
    struct loop *l = loop_new(NULL);
    struct heard h = {0};
    struct stub s;
    struct provider *p;

    (void)state;
    assert_int_equal(stub_start(&s, HI "stall\n", 1), 0);
    for (int turns = 0; turns < 6; turns += 3) {
        p = provider_for(l, s.url, NULL);
        ask(p, &h);
        for (int i = 0; i < turns; i++)
            loop_turn(l, 20);
        provider_free(p);
        loop_turn(l, 0);
        assert_int_equal(h.done, 0);
    }
    stub_stop(&s);
    heard_reset(&h);
    loop_free(l);
}

/* Descriptors that a child of ours would inherit, standard ones not counted. */
static int sockets_without_cloexec(void)
{
    DIR *d = opendir("/proc/self/fd");
    struct dirent *e;
    int count = 0;

    while ((e = readdir(d)) != NULL) {
        char path[300], target[100] = "";
        int fd = (int)strtol(e->d_name, NULL, 10);
        snprintf(path, sizeof(path), "/proc/self/fd/%s", e->d_name);
        if (fd > 2 && readlink(path, target, sizeof(target) - 1) > 0 && strncmp(target, "socket:", 7) == 0) {
            int domain = 0;
            socklen_t len = sizeof(domain);
            getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
            count += domain == AF_INET && !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        }
    }
    closedir(d);
    return count;
}

static void connection_is_not_inherited(void **state)
{
    struct loop *l = loop_new(NULL);
    struct heard h = {0};
    struct stub s;
    struct provider *p;
    int64_t end = os_mono_ms() + WAIT_MS;

    (void)state;
    assert_int_equal(stub_start(&s, HI "stall\n", 1), 0);
    p = provider_for(l, s.url, NULL);
    ask(p, &h);
    while (h.pieces == 0 && os_mono_ms() < end)
        loop_turn(l, 100);
    assert_int_equal(h.pieces, 1);
    assert_int_equal(sockets_without_cloexec(), 0);
    provider_free(p);
    stub_stop(&s);
    heard_reset(&h);
    loop_free(l);
}

/* The loop's own descriptors stay served while a transfer sleeps in libcurl. */
static void on_pipe(void *arg, int fd, int ready)
{
    char c;

    (void)ready;
    *(int *)arg += read(fd, &c, 1) == 1;
}

static void loop_serves_others(void **state)
{
    struct loop *l = loop_new(NULL);
    struct heard h = {0};
    struct stub s;
    struct provider *p;
    int ends[2], got = 0;
    int64_t end;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(stub_start(&s, HI "stall\n", 1), 0);
    assert_true(loop_add_fd(l, ends[0], LOOP_READ, on_pipe, &got) > 0);
    p = provider_for(l, s.url, NULL);
    ask(p, &h);
    for (int i = 1; i <= 3; i++) {
        end = os_mono_ms() + WAIT_MS;
        assert_int_equal(write(ends[1], "x", 1), 1);
        while (got < i && os_mono_ms() < end)
            loop_turn(l, 1000);
        assert_int_equal(got, i);
    }
    provider_free(p);
    stub_stop(&s);
    close(ends[0]);
    close(ends[1]);
    heard_reset(&h);
    loop_free(l);
}

static const char artifact[] = "reply " SOURCE_FOLDER "/tests/protocol/openai_test.c\n";

static void fetch_artifact(struct loop *l, const char *head, unsigned seed, const struct provider_tap *tap,
                           struct buf *ret)
{
    struct heard h = {0};
    struct stub s;
    struct provider *p;
    char script[300];

    snprintf(script, sizeof(script), "%s%s", head, artifact);
    assert_int_equal(stub_start(&s, script, seed), 0);
    p = provider_for(l, s.url, tap);
    ask(p, &h);
    wait_done(l, &h);
    assert_int_equal(h.outcome.end, PROVIDER_COMPLETE);
    buf_reset(ret);
    buf_put(ret, buf_text(&h.text), h.text.len);
    provider_free(p);
    stub_stop(&s);
    heard_reset(&h);
}

/* A long reply with every kind of character gives the same bytes however it is cut, and from its recording. */
static void same_bytes_however_cut(void **state)
{
    struct cassette_record *rec = cassette_record_new("stub-1", "test", os.wall_ms(), NULL);
    struct loop *l = loop_new(NULL);
    struct buf whole, cut;
    struct heard h = {0};
    const char *text;
    size_t n;
    struct provider *p;

    (void)state;
    buf_init(&whole, 1000000);
    buf_init(&cut, 1000000);
    fetch_artifact(l, "length\n", 1, NULL, &whole);
    assert_true(whole.len > 10000);
    for (unsigned seed = 2; seed < 5; seed++) {
        fetch_artifact(l, seed == 2 ? "pieces 1 1\n" : "pieces 1 7\nnl crlf\n", seed, seed == 3 ? cassette_record_tap(rec) : NULL, &cut);
        assert_int_equal(cut.len, whole.len);
        assert_memory_equal(cut.data, whole.data, whole.len);
    }
    assert_int_equal(cassette_record_text(rec, &text, &n, NULL), 0);
    assert_null(strstr(text, KEY));
    p = cassette_new(l, text, n, "own", 0, NULL);
    assert_non_null(p);
    ask(p, &h);
    wait_done(l, &h);
    assert_int_equal(h.outcome.end, PROVIDER_COMPLETE);
    assert_int_equal(h.text.len, whole.len);
    assert_memory_equal(h.text.data, whole.data, whole.len);
    provider_free(p);
    cassette_record_free(rec);
    buf_done(&whole);
    buf_done(&cut);
    heard_reset(&h);
    loop_free(l);
}

static void options_are_checked(void **state)
{
    static const struct { const char *url, *model, *key, *says; } bad[] = {
        {"http://example.org/v1", "m", NULL, "plain http"},
        {"http://127.1/v1", "m", NULL, "plain http"},
        {"http://2130706433/v1", "m", NULL, "plain http"},
        {"http://localhost.example.org/v1", "m", NULL, "plain http"},
        {"http://127.0.0.1@example.org/v1", "m", NULL, "not allowed"},
        {"http://127.0.0.1\\@example.org/v1", "m", NULL, "not allowed"},
        {"http://127.0.0.1 /v1", "m", NULL, "not allowed"},
        {"http://127.0.0.1:80x/v1", "m", NULL, "port"},
        {"http://127.0.0.1:99999/v1", "m", NULL, "port"},
        {"http://[::1/v1", "m", NULL, "IPv6"},
        {"http://[::2]/v1", "m", NULL, "plain http"},
        {"file:///etc/passwd", "m", NULL, "https://"},
        {"https:///v1", "m", NULL, "no host"},
        {"https://example.org/v1?key=x", "m", NULL, "not allowed"},
        {"https://example.org/v1\r\nX: y", "m", NULL, "not allowed"},
        {"https://example.org/v1", "", NULL, "model"},
        {"https://example.org/v1", "m", "a b", "key"},
        {"https://example.org/v1", "m", "abc\r\nX-Evil: 1", "key"},
    };
    struct loop *l = loop_new(NULL);
    struct openai_options good = {.base_url = "http://[::1]:8080/v1/", .model = "m"};
    struct provider *p = openai_new(l, &good, NULL);

    (void)state;
    assert_non_null(p);
    assert_string_equal(p->label, "::1:8080 m");
    provider_free(p);
    good = (struct openai_options){.base_url = "https://api.openai.com/v1", .model = "gpt-5", .key = KEY};
    p = openai_new(l, &good, NULL);
    assert_string_equal(p->label, "openai:gpt-5");
    assert_string_equal(p->host, "api.openai.com");
    assert_true(p->metered);
    provider_free(p);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct openai_options o = {.base_url = bad[i].url, .model = bad[i].model, .key = bad[i].key};
        struct err e = {0};
        assert_null(openai_new(l, &o, &e));
        if (!strstr(e.msg, bad[i].says))
            print_error("row %zu: %s\n", i, e.msg);
        assert_non_null(strstr(e.msg, bad[i].says));
        assert_true(!bad[i].key || !strstr(e.msg, bad[i].key));
    }
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(servers),
        cmocka_unit_test(request_is_the_documented_one),
        cmocka_unit_test(no_proxy_to_loopback),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(cancel_everywhere),
        cmocka_unit_test(free_while_it_runs),
        cmocka_unit_test(connection_is_not_inherited),
        cmocka_unit_test(loop_serves_others),
        cmocka_unit_test(same_bytes_however_cut),
    };

    return cmocka_run_group_tests_name("openai over loopback", tests, NULL, NULL);
}
