/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cassettes: hand-written and recorded replies play through the loop; bad files are named by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/llm/cassette.h"
#include "core/llm/cassette_file.h"
#include "core/llm/cassette_record.h"

struct heard {
    struct buf text, reasoning;
    struct provider_outcome outcome;
    int done, pieces;
    bool cancel_at_first, free_in_done;
    struct provider *provider;
};

static void on_text(void *arg, const char *bytes, size_t n, bool reasoning)
{
    struct heard *h = arg;

    assert_int_equal(h->done, 0);
    buf_put(reasoning ? &h->reasoning : &h->text, bytes, n);
    h->pieces++;
    if (h->cancel_at_first)
        provider_cancel(h->provider);
}

static void on_done(void *arg, const struct provider_outcome *outcome)
{
    struct heard *h = arg;

    h->outcome = *outcome;
    h->done++;
    if (h->free_in_done) {
        provider_free(h->provider);
        h->provider = NULL;
    }
}

static const struct provider_events events = {.text = on_text, .done = on_done};

static void heard_reset(struct heard *h)
{
    buf_done(&h->text);
    buf_done(&h->reasoning);
    memset(h, 0, sizeof(*h));
    buf_init(&h->text, 100000);
    buf_init(&h->reasoning, 100000);
}

static void wait_done(struct loop *l, struct heard *h)
{
    int64_t end = os_mono_ms() + 10000;

    while (!h->done && os_mono_ms() < end)
        loop_turn(l, 100);
    assert_int_equal(h->done, 1);
}

static struct provider *open_text(struct loop *l, const char *text, double speed)
{
    struct err e = {0};
    struct provider *p = cassette_new(l, text, strlen(text), "test.cassette", speed, &e);

    if (!p)
        print_error("%s:%d: %s\n", e.file, e.line, e.msg);
    assert_non_null(p);
    return p;
}

static void ask(struct loop *l, struct provider *p, const char *subject, struct heard *h)
{
    struct provider_request r = {.subject = subject, .instruction = "", .user = ""};

    (void)l;
    heard_reset(h);
    h->provider = p;
    assert_int_equal(provider_start(p, &r, &events, h, NULL), 0);
    assert_int_equal(h->done + h->pieces, 0);
}

#define AUTHORED "{\"format\":\"tinywright-cassette/1\",\"origin\":\"authored\"}\n"

static const char session[] =
    AUTHORED
    "# a comment\n"
    "\n"
    "{\"subject\":\"sketch/1\",\"until\":\"=== end\",\"tokens_per_second\":1000,\"usage\":{\"input\":7,\"output\":9}}\n"
    "<think>hm</think>Here:\n"
    "```cpp\n"
    "{\"not\":\"json for us\"}\n"
    "\n"
    "# int x = \"h\xC3\xA9\xF0\x9F\x98\x80\";\n"
    "```\n"
    "=== end\n"
    "{\"subject\":\"data.3/1\",\"text\":\"short\",\"finish\":\"length\"}\n"
    "{\"subject\":\"sketch/2\",\"fail\":\"The model fell over.\",\"text\":\"partial\"}\n"
    "{\"subject\":\"convert/1\",\"dialect\":\"openai\",\"status\":200,\"content_type\":\"text/event-stream\"}\n"
    "{\"ms\":1,\"data\":\"data: {\\\"model\\\":\\\"m-1\\\",\\\"choices\\\":[{\\\"delta\\\":{\\\"content\\\":\\\"Hel\\\"}}]}\\n\"}\n"
    "{\"ms\":5,\"base64\":\"CmRhdGE6IHsiY2hvaWNlcyI6W3siZGVsdGEiOnsiY29udGVudCI6ImxvIn0sImZpbmlzaF9yZWFzb24iOiJzdG9wIn1dfQoK\"}\n"
    "{\"ms\":9,\"data\":\"data: [DONE]\\n\\n\"}\n"
    "{\"end\":\"whole\"}\n"
    "{\"subject\":\"convert/2\",\"dialect\":\"openai\",\"status\":429}\n"
    "{\"ms\":1,\"data\":\"{\\\"error\\\":{\\\"message\\\":\\\"slow down\\\"}}\"}\n"
    "{\"end\":\"whole\"}\n"
    "{\"subject\":\"convert/3\",\"dialect\":\"openai\"}\n"
    "{\"ms\":1,\"data\":\"data: {\\\"choices\\\":[{\\\"delta\\\":{\\\"content\\\":\\\"Hel\\\"}}]}\\n\\n\"}\n"
    "{\"end\":\"cut\"}\n";

