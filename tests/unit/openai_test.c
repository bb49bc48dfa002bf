/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chat Completions: what each body means, the same in one piece and in single bytes; faults and waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/llm/fault.h"
#include "core/llm/openai_stream.h"

struct heard {
    struct buf text, reasoning, progress;
};

static void on_text(void *arg, const char *bytes, size_t n, bool reasoning)
{
    struct heard *h = arg;

    buf_put(reasoning ? &h->reasoning : &h->text, bytes, n);
}

static void on_progress(void *arg, const char *sentence)
{
    buf_puts(&((struct heard *)arg)->progress, sentence);
}

static const struct provider_events events = {.text = on_text, .progress = on_progress};

static void heard_init(struct heard *h)
{
    buf_init(&h->text, REPLY_CAP * 2);
    buf_init(&h->reasoning, REPLY_CAP * 2);
    buf_init(&h->progress, 10000);
}

static void heard_done(struct heard *h)
{
    buf_done(&h->text);
    buf_done(&h->reasoning);
    buf_done(&h->progress);
}

static void play(const char *in, size_t n, size_t piece, struct heard *h, struct provider_outcome *out)
{
    struct reply r;
    struct openai_stream s;

    reply_init(&r, &events, h, os_mono_ms());
    openai_stream_init(&s, &r, "");
    for (size_t i = 0; i < n; i += piece) {
        if (openai_stream_feed(&s, in + i, piece < n - i ? piece : n - i))
            break;
    }
    openai_stream_end(&s);
    *out = r.outcome;
    openai_stream_done(&s);
    reply_done(&r);
}

#define D(delta) "data: {\"choices\":[{\"index\":0,\"delta\":" delta "}]}\n\n"
#define C(text) D("{\"content\":\"" text "\"}")
#define FINISH(why) "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" why "\"}]}\n\n"
#define STOP FINISH("stop")
#define DONE "data: [DONE]\n\n"

enum { C_ = PROVIDER_COMPLETE, T_ = PROVIDER_TRUNCATED, R_ = PROVIDER_REFUSED, F_ = PROVIDER_FAILED };

