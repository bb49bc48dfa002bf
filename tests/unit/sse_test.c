/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Server-sent events: every framing case gives the same events whole, in single bytes and in random pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/llm/sse.h"

static void note(void *arg, const struct sse_event *e)
{
    struct buf *out = arg;

    buf_putf(out, "%s|%s|%s%s\n", e->name, e->data, e->error_field ? "E" : "", e->unfinished ? "U" : "");
}

/* The events of in as text, fed in pieces of `piece` bytes (0 = sizes 1..7 from seed). */
static void play(const char *in, size_t n, size_t piece, unsigned seed, struct buf *out)
{
    struct sse s;
    struct err e;

    buf_reset(out);
    sse_init(&s, 0, note, out);
    for (size_t i = 0; i < n;) {
        size_t len = piece ? piece : 1 + (seed = seed * 1103515245 + 12345, seed >> 16) % 7;
        if (len > n - i)
            len = n - i;
        assert_int_equal(sse_feed(&s, in + i, len, &e), 0);
        i += len;
    }
    assert_int_equal(sse_end(&s, &e), 0);
    sse_done(&s);
}

static const struct {
    const char *what, *in, *out;
} rows[] = {
    {"lf", "data: a\n\ndata: b\n\n", "|a|\n|b|\n"},
    {"crlf", "data: a\r\n\r\ndata: b\r\n\r\n", "|a|\n|b|\n"},
    {"cr", "data: a\r\rdata: b\r\r", "|a|\n|b|\n"},
    {"mixed line ends", "data: a\r\n\ndata: b\n\r\ndata: c\r\r", "|a|\n|b|\n|c|\n"},
    {"byte order mark", "\xEF\xBB\xBF" "data: a\n\n", "|a|\n"},
    {"mark only at the start", "data: a\n\n\xEF\xBB\xBF" "data: b\n\ndata: c\n\n", "|a|\n|c|\n"},
    {"one space goes", "data:  a\n\ndata:b\n\n", "| a|\n|b|\n"},
    {"field without colon", "data\ndata: x\n\n", "|\nx|\n"},
    {"unknown fields", "id: 7\nretry: 10\nfoo: bar\ndata: a\n\n", "|a|\n"},
    {"comments", ": ping\n\n:\ndata: a\n: in between\n\n", "|a|\n"},
    {"data lines join", "data: a\ndata: b\ndata:\ndata: c\n\n", "|a\nb\n\nc|\n"},
    {"empty data", "data:\n\ndata: \n\ndata: a\n\n", "|a|\n"},
    {"event name", "event: ping\ndata: {}\n\ndata: b\n\n", "ping|{}|\n|b|\n"},
    {"name without data", "event: ping\n\ndata: b\n\n", "|b|\n"},
    {"error field", "error: {\"x\":1}\n\n", "|{\"x\":1}|E\n"},
    {"no last empty line", "data: a\n\ndata: b\n", "|a|\n|b|U\n"},
    {"no last line end", "data: a\n\ndata: b", "|a|\n|b|U\n"},
    {"split character", "data: h\xC3\xA9 \xF0\x9F\x98\x80\n\n", "|h\xC3\xA9 \xF0\x9F\x98\x80|\n"},
    {"nothing", "", ""},
    {"colon only", ":\n:\n\n", ""},
};

static void framing(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        size_t n = strlen(rows[i].in);
        for (size_t piece = 1; piece <= n + 1; piece++) {
            play(rows[i].in, n, piece, 0, &out);
            if (strcmp(buf_text(&out), rows[i].out) != 0)
                print_error("row %s, pieces of %zu\n", rows[i].what, piece);
            assert_string_equal(buf_text(&out), rows[i].out);
        }
        for (unsigned seed = 1; seed < 50; seed++) {
            play(rows[i].in, n, 0, seed, &out);
            assert_string_equal(buf_text(&out), rows[i].out);
        }
    }
    buf_done(&out);
}

static int feed_over(const char *head, size_t fill, size_t cap, struct err *e)
{
    struct buf out;
    struct sse s;
    char block[64];
    int r;

    buf_init(&out, 1000);
    sse_init(&s, cap, note, &out);
    memset(block, 'x', sizeof(block));
    r = sse_feed(&s, head, strlen(head), e);
    for (size_t i = 0; i < fill && r == 0; i += sizeof(block))
        r = sse_feed(&s, block, sizeof(block), e);
    if (r == 0)
        r = sse_end(&s, e);
    assert_string_equal(buf_text(&out), "");
    assert_true(s.line.room <= 2 * cap + 64 && s.data.room <= 2 * cap + 64);
    sse_done(&s);
    buf_done(&out);
    return r;
}

static void caps(void **state)
{
    struct err e = {0};

    (void)state;
    assert_int_equal(feed_over("data: ", 5000, 1000, &e), -ERR_PROVIDER);
    assert_non_null(strstr(e.msg, "more than 1000 bytes"));
    assert_int_equal(feed_over("data: 1\ndata: 2\nfoo", 5000, 1000, &e), -ERR_PROVIDER);
}

static void many_short_lines_pass_the_event_cap(void **state)
{
    struct buf out;
    struct sse s;
    struct err e;
    int r = 0;

    (void)state;
    buf_init(&out, 1000);
    sse_init(&s, 1000, note, &out);
    for (int i = 0; i < 1000 && r == 0; i++)
        r = sse_feed(&s, "data: ab\n", 9, &e);
    assert_int_equal(r, -ERR_PROVIDER);
    assert_int_equal(sse_feed(&s, "\n", 1, &e), -ERR_PROVIDER);
    assert_string_equal(buf_text(&out), "");
    sse_done(&s);
    buf_done(&out);
}

static void stop_first(void *arg, const struct sse_event *e)
{
    (void)e;
    sse_stop(arg);
    ((struct sse *)arg)->comments += 100;
}

static void stop_is_final(void **state)
{
    struct sse s;
    struct err e;

    (void)state;
    sse_init(&s, 0, stop_first, &s);
    sse_feed(&s, "data: a\n\ndata: b\n\ndata: c", 25, &e);
    sse_end(&s, &e);
    assert_int_equal(s.comments, 100);
    sse_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(framing),
        cmocka_unit_test(caps),
        cmocka_unit_test(many_short_lines_pass_the_event_cap),
        cmocka_unit_test(stop_is_final),
    };

    return cmocka_run_group_tests_name("sse", tests, NULL, NULL);
}
