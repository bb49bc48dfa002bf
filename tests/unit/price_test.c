/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prices: only what the user wrote counts; what is unknown is said to be unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/llm/price.h"

static struct config_pair rows[] = {
    {.key = (char *)"gpt-5", .value = (char *)"1.25 10 0.125"},
    {.key = (char *)"gpt-5-mini", .value = (char *)"0.25 2"},
    {.key = (char *)"broken", .value = (char *)"cheap"},
    {.key = (char *)"one", .value = (char *)"1"},
    {.key = (char *)"four", .value = (char *)"1 2 3 4"},
    {.key = (char *)"minus", .value = (char *)"-1 2"},
    {.key = (char *)"free", .value = (char *)"0 0"},
};
static const struct config_pairs prices = {rows, sizeof(rows) / sizeof(*rows)};

static void finds_only_what_fits(void **state)
{
    static const struct { const char *model; bool found; double output; } t[] = {
        {"gpt-5", true, 10}, {"gpt-5-2025-08-07", true, 10}, {"gpt-5-20250807", true, 10},
        {"gpt-5-mini", true, 2}, {"gpt-5-mini-2025-08-07", true, 2}, {"gpt-5-nano", false, 0},
        {"gpt-50", false, 0}, {"gpt", false, 0}, {"", false, 0}, {"broken", false, 0}, {"one", false, 0},
        {"four", false, 0}, {"minus", false, 0}, {"free", true, 0}, {"gpt-5-2025-08-0", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
        struct price p = {0};
        assert_int_equal(price_find(&prices, t[i].model, &p), t[i].found);
        assert_true(p.output == t[i].output);
    }
}

static void costs(void **state)
{
    struct provider_usage u = {.input_tokens = 1000000, .output_tokens = 100000, .cached_tokens = 400000,
                               .reasoning_tokens = -1};
    struct price p;
    double dollars = -1;

    (void)state;
    assert_true(price_find(&prices, "gpt-5", &p));
    assert_true(price_cost(&p, &u, &dollars));
    assert_true(dollars > 1.7999 && dollars < 1.8001); /* 0.6 × 1.25 + 0.4 × 0.125 + 0.1 × 10 */
    u.cached_tokens = -1;
    assert_true(price_cost(&p, &u, &dollars));
    assert_true(dollars > 2.2499 && dollars < 2.2501);
    u.output_tokens = -1;
    assert_false(price_cost(&p, &u, &dollars));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_only_what_fits),
        cmocka_unit_test(costs),
    };

    return cmocka_run_group_tests_name("price", tests, NULL, NULL);
}