static const struct {
    const char *what, *in, *text, *reasoning;
    int end;
    const char *error; /* part of the message, NULL = none */
} rows[] = {
    {"plain", D("{\"role\":\"assistant\",\"content\":\"\"}") C("Hi") C(" there") STOP DONE, "Hi there", "", C_, NULL},
    {"role repeated", D("{\"role\":\"assistant\",\"content\":\"a\"}") D("{\"role\":\"assistant\",\"content\":\"b\"}") STOP DONE, "ab", "", C_, NULL},
    {"content null, delta empty, choices empty", D("{\"content\":null}") D("{}") "data: {\"choices\":[]}\n\n" C("x") STOP DONE, "x", "", C_, NULL},
    {"second choice is not ours", C("a") "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"ZZ\"},\"finish_reason\":\"length\"}]}\n\n" STOP DONE, "a", "", C_, NULL},
    {"done with spaces", C("a") STOP "data:  [DONE]  \n\n", "a", "", C_, NULL},
    {"done absent", C("a") STOP, "a", "", C_, NULL},
    {"done followed by more", C("a") STOP DONE C("late"), "a", "", C_, NULL},
    {"done without a reason", C("a") DONE, "a", "", C_, NULL},
    {"done without line end", C("a") STOP "data: [DONE]", "a", "", C_, NULL},
    {"last event without empty line", C("a") "data: {\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}", "ab", "", C_, NULL},
    {"cut: no reason", C("a") C("b"), "ab", "", F_, "without a finish reason"},
    {"cut inside an event", C("a") "data: {\"choices\":[{\"delta\":{\"conte", "a", "", F_, "without a finish reason"},
    {"nothing at all", "", "", "", F_, "without a finish reason"},
    {"comments only", ": ping\n\n: ping\n\n", "", "", F_, "without a finish reason"},
    {"heartbeats between", ": OPENROUTER PROCESSING\n\n" C("a") ": x\n\n" STOP DONE, "a", "", C_, NULL},
    {"named heartbeat", "event: ping\ndata: now\n\n" C("a") STOP DONE, "a", "", C_, NULL},
    {"truncated", C("half") FINISH("length") DONE, "half", "", T_, NULL},
    {"truncated while thinking", D("{\"reasoning\":\"hm\"}") FINISH("length") DONE, "", "hm", T_, NULL},
    {"content filter", C("a") FINISH("content_filter") DONE, "a", "", R_, NULL},
    {"refusal", D("{\"refusal\":\"I can\"}") D("{\"refusal\":\"not.\"}") STOP DONE, "I cannot.", "", R_, NULL},
    {"unknown reason", C("a") FINISH("abort") DONE, "a", "", F_, "\"abort\""},
    {"openrouter error", C("a") "data: {\"error\":{\"code\":502,\"message\":\"Provider disconnected\"},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n", "a", "", F_, "Provider disconnected"},
    {"tool nobody offered", D("{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"run_shell\",\"arguments\":\"{}\"}}]}") FINISH("tool_calls") DONE, "", "", F_, "tool \"run_shell\""},
    {"old function call", D("{\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}}") FINISH("function_call") DONE, "", "", F_, "tool \"f\""},
    {"empty tool list", D("{\"content\":\"a\",\"tool_calls\":[],\"function_call\":null}") STOP DONE, "a", "", C_, NULL},
    {"empty reply", STOP DONE, "", "", F_, "empty"},
    {"white reply", C(" \\n ") STOP DONE, " \n ", "", F_, "empty"},
    {"reasoning_content", D("{\"reasoning_content\":\"why\"}") C("a") STOP DONE, "a", "why", C_, NULL},
    {"reasoning", D("{\"reasoning\":\"why\"}") C("a") STOP DONE, "a", "why", C_, NULL},
    {"both reasoning fields are one", D("{\"reasoning\":\"why\",\"reasoning_content\":\"why\"}") C("a") STOP DONE, "a", "why", C_, NULL},
    {"empty reasoning with content", D("{\"reasoning\":\"\",\"reasoning_content\":null,\"content\":\"a\"}") STOP DONE, "a", "", C_, NULL},
    {"typed parts", D("{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"why\"}]},{\"type\":\"text\",\"text\":\"a\"}]}") STOP DONE, "a", "why", C_, NULL},
    {"inline think", C("<think>why</think>\\na") STOP DONE, "\na", "why", C_, NULL},
    {"think split over deltas", C("\\n<th") C("in") C("k>wh") C("y</th") C("ink") C(">a") STOP DONE, "a", "why", C_, NULL},
    {"think with look-alikes inside", C("<think>a</thin b</") C("x</think>c") STOP DONE, "c", "a</thin b</x", C_, NULL},
    {"think never closed", C("<think>why") C(" oh why </thi") STOP DONE, "", "why oh why </thi", F_, "reasoning and no answer"},
    {"almost think", C("<thi") C("s> is text") STOP DONE, "<this> is text", "", C_, NULL},
    {"think later is text", C("a <think>b</think>") STOP DONE, "a <think>b</think>", "", C_, NULL},
    {"short and held", C("<") STOP DONE, "<", "", C_, NULL},
    {"reasoning only", D("{\"reasoning\":\"why\"}") STOP DONE, "", "why", F_, "reasoning and no answer"},
    {"surrogates in one delta", C("\\ud83d\\ude00") STOP DONE, "\xF0\x9F\x98\x80", "", C_, NULL},
    {"surrogates over deltas", C("a\\ud83d") C("\\ude00b") STOP DONE, "a\xF0\x9F\x98\x80" "b", "", C_, NULL},
    {"lone high", C("a\\ud83d") C("b") STOP DONE, "a\xEF\xBF\xBD" "b", "", C_, NULL},
    {"lone low", C("\\ude00b") STOP DONE, "\xEF\xBF\xBD" "b", "", C_, NULL},
    {"high at the end", C("a\\ud83d") STOP DONE, "a\xEF\xBF\xBD", "", C_, NULL},
    {"high, high, low", C("\\ud83d\\ud83d") C("\\ude00") STOP DONE, "\xEF\xBF\xBD\xF0\x9F\x98\x80", "", C_, NULL},
    {"surrogates over deltas in reasoning", D("{\"reasoning\":\"\\ud83d\"}") D("{\"reasoning\":\"\\ude00\"}") C("a") STOP DONE, "a", "\xF0\x9F\x98\x80", C_, NULL},
    {"escaped backslash is no surrogate", C("\\\\ud83d") STOP DONE, "\\ud83d", "", C_, NULL},
    {"invalid bytes", C("a\xFF\xC3z") STOP DONE, "a\xEF\xBF\xBD\xEF\xBF\xBDz", "", C_, NULL},
    {"raw surrogate bytes", C("\xED\xA0\xBD") STOP DONE, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "", C_, NULL},
    {"event name disagrees", "event: error\n" C("a") STOP DONE, "a", "", C_, NULL},
    {"event error, flat", C("a") "event: error\ndata: {\"message\":\"boom\"}\n\n", "a", "", F_, "boom"},
    {"event error, text", C("a") "event: error\ndata: boom\n\n", "a", "", F_, "boom"},
    {"error in the stream", C("a") "data: {\"error\":{\"message\":\"boom\",\"type\":\"server_error\"}}\n\n" C("b") STOP DONE, "a", "", F_, "boom"},
    {"error as text", "data: {\"error\":\"model not loaded\"}\n\n", "", "", F_, "model not loaded"},
    {"error flat (vLLM)", "data: {\"object\":\"error\",\"message\":\"too long\",\"code\":400}\n\n", "", "", F_, "too long"},
    {"error field (llama.cpp)", "error: {\"code\":500,\"message\":\"context size exceeded\"}\n\n", "", "", F_, "context"},
    {"error null", "data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" STOP DONE, "a", "", C_, NULL},
    {"event that is no JSON", C("a") "data: <html>\n\n" C("b") STOP DONE, "a", "", F_, "not JSON"},
    {"bare number", "data: 12\n\n" C("b") STOP DONE, "", "", F_, "not JSON"},
    {"two objects in one event", "data: {} {}\n\n" C("b") STOP DONE, "", "", F_, "not JSON"},
    {"wrong types", "data: {\"choices\":[{\"index\":\"x\",\"delta\":{\"content\":7,\"reasoning\":[1]}},3,null],\"usage\":\"no\",\"model\":5}\n\n" C("a") STOP DONE, "a", "", C_, NULL},
    {"plain JSON", "{\"model\":\"m\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"<think>w</think>a\"},\"finish_reason\":\"stop\"}]}", "a", "w", C_, NULL},
    {"plain JSON, spaced", "\n {\"choices\": [{\"message\": {\"content\": \"a\"},\n \"finish_reason\": \"length\"}]}\n", "a", "", T_, NULL},
    {"plain JSON without a reason", "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}", "a", "", F_, "without a finish reason"},
    {"plain JSON error with 200", "{\"error\":{\"message\":\"exceed_context_size_error\",\"n_ctx\":4096}}", "", "", F_, "longer than the model's context"},
    {"plain JSON cut", "{\"choices\":[{\"message\":{\"content\":\"a", "", "", F_, "cut off"},
    {"plain JSON of something else", "{\"status\":\"ok\"}", "", "", F_, "holds no reply"},
    {"page with 200", "<!DOCTYPE html><html><head><title>Sign in</title>", "", "", F_, "Sign in"},
    {"page with 200, no title", "\n<html><body>hello", "", "", F_, "web page"},
};

