/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What views ask of the engine and gets known piece by piece: tables, full text. */
#include "tests/unit/tiny_project.h"

#include "core/pipeline/look.h"
#include "core/pipeline/table.h"

static int set_up(void **state)
{
    static const char csv[] = "x,class\n1,a\n2,b\n3,a\n";
    static struct tiny t;
    char path[160];

    tiny_with_model = true;
    tiny_make_project(&t);
    snprintf(path, sizeof(path), "%s/data.csv", t.folder);
    assert_int_equal(path_write(path, csv, sizeof(csv) - 1, 0644, NULL), 0);
    *state = &t;
    return 0;
}

static int tear_down(void **state)
{
    tiny_done(*state);
    return 0;
}

static void open_and_run(struct tiny *t)
{
    struct err err = {0};

    if (tiny_open(t, "trust-clean", &err) || tiny_run(t, &err))
        fail_msg("%s", err.msg);
}

/* Turns the loop until all of the history is in the index; the number of attempts found. */
static int search(struct tiny *t, const char *words, int hits[8])
{
    const struct state *s = engine_state(t->engine);
    int64_t left = 1;
    int n = 0, turns = 0;

    for (; left && turns < 1000; turns++) {
        n = s->search(s->arg, words, hits, 8, &left);
        if (left)
            loop_turn(t->loop, 0);
    }
    assert_int_equal(left, 0);
    return n;
}

static void words_of_prompts_and_replies_are_found(void **state)
{
    struct tiny *t = *state;
    const struct state *s;
    struct err err = {0};
    int hits[8], n;

    open_and_run(t);
    s = engine_state(t->engine);
    n = search(t, "System message", hits); /* stands in every recorded prompt */
    assert_int_equal(n, 2);
    assert_string_equal(s->attempts.items[hits[0]]->id, "write/2");
    assert_string_equal(s->attempts.items[hits[1]]->id, "write/1");
    assert_int_equal(search(t, "nobodywrotethis", hits), 0);
    tiny_close(t, &err);

    assert_int_equal(tiny_open(t, "trust-clean", &err), 0); /* the index is kept, and made only once */
    s = engine_state(t->engine);
    assert_int_equal(search(t, "\"message NEAR( * system:", hits), 0);
    assert_int_equal(search(t, "system mess", hits), 2);
    tiny_close(t, &err);
}

static const struct table *table_of(struct tiny *t, const char *sha)
{
    const struct state *s = engine_state(t->engine);
    const struct table *table = s->table(s->arg, sha);

    for (int turns = 0; turns < 1000 && table->phase == TABLE_READING; turns++) {
        loop_turn(t->loop, 0);
        table = s->table(s->arg, sha);
    }
    return table;
}

static void tables_are_read_while_the_loop_turns(void **state)
{
    struct tiny *t = *state;
    const struct state *s;
    const struct table *table;
    unsigned generation;
    char name[SHA256_HEX];
    struct err err = {0};

    open_and_run(t);
    s = engine_state(t->engine);
    generation = s->generation;
    assert_int_equal(s->table(s->arg, "")->phase, TABLE_READING);
    table = table_of(t, "");
    assert_int_equal(table->phase, TABLE_READY);
    assert_string_equal(table->name, "data.csv");
    assert_int_equal(table->rows, 3);
    assert_true(s->generation != generation);
    for (int i = 0; i < 20; i++) { /* more than are kept, none of them in the history */
        snprintf(name, sizeof(name), "%064d", i);
        assert_int_equal(table_of(t, name)->phase, TABLE_BAD);
    }
    assert_int_equal(table_of(t, "")->phase, TABLE_READY);
    assert_int_equal(s->table(s->arg, "not a hash")->phase, TABLE_READING);
    tiny_close(t, &err); /* in the middle */
}

static void look_at(const char *folder, struct look_result *ret)
{
    struct look *l = look_new(folder);
    struct err err = {0};
    int r = 1;

    assert_non_null(l);
    for (int slices = 0; slices < 1000 && r > 0; slices++)
        r = look_step(l, ret, &err);
    if (r)
        fail_msg("%s", err.msg);
    look_free(l);
}

static void a_look_from_outside_finds_what_waits(void **state)
{
    struct tiny *t = *state;
    struct look_result r;
    struct err err = {0};

    look_at(t->folder, &r);
    assert_string_equal(r.word, "not started");
    assert_int_equal(tiny_open(t, NULL, &err), 0);
    assert_int_equal(tiny_run(t, &err), ERR_DECISION);
    look_at(t->folder, &r); /* beside the writer */
    assert_string_equal(r.word, "2 decisions wait");
    assert_int_equal(r.n, 2); /* both steps of the stage, one group */
    assert_string_equal(r.questions[0].attempt, "make.1/1");
    assert_string_equal(r.questions[0].stage, "make");
    tiny_close(t, &err);
    open_and_run(t);
    look_at(t->folder, &r);
    assert_string_equal(r.word, "all stages passed");
    tiny_close(t, &err);
    setenv("XDG_STATE_HOME", "/nonexistent", 1); /* on another machine its decisions are claims */
    look_at(t->folder, &r);
    assert_true(strcmp(r.word, "all stages passed") != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_of_prompts_and_replies_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_look_from_outside_finds_what_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tables_are_read_while_the_loop_turns, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