static void plays(void **state)
{
    static const double speeds[] = {0, 100, 1};
    struct loop *l = loop_new(NULL);
    struct heard h = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct provider *p = open_text(l, session, speeds[i]);
        assert_string_equal(p->label, "recorded, authored");
        assert_string_equal(p->host, "");
        assert_false(p->metered);
        ask(l, p, "sketch/1", &h);
        wait_done(l, &h);
        assert_string_equal(buf_text(&h.reasoning), "hm");
        assert_string_equal(buf_text(&h.text), "Here:\n```cpp\n{\"not\":\"json for us\"}\n\n# int x = \"h\xC3\xA9\xF0\x9F\x98\x80\";\n```\n");
        assert_int_equal(h.outcome.end, PROVIDER_COMPLETE);
        assert_int_equal(h.outcome.usage.input_tokens, 7);
        assert_int_equal(h.outcome.usage.output_tokens, 9);
        assert_true(h.pieces > 10);
        ask(l, p, "data.3/1", &h);
        wait_done(l, &h);
        assert_int_equal(h.outcome.end, PROVIDER_TRUNCATED);
        ask(l, p, "sketch/2", &h);
        wait_done(l, &h);
        assert_int_equal(h.outcome.end, PROVIDER_FAILED);
        assert_string_equal(h.outcome.error.msg, "The model fell over.");
        assert_string_equal(buf_text(&h.text), "partial");
        ask(l, p, "convert/1", &h);
        wait_done(l, &h);
        assert_string_equal(buf_text(&h.text), "Hello");
        assert_int_equal(h.outcome.end, PROVIDER_COMPLETE);
        assert_string_equal(h.outcome.model, "m-1");
        ask(l, p, "convert/2", &h);
        wait_done(l, &h);
        assert_int_equal(h.outcome.end, PROVIDER_FAILED);
        assert_int_equal(h.outcome.http_status, 429);
        assert_non_null(strstr(h.outcome.error.msg, "slow down"));
        ask(l, p, "convert/3", &h);
        wait_done(l, &h);
        assert_int_equal(h.outcome.end, PROVIDER_FAILED);
        assert_non_null(strstr(h.outcome.error.msg, "cut"));
        provider_free(p);
    }
    heard_reset(&h);
    loop_free(l);
}

static void unknown_subject_fails_by_name(void **state)
{
    struct loop *l = loop_new(NULL);
    struct provider *p = open_text(l, session, 0);
    struct heard h = {0};

    (void)state;
    ask(l, p, "sketch/9", &h);
    wait_done(l, &h);
    assert_int_equal(h.outcome.end, PROVIDER_FAILED);
    assert_non_null(strstr(h.outcome.error.msg, "sketch/9"));
    assert_non_null(strstr(h.outcome.error.hint, "data.3/1"));
    provider_free(p);
    heard_reset(&h);
    loop_free(l);
}

static int64_t fake_ns;

static int64_t frozen(void)
{
    return fake_ns;
}