static void meaning(void **state)
{
    struct provider_outcome out;
    struct heard h;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        size_t n = strlen(rows[i].in);
        for (size_t piece = 1; piece <= n + 1; piece = piece < 8 ? piece + 1 : piece < n ? n : n + 2) {
            heard_init(&h);
            play(rows[i].in, n, piece, &h, &out);
            if (strcmp(buf_text(&h.text), rows[i].text) || (int)out.end != rows[i].end)
                print_error("row %s, pieces of %zu: end %d, %s\n", rows[i].what, piece, (int)out.end, out.error.msg);
            assert_string_equal(buf_text(&h.text), rows[i].text);
            assert_string_equal(buf_text(&h.reasoning), rows[i].reasoning);
            assert_int_equal(out.end, rows[i].end);
            if (rows[i].error && !strstr(out.error.msg, rows[i].error))
                print_error("row %s says: %s\n", rows[i].what, out.error.msg);
            assert_true(rows[i].error ? strstr(out.error.msg, rows[i].error) != NULL : !out.error.code);
            heard_done(&h);
        }
    }
}

static void play_text(const char *in, struct heard *h, struct provider_outcome *out)
{
    heard_init(h);
    play(in, strlen(in), strlen(in), h, out);
}

static void usage_anywhere(void **state)
{
    static const char own[] = C("a") STOP "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3,"
        "\"prompt_tokens_details\":{\"cached_tokens\":4},\"completion_tokens_details\":{\"reasoning_tokens\":2}}}\n\n" DONE;
    static const char every[] =
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":1}}\n\n"
        "data: {\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}\n\n" DONE;
    struct provider_outcome out;
    struct heard h;

    (void)state;
    play_text(own, &h, &out);
    heard_done(&h);
    assert_int_equal(out.usage.input_tokens, 10);
    assert_int_equal(out.usage.output_tokens, 3);
    assert_int_equal(out.usage.cached_tokens, 4);
    assert_int_equal(out.usage.reasoning_tokens, 2);
    play_text(every, &h, &out);
    heard_done(&h);
    assert_int_equal(out.usage.output_tokens, 2);
    assert_int_equal(out.usage.cached_tokens, -1);
    play_text(C("a") "data: {\"usage\":null,\"choices\":[]}\n\n" STOP, &h, &out);
    heard_done(&h);
    assert_int_equal(out.usage.input_tokens, -1);
    play_text(C("a") "data: {\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":1e99},\"choices\":[]}\n\n" STOP, &h, &out);
    heard_done(&h);
    assert_int_equal(out.usage.input_tokens, -1);
    assert_int_equal(out.usage.output_tokens, -1);
}

