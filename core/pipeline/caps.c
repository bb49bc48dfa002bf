/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/caps.h"

#include <string.h>

#define WHERE "caps in tinywright.yaml and in your configuration set it, the lower one counts; everything so far is kept."

static double lower(double a, double b)
{
    return a <= 0 ? b : b <= 0 || a < b ? a : b;
}

static int64_t fewer(int64_t a, int64_t b)
{
    return a <= 0 ? b : b <= 0 || a < b ? a : b;
}

struct project_caps caps_merge(const struct project_caps *project, const struct project_caps *user)
{
    struct project_caps none = {0};
    const struct project_caps *u = user ? user : &none;

    return (struct project_caps){
        .attempts = fewer(project->attempts, u->attempts),
        .tokens = fewer(project->tokens, u->tokens),
        .money = lower(project->money, u->money),
        .seconds = fewer(project->seconds, u->seconds),
    };
}

static int check_tokens(const struct project_caps *caps, const struct caps_use *used, const struct caps_call *call,
                        struct err *err)
{
    int64_t need = call->input + (call->output > 0 ? call->output : 1);

    if (caps->tokens <= 0 || used->tokens + need <= caps->tokens)
        return 0;
    err_set(err, ERR_CAP, "The cap of %lld tokens is reached: %lld are used, and this call needs about %lld (estimated).",
            (long long)caps->tokens, (long long)used->tokens, (long long)need);
    err_hint(err, WHERE);
    return -ERR_CAP;
}

static int check_money(const struct project_caps *caps, const struct caps_use *used, const struct caps_call *call,
                       struct err *err)
{
    struct provider_usage u = {call->input, call->output, -1, -1};
    double need;

    if (caps->money <= 0 || !call->metered)
        return 0;
    if (!call->price) {
        err_set(err, ERR_CAP, "There is a cap of %.2f dollars, but the price of %s is not known.", caps->money, call->model);
        err_hint(err, "Add it to prices in your configuration: MODEL: INPUT OUTPUT, in dollars per million tokens.");
        return -ERR_CAP;
    }
    if (!price_cost(call->price, &u, &need))
        need = 0;
    if (used->money < caps->money && used->money + need <= caps->money)
        return 0;
    err_set(err, ERR_CAP, "The cap of %.4f dollars is reached: %s%.4f are spent, and this call needs about %.4f (estimated).",
            caps->money, used->money_unknown ? "at least " : "", used->money, need);
    err_hint(err, WHERE);
    return -ERR_CAP;
}

int caps_check(const struct project_caps *caps, const struct caps_use *used, const struct caps_call *call,
               struct err *err)
{
    int r = check_tokens(caps, used, call, err);

    return r ? r : check_money(caps, used, call, err);
}

int caps_check_seconds(const struct project_caps *caps, int64_t run_ms, struct err *err)
{
    if (caps->seconds <= 0 || run_ms < caps->seconds * 1000)
        return 0;
    err_set(err, ERR_CAP, "The cap of %lld seconds for a run is reached.", (long long)caps->seconds);
    err_hint(err, WHERE);
    return -ERR_CAP;
}
