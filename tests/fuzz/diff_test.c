/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random bytes through diff, split and edit: everything taken gives the new text, nothing taken the old one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/artifact/hunk.h"

enum { ROUNDS = 8000 };

static uint32_t seed = 99991;

static uint32_t rnd(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static void fill(struct buf *b, int max)
{
    int n = (int)rnd((uint32_t)max);

    buf_reset(b);
    for (int i = 0; i < n; i++)
        buf_putc(b, "ab\n\n\r\0\xC3x"[rnd(8)]);
}

static void apply_is(const struct diff *d, const bool *take, const struct buf *want)
{
    struct buf got;

    buf_init(&got, 1 << 16);
    assert_int_equal(diff_apply(d, take, &got), 0);
    assert_int_equal(got.len, want->len);
    assert_memory_equal(buf_text(&got), buf_text(want), got.len);
    buf_done(&got);
}

static void random_bytes(void **state)
{
    static const bool none[4096];
    struct buf a, b, patch, edit;

    (void)state;
    buf_init(&a, 1 << 16);
    buf_init(&b, 1 << 16);
    buf_init(&patch, 1 << 18);
    buf_init(&edit, 1 << 16);
    for (int i = 0; i < ROUNDS; i++) {
        struct diff d;
        int marks_a, marks_b;
        struct diff_word x[8], y[8];
        fill(&a, 200);
        fill(&b, 200);
        assert_int_equal(diff_init(&d, buf_text(&a), a.len, buf_text(&b), b.len, (int)rnd(4)), 0);
        for (int h = (int)d.hunks.n - 1; h >= 0; h--)
            hunk_split(&d, h);
        apply_is(&d, NULL, &b);
        apply_is(&d, none, &a);
        buf_reset(&patch);
        assert_int_equal(diff_unified(&d, "a", "b", &patch), 0);
        if (d.rows.n > 1)
            diff_words(&d.rows.items[0], &d.rows.items[1], x, &marks_a, y, &marks_b, 8);
        for (int k = 0; k < 3 && d.hunks.n; k++) {
            fill(&edit, 60);
            assert_int_equal(hunk_edit(&d, (int)rnd((uint32_t)d.hunks.n), buf_text(&edit),
                edit.len), 0);
        }
        apply_is(&d, none, &a);
        diff_done(&d);
    }
    buf_done(&a);
    buf_done(&b);
    buf_done(&patch);
    buf_done(&edit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_bytes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
