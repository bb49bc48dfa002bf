/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Folding events into the state: histories come from other people and other versions, so bodies may say anything. No
 * crash, no trust in what was decided elsewhere, and the same events give the same state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/pipeline/event.h"
#include "core/pipeline/state.h"
#include "core/store/store.h"

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static int64_t seq;

static int fold(struct state *s, const char *kind, const char *subject, const char *body)
{
    struct store_event e = {.seq = ++seq, .version = EVENT_VERSION, .wall_ms = 1000 + seq, .kind = kind,
                            .subject = subject, .body = body, .body_len = strlen(body)};

    return state_fold(s, &e, NULL);
}

static bool yes(void *arg, const char *sha, const char *executor)
{
    (void)arg;
    (void)sha;
    (void)executor;
    return true;
}

/* A history up to an artifact of sketch/1 that was approved by its hash. */
static void fold_approved(struct state *s)
{
    seq = 0;
    fold(s, "project.created", "", "{\"id\":\"p1\"}");
    fold(s, "project.loaded", "", "{\"name\":\"p\",\"board\":\"b\",\"stages\":[{\"id\":\"sketch\"},{\"id\":\"run\"}]}");
    fold(s, "run.started", "", "{\"policy\":\"ask\"}");
    fold(s, "stage.planned", "", "{\"stage\":\"sketch\",\"steps\":[{\"id\":\"sketch\",\"kind\":\"sketch\",\"name\":\"p.ino\"}]}");
    fold(s, "attempt.started", "sketch/1", "{\"id\":\"sketch/1\",\"stage\":\"sketch\",\"step\":\"sketch\",\"number\":1}");
    fold(s, "attempt.artifact", "sketch/1", "{\"id\":\"sketch/1\",\"sha\":\"" SHA_A "\",\"blob\":\"" SHA_A "\"}");
    fold(s, "attempt.checked", "sketch/1", "{\"id\":\"sketch/1\",\"findings\":[]}");
    fold(s, "decision", "sketch/1", "{\"id\":\"sketch/1\",\"verb\":\"approve\",\"by\":\"eve\",\"sha256\":\"" SHA_A "\"}");
}

static enum attempt_state first_state(const struct state *s)
{
    assert_non_null(state_find_attempt(s, "sketch/1"));
    return state_find_attempt(s, "sketch/1")->state;
}

static void an_approval_counts_where_it_was_made(void **state)
{
    struct state s;

    (void)state;
    state_init(&s);
    s.here = yes;
    fold_approved(&s);
    assert_int_equal(first_state(&s), ATTEMPT_APPROVED);
    assert_true(state_find_attempt(&s, "sketch/1")->decision.here);
    state_done(&s);
}

static void an_approval_from_elsewhere_waits(void **state)
{
    struct state s;

    (void)state;
    state_init(&s);
    fold_approved(&s);
    assert_int_equal(first_state(&s), ATTEMPT_WAITING);
    assert_string_equal(state_find_attempt(&s, "sketch/1")->decision.by, "eve");
    fold(&s, "attempt.settled", "sketch/1", "{\"id\":\"sketch/1\",\"passed\":true,\"outcome\":\"works\"}");
    assert_int_equal(first_state(&s), ATTEMPT_WAITING); /* that it passed is a claim as well */
    state_done(&s);
}

static void an_approval_of_other_bytes_waits(void **state)
{
    struct state s;

    (void)state;
    state_init(&s);
    s.here = yes;
    fold_approved(&s);
    fold(&s, "attempt.artifact", "sketch/1", "{\"id\":\"sketch/1\",\"sha\":\"" SHA_A "\",\"blob\":\"" SHA_A "\"}");
    fold(&s, "attempt.checked", "sketch/1", "{\"id\":\"sketch/1\"}");
    assert_int_equal(first_state(&s), ATTEMPT_WAITING); /* written again: decided again */
    fold(&s, "decision", "sketch/1",
         "{\"id\":\"sketch/1\",\"verb\":\"approve\",\"sha256\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"}");
    assert_int_equal(first_state(&s), ATTEMPT_WAITING);
    state_done(&s);
}

static void an_interrupted_execution_stays_approved(void **state)
{
    struct state s;

    (void)state;
    state_init(&s);
    s.here = yes;
    fold_approved(&s);
    fold(&s, "execution.started", "sketch/1", "{\"id\":\"sketch/1\",\"job\":\"j\"}");
    assert_int_equal(first_state(&s), ATTEMPT_RUNNING);
    fold(&s, "attempt.interrupted", "sketch/1", "{\"id\":\"sketch/1\",\"sentence\":\"cut off\"}");
    assert_int_equal(first_state(&s), ATTEMPT_APPROVED);
    assert_string_equal(s.interrupted, "cut off");
    state_done(&s);
}

