/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPU of receiving and understanding one streamed reply: bench_stream URL. Nothing is painted or stored.
 * Run it through tests/bench/stream, which compares it with curl -N on the same server.
 */
#include <stdio.h>
#include <sys/resource.h>

#include "core/base/os.h"
#include "core/llm/openai.h"

struct counts {
    size_t pieces, bytes;
    bool done;
    struct provider_outcome outcome;
};

static void on_text(void *arg, const char *bytes, size_t n, bool reasoning)
{
    struct counts *c = arg;

    (void)bytes;
    (void)reasoning;
    c->pieces++;
    c->bytes += n;
}

static void on_done(void *arg, const struct provider_outcome *outcome)
{
    struct counts *c = arg;

    c->outcome = *outcome;
    c->done = true;
}

static double cpu_s(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    static const struct provider_events events = {.text = on_text, .done = on_done};
    struct openai_options o = {.base_url = argc > 1 ? argv[1] : "", .model = "bench", .max_retries = 0};
    struct provider_request r = {.subject = "bench/1", .user = "x", .temperature = -1, .top_p = -1, .seed = -1};
    struct counts c = {0};
    struct err err = {0};
    struct loop *l = loop_new(&err);
    struct provider *p = openai_new(l, &o, &err);
    int64_t start = os_mono_ms();
    double first;

    if (!p || provider_start(p, &r, &events, &c, &err)) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    first = cpu_s(); /* libcurl is loaded by now */
    while (!c.done)
        loop_turn(l, -1);
    if (c.outcome.end != PROVIDER_COMPLETE || c.pieces == 0) {
        fprintf(stderr, "%s\n", c.outcome.error.msg);
        return 1;
    }
    printf("tinywright %zu tokens %.3f s wall %.4f s cpu %.5f s cpu per 1000 tokens (to load libcurl %.4f s)\n", c.pieces,
           (double)(os_mono_ms() - start) / 1000, cpu_s() - first, (cpu_s() - first) * 1000 / (double)c.pieces, first);
    provider_free(p);
    loop_free(l);
    return 0;
}