static void names_are_sanitized(void **state)
{
    struct provider_outcome out;
    struct heard h;

    (void)state;
    play_text("data: {\"id\":\"r\\u001b[31m1\",\"model\":\"m\\u001b]0;x\\u0007\\n2\",\"choices\":[]}\n\n" C("a") STOP, &h, &out);
    heard_done(&h);
    assert_string_equal(out.model, "m 2");
    assert_string_equal(out.request_id, "r1");
}

static void progress_of_the_prompt(void **state)
{
    struct provider_outcome out;
    struct heard h;

    (void)state;
    play_text("data: {\"choices\":[],\"prompt_progress\":{\"total\":4096,\"processed\":1024}}\n\n" C("a") STOP, &h, &out);
    assert_string_equal(buf_text(&h.progress), "The model reads the prompt: 1024 of 4096 tokens.");
    heard_done(&h);
}

static void endless_reply_is_cut(void **state)
{
    static char event[200 * 1000];
    struct provider_outcome out;
    struct openai_stream s;
    struct reply r;
    struct heard h;
    int n = snprintf(event, sizeof(event), "data: {\"choices\":[{\"delta\":{\"content\":\"");

    (void)state;
    memset(event + n, 'x', 100 * 1000);
    n += 100 * 1000;
    n += snprintf(event + n, sizeof(event) - (size_t)n, "\"}}]}\n\n");
    heard_init(&h);
    reply_init(&r, &events, &h, os_mono_ms());
    openai_stream_init(&s, &r, "");
    for (int i = 0; i < 200; i++)
        openai_stream_feed(&s, event, (size_t)n);
    openai_stream_end(&s);
    out = r.outcome;
    assert_int_equal(out.end, PROVIDER_FAILED);
    assert_non_null(strstr(out.error.msg, "longer than"));
    assert_true(h.text.len <= REPLY_CAP && h.text.len > REPLY_CAP - 200000);
    openai_stream_done(&s);
    reply_done(&r);
    heard_done(&h);
}

