/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The arming rule as a property: a simulated terminal with a clock, a typist, split escape sequences, pastes,
 * late replies and a program that stalls. Reads group whatever waits, as a kernel does.
 */
#include "prompts/human/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prompts/human/reason.h"

struct byte { int64_t at; char c; };

struct sim {
    struct byte queue[200000];
    int n, next;
    int64_t now;
    unsigned seed;
    struct question q;
    int approvals, others;
};

static unsigned rnd(struct sim *s, unsigned n)
{
    s->seed ^= s->seed << 13;
    s->seed ^= s->seed >> 17;
    s->seed ^= s->seed << 5;
    return s->seed % n;
}

static void put(struct sim *s, int64_t *at, int64_t gap, char c)
{
    *at += gap;
    s->queue[s->n++] = (struct byte){*at, c};
}

static void answer(struct sim *s, char key)
{
    if (key == 'a')
        s->approvals++;
    else if (key)
        s->others++;
}

/* Advances to `until`: the loop wakes for bytes and for the question's own time, and sometimes stalls. */
static void advance(struct sim *s, int64_t until, bool stalls)
{
    char chunk[256];

    while (s->now < until) {
        int wait = question_wait(&s->q, s->now);
        int64_t wake = wait < 0 ? until : s->now + wait;
        size_t n = 0;
        if (s->next < s->n && s->queue[s->next].at < wake)
            wake = s->queue[s->next].at;
        s->now = wake > s->now ? wake : s->now + (wait == 0);
        if (stalls && rnd(s, 10) == 0)
            s->now += 20 + rnd(s, 900);
        answer(s, question_tick(&s->q, s->now, s->next < s->n && s->queue[s->next].at <= s->now));
        while (s->next < s->n && s->queue[s->next].at <= s->now && n < sizeof(chunk))
            chunk[n++] = s->queue[s->next++].c;
        if (n)
            question_read(&s->q, chunk, n, s->now);
    }
}

static const char english[] =
    "a quick approval is a thing that a person gives after reading a diff\ra\r"
    "I like it\ra new sketch, a better one, a\rand again a \ra\ra\r";

static const char *const noise[] = {
    "\x1b[?62;22c", "\x1b]11;rgb:aaaa/aaaa/aaaa\x1b\\", "\x1b[24;80R", "\x1b[A", "\x1bOa", "\x1b[200~a\ra\r\x1b[201~",
    "a\r", "\ra\r", "aa\r", "a\x1b[I\r",
};

/* Typing with gaps of 5-400 ms, now and then noise with its bytes 0-40 ms apart. */
static void make_traffic(struct sim *s, int64_t *at, int keys)
{
    for (int i = 0; i < keys; i++) {
        put(s, at, 5 + rnd(s, 396), english[rnd(s, 3) ? (unsigned)i % (sizeof(english) - 1) : rnd(s, sizeof(english) - 1)]);
        if (rnd(s, 12) == 0) {
            const char *p = noise[rnd(s, sizeof(noise) / sizeof(*noise))];
            for (; *p; p++)
                put(s, at, rnd(s, 40), *p);
        }
    }
}

static void typing(bool stalls, unsigned seed)
{
    struct sim *s = calloc(1, sizeof(*s));
    int64_t at = 1000;
    char subject[32];

    s->seed = seed;
    question_init(&s->q, 'a', NULL);
    make_traffic(s, &at, 40000);
    for (int i = 0; i < 1000; i++) {
        snprintf(subject, sizeof(subject), "sketch/%d", i);
        question_ask(&s->q, subject);
        advance(s, s->now + rnd(s, 60), false);
        question_painted(&s->q, s->now);
        advance(s, s->now + 200 + rnd(s, 6000), stalls);
    }
    assert_int_equal(s->approvals, 0);
    assert_int_equal(s->others, 0);
    free(s);
}

static void test_typing(void **state)
{
    (void)state;
    typing(false, 1);
    typing(false, 20261121);
}

static void test_typing_into_a_stalling_program(void **state)
{
    (void)state;
    typing(true, 7);
    typing(true, 99);
}

