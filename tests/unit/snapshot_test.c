/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A snapshot and the events after it give the same state as all events, for histories made up at random. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "core/pipeline/event.h"
#include "core/pipeline/snapshot.h"
#include "core/store/store.h"

enum { EVENTS = 400, HISTORIES = 60, BODY = 4096 };

static unsigned seed;
static char bodies[EVENTS][BODY];
static struct store_event events[EVENTS];

static unsigned roll(unsigned n)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 16 & 0x7fff) % n;
}

static bool sometimes_here(void *arg, const char *sha, const char *executor)
{
    (void)arg;
    (void)executor;
    return sha[0] && sha[0] < '8';
}

static const char *random_sha(void)
{
    static char sha[4][SHA256_HEX];
    static int next;
    char *at = sha[next++ % 4], text[16];

    sha256_of(text, (size_t)snprintf(text, sizeof(text), "%u", roll(40)), at);
    return at;
}

static int put_steps(char *dst, size_t size, const char *stage)
{
    int n = snprintf(dst, size, "{\"stage\":\"%s\",\"steps\":[", stage), steps = 1 + (int)roll(3);

    for (int i = 0; i < steps; i++)
        n += snprintf(dst + n, size - (size_t)n, "%s{\"id\":\"%s.%d\",\"title\":\"title %u\",\"name\":\"a.py\",\"kind\":\"%s\"}",
                      i ? "," : "", stage, i, roll(3), roll(2) ? "python" : "sketch");
    return n + snprintf(dst + n, size - (size_t)n, "]}");
}

static int put_rows(char *dst, size_t size, const char *key)
{
    int n = snprintf(dst, size, ",\"%s\":[", key), rows = (int)roll(4);

    for (int i = 0; i < rows; i++)
        n += snprintf(dst + n, size - (size_t)n,
                      "%s{\"name\":\"row %u\",\"sha\":\"%s\",\"value\":%u,\"message\":\"not declared: m%u\",\"gate\":\"gate %u\","
                      "\"severity\":\"%s\"}", i ? "," : "", roll(5), random_sha(), roll(1000), roll(9), roll(5),
                      roll(2) ? "error" : "note");
    return n + snprintf(dst + n, size - (size_t)n, "]");
}

/* A body that any kind of event can read, now and then broken. */
static void put_body(char *dst, enum event_kind kind)
{
    static const char *const stages[] = {"data", "train", "sketch"}, *const verbs[] = {"approve", "reject", "revoke", "hunks"};
    const char *stage = stages[roll(3)];
    size_t n;

    if (roll(40) == 0) {
        snprintf(dst, BODY, "{\"id\":");
    } else if (kind == EVENT_PROJECT_LOADED) {
        snprintf(dst, BODY, "{\"name\":\"p\",\"stages\":[{\"id\":\"data\"},{\"id\":\"train\",\"title\":\"Train\"},{\"id\":\"sketch\"}]}");
    } else if (kind == EVENT_STAGE_PLANNED) {
        put_steps(dst, BODY, stage);
    } else {
        n = (size_t)snprintf(dst, BODY, "{\"id\":\"%s.%u/%u\",\"stage\":\"%s\",\"step\":\"%s.%u\",\"number\":%u,\"mode\":\"freeform\","
                             "\"verb\":\"%s\",\"sha\":\"%s\",\"blob\":\"%s\",\"reply\":\"%s\",\"out\":\"%s\",\"sha256\":\"%s\","
                             "\"tokens_in\":%u,\"money\":0.%u,\"code\":%u,\"passed\":%s,\"text\":\"word %u\",\"sentence\":\"why %u\"",
                             stage, roll(3), roll(4), stage, stage, roll(3), roll(4), verbs[roll(4)], random_sha(), random_sha(),
                             random_sha(), random_sha(), random_sha(), roll(900), roll(9), roll(5), roll(2) ? "true" : "false",
                             roll(50), roll(50));
        n += (size_t)put_rows(dst + n, BODY - n, "findings");
        n += (size_t)put_rows(dst + n, BODY - n, "inputs");
        n += (size_t)put_rows(dst + n, BODY - n, "outputs");
        n += (size_t)put_rows(dst + n, BODY - n, "metrics");
        snprintf(dst + n, BODY - n, "}");
    }
}

