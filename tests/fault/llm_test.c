/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every single allocation of prompts, cassettes and streams fails once: an error or a shorter text, never a crash or a leak. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/os.h"
#include "core/llm/cassette.h"
#include "core/llm/cassette_record.h"
#include "core/llm/openai.h"
#include "core/llm/openai_stream.h"
#include "core/llm/template.h"

static int countdown, made;

static void *failing(void *p, size_t n)
{
    made++;
    return countdown > 0 && --countdown == 0 ? NULL : realloc(p, n);
}

static void on_text(void *arg, const char *bytes, size_t n, bool reasoning)
{
    (void)bytes;
    (void)reasoning;
    *(size_t *)arg += n;
}

static const struct provider_events events = {.text = on_text};

static void stream_once(void)
{
    static const char in[] = "data: {\"choices\":[{\"delta\":{\"content\":\"<think>a</think>b\\ud83d\"}}]}\r\n\r\n"
                             "data: {\"choices\":[{\"delta\":{\"content\":\"\\ude00c\xFF\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    struct openai_stream s;
    struct reply r;
    size_t heard = 0;

    reply_init(&r, &events, &heard, 0);
    openai_stream_init(&s, &r, "");
    for (size_t i = 0; i < sizeof(in) - 1; i += 5)
        openai_stream_feed(&s, in + i, i + 5 < sizeof(in) - 1 ? 5 : sizeof(in) - 1 - i);
    openai_stream_end(&s);
    openai_stream_done(&s);
    reply_done(&r);
}

static void template_once(void)
{
    static const char text[] = "---\nid: t\nvariables: a b\n---\n<!-- system -->\nx {{a}}\n<!-- section S -->\n{{b:cpp}}\n";
    struct template *t = template_new("t.md", text, sizeof(text) - 1, NULL);
    struct template_vars vars;
    struct template_prompt p;

    template_vars_init(&vars);
    template_prompt_init(&p);
    template_vars_puts(&vars, "a", "1");
    template_vars_putf(&vars, "b", "%s", "int x;");
    if (t)
        template_render(t, &vars, &p, NULL);
    template_prompt_done(&p);
    template_vars_done(&vars);
    template_free(t);
}

static void cassette_once(void)
{
    static const char text[] = "{\"format\":\"tinywright-cassette/1\",\"origin\":\"authored\"}\n"
                               "{\"subject\":\"a/1\",\"until\":\"=\"}\nhello\n=\n"
                               "{\"subject\":\"b/1\",\"dialect\":\"openai\"}\n{\"ms\":1,\"data\":\"x\"}\n{\"end\":\"whole\"}\n";
    struct loop *l = loop_new(NULL);
    struct provider *p = l ? cassette_new(l, text, sizeof(text) - 1, "x", 0, NULL) : NULL;
    struct provider_request r = {.subject = "a/1"};
    size_t heard = 0;

    if (p && provider_start(p, &r, &events, &heard, NULL) == 0) {
        for (int i = 0; i < 4; i++)
            loop_turn(l, 0);
    }
    provider_free(p);
    loop_free(l);
}

static void record_once(void)
{
    struct cassette_record *r = cassette_record_new("m", "", 0, NULL);
    const struct provider_tap *tap;
    const char *text;
    size_t n;

    if (!r)
        return;
    tap = cassette_record_tap(r);
    (void)cassette_record_secret(r, "0123456789", NULL);
    tap->begin(tap->arg, "a/1");
    tap->head(tap->arg, 200, "x");
    tap->bytes(tap->arg, 1, "a0123456789\xFF", 12);
    tap->end(tap->arg, true);
    tap->begin(tap->arg, "a/1");
    tap->head(tap->arg, 200, "x");
    tap->bytes(tap->arg, 1, "b", 1);
    tap->end(tap->arg, true);
    (void)cassette_record_text(r, &text, &n, NULL);
    cassette_record_free(r);
}

static void openai_once(void)
{
    struct openai_options o = {.base_url = "http://127.0.0.1:1/v1", .model = "m", .key = "0123456789", .ca_folder = "/"};
    struct loop *l = loop_new(NULL);
    struct provider *p = l ? openai_new(l, &o, NULL) : NULL;
    struct provider_request r = {.subject = "a/1", .instruction = "x", .user = "y"};
    size_t heard = 0;

    if (p)
        (void)provider_start(p, &r, &events, &heard, NULL);
    provider_free(p);
    loop_free(l);
}

static void every_allocation(void (*once)(void))
{
    int all;

    os.realloc = failing;
    countdown = made = 0;
    once();
    all = made;
    assert_true(all > 0);
    for (int i = 1; i <= all + 1; i++) {
        countdown = i;
        once();
    }
    os.realloc = realloc;
}

static void streams(void **state)
{
    (void)state;
    every_allocation(stream_once);
}

static void templates(void **state)
{
    (void)state;
    every_allocation(template_once);
}

static void cassettes(void **state)
{
    (void)state;
    every_allocation(cassette_once);
    every_allocation(record_once);
}

static void providers(void **state)
{
    (void)state;
    every_allocation(openai_once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams),
        cmocka_unit_test(templates),
        cmocka_unit_test(cassettes),
        cmocka_unit_test(providers),
    };

    return cmocka_run_group_tests_name("allocations that fail", tests, NULL, NULL);
}
