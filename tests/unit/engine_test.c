/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine on a scripted project with tiny executors in the real sandbox: order, decisions, freshness, failures,
 * and what counts on which installation.
 */
#include "tests/unit/tiny_project.h"

#include "core/exec/exec.h"

static int set_up(void **state)
{
    static struct tiny t;

    tiny_with_model = tiny_check_fails = false;
    tiny_make_text = "made";
    tiny_make_project(&t);
    *state = &t;
    return 0;
}

static int tear_down(void **state)
{
    tiny_done(*state);
    return 0;
}

static void open_or_fail(struct tiny *t, const char *policy)
{
    struct err err = {0};

    if (tiny_open(t, policy, &err))
        fail_msg("%s", err.msg);
}

static void close_or_fail(struct tiny *t)
{
    struct err err = {0};

    if (tiny_close(t, &err))
        fail_msg("%s", err.msg);
}

static void run_expecting(struct tiny *t, int code)
{
    struct err err = {0};
    int got = tiny_run(t, &err);

    if (got != code)
        fail_msg("the run ended with %d, wanted %d: %s", got, code, err.msg);
}

static void approve(struct tiny *t, const char *id)
{
    struct err err = {0};

    assert_non_null(tiny_attempt(t, id));
    if (tiny_decide(t, id, DECISION_APPROVE, tiny_attempt(t, id)->sha, NULL, &err))
        fail_msg("%s", err.msg);
}

static enum attempt_state state_of(const struct tiny *t, const char *id)
{
    const struct attempt *a = tiny_attempt(t, id);

    assert_non_null(a);
    return a->state;
}

static void audit_or_fail(const struct tiny *t, int executions)
{
    static struct tiny_audit x;

    tiny_audit(t, &x);
    assert_string_equal(x.wrong, "");
    assert_int_equal(x.executions, executions);
}

static void a_policy_takes_it_to_the_end(void **state)
{
    struct tiny *t = *state;
    static struct verify_result v;
    struct err err = {0};

    tiny_with_model = true;
    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    assert_int_equal(state_of(t, "make.1/1"), ATTEMPT_PASSED);
    assert_int_equal(state_of(t, "make.2/1"), ATTEMPT_PASSED);
    assert_int_equal(state_of(t, "write/1"), ATTEMPT_FAILED);
    assert_int_equal(state_of(t, "write/2"), ATTEMPT_PASSED);
    assert_int_equal(state_of(t, "draw/1"), ATTEMPT_PASSED);
    assert_int_equal(state_of(t, "check/1"), ATTEMPT_PASSED);
    assert_int_equal(engine_verify(t->engine, &v, &err), 0);
    assert_int_equal(v.n_files, 2);
    close_or_fail(t);
    audit_or_fail(t, 4);
}

static void file_is(const struct tiny *t, const char *name, const char *want)
{
    char path[200];
    struct buf b;

    snprintf(path, sizeof(path), "%s/out/%s", t->folder, name);
    buf_init(&b, 65536);
    assert_int_equal(path_read(path, &b, NULL), 0);
    assert_string_equal(buf_text(&b), want);
    buf_done(&b);
}

static void write_file(const struct tiny *t, const char *name, const char *text)
{
    char path[200];

    snprintf(path, sizeof(path), "%s/out/%s", t->folder, name);
    assert_int_equal(path_write(path, text, strlen(text), 0644, NULL), 0);
}

/* A file of out/ that somebody changed stays theirs, under another name, and a sentence says so. */
static void what_somebody_else_wrote_is_kept(void **state)
{
    struct tiny *t = *state;
    static struct verify_result v;
    struct err err = {0};
    const struct state *s;

    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    file_is(t, "tiny/tiny.ino", "draw: generated\n");
    write_file(t, "tiny/tiny.ino", "mine\n");
    run_expecting(t, 0);
    file_is(t, "tiny/tiny.ino", "draw: generated\n");
    file_is(t, "tiny/tiny.ino.yours-1", "mine\n");
    s = engine_state(t->engine);
    assert_non_null(strstr(s->messages.items[s->messages.n - 1].text, "out/tiny/tiny.ino was changed"));
    assert_non_null(strstr(s->messages.items[s->messages.n - 1].text, "tiny.ino.yours-1"));
    write_file(t, "tiny/tiny.ino", "mine again\n");
    write_file(t, "out.txt", "make.1: made\n"); /* an older result of ours: nothing is lost with it */
    run_expecting(t, 0);
    file_is(t, "tiny/tiny.ino.yours-1", "mine\n");
    file_is(t, "tiny/tiny.ino.yours-2", "mine again\n");
    file_is(t, "out.txt", "make.2: made\n");
    assert_int_equal(engine_verify(t->engine, &v, &err), 0);
    close_or_fail(t);
    audit_or_fail(t, 4);
}

