/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Caps at work: the clock of a run, the check before a call and the one while a reply streams. Time in which a
 * person is asked does not count.
 */
#include "core/llm/template.h"
#include "core/pipeline/engine_private.h"

static void time_is_up(void *arg)
{
    struct engine *e = arg;

    e->caps.timer = 0;
    if (!e->running)
        return;
    (void)caps_check_seconds(&e->project->config.caps, e->caps.run_ms + os_mono_ms() - e->caps.began_ms, &e->caps.reached);
    engine_stream_cancel(e);
    engine_execute_cancel(e);
    if (!e->stream.attempt && !e->job.attempt)
        engine_schedule(e, NULL);
}

void engine_caps_begin(struct engine *e, bool resumed)
{
    int64_t cap = e->project->config.caps.seconds * 1000;

    if (!resumed)
        e->caps.run_ms = 0;
    err_reset(&e->caps.reached);
    e->caps.began_ms = os_mono_ms();
    if (cap > 0 && !e->caps.timer)
        e->caps.timer = loop_add_timer(e->loop, cap > e->caps.run_ms ? cap - e->caps.run_ms : 0, time_is_up, e);
}

void engine_caps_end(struct engine *e)
{
    if (e->caps.timer)
        loop_remove(e->loop, e->caps.timer);
    e->caps.timer = 0;
    e->caps.run_ms += os_mono_ms() - e->caps.began_ms;
}

static const struct price *price_of(const struct engine *e, const char *model, struct price *ret)
{
    return e->user && price_find(&e->user->prices, model, ret) ? ret : NULL;
}

static int check(const struct engine *e, int64_t input, int64_t output, struct err *err)
{
    struct price price;
    struct caps_use used = {e->state.tokens_in + e->state.tokens_out, e->state.money, e->state.money_unknown};
    struct caps_call call = {input, output, e->provider->model, e->provider->metered,
                             price_of(e, e->provider->model, &price)};

    return caps_check(&e->project->config.caps, &used, &call, err);
}

int engine_caps_before(struct engine *e, size_t prompt_bytes, struct err *err)
{
    e->stream.input_estimate = template_estimate(prompt_bytes);
    e->stream.bytes = 0;
    return check(e, e->stream.input_estimate, 0, err);
}

void engine_caps_during(struct engine *e, size_t bytes)
{
    e->stream.bytes += bytes;
    if (e->caps.reached.code || !check(e, e->stream.input_estimate, template_estimate(e->stream.bytes), &e->caps.reached))
        return;
    engine_stream_cancel(e);
}

void engine_caps_count(const struct engine *e, struct provider_outcome *o, bool *ret_estimated, double *ret_money)
{
    struct price price;
    const struct price *p = price_of(e, o->model, &price);

    *ret_estimated = o->usage.input_tokens < 0 || o->usage.output_tokens < 0;
    if (o->usage.input_tokens < 0)
        o->usage.input_tokens = e->stream.input_estimate;
    if (o->usage.output_tokens < 0)
        o->usage.output_tokens = template_estimate(e->stream.bytes);
    if (!p)
        p = price_of(e, e->provider->model, &price);
    *ret_money = -1;
    if (!e->provider->metered)
        *ret_money = 0;
    else if (p)
        (void)price_cost(p, &o->usage, ret_money);
}
