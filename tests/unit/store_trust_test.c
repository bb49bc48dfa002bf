/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/store against others: what was changed behind its back is named, what is not ours is refused. */
#include "tests/unit/store_fixture.h"

static void verify_names_what_was_changed(void **state)
{
    static const struct {
        const char *change, *undo;
        int64_t seq;
    } rows[] = {
        {"UPDATE event SET body = x'7b7d' WHERE seq = 3", "UPDATE event SET body = x'7b226e223a317d'", 3},
        {"UPDATE event SET wall_ms = 1001 WHERE seq = 1", "UPDATE event SET wall_ms = 1000", 1},
        {"UPDATE event SET kind = 'j' WHERE seq = 5", "UPDATE event SET kind = 'k'", 5},
        {"UPDATE event SET subject = '' WHERE seq = 2", "UPDATE event SET subject = 'sketch/1'", 2},
        {"UPDATE event SET version = 2 WHERE seq = 4", "UPDATE event SET version = 1", 4},
        {"DELETE FROM event WHERE seq = 2", NULL, 3},
    };
    struct fixture *f = *state;
    struct store_verdict v;
    struct err err = {0};
    char hex[SHA256_HEX], name[16];

    make_history(f, hex);
    assert_int_equal(verify(f, &v, &err), 0);
    assert_int_equal(v.events, 5);
    assert_int_equal(v.blobs, 2);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        tamper(f, rows[i].change);
        assert_int_equal(verify(f, &v, &err), -ERR_DAMAGED);
        assert_int_equal(v.bad_seq, rows[i].seq);
        snprintf(name, sizeof(name), "vent %d", (int)rows[i].seq);
        assert_non_null(strstr(err.msg, name));
        if (rows[i].undo) {
            tamper(f, rows[i].undo);
            assert_int_equal(verify(f, &v, &err), 0);
        }
    }
}

static void verify_names_a_changed_blob(void **state)
{
    struct fixture *f = *state;
    struct store_verdict v;
    struct store *s;
    struct err err = {0};
    struct buf b;
    char hex[SHA256_HEX];

    make_history(f, hex);
    tamper(f, "UPDATE blob SET bytes = x'4f74686572' WHERE id = 2");
    assert_int_equal(verify(f, &v, &err), -ERR_DAMAGED);
    assert_int_equal(v.bad_seq, 0);
    assert_string_equal(v.bad_blob, hex);
    assert_non_null(strstr(err.msg, hex));
    s = open_or_fail(f, STORE_READ);
    buf_init(&b, 100);
    assert_int_equal(store_get_blob(s, hex, &b, &err), -ERR_DAMAGED);
    assert_int_equal(b.len, 0);
    buf_done(&b);
    store_close(s, NULL);
}

static void overwrite(const char *file, const char *bytes, size_t at, int flip)
{
    char c = (char)(bytes[at] ^ flip);
    int fd = open(file, O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, &c, 1, (off_t)at), 1);
    close(fd);
}

/* One flipped bit anywhere in the file: refused, named by verify, or without effect on what is stored. */
static void any_flipped_byte_is_harmless(void **state)
{
    struct fixture *f = *state;
    char hex[SHA256_HEX], head[SHA256_HEX];
    struct store_verdict v;
    struct buf file;
    long refused = 0, named = 0, same = 0;

    make_history(f, hex);
    assert_int_equal(verify(f, &v, NULL), 0);
    memcpy(head, v.head, sizeof(head));
    buf_init(&file, 1 << 20);
    assert_int_equal(path_read(f->file, &file, NULL), 0);
    for (size_t i = 0; i < file.len; i += 1 + i % 37) {
        struct err err = {0};
        struct store *s;
        overwrite(f->file, file.data, i, 0x10);
        s = store_open(f->folder, STORE_READ, &err);
        if (!s) {
            refused++;
            overwrite(f->file, file.data, i, 0);
            continue;
        }
        if (store_verify(s, &v, &err) < 0)
            named++;
        else if (++same)
            assert_string_equal(v.head, head);
        store_close(s, NULL);
        overwrite(f->file, file.data, i, 0);
    }
    print_message("# flipped bits: %ld refused at open, %ld named by verify, %ld without effect\n", refused,
                  named, same);
    assert_true(refused > 0 && named > 0);
    buf_done(&file);
}