static void a_second_run_executes_nothing(void **state)
{
    struct tiny *t = *state;

    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    run_expecting(t, 0);
    close_or_fail(t);
    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    close_or_fail(t);
    audit_or_fail(t, 4);
}

static void without_a_policy_everything_waits(void **state)
{
    struct tiny *t = *state;
    int waits[8];

    open_or_fail(t, NULL);
    run_expecting(t, ERR_DECISION);
    assert_int_equal(state_waiting(engine_state(t->engine), waits, 8), 2);
    approve(t, "make.1/1");
    assert_int_equal(tiny_settle_down(t, NULL), ERR_DECISION);
    assert_int_equal(state_of(t, "make.1/1"), ATTEMPT_PASSED);
    assert_int_equal(state_of(t, "make.2/1"), ATTEMPT_WAITING);
    close_or_fail(t);
    audit_or_fail(t, 1); /* make.1 alone */
}

static void a_decision_lets_the_run_go_on(void **state)
{
    struct tiny *t = *state;
    static const char *const ids[] = {"make.1/1", "make.2/1", "write/1", "draw/1"};
    struct err err = {0};

    open_or_fail(t, NULL);
    run_expecting(t, ERR_DECISION);
    for (size_t i = 0; i < 4; i++) {
        approve(t, ids[i]);
        assert_int_equal(tiny_settle_down(t, &err), i == 3 ? 0 : ERR_DECISION);
    }
    assert_int_equal(state_of(t, "check/1"), ATTEMPT_PASSED);
    close_or_fail(t);
    audit_or_fail(t, 4);
}

static void wrong_words_change_nothing(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};
    int64_t before;

    open_or_fail(t, NULL);
    run_expecting(t, ERR_DECISION);
    before = engine_state(t->engine)->last_seq;
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_APPROVE, NULL, NULL, &err), -ERR_USAGE);
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_APPROVE, tiny_attempt(t, "make.2/1")->sha, NULL, &err), -ERR_USAGE);
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_REJECT, NULL, NULL, &err), -ERR_USAGE);
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_REJECT, NULL, "", &err), -ERR_USAGE);
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_EDIT, NULL, NULL, &err), -ERR_USAGE);
    assert_int_equal(tiny_decide(t, "make.1/7", DECISION_REGENERATE, NULL, NULL, &err), -ERR_USAGE);
    assert_int_equal(tiny_decide(t, NULL, DECISION_APPROVE, NULL, NULL, &err), -ERR_USAGE);
    assert_int_equal(tiny_decide(t, "make.1/1", DECISION_NONE, NULL, NULL, &err), -ERR_USAGE);
    assert_int_equal(engine_state(t->engine)->last_seq, before);
    close_or_fail(t);
}

static void a_persons_bytes_need_their_own_approval(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};
    char old[SHA256_HEX];
    struct command c = {.kind = COMMAND_DECIDE, .attempt = "make.1/1", .verb = DECISION_TAKE_OVER, .bytes = "mine\n",
                        .len = 5, .via = "script"};

    open_or_fail(t, NULL);
    run_expecting(t, ERR_DECISION);
    approve(t, "make.1/1");
    assert_int_equal(tiny_settle_down(t, &err), ERR_DECISION);
    str_copy(old, sizeof(old), tiny_attempt(t, "make.1/1")->sha);
    assert_int_equal(engine_command(t->engine, &c, &err), 0);
    assert_int_equal(state_of(t, "make.1/1"), ATTEMPT_PASSED); /* what passed stays as it was */
    assert_int_equal(state_of(t, "make.1/2"), ATTEMPT_WAITING);
    assert_string_equal(tiny_attempt(t, "make.1/2")->author, "person");
    assert_string_not_equal(tiny_attempt(t, "make.1/2")->sha, old);
    assert_int_equal(tiny_decide(t, "make.1/2", DECISION_APPROVE, old, NULL, &err), -ERR_USAGE);
    close_or_fail(t);
    audit_or_fail(t, 1); /* of what was approved before */
}

