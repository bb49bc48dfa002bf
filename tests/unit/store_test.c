/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/store: the history keeps what it was given, names what was changed, and one process writes at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/store/store.h"
#include "core/store/store_db.h"

struct fixture {
    char root[64], folder[128], file[160];
};

static int set_up(void **state)
{
    struct fixture *f = os_alloc(sizeof(*f));

    assert_non_null(f);
    str_copy(f->root, sizeof(f->root), "/tmp/tw-store-XXXXXX");
    assert_non_null(mkdtemp(f->root));
    snprintf(f->folder, sizeof(f->folder), "%s/odd ?#%%'\"name/.tinywright", f->root);
    snprintf(f->file, sizeof(f->file), "%s/history.db", f->folder);
    *state = f;
    return 0;
}

static void remove_tree(const char *path)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    remove_tree(f->root);
    free(f);
    return 0;
}

static struct store *open_or_fail(const struct fixture *f, enum store_mode mode)
{
    struct err err = {0};
    struct store *s = store_open(f->folder, mode, &err);

    if (!s)
        fail_msg("%s", err.msg);
    return s;
}

static int64_t add(struct store *s, const char *kind, const char *body)
{
    struct store_event e = {.version = 1, .wall_ms = 1000, .kind = kind, .subject = "sketch/1",
                            .body = body, .body_len = strlen(body)};
    struct err err = {0};
    int64_t seq = 0;

    if (store_append(s, &e, STORE_NORMAL, NULL, NULL, &seq, &err))
        fail_msg("%s", err.msg);
    return seq;
}

struct seen {
    int n;
    int64_t last;
    char kind[64], body[64];
};

static int see(void *arg, const struct store_event *e)
{
    struct seen *v = arg;

    v->n++;
    v->last = e->seq;
    str_copy(v->kind, sizeof(v->kind), e->kind);
    str_copy(v->body, sizeof(v->body), e->body);
    assert_int_equal(strlen(e->body), e->body_len);
    return 0;
}

static void note_durable(void *arg, int64_t seq)
{
    *(int64_t *)arg = seq;
}