/* Every kind of event with bodies that no engine writes, over an empty and over a filled state. */
static void no_body_breaks_it(void **state)
{
    static const char *const bodies[] = {
        "", "null", "[]", "{", "\"text\"", "0", "{}", "{\"id\":null}", "{\"id\":[]}", "{\"id\":\"sketch/1\",\"stage\":7}",
        "{\"id\":\"sketch/1\",\"findings\":{\"a\":1},\"outputs\":[null,1,[],{}],\"metrics\":[{\"name\":1}]}",
        "{\"id\":\"sketch/1\",\"findings\":[null,[],{\"line\":-9223372036854775808,\"category\":\"Z9\"}]}",
        "{\"id\":\"nobody/1\",\"verb\":\"approve\",\"sha256\":\"" SHA_A "\"}",
        "{\"id\":\"sketch/1\",\"verb\":\"explode\",\"sha256\":\"short\"}",
        "{\"stage\":\"sketch\",\"steps\":[{\"id\":\"\"},{\"id\":\"sketch\"},{\"id\":\"sketch\"},null,7]}",
        "{\"stage\":\"nowhere\",\"steps\":[]}",
        "{\"stages\":[{\"id\":\"sketch\"},{\"id\":\"x\"},{\"id\":\"x\"},{},null,{\"id\":\"\\u001b[31m\"}]}",
        "{\"id\":\"sketch/1\",\"stage\":\"sketch\",\"step\":\"sketch\",\"number\":-1,\"tokens_out\":9e99,\"money\":\"much\"}",
        "{\"id\":\"sketch/1\",\"inputs\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14],\"outputs\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}",
        "{\"sentence\":\"\\u001b]0;title\\u0007\",\"text\":\"\\u0000\\ud800\",\"code\":\"x\"}",
    };

    (void)state;
    for (int filled = 0; filled < 2; filled++) {
        for (int kind = 0; kind < EVENT_KINDS; kind++) {
            struct state s;
            state_init(&s);
            if (filled)
                fold_approved(&s);
            for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
                (void)fold(&s, event_table[kind].name ? event_table[kind].name : "", "sketch/1", bodies[i]);
            assert_true(s.n_stages <= STATE_STAGES_MAX);
            assert_int_equal(s.last_seq, seq);
            state_done(&s);
        }
    }
}

static void texts_are_one_clean_line(void **state)
{
    struct state s;

    (void)state;
    state_init(&s);
    fold(&s, "project.loaded", "", "{\"name\":\"a\\u001b[31mred\\nline\",\"task\":\"t\\u202ex\"}");
    assert_null(strchr(s.project, 0x1B));
    assert_null(strchr(s.project, '\n'));
    assert_null(strstr(s.task, "\xE2\x80\xAE"));
    state_done(&s);
}

static void unknown_events_change_nothing(void **state)
{
    struct state s;

    (void)state;
    state_init(&s);
    s.here = yes;
    fold_approved(&s);
    assert_int_equal(fold(&s, "teleport.finished", "sketch/1", "{\"id\":\"sketch/1\",\"passed\":true}"), 0);
    assert_int_equal(first_state(&s), ATTEMPT_APPROVED);
    state_done(&s);
}

static void a_replaced_step_is_retired(void **state)
{
    struct state s;

    (void)state;
    state_init(&s);
    s.here = yes;
    fold_approved(&s);
    fold(&s, "stage.planned", "", "{\"stage\":\"sketch\",\"steps\":[{\"id\":\"sketch\",\"kind\":\"sketch\",\"title\":\"another\"}]}");
    assert_int_equal(s.stages[0].steps.n, 1);
    assert_null(state_last_attempt(&s, state_find_step(&s, "sketch")));
    assert_int_equal(s.stages[0].status, STAGE_IDLE);
    state_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_approval_counts_where_it_was_made),
        cmocka_unit_test(an_approval_from_elsewhere_waits),
        cmocka_unit_test(an_approval_of_other_bytes_waits),
        cmocka_unit_test(an_interrupted_execution_stays_approved),
        cmocka_unit_test(no_body_breaks_it),
        cmocka_unit_test(texts_are_one_clean_line),
        cmocka_unit_test(unknown_events_change_nothing),
        cmocka_unit_test(a_replaced_step_is_retired),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
