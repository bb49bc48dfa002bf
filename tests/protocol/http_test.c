/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transfers in the loop: back-pressure, caps, silence, several at once, cancel at every moment, shared handles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/net/http.h"
#include "tests/protocol/stub.h"

enum { WAIT_MS = 20000 };

struct slow {
    struct http_transfer *t;
    struct buf body;
    int pauses, done;
    bool paused;
};

static enum http_take slow_body(void *arg, const char *bytes, size_t n)
{
    struct slow *s = arg;

    if (!s->paused && s->pauses < 3) {
        s->paused = true;
        s->pauses++;
        return HTTP_PAUSE;
    }
    s->paused = false;
    buf_put(&s->body, bytes, n);
    return HTTP_MORE;
}

static void slow_done(void *arg, enum http_end end, const struct err *err)
{
    assert_int_equal(end, HTTP_WHOLE);
    assert_null(err);
    ((struct slow *)arg)->done++;
}

/* A reader that says "not now" gets every byte once, later. */
static void back_pressure(void **state)
{
    static const struct http_events ev = {.body = slow_body, .done = slow_done};
    struct loop *l = loop_new(NULL);
    struct http *h = http_open(l, NULL);
    struct slow slow = {0};
    struct http_request r = {.body = "x", .body_len = 1};
    struct stub s;
    int64_t end = os_mono_ms() + WAIT_MS;

    (void)state;
    buf_init(&slow.body, 1000000);
    assert_int_equal(stub_start(&s, "fill 200000 y\n", 1), 0);
    r.url = s.url;
    slow.t = http_start(h, &r, &ev, &slow, NULL);
    assert_non_null(slow.t);
    while (!slow.done && os_mono_ms() < end) {
        loop_turn(l, 20);
        if (slow.paused)
            http_resume(slow.t);
    }
    assert_int_equal(slow.done, 1);
    assert_int_equal(slow.pauses, 3);
    assert_int_equal(slow.body.len, 200000);
    stub_stop(&s);
    http_close(h);
    buf_done(&slow.body);
    loop_free(l);
}

struct got {
    struct http_transfer *t;
    struct buf body;
    int heads, status, done, cancel_in; /* cancel_in: 1 = head, 2 = body */
    enum http_end end;
    struct err err;
};

static void got_head(void *arg, const struct http_head *head)
{
    struct got *g = arg;

    g->heads++;
    g->status = head->status;
    if (g->cancel_in == 1)
        http_cancel(g->t);
}

static enum http_take got_body(void *arg, const char *bytes, size_t n)
{
    struct got *g = arg;

    assert_int_equal(g->heads, 1);
    buf_put(&g->body, bytes, n);
    if (g->cancel_in == 2)
        http_cancel(g->t);
    return HTTP_MORE;
}

static void got_done(void *arg, enum http_end end, const struct err *err)
{
    struct got *g = arg;

    g->done++;
    g->end = end;
    assert_true((end == HTTP_WHOLE) == (err == NULL));
    if (err)
        g->err = *err;
}

static const struct http_events got_events = {.head = got_head, .body = got_body, .done = got_done};

static void got_start(struct got *g, struct http *h, const char *url, size_t cap, int idle_ms)
{
    struct http_request r = {.url = url, .body = "x", .body_len = 1, .body_cap = cap, .idle_ms = idle_ms};
    struct err e = {0};

    memset(g, 0, sizeof(*g));
    buf_init(&g->body, 1000000);
    g->t = http_start(h, &r, &got_events, g, &e);
    if (!g->t)
        print_error("%s\n", e.msg);
    assert_non_null(g->t);
}

static void got_wait(struct loop *l, struct got *g)
{
    int64_t end = os_mono_ms() + WAIT_MS;

    while (!g->done && os_mono_ms() < end)
        loop_turn(l, 200);
    assert_int_equal(g->done, 1);
}