static void a_rejection_reaches_the_next_prompt(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};

    tiny_with_model = true;
    open_or_fail(t, NULL);
    run_expecting(t, ERR_DECISION);
    approve(t, "make.1/1");
    tiny_settle_down(t, &err);
    approve(t, "make.2/1");
    assert_int_equal(tiny_settle_down(t, &err), ERR_DECISION);
    assert_int_equal(state_of(t, "write/2"), ATTEMPT_WAITING);
    assert_int_equal(tiny_decide(t, "write/2", DECISION_REJECT, NULL, "too loud for a library", &err), 0);
    assert_int_equal(tiny_settle_down(t, &err), ERR_DECISION);
    assert_int_equal(state_of(t, "write/3"), ATTEMPT_WAITING);
    assert_non_null(strstr(t->provider.user, "too loud for a library"));
    close_or_fail(t);
}

/* What waits, as a command that takes a part of it. */
static int take_hunks(struct tiny *t, const char *id, const char *sha, const char *bytes, const char *refused, struct err *err)
{
    struct command c = {.kind = COMMAND_DECIDE, .attempt = id, .verb = DECISION_HUNKS, .sha256 = sha, .bytes = bytes,
                        .len = strlen(bytes), .refused = refused, .reason = "hunk 1: too loud", .via = "script"};

    return engine_command(t->engine, &c, err);
}

static void refused_hunks_reach_the_next_prompt(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};
    char old[SHA256_HEX];

    tiny_with_model = true;
    open_or_fail(t, NULL);
    run_expecting(t, ERR_DECISION);
    approve(t, "make.1/1");
    tiny_settle_down(t, &err);
    approve(t, "make.2/1");
    assert_int_equal(tiny_settle_down(t, &err), ERR_DECISION);
    str_copy(old, sizeof(old), tiny_attempt(t, "write/2")->sha);
    assert_int_equal(take_hunks(t, "write/2", old, "taken\n", "# line 1, left out: too loud\n+LOUD\n", &err), 0);
    assert_int_equal(state_of(t, "write/2"), ATTEMPT_WAITING); /* the result has to be approved like any other */
    assert_string_not_equal(tiny_attempt(t, "write/2")->sha, old);
    assert_int_equal(tiny_attempt(t, "write/2")->decision.verb, DECISION_NONE);
    /* Made from bytes that wait no more: refused, and nothing changes. */
    assert_int_equal(take_hunks(t, "write/2", old, "other\n", "+OTHER\n", &err), -ERR_USAGE);
    assert_non_null(strstr(err.msg, "changed while"));
    assert_int_equal(take_hunks(t, "write/2", tiny_attempt(t, "write/2")->sha, "less\n", "# line 2\n+SHRILL\n", &err), 0);
    assert_int_equal(tiny_decide(t, "write/2", DECISION_APPROVE, old, NULL, &err), -ERR_USAGE);
    assert_int_equal(tiny_decide(t, "write/2", DECISION_REJECT, NULL, "still not right", &err), 0);
    assert_int_equal(tiny_settle_down(t, &err), ERR_DECISION);
    assert_int_equal(state_of(t, "write/3"), ATTEMPT_WAITING);
    assert_non_null(strstr(t->provider.user, "still not right"));
    assert_non_null(strstr(t->provider.user, "## Changes that were refused"));
    assert_non_null(strstr(t->provider.user, "# line 1, left out: too loud\n+LOUD\n# line 2\n+SHRILL\n"));
    assert_null(strstr(t->provider.user, "OTHER"));
    assert_non_null(strstr(t->provider.user, "less\n")); /* what was taken, not what was proposed */
    close_or_fail(t);
}

