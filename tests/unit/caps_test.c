/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caps: the lower one counts, checked before a call and while its reply streams; what ends it is exit code 7. */
#include "tests/unit/tiny_project.h"

#include "core/pipeline/caps.h"

static struct err err;

static void the_lower_one_counts(void **state)
{
    struct project_caps project = {.attempts = 3, .tokens = 0, .money = 2, .seconds = 10};
    struct project_caps user = {.attempts = 5, .tokens = 100, .money = 1, .seconds = 0};
    struct project_caps c = caps_merge(&project, &user);

    (void)state;
    assert_int_equal(c.attempts, 3);
    assert_int_equal(c.tokens, 100);
    assert_true(c.money == 1);
    assert_int_equal(c.seconds, 10);
    c = caps_merge(&project, NULL);
    assert_int_equal(c.tokens, 0);
    assert_true(c.money == 2);
}

static void tokens_and_money(void **state)
{
    struct price price = {1, 10, 1};
    static const struct {
        int64_t cap;
        double money;
        int64_t used;
        double spent;
        int64_t input, output;
        bool metered, priced;
        int code;
    } rows[] = {
        {0, 0, 1000000, 100, 1000, 1000, true, false, 0}, /* no cap */
        {1000, 0, 0, 0, 900, 99, true, false, 0},
        {1000, 0, 0, 0, 900, 100, true, false, 0},
        {1000, 0, 0, 0, 900, 101, true, false, -ERR_CAP},
        {1000, 0, 100, 0, 899, 0, true, false, 0}, /* room for one token of a reply */
        {1000, 0, 100, 0, 900, 0, true, false, -ERR_CAP},
        {1000, 0, 2000, 0, 0, 0, false, false, -ERR_CAP},
        {0, 1, 0, 0, 1000, 0, false, false, 0}, /* costs nothing */
        {0, 1, 0, 0, 1000, 0, true, false, -ERR_CAP}, /* a price nobody knows cannot be capped */
        {0, 1, 0, 0, 1000000, 0, true, true, 0},
        {0, 1, 0, 0, 1000000, 1, true, true, -ERR_CAP},
        {0, 1, 0, 0.5, 0, 50000, true, true, 0},
        {0, 1, 0, 0.5, 0, 50001, true, true, -ERR_CAP},
        {0, 1, 0, 1, 0, 0, true, true, -ERR_CAP},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct project_caps caps = {.tokens = rows[i].cap, .money = rows[i].money};
        struct caps_use used = {rows[i].used, rows[i].spent, false};
        struct caps_call call = {rows[i].input, rows[i].output, "m", rows[i].metered, rows[i].priced ? &price : NULL};
        if (caps_check(&caps, &used, &call, &err) != rows[i].code)
            fail_msg("row %zu: wanted %d (%s)", i, rows[i].code, err.msg);
    }
}

/* ---- in the engine ---- */

static struct user_config user;

static int set_up(void **state)
{
    static struct tiny t;

    tiny_with_model = true;
    tiny_check_fails = false;
    tiny_make_text = "made";
    memset(&user, 0, sizeof(user));
    tiny_user = &user;
    tiny_make_project(&t);
    *state = &t;
    return 0;
}

static int tear_down(void **state)
{
    tiny_done(*state);
    return 0;
}

static void open_or_fail(struct tiny *t)
{
    if (tiny_open(t, "trust-clean", &err))
        fail_msg("%s", err.msg);
}

static void run_expecting(struct tiny *t, int code)
{
    int got = tiny_run(t, &err);

    if (got != code)
        fail_msg("the run ended with %d, wanted %d: %s", got, code, err.msg);
}

static void no_call_beyond_the_cap(void **state)
{
    struct tiny *t = *state;

    user.caps.tokens = 5; /* less than any prompt */
    open_or_fail(t);
    run_expecting(t, ERR_CAP);
    assert_int_equal(t->provider.calls, 0);
    assert_non_null(strstr(err.msg, "cap of 5 tokens"));
    assert_non_null(strstr(err.msg, "estimated"));
    assert_int_equal(tiny_attempt(t, "write/1")->state, ATTEMPT_CANCELED);
    run_expecting(t, ERR_CAP); /* again, in the same process: still no call */
    assert_int_equal(t->provider.calls, 0);
    tiny_close(t, NULL);

    user.caps.tokens = 0;
    open_or_fail(t);
    run_expecting(t, 0);
    assert_int_equal(t->provider.calls, 2);
    tiny_close(t, NULL);
}

