/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright trace: every call of a model. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/cli/commands.h"
#include "core/pipeline/trace.h"

static const struct cli_option options[] = {
    {"--json", NULL, "as JSON with gen_ai names (schema " TRACE_SCHEMA ")"},
    {NULL, NULL, NULL},
};

static const char *span(int64_t ms, char *dst, size_t size)
{
    if (ms < 0)
        str_copy(dst, size, "-");
    else
        clock_span(ms, dst, size);
    return dst;
}

static void print_call(const struct trace_call *c)
{
    char first[32], total[32], tokens[48], money[24] = "unknown";

    snprintf(tokens, sizeof(tokens), "%s%lld/%lld", c->estimated ? "about " : "", (long long)c->tokens_in,
             (long long)(c->tokens_out < 0 ? 0 : c->tokens_out));
    if (c->money >= 0)
        snprintf(money, sizeof(money), "$%.4f", c->money);
    printf("%-12s %-11s %9s %9s  %-18s %-9s %7lld %7lld  %s%s%s\n", c->attempt, c->end,
           span(c->first_ms, first, sizeof(first)), span(c->total_ms, total, sizeof(total)), tokens, money,
           (long long)c->prompt_bytes, (long long)c->reply_bytes, c->provider, c->model[0] ? ", answered by " : "", c->model);
    if (c->error[0])
        printf("             %s\n", c->error);
}

static void print_text(const struct trace *t)
{
    int64_t in = 0, out = 0;
    double money = 0;
    bool unknown = false, estimated = false;

    if (t->calls.n == 0) {
        puts("No model was asked.");
        return;
    }
    printf("%-12s %-11s %9s %9s  %-18s %-9s %7s %7s  %s\n", "attempt", "end", "first", "total", "tokens in/out", "cost",
           "prompt", "reply", "provider");
    for (size_t i = 0; i < t->calls.n; i++) {
        const struct trace_call *c = &t->calls.items[i];
        print_call(c);
        in += c->tokens_in > 0 ? c->tokens_in : 0;
        out += c->tokens_out > 0 ? c->tokens_out : 0;
        money += c->money > 0 ? c->money : 0;
        unknown = unknown || c->money < 0;
        estimated = estimated || c->estimated;
    }
    printf("\n%zu calls, %s%lld tokens in, %lld out, %s$%.4f\n", t->calls.n, estimated ? "about " : "", (long long)in,
           (long long)out, unknown ? "at least " : "", money);
}

static int run(const struct cli_args *a, struct err *err)
{
    struct cli_session session;
    struct err closing = {0};
    struct trace t;
    int r = cli_open(&session, cli_project(a, 0), true, NULL, err);

    if (r)
        return r;
    r = trace_read(session.engine, &t, err);
    if (r == 0 && cli_has(a, "--json"))
        cli_print_json(trace_to_json(&t, engine_state(session.engine)));
    else if (r == 0)
        print_text(&t);
    trace_done(&t);
    cli_close(&session, &closing);
    return r;
}

const struct cli_command cli_trace_command = {
    .name = "trace",
    .synopsis = "[PROJECT] [--json]",
    .help = "lists every call of a model: sizes in bytes, times, tokens, cost",
    .details = "Tokens with \"about\" were counted by tinywright (bytes / 4), not by the server. A cost needs a price in your\n"
               "configuration; without one it is unknown.",
    .options = options,
    .max_words = 1,
    .run = run,
};