/* With a clock of our own: 100 tokens per second and a first token after 500 ms come exactly then. */
static void timing_is_the_written_one(void **state)
{
    static const char text[] = AUTHORED
        "{\"subject\":\"a/1\",\"text\":\"abcdefghijkl\",\"first_token_ms\":500,\"tokens_per_second\":100}\n";
    static const struct { int ms; const char *text; } when[] = {
        {0, ""}, {499, ""}, {500, "abcd"}, {509, "abcd"}, {510, "abcdefgh"}, {520, "abcdefghijkl"}};
    int64_t (*real)(void) = os.mono_ns;
    struct loop *l = loop_new(NULL);
    struct provider *p;
    struct heard h = {0};

    (void)state;
    os.mono_ns = frozen;
    fake_ns = 1000000000;
    p = open_text(l, text, 1);
    ask(l, p, "a/1", &h);
    for (size_t i = 0; i < sizeof(when) / sizeof(*when); i++) {
        fake_ns = 1000000000 + when[i].ms * 1000000LL;
        loop_turn(l, 0);
        loop_turn(l, 0);
        assert_string_equal(buf_text(&h.text), when[i].text);
    }
    loop_turn(l, 0);
    assert_int_equal(h.done, 1);
    assert_int_equal(h.outcome.first_token_ms, 500);
    assert_int_equal(h.outcome.total_ms, 520);
    provider_free(p);
    os.mono_ns = real;
    heard_reset(&h);
    loop_free(l);
}

static void cancel_and_free(void **state)
{
    struct loop *l = loop_new(NULL);
    struct provider *p = open_text(l, session, 0);
    struct heard h = {0};

    (void)state;
    ask(l, p, "sketch/1", &h);
    h.cancel_at_first = true;
    wait_done(l, &h);
    assert_int_equal(h.outcome.end, PROVIDER_CANCELED);
    assert_int_equal(h.pieces, 1);
    for (int i = 0; i < 5; i++)
        loop_turn(l, 0);
    assert_int_equal(h.done, 1);
    ask(l, p, "sketch/1", &h);
    provider_cancel(p);
    provider_cancel(p);
    assert_int_equal(h.done, 0);
    wait_done(l, &h);
    assert_int_equal(h.outcome.end, PROVIDER_CANCELED);
    ask(l, p, "sketch/1", &h);
    assert_true(provider_start(p, &(struct provider_request){.subject = "x"}, &events, &h, NULL) < 0);
    provider_free(p);
    loop_turn(l, 0);
    assert_int_equal(h.done, 0);
    p = open_text(l, session, 0);
    ask(l, p, "sketch/1", &h);
    h.free_in_done = true;
    wait_done(l, &h);
    assert_null(h.provider);
    p = open_text(l, session, 0);
    provider_cancel(p); /* nothing runs: no effect */
    provider_free(p);
    heard_reset(&h);
    loop_free(l);
}