static void a_changed_beginning_makes_the_rest_stale(void **state)
{
    struct tiny *t = *state;

    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    close_or_fail(t);
    tiny_make_text = "made otherwise";
    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    assert_int_equal(state_of(t, "make.2/2"), ATTEMPT_PASSED);
    assert_null(tiny_attempt(t, "make.1/3"));
    assert_int_equal(state_of(t, "write/2"), ATTEMPT_PASSED);
    /* write makes the same bytes again, so what comes after it stays as it is. */
    assert_null(tiny_attempt(t, "draw/2"));
    assert_null(tiny_attempt(t, "check/2"));
    close_or_fail(t);
}

static void revoked_and_approved_again(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};

    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    assert_int_equal(tiny_decide(t, "make.2/1", DECISION_REVOKE, NULL, NULL, &err), 0);
    assert_int_equal(engine_state(t->engine)->stages[1].status, STAGE_STALE);
    assert_non_null(strstr(engine_state(t->engine)->stages[1].why, "make.2/1"));
    close_or_fail(t);
    open_or_fail(t, NULL);
    run_expecting(t, ERR_DECISION);
    assert_int_equal(state_of(t, "make.2/1"), ATTEMPT_WAITING);
    approve(t, "make.2/1");
    assert_int_equal(tiny_settle_down(t, &err), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(engine_state(t->engine)->stages[i].status, STAGE_PASSED);
    close_or_fail(t);
    audit_or_fail(t, 5);
}

static void a_failed_check_blames_its_source(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};

    tiny_check_fails = true;
    open_or_fail(t, "trust-clean");
    assert_int_equal(tiny_run(t, &err), ERR_STAGE);
    assert_non_null(strstr(err.msg, "draw/1"));
    assert_int_equal(state_of(t, "draw/1"), ATTEMPT_FAILED);
    assert_int_equal(state_of(t, "check/1"), ATTEMPT_FAILED);
    assert_true(tiny_attempt(t, "draw/1")->findings.v.n > 0);
    close_or_fail(t);
}

static void a_provider_that_fails_ends_the_run(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};

    tiny_with_model = true;
    t->provider.end = PROVIDER_FAILED;
    open_or_fail(t, "trust-clean");
    assert_int_equal(tiny_run(t, &err), ERR_PROVIDER);
    assert_non_null(strstr(err.msg, "cardboard"));
    assert_int_equal(state_of(t, "write/1"), ATTEMPT_FAILED);
    assert_true(tiny_attempt(t, "write/1")->reply_blob[0]); /* what came is kept */
    close_or_fail(t);
}

static void attempts_have_a_cap(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};

    tiny_with_model = true;
    t->provider.end = PROVIDER_TRUNCATED;
    open_or_fail(t, "trust-clean");
    assert_int_equal(tiny_run(t, &err), ERR_STAGE);
    assert_in_range(t->provider.calls, 2, 5); /* twice the same cause asks, five is the cap */
    close_or_fail(t);
}

static void a_later_run_needs_the_earlier_stages(void **state)
{
    struct tiny *t = *state;
    struct command c = {.kind = COMMAND_RUN, .from = "write", .until = "make"};
    struct err err = {0};

    open_or_fail(t, "trust-clean");
    assert_int_equal(engine_command(t->engine, &c, &err), -ERR_USAGE);
    c.until = "wriet";
    assert_int_equal(engine_command(t->engine, &c, &err), -ERR_USAGE);
    assert_non_null(strstr(err.hint, "write"));
    c.until = NULL;
    t->idle = false;
    assert_int_equal(engine_command(t->engine, &c, &err), 0);
    assert_int_equal(tiny_settle_down(t, &err), ERR_STAGE);
    close_or_fail(t);
    audit_or_fail(t, 0);
}