static void fresh(struct sim *s)
{
    memset(s, 0, sizeof(*s));
    s->seed = 5;
    s->now = 1000;
    question_init(&s->q, 'a', NULL);
    question_ask(&s->q, "sketch/1 abc");
    question_painted(&s->q, s->now);
}

static void send_at(struct sim *s, int64_t at, const char *bytes, int64_t gap)
{
    for (; *bytes; bytes++, at += gap)
        s->queue[s->n++] = (struct byte){at, *bytes};
}

static void test_honest(void **state)
{
    static struct sim s;

    (void)state;
    fresh(&s);
    send_at(&s, 1000 + 610, "a", 0);
    send_at(&s, 1000 + 610 + 150, "\r", 0);
    advance(&s, 1000 + 1500, false);
    assert_int_equal(s.approvals, 1);
    assert_false(question_open(&s.q));
}

/* Each of these breaks one part of the rule and nothing else. */
static void test_each_part(void **state)
{
    static const struct { const char *what; int64_t a, enter; const char *bytes; int64_t extra_at; const char *extra; int want; } cases[] = {
        {"honest", 601, 700, "a\r", 0, "", 1},
        {"too early", 590, 700, "a\r", 0, "", 0},
        {"Enter too soon", 700, 740, "a\r", 0, "", 0},
        {"together", 700, 700, "a\r", 0, "", 0},
        {"a byte between", 700, 900, "a\r", 800, "x", 0},
        {"a byte just after Enter", 700, 900, "a\r", 930, "x", 0},
        {"a byte well after Enter", 700, 900, "a\r", 1000, "x", 1},
        {"a byte just before", 1300, 1500, "a\r", 1270, "x", 0},
        {"another byte restarts", 1300, 1500, "a\r", 800, "x", 0},
        {"and arms again", 1410, 1500, "a\r", 800, "x", 1},
        {"twice a", 700, 900, "aa", 0, "", 0},
        {"only Enter", 700, 900, "\r\r", 0, "", 0},
        {"capital", 700, 900, "A\r", 0, "", 0},
        {"a long pause between is fine", 700, 9000, "a\r", 0, "", 1},
    };
    static struct sim s;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        fresh(&s);
        if (cases[i].extra[0] && cases[i].extra_at < cases[i].a)
            send_at(&s, 1000 + cases[i].extra_at, cases[i].extra, 0);
        s.queue[s.n++] = (struct byte){1000 + cases[i].a, cases[i].bytes[0]};
        if (cases[i].extra[0] && cases[i].extra_at > cases[i].a && cases[i].extra_at < cases[i].enter)
            send_at(&s, 1000 + cases[i].extra_at, cases[i].extra, 0);
        s.queue[s.n++] = (struct byte){1000 + cases[i].enter, cases[i].bytes[1]};
        if (cases[i].extra[0] && cases[i].extra_at > cases[i].enter)
            send_at(&s, 1000 + cases[i].extra_at, cases[i].extra, 0);
        advance(&s, 20000, false);
        if (s.approvals != cases[i].want)
            print_error("case: %s\n", cases[i].what);
        assert_int_equal(s.approvals, cases[i].want);
    }
}

/* Keys that come in one read with anything else are no keys. */
static void test_alone_in_its_read(void **state)
{
    static const char *const firsts[] = {"ax", "aa", "xa", "a\r"}, *const enters[] = {"\rx", "\r\r", "x\r"};
    static struct sim s;

    (void)state;
    for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
        fresh(&s);
        send_at(&s, 1700, firsts[i], 0);
        send_at(&s, 1900, "\r", 0);
        advance(&s, 20000, false);
        assert_int_equal(s.approvals, 0);
    }
    for (size_t i = 0; i < sizeof(enters) / sizeof(*enters); i++) {
        fresh(&s);
        send_at(&s, 1700, "a", 0);
        send_at(&s, 1900, enters[i], 0);
        advance(&s, 20000, false);
        assert_int_equal(s.approvals, 0);
    }
}