static void bad_files(void **state)
{
    static const struct { const char *text, *says; int line; } rows[] = {
        {"", "empty", 0},
        {"hello\n", "not a JSON object", 1},
        {"{}\n", "header", 1},
        {"{\"format\":\"tinywright-cassette/2\"}\n", "header", 1},
        {"{\"format\":\"tinywright-cassette/1\",\"origin\":\"gpt\"}\n", "origin", 1},
        {"{\"format\":\"tinywright-cassette/1\",\"origin\":\"recorded\"}\n", "model and date", 1},
        {AUTHORED "\n{\"text\":\"a\"}\n", "subject", 3},
        {AUTHORED "{\"subject\":\"a/1\"}\n", "text", 2},
        {AUTHORED "{\"subject\":\"a/1\",\"text\":\"\"}\n{\"subject\":\"a/1\",\"text\":\"\"}\n", "already", 3},
        {AUTHORED "{\"subject\":\"a/1\",\"until\":\"E\"}\nx\ny\n", "never comes", 2},
        {AUTHORED "{\"subject\":\"a/1\",\"text\":\"a\",\"tokens_per_second\":0}\n", "tokens_per_second", 2},
        {AUTHORED "{\"subject\":\"a/1\",\"text\":\"a\",\"first_token_ms\":99999999}\n", "first_token_ms", 2},
        {AUTHORED "{\"subject\":\"a/1\",\"dialect\":\"klingon\"}\n", "dialect", 2},
        {AUTHORED "{\"subject\":\"a/1\",\"dialect\":\"openai\"}\n{\"ms\":1,\"base64\":\"?\"}\n", "chunk", 3},
        {AUTHORED "{\"subject\":\"a/1\",\"dialect\":\"openai\"}\n{\"ms\":5,\"data\":\"\"}\n{\"ms\":1,\"data\":\"\"}\n", "forward", 4},
        {AUTHORED "{\"subject\":\"a/1\",\"dialect\":\"openai\"}\n{\"subject\":\"b/1\",\"text\":\"\"}\n", "no end", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct err e = {0};
        assert_null(cassette_new(NULL, rows[i].text, strlen(rows[i].text), "x.cassette", 0, &e));
        if (!strstr(e.msg, rows[i].says))
            print_error("row %zu: %s\n", i, e.msg);
        assert_non_null(strstr(e.msg, rows[i].says));
        assert_int_equal(e.line, rows[i].line);
        assert_int_equal(e.code, ERR_INVALID);
        assert_string_equal(e.file, "x.cassette");
    }
}

/* Each byte of a good cassette changed, and each prefix: never a crash, sanitizers watch. */
static void damaged_files(void **state)
{
    size_t n = sizeof(session) - 1;
    char *copy = os_dup(session, n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct cassette_file f;
        copy[i] = (char)(copy[i] ^ (1 << i % 8));
        cassette_file_read(&f, copy, n, "x", NULL);
        cassette_file_done(&f);
        copy[i] = session[i];
        cassette_file_read(&f, session, i, "x", NULL);
        cassette_file_done(&f);
    }
    free(copy);
}

static void recorded_plays_the_same(void **state)
{
    static const char *const pieces[] = {
        "data: {\"choices\":[{\"delta\":{\"content\":\"key sk-sec", "ret-123456 and h\xC3", "\xA9\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"};
    struct cassette_record *rec = cassette_record_new("m-1", "a note", 1763000000000, NULL);
    const struct provider_tap *tap = cassette_record_tap(rec);
    struct loop *l = loop_new(NULL);
    struct provider *p;
    struct heard h = {0};
    const char *text;
    size_t n;

    (void)state;
    assert_true(cassette_record_secret(rec, "short", NULL) < 0);
    assert_int_equal(cassette_record_secret(rec, "sk-secret-123456", NULL), 0);
    tap->begin(tap->arg, "sketch/1");
    tap->bytes(tap->arg, 1, "lost", 4);
    tap->end(tap->arg, false); /* no head came: nothing to keep */
    tap->begin(tap->arg, "sketch/1");
    tap->head(tap->arg, 429, "application/json");
    tap->bytes(tap->arg, 1, "{\"error\":\"busy\"}", 16);
    tap->end(tap->arg, true);
    tap->begin(tap->arg, "sketch/1");
    tap->head(tap->arg, 200, "text/event-stream");
    for (int i = 0; i < 4; i++)
        tap->bytes(tap->arg, i * 10, pieces[i], strlen(pieces[i]));
    tap->end(tap->arg, true);
    assert_int_equal(cassette_record_text(rec, &text, &n, NULL), 0);
    assert_null(strstr(text, "busy"));
    assert_null(strstr(text, "sk-sec"));
    assert_null(strstr(text, "ret-123456"));
    assert_non_null(strstr(text, "\"base64\""));
    p = open_text(l, text, 0);
    assert_string_equal(p->label, "recorded, m-1 on 2025-11-13");
    ask(l, p, "sketch/1", &h);
    wait_done(l, &h);
    assert_string_equal(buf_text(&h.text), "key **************** and h\xC3\xA9");
    assert_int_equal(h.outcome.end, PROVIDER_COMPLETE);
    provider_free(p);
    cassette_record_free(rec);
    heard_reset(&h);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plays),
        cmocka_unit_test(unknown_subject_fails_by_name),
        cmocka_unit_test(timing_is_the_written_one),
        cmocka_unit_test(cancel_and_free),
        cmocka_unit_test(bad_files),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(recorded_plays_the_same),
    };

    return cmocka_run_group_tests_name("cassette", tests, NULL, NULL);
}