static const struct {
    int status;
    const char *type, *body;
    int kind;
    bool passes;
    const char *says;
} faults[] = {
    {401, "application/json", "{\"error\":{\"message\":\"Incorrect API key\",\"code\":\"invalid_api_key\"}}", FAULT_KEY, false, "Incorrect API key"},
    {403, "text/plain", "forbidden", FAULT_KEY, false, "forbidden"},
    {402, "application/json", "{\"error\":{\"message\":\"Payment\",\"code\":402}}", FAULT_QUOTA, false, "credit"},
    {429, "application/json", "{\"error\":{\"message\":\"You exceeded\",\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}", FAULT_QUOTA, false, "no credit"},
    {429, "application/json", "{\"error\":{\"message\":\"Rate limit reached\",\"code\":\"rate_limit_exceeded\"}}", FAULT_RATE, true, "faster"},
    {429, "", "", FAULT_RATE, true, "HTTP 429"},
    {408, "", "", FAULT_OVERLOAD, true, "408"},
    {409, "", "", FAULT_OVERLOAD, true, "409"},
    {500, "text/html", "<html><head><title>Oops &amp; sorry</title></head>", FAULT_OVERLOAD, true, "Oops"},
    {502, "text/html", "<html><body>Bad gateway", FAULT_OVERLOAD, true, "502"},
    {503, "application/json", "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}", FAULT_LOADING, true, "loading"},
    {529, "application/json", "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}", FAULT_OVERLOAD, true, "529"},
    {400, "application/json", "{\"object\":\"error\",\"message\":\"This model's maximum context length is 4096\",\"code\":400}", FAULT_CONTEXT, false, "context"},
    {400, "application/json", "{\"error\":{\"type\":\"exceed_context_size_error\",\"message\":\"x\",\"n_ctx\":512}}", FAULT_CONTEXT, false, "context"},
    {400, "application/json", "{\"error\":{\"message\":\"Unsupported parameter\",\"param\":\"temperature\"}}", FAULT_REQUEST, false, "Unsupported"},
    {422, "application/json", "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}", FAULT_REQUEST, false, "field required"},
    {404, "application/json", "{\"error\":\"model 'x' not found\"}", FAULT_NOT_FOUND, false, "not found"},
    {404, "text/html", "<!doctype html><title>404</title>", FAULT_NOT_FOUND, false, "base URL"},
    {302, "text/html", "", FAULT_REDIRECT, false, "redirects"},
    {418, "", "\x1b]0;evil\x07teapot\x1b[2J", FAULT_OTHER, false, "\"teapot\""},
    {200, "text/html", "<html>", FAULT_PAGE, false, "web page"},
};

static void fault_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct fault f;
        struct err e;
        char all[1100];
        fault_read_body(&f, faults[i].status, faults[i].type, faults[i].body, strlen(faults[i].body));
        fault_error(&f, "example.org", &e);
        snprintf(all, sizeof(all), "%s %s", e.msg, e.hint);
        if ((int)f.kind != faults[i].kind || !strstr(all, faults[i].says))
            print_error("row %zu: kind %d: %s\n", i, f.kind, all);
        assert_int_equal(f.kind, faults[i].kind);
        assert_int_equal(fault_passes(&f), faults[i].passes);
        assert_non_null(strstr(all, faults[i].says));
        assert_null(strchr(all, 0x1b));
        assert_int_equal(e.code, ERR_PROVIDER);
    }
}

static void waits(void **state)
{
    static const struct {
        const char *after, *after_ms;
        int64_t now, wait;
    } w[] = {
        {"2", NULL, 0, 2000}, {"0.5", NULL, 0, 500}, {"-3", NULL, 0, -1}, {"", NULL, 0, -1},
        {NULL, NULL, 0, -1}, {"soon", NULL, 0, -1}, {"2", "150", 0, 150}, {"2", "x", 0, 2000},
        {"99999999999999", NULL, 0, 1000000000000}, {"nan", NULL, 0, -1},
        {"Sun, 06 Nov 1994 08:49:37 GMT", NULL, 784111777000 - 5000, 5000},
        {"Sun, 06 Nov 1994 08:49:37 GMT", NULL, 784111777000 + 5000, 0},
        {"Sun, 06 Foo 1994 08:49:37 GMT", NULL, 0, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(w) / sizeof(*w); i++)
        assert_int_equal(fault_wait_ms(w[i].after, w[i].after_ms, w[i].now), w[i].wait);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meaning),
        cmocka_unit_test(usage_anywhere),
        cmocka_unit_test(names_are_sanitized),
        cmocka_unit_test(progress_of_the_prompt),
        cmocka_unit_test(endless_reply_is_cut),
        cmocka_unit_test(fault_table),
        cmocka_unit_test(waits),
    };

    return cmocka_run_group_tests_name("openai", tests, NULL, NULL);
}