static void money_needs_a_price_and_is_counted(void **state)
{
    struct tiny *t = *state;
    struct config_pair pair = {.key = (char *)(uintptr_t)"tiny-1", .value = (char *)(uintptr_t)"1 100"};

    t->provider.base.metered = true;
    str_copy(t->provider.base.model, sizeof(t->provider.base.model), "tiny-1");
    user.caps.money = 1;
    open_or_fail(t);
    run_expecting(t, ERR_CAP);
    assert_int_equal(t->provider.calls, 0);
    assert_non_null(strstr(err.msg, "price of tiny-1 is not known"));
    tiny_close(t, NULL);

    user.prices = (struct config_pairs){&pair, 1};
    open_or_fail(t);
    run_expecting(t, 0);
    /* 3 tokens in, 5 out, twice: the provider counts so. */
    assert_true(engine_state(t->engine)->money > 0.001005 && engine_state(t->engine)->money < 0.001007);
    assert_false(engine_state(t->engine)->money_unknown);
    assert_false(tiny_attempt(t, "write/3") ? tiny_attempt(t, "write/3")->tokens_estimated : false);
    tiny_close(t, NULL);
}

/* A provider that never ends by itself: 100 bytes each turn, nothing counted. */
static void drip(void *arg)
{
    struct tiny_provider *p = arg;
    struct provider_outcome o = {.end = PROVIDER_CANCELED, .first_token_ms = 1, .total_ms = 1, .usage = {-1, -1, -1, -1}};
    char piece[101];

    p->deferred = 0;
    if (p->end == PROVIDER_CANCELED) {
        p->events->done(p->arg, &o);
        return;
    }
    memset(piece, 'x', 100);
    piece[99] = '\n';
    p->deferred = loop_add_timer(p->loop, 1, drip, p);
    p->events->text(p->arg, piece, 100, false);
}

static int drip_start(struct provider *provider, const struct provider_request *r, const struct provider_events *ev,
                      void *arg, struct err *e)
{
    struct tiny_provider *p = (struct tiny_provider *)provider;

    (void)r;
    (void)e;
    p->events = ev;
    p->arg = arg;
    p->end = PROVIDER_COMPLETE;
    p->calls++;
    p->deferred = loop_defer(p->loop, drip, p);
    return 0;
}

static void drip_cancel(struct provider *provider)
{
    struct tiny_provider *p = (struct tiny_provider *)provider;

    if (p->deferred)
        loop_remove(p->loop, p->deferred);
    p->end = PROVIDER_CANCELED;
    p->deferred = loop_defer(p->loop, drip, p);
}

static const struct provider_ops drip_ops = {"tiny", drip_start, drip_cancel, tiny_free};

static void a_stream_is_cut_at_the_cap(void **state)
{
    struct tiny *t = *state;
    const struct attempt *a;

    t->provider.base.ops = &drip_ops;
    user.caps.tokens = 2000;
    open_or_fail(t);
    run_expecting(t, ERR_CAP);
    a = tiny_attempt(t, "write/1");
    assert_int_equal(t->provider.calls, 1);
    assert_int_equal(a->state, ATTEMPT_CANCELED);
    assert_true(a->tokens_estimated);
    assert_true(a->tokens_in > 0 && a->tokens_in + a->tokens_out >= 2000 && a->tokens_in + a->tokens_out <= 2030);
    assert_true(a->reply_blob[0] != '\0'); /* what came is kept */
    run_expecting(t, ERR_CAP); /* and counted */
    assert_int_equal(t->provider.calls, 1);
    tiny_close(t, NULL);
    open_or_fail(t);
    run_expecting(t, ERR_CAP);
    assert_int_equal(t->provider.calls, 1);
    tiny_close(t, NULL);
}

static void a_run_ends_at_its_seconds(void **state)
{
    struct tiny *t = *state;
    int64_t begun = os_mono_ms();

    t->provider.base.ops = &drip_ops;
    user.caps.seconds = 1;
    open_or_fail(t);
    run_expecting(t, ERR_CAP);
    assert_true(os_mono_ms() - begun >= 1000);
    assert_non_null(strstr(err.msg, "cap of 1 seconds"));
    assert_int_equal(tiny_attempt(t, "write/1")->state, ATTEMPT_CANCELED);
    tiny_close(t, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lower_one_counts),
        cmocka_unit_test(tokens_and_money),
        cmocka_unit_test_setup_teardown(no_call_beyond_the_cap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(money_needs_a_price_and_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stream_is_cut_at_the_cap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_ends_at_its_seconds, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