static void ends(void **state)
{
    static const struct { const char *script; size_t cap; int status, end; const char *says; size_t len; } rows[] = {
        {"raw hello\n", 0, 200, HTTP_WHOLE, NULL, 5},
        {"length\nraw hello\n", 0, 200, HTTP_WHOLE, NULL, 5},
        {"status 204\nlength\n", 0, 204, HTTP_WHOLE, NULL, 0},
        {"status 500\n", 0, 500, HTTP_WHOLE, NULL, 0},
        {"fill 5000 x\n", 5000, 200, HTTP_WHOLE, NULL, 5000},
        {"fill 5001 x\n", 5000, 200, HTTP_REFUSED, "longer than 5000 bytes", 0},
        {"raw hello\ncut\n", 0, 200, HTTP_BROKEN, "broke", 5},
        {"raw hello\nstall\n", 0, 200, HTTP_STALLED, "sent nothing", 5},
        {"stall\n", 0, 0, HTTP_STALLED, "has not begun", 0},
    };
    struct loop *l = loop_new(NULL);
    struct http *h = http_open(l, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct stub s;
        struct got g;
        assert_int_equal(stub_start(&s, rows[i].script, 1), 0);
        got_start(&g, h, s.url, rows[i].cap, 600);
        got_wait(l, &g);
        if ((int)g.end != rows[i].end)
            print_error("row %zu: end %d %s\n", i, (int)g.end, g.err.msg);
        assert_int_equal(g.end, rows[i].end);
        assert_int_equal(g.status, rows[i].status);
        assert_true(rows[i].end == HTTP_REFUSED || g.body.len == rows[i].len);
        assert_true(!rows[i].says || strstr(g.err.msg, rows[i].says));
        stub_stop(&s);
        buf_done(&g.body);
    }
    http_close(h);
    loop_free(l);
}

static void several_at_once(void **state)
{
    struct loop *l = loop_new(NULL);
    struct http *h = http_open(l, NULL), *same = http_open(l, NULL);
    struct stub s[4];
    struct got g[4];

    (void)state;
    assert_ptr_equal(h, same);
    http_close(same);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(stub_start(&s[i], "pieces 1 50\npace 50\nfill 20000 x\n", (unsigned)i), 0);
        got_start(&g[i], h, s[i].url, 0, 0);
    }
    http_cancel(g[2].t);
    for (int i = 0; i < 4; i++) {
        if (i != 2)
            got_wait(l, &g[i]);
        assert_int_equal(g[i].body.len, i == 2 ? 0 : 20000);
        assert_int_equal(g[i].done, i == 2 ? 0 : 1);
        stub_stop(&s[i]);
        buf_done(&g[i].body);
    }
    http_close(h);
    loop_free(l);
}

static void cancel_inside(void **state)
{
    struct loop *l = loop_new(NULL);
    struct http *h = http_open(l, NULL);

    (void)state;
    for (int where = 1; where <= 2; where++) {
        struct stub s;
        struct got g;
        int64_t end = os_mono_ms() + WAIT_MS;
        assert_int_equal(stub_start(&s, "raw hello\nsleep 20\nraw more\nstall\n", 1), 0);
        got_start(&g, h, s.url, 0, 0);
        g.cancel_in = where;
        while (!g.heads && os_mono_ms() < end)
            loop_turn(l, 100);
        for (int i = 0; i < 5; i++)
            loop_turn(l, 20);
        assert_int_equal(g.heads, 1);
        assert_int_equal(g.body.len, where == 1 ? 0 : 5);
        assert_int_equal(g.done, 0);
        stub_stop(&s);
        buf_done(&g.body);
    }
    http_close(h);
    loop_free(l);
}

static void close_ends_silently(void **state)
{
    struct loop *l = loop_new(NULL);
    struct http *h = http_open(l, NULL);
    struct stub s;
    struct got g;

    (void)state;
    assert_int_equal(stub_start(&s, "raw hello\nstall\n", 1), 0);
    got_start(&g, h, s.url, 0, 0);
    for (int i = 0; i < 5; i++)
        loop_turn(l, 20);
    http_close(h);
    for (int i = 0; i < 3; i++)
        loop_turn(l, 5); /* the loop polls by itself again */
    assert_int_equal(g.done, 0);
    stub_stop(&s);
    buf_done(&g.body);
    loop_free(l);
}

/* A stalled transfer costs no wake-ups but the loop's own. */
static void waiting_is_asleep(void **state)
{
    struct loop *l = loop_new(NULL);
    struct http *h = http_open(l, NULL);
    struct stub s;
    struct got g;
    int64_t end = os_mono_ms() + WAIT_MS;
    int turns = 0;

    (void)state;
    assert_int_equal(stub_start(&s, "raw hello\nstall\n", 1), 0);
    got_start(&g, h, s.url, 0, 60000);
    while (g.body.len == 0 && os_mono_ms() < end)
        loop_turn(l, 100);
    assert_int_equal(g.body.len, 5);
    end = os_mono_ms() + 2000;
    while (os_mono_ms() < end) {
        loop_turn(l, (int)(end - os_mono_ms()));
        turns++;
    }
    assert_true(turns <= 4);
    http_close(h);
    stub_stop(&s);
    buf_done(&g.body);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_pressure),       cmocka_unit_test(ends),
        cmocka_unit_test(several_at_once),     cmocka_unit_test(cancel_inside),
        cmocka_unit_test(close_ends_silently), cmocka_unit_test(waiting_is_asleep),
    };

    return cmocka_run_group_tests_name("transfers", tests, NULL, NULL);
}