static void foreign_files_are_refused(void **state)
{
    static const struct {
        const char *sql;
        int code; /* 0: opens */
        const char *word;
    } rows[] = {
        {"PRAGMA user_version = 2", ERR_INVALID, "version 2"},
        {"PRAGMA user_version = 1; PRAGMA application_id = 7", ERR_DAMAGED, "another program"},
        {"PRAGMA application_id = 1415008840; CREATE VIEW v AS SELECT 1", ERR_DAMAGED, "view"},
        {"DROP VIEW v; CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM blob; END", ERR_DAMAGED,
         "trigger"},
        {"DROP TRIGGER t; CREATE INDEX i ON event(kind)", ERR_DAMAGED, "index"},
        {"DROP INDEX i; CREATE TABLE more(x)", ERR_DAMAGED, "more"},
        {"DROP TABLE more; DROP TABLE derived; CREATE TABLE derived(a, b)", 0, ""},
        {"ALTER TABLE event ADD COLUMN extra TEXT", ERR_DAMAGED, "event"},
    };
    struct fixture *f = *state;
    char hex[SHA256_HEX];

    make_history(f, hex);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct err err = {0};
        struct store *s;
        tamper(f, rows[i].sql);
        s = store_open(f->folder, STORE_WRITE, &err);
        if (rows[i].code == 0) {
            assert_non_null(s);
            assert_int_equal(store_put_derived(s, "k", 1, "v", 1, &err), 0);
            store_close(s, NULL);
            continue;
        }
        assert_null(s);
        assert_int_equal(err.code, rows[i].code);
        if (!strstr(err.msg, rows[i].word))
            fail_msg("%s", err.msg);
    }
    assert_int_equal(path_write(f->file, "this is no database, whatever its name says", 43, 0600, NULL), 0);
    assert_null(store_open(f->folder, STORE_READ, &(struct err){0}));
}

static void links_are_refused(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char hex[SHA256_HEX], elsewhere[128];

    make_history(f, hex);
    snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", f->root);
    assert_int_equal(rename(f->file, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, f->file), 0);
    assert_null(store_open(f->folder, STORE_WRITE, &err));
    assert_int_equal(err.code, ERR_DAMAGED);
    assert_int_equal(unlink(f->file), 0);
    assert_int_equal(link(elsewhere, f->file), 0);
    assert_null(store_open(f->folder, STORE_READ, &err));
    assert_int_equal(err.code, ERR_DAMAGED);
    snprintf(elsewhere, sizeof(elsewhere), "%s/link", f->root);
    assert_int_equal(symlink(f->folder, elsewhere), 0);
    assert_null(store_open(elsewhere, STORE_WRITE, &err));
    assert_int_equal(err.code, ERR_INVALID);
}

static void export_and_import(void **state)
{
    struct fixture *f = *state;
    char hex[SHA256_HEX], file[128], other[128], damaged[128];
    struct store_verdict v;
    struct err err = {0};
    struct stat st;
    struct buf b;
    struct store *s;

    make_history(f, hex);
    snprintf(file, sizeof(file), "%s/project.history", f->root);
    snprintf(other, sizeof(other), "%s/other/.tinywright", f->root);
    s = open_or_fail(f, STORE_READ);
    if (store_export(s, file, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(store_export(s, file, &err), -ERR_INVALID);
    store_close(s, NULL);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    if (store_import(file, other, &v, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(v.events, 5);
    assert_int_equal(store_import(file, other, &v, &err), -ERR_INVALID);
    s = store_open(other, STORE_WRITE, &err);
    assert_non_null(s);
    assert_int_equal(add(s, "after", "{}"), 6);
    store_close(s, NULL);

    buf_init(&b, 1 << 20);
    assert_int_equal(path_read(file, &b, NULL), 0);
    *(char *)memmem(b.data, b.len, "first", 5) = 'F';
    assert_int_equal(path_write(file, b.data, b.len, 0600, NULL), 0);
    buf_done(&b);
    snprintf(damaged, sizeof(damaged), "%s/damaged/.tinywright", f->root);
    assert_int_equal(store_import(file, damaged, &v, &err), -ERR_DAMAGED);
    snprintf(damaged, sizeof(damaged), "%s/damaged/.tinywright/history.db", f->root);
    assert_false(path_exists(damaged));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(verify_names_what_was_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_names_a_changed_blob, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_flipped_byte_is_harmless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(foreign_files_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(export_and_import, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("store trust", tests, NULL, NULL);
}