/* The history of another installation: its approvals and its results are claims. */
static void elsewhere_nothing_counts(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};
    char path[160];

    open_or_fail(t, "trust-clean");
    run_expecting(t, 0);
    close_or_fail(t);
    snprintf(path, sizeof(path), "%s/elsewhere", t->root);
    setenv("XDG_STATE_HOME", path, 1);
    open_or_fail(t, NULL);
    assert_int_equal(state_of(t, "make.1/1"), ATTEMPT_WAITING);
    assert_false(tiny_attempt(t, "make.1/1")->decision.here);
    assert_int_equal(state_of(t, "check/1"), ATTEMPT_CLAIMED);
    run_expecting(t, ERR_DECISION);
    audit_or_fail(t, 4); /* nothing new */
    approve(t, "make.1/1");
    tiny_settle_down(t, &err);
    approve(t, "make.2/1");
    tiny_settle_down(t, &err);
    approve(t, "write/1");
    tiny_settle_down(t, &err);
    assert_null(tiny_attempt(t, "check/2"));
    approve(t, "draw/1");
    assert_int_equal(tiny_settle_down(t, &err), 0);
    assert_int_equal(state_of(t, "check/2"), ATTEMPT_PASSED); /* executed again, here */
    close_or_fail(t);
    audit_or_fail(t, 8);
}

static void canceled_in_the_middle(void **state)
{
    struct tiny *t = *state;
    struct command run = {.kind = COMMAND_RUN}, cancel = {.kind = COMMAND_CANCEL};
    struct err err = {0};

    open_or_fail(t, "trust-clean");
    assert_int_equal(engine_command(t->engine, &cancel, &err), -ERR_USAGE);
    t->idle = false;
    assert_int_equal(engine_command(t->engine, &run, &err), 0);
    assert_int_equal(engine_command(t->engine, &run, &err), -ERR_LOCKED);
    while (!tiny_attempt(t, "make.1/1") || state_of(t, "make.1/1") != ATTEMPT_RUNNING)
        assert_true(loop_turn(t->loop, 1000) >= 0);
    assert_int_equal(engine_command(t->engine, &cancel, &err), 0);
    assert_int_equal(tiny_settle_down(t, &err), ERR_STAGE);
    assert_int_equal(state_of(t, "make.1/1"), ATTEMPT_CANCELED);
    run_expecting(t, 0);
    close_or_fail(t);
}

static void a_second_engine_is_refused_and_a_reader_follows(void **state)
{
    struct tiny *t = *state;
    struct engine_options o = {.folder = t->folder, .mode = -1, .stages = tiny_stages, .runtime_folder = "/nonexistent"};
    struct err err = {0};
    struct engine *reader;

    open_or_fail(t, "trust-clean");
    o.loop = t->loop;
    assert_null(engine_open(&o, &err));
    assert_int_equal(err.code, ERR_LOCKED);
    o.read_only = true;
    reader = engine_open(&o, &err);
    assert_non_null(reader);
    run_expecting(t, 0);
    assert_true(engine_poll(reader, &err) > 10);
    assert_int_equal(engine_state(reader)->last_seq, engine_state(t->engine)->last_seq);
    assert_int_equal(state_find_attempt(engine_state(reader), "check/1")->state, ATTEMPT_PASSED);
    assert_int_equal(engine_command(reader, &(struct command){.kind = COMMAND_RUN}, &err), -ERR_LOCKED);
    engine_close(reader, NULL);
    close_or_fail(t);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_policy_takes_it_to_the_end),
        TEST(a_second_run_executes_nothing),
        TEST(what_somebody_else_wrote_is_kept),
        TEST(without_a_policy_everything_waits),
        TEST(a_decision_lets_the_run_go_on),
        TEST(wrong_words_change_nothing),
        TEST(a_persons_bytes_need_their_own_approval),
        TEST(a_rejection_reaches_the_next_prompt),
        TEST(refused_hunks_reach_the_next_prompt),
        TEST(a_changed_beginning_makes_the_rest_stale),
        TEST(revoked_and_approved_again),
        TEST(a_failed_check_blames_its_source),
        TEST(a_provider_that_fails_ends_the_run),
        TEST(attempts_have_a_cap),
        TEST(a_later_run_needs_the_earlier_stages),
        TEST(elsewhere_nothing_counts),
        TEST(canceled_in_the_middle),
        TEST(a_second_engine_is_refused_and_a_reader_follows),
    };

    if (exec_probe(EXEC_FULL, NULL)) {
        print_message("1..0 # SKIP the full sandbox cannot be had on this machine\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
