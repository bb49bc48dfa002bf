/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifying a whole project: what changed in out/, what is gone, and a history that somebody worked on. */
#include "tests/unit/tiny_project.h"

#include <sqlite3.h>

#include "core/exec/exec.h"

static struct verify_result v;

static int set_up(void **state)
{
    static struct tiny t;
    struct err err = {0};

    tiny_with_model = false;
    tiny_make_project(&t);
    if (tiny_open(&t, "trust-clean", &err) || tiny_run(&t, &err))
        fail_msg("%s", err.msg);
    *state = &t;
    return 0;
}

static int tear_down(void **state)
{
    tiny_done(*state);
    return 0;
}

static void write_out(const struct tiny *t, const char *name, const char *text)
{
    char path[200];

    snprintf(path, sizeof(path), "%s/out/%s", t->folder, name);
    assert_int_equal(path_write(path, text, strlen(text), 0644, NULL), 0);
}

static void clean(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};

    assert_int_equal(engine_verify(t->engine, &v, &err), 0);
    assert_int_equal(v.n_files, 2);
    assert_int_equal(v.history.events, engine_state(t->engine)->last_seq);
    assert_true(v.history.blobs > 4);
    assert_int_equal(strlen(v.history.head), 64);
}

static void a_changed_and_a_missing_file(void **state)
{
    struct tiny *t = *state;
    struct err err = {0};
    char path[200];

    write_out(t, "out.txt", "other");
    snprintf(path, sizeof(path), "%s/out/tiny/tiny.ino", t->folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(engine_verify(t->engine, &v, &err), -ERR_STAGE);
    assert_int_equal(v.n_changed, 2);
    assert_non_null(strstr(v.changed[0], "out/out.txt"));
    assert_non_null(strstr(v.changed[1], "missing"));
    assert_true(err.hint[0]);
    assert_int_equal(tiny_run(t, &err), 0);
    assert_int_equal(engine_verify(t->engine, &v, &err), 0); /* written again */
}

static void files_of_the_users_own_do_not_matter(void **state)
{
    struct tiny *t = *state;

    write_out(t, "notes.txt", "mine");
    assert_int_equal(engine_verify(t->engine, &v, &(struct err){0}), 0);
}

/* What somebody with an editor for databases could do; each is found. */
static void a_worked_on_history(void **state)
{
    static const char *const changes[] = {
        "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'approve', 'reject') AS BLOB) WHERE kind = 'decision'",
        "UPDATE event SET subject = 'draw/1' WHERE seq = 9",
        "UPDATE event SET wall_ms = wall_ms + 1 WHERE seq = 5",
        "DELETE FROM event WHERE seq = 7",
        "UPDATE blob SET bytes = CAST('other' AS BLOB) WHERE id = 2",
        "UPDATE event SET kind = 'message' WHERE kind = 'attempt.settled'",
    };
    struct tiny *t = *state;
    char path[200];

    snprintf(path, sizeof(path), "%s/.tinywright/history.db", t->folder);
    tiny_close(t, NULL);
    for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
        struct err err = {0};
        struct buf copy;
        sqlite3 *db = NULL;
        buf_init(&copy, 64 << 20);
        assert_int_equal(path_read(path, &copy, NULL), 0);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        if (sqlite3_exec(db, changes[i], NULL, NULL, NULL) != SQLITE_OK)
            fail_msg("%s: %s", changes[i], sqlite3_errmsg(db));
        assert_true(sqlite3_changes(db) > 0);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        if (tiny_open(t, NULL, &err) == 0) {
            assert_int_equal(engine_verify(t->engine, &v, &err), -ERR_DAMAGED);
            tiny_close(t, NULL);
        }
        assert_int_equal(err.code, ERR_DAMAGED);
        assert_int_equal(path_write(path, copy.data, copy.len, 0600, NULL), 0);
        buf_done(&copy);
    }
    assert_int_equal(tiny_open(t, NULL, &(struct err){0}), 0);
    assert_int_equal(engine_verify(t->engine, &v, &(struct err){0}), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(clean), TEST(a_changed_and_a_missing_file), TEST(files_of_the_users_own_do_not_matter), TEST(a_worked_on_history),
    };

    if (exec_probe(EXEC_FULL, NULL)) {
        print_message("the full sandbox cannot be had on this machine\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
