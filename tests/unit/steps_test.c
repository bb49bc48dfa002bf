/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/data: from a profile to the right steps, and what columns they promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/str.h"
#include "core/data/step.h"

static void profile_of(const char *text, const char *label, struct profile *p)
{
    struct profiler *r = profiler_new("data.csv", label);
    struct err err = {0};

    if (profiler_feed(r, text, strlen(text), &err) || profiler_finish(r, p, &err))
        fail_msg("%s", err.msg);
    profiler_free(r);
}

static void ops_of(const struct data_steps *l, char *dst, size_t size)
{
    dst[0] = '\0';
    for (size_t i = 0; i < l->v.n; i++)
        snprintf(dst + strlen(dst), size - strlen(dst), "%s%s", i ? " " : "", data_op_name(l->v.items[i].op));
}

static void columns_text(const struct data_names *l, char *dst, size_t size)
{
    dst[0] = '\0';
    for (int i = 0; i < l->n; i++)
        snprintf(dst + strlen(dst), size - strlen(dst), "%s%s", i ? " " : "", l->items[i]);
}

static void steps_and_columns(void **state)
{
    static const struct { const char *text, *ops, *columns; int64_t window; } rows[] = {
        {"r,g,kind\n1,5,a\n2,4,a\n3,9,b\n7,5,b\n", "split", "r g kind split", 0},
        {"r,g,kind\n1,5,a\n2,,a\n3,9,b\n7,5,\n", "drop_unlabeled split fill_missing", "r g kind split", 0},
        {"r,v,kind\n1,5,a\n2,5,a\n2,5,a\n7,5,b\n", "drop_columns drop_duplicates split", "r kind split", 0},
        {"R (mm);side;kind\n1,5;l;a\n2,5;r;a\n3;l;b\n9;r;b\n", "clean_names parse_numbers encode_text split", "r_mm side kind split", 0},
        {"n,x,kind\n1,5,a\n2,4,a\n3,9,b\n4,5,b\n", "drop_columns drop_duplicates split", "x kind split", 0},
        {"x,kind,split\n5,a,train\n4,a,test\n9,b,train\n5,b,test\n", "clean_names", "x kind split", 0},
        {"x,kind,split\n5,a,1\n4,a,2\n9,b,2\n5,b,1\n", "clean_names split", "x kind split_given split", 0},
        {"x,kind\n5,a\n4,a\n9,b\n5,b\n", "make_windows split", "window t x kind split", 2},
        {"window,t,x,kind\n0,0,5,a\n0,1,4,a\n1,0,9,b\n1,1,4,b\n", "split", "window t x kind split", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct data_options o = {.seed = 7, .window = rows[i].window};
        struct data_steps steps = {0};
        struct data_names columns = {0};
        struct profile p = {0};
        struct err err = {0};
        char text[400];

        profile_of(rows[i].text, "kind", &p);
        assert_int_equal(data_steps_propose(&p, &o, &steps, &err), 0);
        ops_of(&steps, text, sizeof(text));
        assert_string_equal(text, rows[i].ops);
        assert_int_equal(data_steps_columns(&p, steps.v.items, (int)steps.v.n, &columns), 0);
        columns_text(&columns, text, sizeof(text));
        assert_string_equal(text, rows[i].columns);
        for (size_t k = 0; k < steps.v.n; k++)
            assert_true(*steps.v.items[k].title && steps.v.items[k].reason[strlen(steps.v.items[k].reason) - 1] == '.');
        data_names_done(&columns);
        data_steps_done(&steps);
        profile_done(&p);
    }
}

static void features_leave_roles_out(void **state)
{
    struct data_names columns = {0}, features = {0};
    static const char *const names[] = {"window", "t", "x", "y", "kind", "split"};
    char text[100];

    (void)state;
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(data_names_add(&columns, names[i]), 0);
    assert_int_equal(data_features(&columns, "kind", &features), 0);
    columns_text(&features, text, sizeof(text));
    assert_string_equal(text, "x y");
    data_names_remove(&columns, "window"); /* then t is a measured value */
    data_names_done(&features);
    assert_int_equal(data_features(&columns, "kind", &features), 0);
    columns_text(&features, text, sizeof(text));
    assert_string_equal(text, "t x y");
    data_names_done(&features);
    data_names_done(&columns);
}

static void nothing_left_to_learn_from(void **state)
{
    struct data_options o = {.seed = 7};
    struct data_steps steps = {0};
    struct profile p = {0};
    struct err err = {0};

    (void)state;
    profile_of("same,kind\n1,a\n1,b\n1,a\n1,b\n", "kind", &p);
    assert_int_equal(data_steps_propose(&p, &o, &steps, &err), -ERR_INVALID);
    assert_non_null(strstr(err.msg, "No column is left"));
    assert_int_equal(steps.v.n, 0);
    profile_done(&p);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_and_columns),
        cmocka_unit_test(features_leave_roles_out),
        cmocka_unit_test(nothing_left_to_learn_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