/* Runs SQL on the file behind the store's back. */
static void tamper(const struct fixture *f, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    assert_int_equal(sqlite3_open(f->file, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    sqlite3_close(db);
}

static void keeps_events_in_order(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    struct seen v = {0};
    struct err err = {0};

    assert_int_equal(store_last_seq(s), 0);
    assert_int_equal(add(s, "run.started", "{\"a\":1}"), 1);
    assert_int_equal(add(s, "a kind nobody knows", ""), 2);
    assert_int_equal(store_each(s, 0, see, &v, &err), 0);
    assert_int_equal(v.n, 2);
    assert_string_equal(v.kind, "a kind nobody knows");
    assert_int_equal(store_close(s, &err), 0);

    s = open_or_fail(f, STORE_WRITE);
    assert_int_equal(store_last_seq(s), 2);
    assert_int_equal(add(s, "x", "{}"), 3);
    memset(&v, 0, sizeof(v));
    assert_int_equal(store_each(s, 2, see, &v, &err), 0);
    assert_int_equal(v.n, 1);
    assert_int_equal(store_get(s, 1, see, &v, &err), 0);
    assert_string_equal(v.body, "{\"a\":1}");
    assert_int_equal(store_get(s, 9, see, &v, &err), -ERR_INVALID);
    store_close(s, NULL);
}

/* The chain is a published format: this value was computed with another program (see the comment). */
static void chain_is_the_documented_one(void **state)
{
    /* python3: import hashlib,struct as t; q=lambda v:t.pack('>Q',v); c=lambda b:q(len(b))+b
     * hashlib.sha256(b'0'*64+q(1)+q(1)+q(1000)+c(b'x')+c(b'sketch/1')+c(b'{}')).hexdigest() */
    static const char want[] = "3d379c21ff7c313317a3974682460e3d87acf1fa3e6ed5eda28e2a7f95b320e1";
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    char head[SHA256_HEX];

    add(s, "x", "{}");
    store_head(s, head);
    assert_string_equal(head, want);
    store_close(s, NULL);
}

static void clean_close_leaves_one_file(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    char side[200];

    add(s, "x", "{}");
    store_close(s, NULL);
    s = open_or_fail(f, STORE_READ);
    assert_int_equal(store_last_seq(s), 1);
    store_close(s, NULL);
    snprintf(side, sizeof(side), "%s-wal", f->file);
    assert_false(path_exists(side));
    snprintf(side, sizeof(side), "%s-shm", f->file);
    assert_false(path_exists(side));
}

static void group_is_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    struct store_event e = {.version = 1, .kind = "k", .subject = "", .body = "{}", .body_len = 2};
    char hex[SHA256_HEX], before[SHA256_HEX], after[SHA256_HEX];
    int64_t durable = 0;
    struct err err = {0};

    store_head(s, before);
    assert_int_equal(store_begin(s, &err), 0);
    assert_int_equal(store_begin(s, &err), -ERR_USAGE);
    assert_int_equal(store_append(s, &e, STORE_FULL, note_durable, &durable, NULL, &err), 0);
    assert_int_equal(durable, 0);
    store_rollback(s);
    store_head(s, after);
    assert_string_equal(before, after);
    assert_int_equal(store_last_seq(s), 0);

    assert_int_equal(store_begin(s, &err), 0);
    assert_int_equal(store_put_blob(s, "abc", 3, hex, &err), 0);
    assert_int_equal(store_append(s, &e, STORE_FULL, note_durable, &durable, NULL, &err), 0);
    assert_int_equal(store_commit(s, STORE_NORMAL, &err), 0);
    assert_int_equal(durable, 1);
    assert_int_equal(store_commit(s, STORE_NORMAL, &err), -ERR_USAGE);
    store_close(s, NULL);
}

static void blobs_come_back(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    char hex[SHA256_HEX];
    struct err err = {0};
    struct buf b;

    buf_init(&b, 100);
    assert_int_equal(store_put_blob(s, "a\0b", 3, hex, &err), 0);
    assert_int_equal(store_put_blob(s, "a\0b", 3, hex, &err), 0);
    assert_int_equal(store_get_blob(s, hex, &b, &err), 0);
    assert_int_equal(b.len, 3);
    assert_memory_equal(b.data, "a\0b", 3);
    buf_reset(&b);
    assert_int_equal(store_put_blob(s, "", 0, hex, &err), 0);
    assert_int_equal(store_get_blob(s, hex, &b, &err), 0);
    assert_int_equal(b.len, 0);
    hex[0] = hex[0] == '0' ? '1' : '0';
    assert_int_equal(store_get_blob(s, hex, &b, &err), -ERR_INVALID);
    assert_int_equal(store_get_blob(s, "junk", &b, &err), -ERR_INVALID);
    buf_done(&b);
    store_close(s, NULL);
}

static void second_writer_is_told_the_pid(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    struct err err = {0};
    char pid[32];

    assert_null(store_open(f->folder, STORE_WRITE, &err));
    assert_int_equal(err.code, ERR_LOCKED);
    snprintf(pid, sizeof(pid), "pid %d", (int)getpid());
    assert_non_null(strstr(err.msg, pid));
    store_close(s, NULL);
    s = open_or_fail(f, STORE_WRITE);
    store_close(s, NULL);
}

static void reader_sees_a_live_writer(void **state)
{
    struct fixture *f = *state;
    struct store *w = open_or_fail(f, STORE_WRITE), *r;
    struct seen v = {0};
    struct err err = {0};

    add(w, "one", "{}");
    r = open_or_fail(f, STORE_READ);
    assert_int_equal(store_last_seq(r), 1);
    add(w, "two", "{}");
    assert_int_equal(store_last_seq(r), 2);
    assert_int_equal(store_each(r, 1, see, &v, &err), 0);
    assert_string_equal(v.kind, "two");
    assert_int_equal(store_begin(r, &err), -ERR_USAGE);
    assert_int_equal(store_idle(w, &err), 1);
    assert_int_equal(store_close(w, &err), 0);
    assert_int_equal(store_last_seq(r), 2);
    store_close(r, NULL);
}

static void reader_of_nothing_is_told(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};

    assert_null(store_open(f->folder, STORE_READ, &err));
    assert_int_equal(err.code, ERR_INVALID);
    assert_false(path_exists(f->folder));
}