static void test_other_decisions(void **state)
{
    static struct sim s;

    (void)state;
    for (int v = DECISION_EDIT; v < DECISION_VERBS; v++) {
        char key = decision_table[v].key[0];
        if (!key || !decision_table[v].needs_waiting)
            continue;
        fresh(&s);
        assert_int_equal(question_verb(&s.q, key), v);
        s.queue[s.n++] = (struct byte){1300, key}; /* not armed: nothing */
        advance(&s, 1800, false);
        assert_int_equal(s.others, 0);
        s.queue[s.n++] = (struct byte){2300, key};
        advance(&s, 3000, false);
        assert_int_equal(s.others, 1);
        assert_int_equal(s.approvals, 0);
    }
}

static void test_never_before_it_is_painted_or_after_it_changed(void **state)
{
    static struct sim s;

    (void)state;
    fresh(&s);
    question_ask(&s.q, "sketch/2 def"); /* another artifact came up: the old paint does not count */
    send_at(&s, 1000 + 700, "a", 0);
    send_at(&s, 1000 + 900, "\r", 0);
    advance(&s, 4000, false);
    assert_int_equal(s.approvals, 0);
    question_painted(&s.q, s.now);
    send_at(&s, s.now + 650, "a", 0);
    advance(&s, s.now + 700, false);
    question_ask(&s.q, "sketch/3 012"); /* swapped between a and Enter */
    question_painted(&s.q, s.now);
    send_at(&s, s.now + 100, "\r", 0);
    advance(&s, s.now + 3000, false);
    assert_int_equal(s.approvals, 0);
}

static void test_linear_key(void **state)
{
    struct question q;

    (void)state;
    question_init(&q, '1', "234567");
    question_ask(&q, "x");
    question_painted(&q, 0);
    assert_int_equal(question_tick(&q, 600, false), 0);
    assert_true(question_read(&q, "1", 1, 601));
    assert_int_equal(question_tick(&q, 651, false), 0);
    assert_string_equal(question_word(&q), "now Enter");
    assert_true(question_read(&q, "\n", 1, 700));
    assert_int_equal(question_tick(&q, 740, false), 0);
    assert_int_equal(question_tick(&q, 750, true), 0); /* something is there to read first */
    assert_int_equal(question_tick(&q, 750, false), '1');
}

static void test_reason(void **state)
{
    struct reason r;

    (void)state;
    reason_open(&r, "why", true);
    assert_int_equal(reason_press(&r, REASON_ENTER, NULL, 0), REASON_NOTHING);
    assert_non_null(r.complaint);
    reason_press(&r, REASON_TEXT, "abc dé\nf", 9);
    assert_string_equal(r.text, "abc dé f");
    reason_press(&r, REASON_LEFT, NULL, 0);
    reason_press(&r, REASON_LEFT, NULL, 0);
    reason_press(&r, REASON_BACKSPACE, NULL, 0);
    assert_string_equal(r.text, "abc d f");
    reason_press(&r, REASON_END, NULL, 0);
    reason_press(&r, REASON_KILL_WORD, NULL, 0);
    assert_string_equal(r.text, "abc d ");
    reason_press(&r, REASON_KILL, NULL, 0);
    reason_press(&r, REASON_QUICK, NULL, 0);
    assert_string_equal(r.text, reason_quick[0]);
    reason_press(&r, REASON_QUICK, NULL, 0);
    assert_string_equal(r.text, reason_quick[1]);
    for (int i = 0; i < 1000; i++)
        reason_press(&r, REASON_TEXT, "x", 1);
    assert_int_equal(strlen(r.text), r.len);
    assert_true(r.len < REASON_CAP);
    assert_int_equal(reason_press(&r, REASON_ENTER, NULL, 0), REASON_SEND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typing), cmocka_unit_test(test_typing_into_a_stalling_program),
        cmocka_unit_test(test_honest), cmocka_unit_test(test_each_part), cmocka_unit_test(test_alone_in_its_read),
        cmocka_unit_test(test_other_decisions),
        cmocka_unit_test(test_never_before_it_is_painted_or_after_it_changed), cmocka_unit_test(test_linear_key),
        cmocka_unit_test(test_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
