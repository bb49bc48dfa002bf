/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/store: the history keeps what it was given, names what was changed, and one process writes at a time. */
#include "tests/unit/store_fixture.h"

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

/* In a child that is not root: 0 when it read all events and could write none. */
static int read_as_nobody(const struct fixture *f, int events)
{
    struct seen v = {0};
    struct err err = {0};
    struct store *s;

    if (geteuid() == 0 && (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
        return 1;
    s = store_open(f->folder, STORE_WRITE, &err);
    if (s || err.code != ERR_MACHINE)
        return 2;
    s = store_open(f->folder, STORE_READ, &err);
    if (!s || store_each(s, 0, see, &v, &err) || v.n != events)
        return 3;
    return store_close(s, &err) ? 4 : 0;
}

static void read_only_folder_is_readable(void **state)
{
    struct fixture *f = *state;
    struct store *s = open_or_fail(f, STORE_WRITE);
    char parent[128], side[200];
    int status;
    pid_t pid;

    add(s, "x", "{}");
    add(s, "y", "{}");
    store_close(s, NULL);
    str_copy(parent, sizeof(parent), f->folder);
    *strrchr(parent, '/') = '\0';
    assert_int_equal(chmod(f->root, 0755), 0);
    assert_int_equal(chmod(parent, 0755), 0);
    assert_int_equal(chmod(f->file, 0444), 0);
    assert_int_equal(chmod(f->folder, 0555), 0);
    pid = fork();
    if (pid == 0)
        _exit(read_as_nobody(f, 2));
    waitpid(pid, &status, 0);
    assert_int_equal(chmod(f->folder, 0755), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    snprintf(side, sizeof(side), "%s-wal", f->file);
    assert_false(path_exists(side));
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
        cmocka_unit_test_setup_teardown(read_only_folder_is_readable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reader_of_nothing_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(search_finds_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(derived_values_belong_to_one_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spool_survives_a_kill, set_up, tear_down),
        cmocka_unit_test_setup_teardown(prune_leaves_the_chain_valid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(network_disks_get_a_rollback_journal, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