static void search_finds_words(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    struct seen v = {0};
    struct err err = {0};
    static const char *const odd[] = {"\"", "a OR", "NEAR(", "*", "text:", "- ^", "'; DROP TABLE event",
                                      "", "   ", "AND", "\"\"\"", "{a b}:c"};

    add(s, "one", "{}");
    add(s, "two", "{}");
    assert_int_equal(store_index(s, 1, "arena too small", 15, &err), 0);
    assert_int_equal(store_index(s, 2, "tensor arena holds", 18, &err), 0);
    assert_int_equal(store_search(s, "arena", 10, see, &v, &err), 0);
    assert_int_equal(v.n, 2);
    assert_int_equal(v.last, 1); /* newest first */
    memset(&v, 0, sizeof(v));
    assert_int_equal(store_search(s, "arena sm", 10, see, &v, &err), 0);
    assert_int_equal(v.n, 1);
    assert_string_equal(v.kind, "one");
    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
        assert_int_equal(store_search(s, odd[i], 10, see, &v, &err), 0);
    store_close(s, NULL);
}

static void derived_values_belong_to_one_history(void **state)
{
    static const uint8_t mine[32] = {1, 2, 3}, other[32] = {9};
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    struct err err = {0};
    struct buf b;
    int64_t seq = 0;

    buf_init(&b, 100);
    store_set_secret(s, mine);
    add(s, "x", "{}");
    assert_int_equal(store_get_derived(s, "state", &seq, &b, &err), 1);
    assert_int_equal(store_put_derived(s, "state", 1, "abc", 3, &err), 0);
    add(s, "x", "{}");
    assert_int_equal(store_get_derived(s, "state", &seq, &b, &err), 0);
    assert_int_equal(seq, 1);
    assert_string_equal(buf_text(&b), "abc");
    store_set_secret(s, other);
    assert_int_equal(store_get_derived(s, "state", &seq, &b, &err), 1);
    store_close(s, NULL);

    tamper(f, "UPDATE derived SET bytes = x'414243'");
    s = open_or_fail(f, STORE_READ);
    store_set_secret(s, mine);
    assert_int_equal(store_get_derived(s, "state", &seq, &b, &err), 1);
    store_close(s, NULL);
    buf_done(&b);
}

static int count_subject(void *arg, const char *subject, int64_t bytes)
{
    assert_string_equal(subject, "sketch/2");
    assert_int_equal(bytes, 11);
    ++*(int *)arg;
    return 0;
}