static void make_history(unsigned start)
{
    seed = start;
    for (int i = 0; i < EVENTS; i++) {
        enum event_kind kind = i == 0 ? EVENT_PROJECT_CREATED : i == 1 ? EVENT_PROJECT_LOADED
                             : i < 6 || roll(30) == 0 ? EVENT_STAGE_PLANNED : roll(4) == 0 ? EVENT_ATTEMPT_STARTED
                             : (enum event_kind)roll(EVENT_KINDS);
        put_body(bodies[i], kind);
        events[i] = (struct store_event){.seq = i + 1, .version = 1, .wall_ms = 1760000000000 + i * 37LL,
                                         .kind = event_table[kind].name, .subject = "", .body = bodies[i],
                                         .body_len = strlen(bodies[i])};
    }
}

static void begin(struct state *s)
{
    state_init(s);
    s->here = sometimes_here;
    str_copy(s->folder, sizeof(s->folder), "/here");
}

static void fold(struct state *s, int from, int to)
{
    for (int i = from; i < to; i++)
        (void)state_fold(s, &events[i], NULL);
}

static void bytes_of(const struct state *s, struct buf *out)
{
    buf_init(out, SNAPSHOT_CAP);
    assert_int_equal(snapshot_write(s, 7, out), 0);
}

static void test_rest_on_top_of_a_snapshot(void **unused)
{
    static struct state all, part;
    struct buf want, got, cut;
    uint64_t mark = 0;
    size_t attempts = 0;

    (void)unused;
    for (unsigned k = 0; k < HISTORIES; k++) {
        int at;
        make_history(k * 7919 + 1);
        at = (int)roll(EVENTS);
        begin(&all);
        fold(&all, 0, at);
        bytes_of(&all, &cut);
        fold(&all, at, EVENTS);
        begin(&part);
        assert_int_equal(snapshot_read(&part, buf_text(&cut), cut.len, &mark), 0);
        assert_int_equal(mark, 7);
        assert_string_equal(part.folder, "/here");
        assert_ptr_equal(part.here, sometimes_here);
        assert_int_equal(part.last_seq, at);
        fold(&part, at, EVENTS);
        bytes_of(&all, &want);
        bytes_of(&part, &got);
        assert_int_equal(want.len, got.len);
        assert_memory_equal(buf_text(&want), buf_text(&got), want.len);
        for (size_t i = 0; i < all.steps.n; i++) {
            assert_int_equal(all.steps.items[i].attempts.n, part.steps.items[i].attempts.n);
            for (size_t j = 0; j < all.steps.items[i].attempts.n; j++)
                assert_int_equal(all.steps.items[i].attempts.items[j], part.steps.items[i].attempts.items[j]);
        }
        attempts += all.attempts.n;
        buf_done(&want);
        buf_done(&got);
        buf_done(&cut);
        state_done(&all);
        state_done(&part);
    }
    assert_true(attempts > HISTORIES * 20); /* the histories are not empty */
}

/* Any byte cut off or changed: refused or read as some state, but never a crash, and refused leaves s alone. */
static void test_damaged_bytes(void **unused)
{
    static struct state s;
    struct buf good, bad;
    uint64_t mark;

    (void)unused;
    make_history(42);
    begin(&s);
    fold(&s, 0, EVENTS);
    bytes_of(&s, &good);
    state_done(&s);
    for (size_t n = 0; n < good.len; n += 1 + n / 50) {
        begin(&s);
        assert_int_equal(snapshot_read(&s, buf_text(&good), n, &mark), -1);
        assert_int_equal(s.attempts.n, 0);
        assert_string_equal(s.folder, "/here");
        state_done(&s);
    }
    for (int i = 0; i < 3000; i++) {
        buf_init(&bad, SNAPSHOT_CAP);
        buf_put(&bad, buf_text(&good), good.len);
        bad.data[roll(30000) % bad.len] ^= (char)(1 << roll(8));
        begin(&s);
        (void)snapshot_read(&s, buf_text(&bad), bad.len, &mark);
        state_done(&s);
        buf_done(&bad);
    }
    buf_done(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rest_on_top_of_a_snapshot),
        cmocka_unit_test(test_damaged_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