static void spool_survives_a_kill(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct store *s;
    struct buf b;
    int n = 0, status;
    pid_t pid = fork();

    if (pid == 0) {
        s = store_open(f->folder, STORE_WRITE, &err);
        if (s && !store_spool(s, "sketch/2", "hello ", 6, &err) &&
            !store_spool(s, "sketch/2", "world", 5, &err))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    s = open_or_fail(f, STORE_WRITE);
    buf_init(&b, 100);
    assert_int_equal(store_spool_get(s, "sketch/2", &b, &err), 0);
    assert_string_equal(buf_text(&b), "hello world");
    assert_int_equal(store_spool_each(s, count_subject, &n, &err), 0);
    assert_int_equal(n, 1);
    assert_int_equal(store_spool_drop(s, "sketch/2", &err), 0);
    buf_reset(&b);
    assert_int_equal(store_spool_get(s, "sketch/2", &b, &err), 0);
    assert_int_equal(b.len, 0);
    buf_done(&b);
    store_close(s, NULL);
}

static void make_history(const struct fixture *f, char hex[SHA256_HEX])
{
    struct store *s = open_or_fail(f, STORE_WRITE);

    for (int i = 0; i < 5; i++)
        add(s, "k", "{\"n\":1}");
    assert_int_equal(store_put_blob(s, "first", 5, hex, NULL), 0);
    assert_int_equal(store_put_blob(s, "other", 5, hex, NULL), 0);
    assert_int_equal(store_close(s, NULL), 0);
}

static int verify(const struct fixture *f, struct store_verdict *v, struct err *err)
{
    struct store *s = open_or_fail(f, STORE_READ);
    int r = store_verify(s, v, err);

    store_close(s, NULL);
    return r;
}

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

static void prune_leaves_the_chain_valid(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    char keep[SHA256_HEX], drop[SHA256_HEX], again[SHA256_HEX], *big = os_alloc(1 << 20);
    const char *kept[] = {keep};
    struct store_sizes before, after;
    struct store_verdict v;
    struct err err = {0};
    struct buf b;
    int64_t freed = 0;

    memset(big, 'x', 1 << 20);
    buf_init(&b, 2 << 20);
    add(s, "k", "{}");
    assert_int_equal(store_put_blob(s, "kept", 4, keep, &err), 0);
    assert_int_equal(store_put_blob(s, big, 1 << 20, drop, &err), 0);
    store_idle(s, &err);
    assert_int_equal(store_get_sizes(s, &before, &err), 0);
    assert_int_equal(store_prune_blobs(s, kept, 1, &freed, &err), 0);
    assert_int_equal(freed, 1 << 20);
    store_idle(s, &err);
    assert_int_equal(store_get_sizes(s, &after, &err), 0);
    assert_true(after.file_bytes < before.file_bytes - 1000000);
    assert_int_equal(after.pruned, 1);
    assert_int_equal(store_verify(s, &v, &err), 0);
    assert_int_equal(v.missing_blobs, 1);
    assert_int_equal(store_get_blob(s, drop, &b, &err), -ERR_INVALID);
    assert_non_null(strstr(err.msg, "pruned"));
    assert_int_equal(store_get_blob(s, keep, &b, &err), 0);
    assert_int_equal(store_put_blob(s, big, 1 << 20, again, &err), 0); /* comes back when it is made again */
    assert_int_equal(store_get_blob(s, drop, &b, &err), 0);
    buf_done(&b);
    free(big);
    store_close(s, NULL);
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

static void network_disks_get_a_rollback_journal(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct store_verdict v;
    char side[200];
    struct store *s, *r;

    assert_true(store_db_network(0x6969));
    assert_true(store_db_network((long)(int)0xFF534D42));
    assert_false(store_db_network(0xEF53));
    s = store_db_open(f->folder, STORE_WRITE, true, &err);
    assert_non_null(s);
    assert_int_equal(add(s, "x", "{}"), 1);
    snprintf(side, sizeof(side), "%s-wal", f->file);
    assert_false(path_exists(side));
    r = open_or_fail(f, STORE_READ);
    assert_int_equal(add(s, "x", "{}"), 2);
    assert_int_equal(store_last_seq(r), 2);
    assert_int_equal(store_verify(r, &v, &err), 0);
    store_close(r, NULL);
    store_close(s, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_events_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chain_is_the_documented_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clean_close_leaves_one_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(group_is_all_or_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(blobs_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(second_writer_is_told_the_pid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reader_sees_a_live_writer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reader_of_nothing_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(search_finds_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(derived_values_belong_to_one_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spool_survives_a_kill, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_names_what_was_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_names_a_changed_blob, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_flipped_byte_is_harmless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(foreign_files_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(prune_leaves_the_chain_valid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(export_and_import, set_up, tear_down),
        cmocka_unit_test_setup_teardown(network_disks_get_a_rollback_journal, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
