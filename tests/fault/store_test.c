/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The history under faults: a scripted series of changes is killed at every write, sync, truncation, creation and
 * deletion in turn, again with each failing, again with allocations failing, and again as power loss. Each time:
 * what a call said is saved is there, the chain and the file are whole, and the history can go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/store/store.h"
#include "core/store/store_db.h"
#include "tests/fault/recorder.h"

enum { SAVED_MAX = 256, BIG = 40000, PROMISES = 20, CHILD_S = 60 };

/* What calls have said is saved; shared with the child that gets killed. */
struct promise {
    int64_t seq;
    int tag;         /* the event's body says it */
    bool full;
    size_t log_at;   /* length of the log when the call returned */
};

struct book {
    int n, tag;
    struct promise items[SAVED_MAX];
    bool blob;       /* the big blob is saved */
    bool finished;   /* the script came to its end */
};

static struct book *book;
static char folder[128];
static bool rollback;

static void promise(int64_t seq, int tag, bool full)
{
    struct promise *p = &book->items[book->n];

    assert(book->n < SAVED_MAX);
    *p = (struct promise){seq, tag, full, recorder_log_length()};
    book->n++; /* last: the kill may come between */
}

static int append(struct store *s, enum store_durability d, int64_t *ret_seq, int *ret_tag)
{
    char body[600];
    struct store_event e = {.version = 1, .wall_ms = 1000, .kind = "k", .subject = "sketch/1", .body = body};

    *ret_tag = ++book->tag;
    memset(body, 'x', sizeof(body));
    e.body_len = (size_t)snprintf(body, sizeof(body), "%d ", *ret_tag);
    body[e.body_len] = 'y';
    e.body_len = 10 + (size_t)*ret_tag * 37 % 500;
    return store_append(s, &e, d, NULL, NULL, ret_seq, NULL);
}

static void one(struct store *s, enum store_durability d)
{
    int64_t seq;
    int tag;

    if (append(s, d, &seq, &tag) == 0)
        promise(seq, tag, d == STORE_FULL);
}

static void group(struct store *s, enum store_durability d)
{
    static char big[BIG];
    char hex[SHA256_HEX];
    int64_t seq[2];
    int tag[2], bad;

    memset(big, 'b', sizeof(big));
    if (store_begin(s, NULL))
        return;
    bad = store_put_blob(s, big, sizeof(big), hex, NULL);
    for (int i = 0; i < 2; i++)
        bad = append(s, d, &seq[i], &tag[i]) || bad;
    if (bad) {
        store_rollback(s);
        return;
    }
    if (store_commit(s, d, NULL))
        return;
    promise(seq[0], tag[0], d == STORE_FULL);
    promise(seq[1], tag[1], d == STORE_FULL);
    book->blob = true;
}

static void session(struct store *s)
{
    one(s, STORE_NORMAL);
    one(s, STORE_FULL);
    store_spool(s, "sketch/1", "piece one", 9, NULL);
    one(s, STORE_NORMAL);
    store_spool(s, "sketch/1", "piece two", 9, NULL);
    group(s, STORE_FULL);
    store_idle(s, NULL);
    store_index(s, 1, "some words to find", 18, NULL);
    store_put_derived(s, "state", 1, "derived", 7, NULL);
    group(s, STORE_NORMAL);
    store_spool_drop(s, "sketch/1", NULL);
    one(s, STORE_NORMAL);
    one(s, STORE_FULL);
    store_idle(s, NULL);
    one(s, STORE_NORMAL);
}

/* Two sessions; errors are noted by what they do not promise. */
static void script(void)
{
    for (int i = 0; i < 2; i++) {
        struct store *s = store_db_open(folder, STORE_WRITE, rollback, NULL);
        if (!s)
            continue;
        session(s);
        store_close(s, NULL);
    }
    book->finished = true;
}

static void empty_folder(void)
{
    char path[PATH_CAP];
    struct dirent *d;
    DIR *dir = opendir(folder);

    assert_non_null(dir);
    while ((d = readdir(dir)) != NULL) {
        if (d->d_name[0] != '.')
            unlink(path_join(path, sizeof(path), folder, d->d_name));
    }
    closedir(dir);
}

struct found {
    int n, tags[SAVED_MAX];
};

static int collect(void *arg, const struct store_event *e)
{
    struct found *f = arg;

    assert_true(f->n < SAVED_MAX);
    assert_int_equal(e->seq, f->n + 1);
    f->tags[f->n++] = (int)strtol(e->body, NULL, 10);
    return 0;
}

/* Reopens and compares. Promises count when their call had returned at log_at; full_only for power loss. */
static void check(size_t log_at, bool full_only, const char *where)
{
    struct store_verdict v;
    struct found f = {0};
    struct err err = {0};
    struct store *s;
    int64_t seq;
    int tag;

    recorder_arm(RECORDER_COUNT, 0, 0);
    s = store_db_open(folder, STORE_WRITE, rollback, &err);
    if (!s)
        fail_msg("%s: it does not open: %s", where, err.msg);
    if (store_verify(s, &v, &err))
        fail_msg("%s: %s", where, err.msg);
    assert_int_equal(store_each(s, 0, collect, &f, &err), 0);
    for (int i = 0; i < book->n; i++) {
        const struct promise *p = &book->items[i];
        if (p->log_at > log_at || (full_only && !p->full))
            continue;
        if (p->seq > f.n || f.tags[p->seq - 1] != p->tag)
            fail_msg("%s: event %d was saved and is lost", where, (int)p->seq);
    }
    if (append(s, STORE_FULL, &seq, &tag) || seq != f.n + 1)
        fail_msg("%s: it cannot go on", where);
    if (store_close(s, &err))
        fail_msg("%s: %s", where, err.msg);
}

/* Runs the script in a child with a fault armed; true when the fault came before the end. */
static bool run_child(enum recorder_mode mode, long at, int error)
{
    int status;
    pid_t pid;

    empty_folder();
    memset(book, 0, sizeof(*book));
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(CHILD_S); /* a hang is a failure, not a wait */
        recorder_arm(mode, at, error);
        script();
        _exit((mode == RECORDER_MEMORY ? recorder_allocations() : recorder_points()) > at);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status)) {
        if (WTERMSIG(status) != SIGKILL || (mode != RECORDER_KILL && mode != RECORDER_KILL_TORN))
            fail_msg("mode %d, point %ld: ended by signal %d", mode, at, WTERMSIG(status));
        return true;
    }
    if (WEXITSTATUS(status) > 1)
        fail_msg("mode %d, point %ld: exit %d", mode, at, WEXITSTATUS(status));
    return WEXITSTATUS(status) == 1;
}

static long every_point(enum recorder_mode mode, int error, long step, const char *name)
{
    char where[80];
    long n = 0;

    for (long at = 0; run_child(mode, at, error); at += step, n++) {
        snprintf(where, sizeof(where), "%s at point %ld", name, at);
        check(SIZE_MAX, false, where);
    }
    assert_true(book->finished && book->n == PROMISES); /* the last run met no fault: all was saved */
    print_message("# %s%s: %ld points\n", rollback ? "rollback journal, " : "", name, n);
    assert_true(n > 40);
    return n;
}

static void killed_at_every_point(void **state)
{
    (void)state;
    every_point(RECORDER_KILL, 0, rollback ? 3 : 1, "killed");
    every_point(RECORDER_KILL_TORN, 0, rollback ? 3 : 1, "killed inside a write");
}

static void each_point_fails(void **state)
{
    (void)state;
    every_point(RECORDER_FAIL_ONCE, ENOSPC, 1, "disk full once");
    every_point(RECORDER_FAIL_ON, ENOSPC, 1, "disk full from there on");
    every_point(RECORDER_FAIL_ONCE, EIO, 1, "I/O error once");
    every_point(RECORDER_FAIL_ON, EIO, 1, "I/O error from there on");
}

static void allocations_fail(void **state)
{
    (void)state;
    every_point(RECORDER_MEMORY, 0, 61, "out of memory");
}

static void power_goes_out(void **state)
{
    static const int chances[] = {0, 50, 90, 100};
    char where[80];
    size_t length;
    long n = 0;

    (void)state;
    empty_folder();
    memset(book, 0, sizeof(*book));
    recorder_log_drop();
    recorder_arm(RECORDER_LOG, 0, 0);
    script();
    recorder_arm(RECORDER_COUNT, 0, 0);
    assert_true(book->finished && book->n == PROMISES);
    length = recorder_log_length();
    for (size_t at = 0; at <= length; at += rollback ? 3 : 1) {
        for (size_t i = 0; i < sizeof(chances) / sizeof(*chances); i++, n++) {
            empty_folder();
            recorder_rebuild(folder, at, chances[i], 7 * at + i);
            snprintf(where, sizeof(where), "power out after operation %zu, %d %% kept", at, chances[i]);
            check(at, true, where);
        }
    }
    recorder_log_drop();
    print_message("# %spower loss: %ld points\n", rollback ? "rollback journal, " : "", n);
    assert_true(n > 300);
}

/* The test itself must be able to fail: without its syncs the same check finds lost decisions. */
static void lost_syncs_would_be_noticed(void **state)
{
    struct store *s;
    struct err err = {0};
    size_t length;
    bool lost;

    (void)state;
    empty_folder();
    memset(book, 0, sizeof(*book));
    recorder_arm(RECORDER_LOG, 0, 0);
    s = store_open(folder, STORE_WRITE, &err);
    assert_non_null(s);
    one(s, STORE_FULL);
    one(s, STORE_NORMAL);
    length = recorder_log_length();
    store_close(s, NULL);
    empty_folder();
    recorder_rebuild(folder, length, 0, 1);
    recorder_arm(RECORDER_COUNT, 0, 0);
    s = store_open(folder, STORE_WRITE, &err);
    assert_non_null(s);
    lost = store_last_seq(s) == 1;
    store_close(s, NULL);
    recorder_log_drop();
    assert_true(lost);
}

static int plain(void **state)
{
    (void)state;
    rollback = false;
    return 0;
}

static int network(void **state)
{
    (void)state;
    rollback = true;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lost_syncs_would_be_noticed, plain),
        cmocka_unit_test_setup(killed_at_every_point, plain),
        cmocka_unit_test_setup(each_point_fails, plain),
        cmocka_unit_test_setup(allocations_fail, plain),
        cmocka_unit_test_setup(power_goes_out, plain),
        cmocka_unit_test_setup(killed_at_every_point, network),
        cmocka_unit_test_setup(power_goes_out, network),
    };
    char in_memory[] = "/dev/shm/tw-fault-XXXXXX", on_disk[] = "/tmp/tw-fault-XXXXXX", *root;
    int r;

    recorder_install();
    book = mmap(NULL, sizeof(*book), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    root = mkdtemp(in_memory); /* thousands of small files: memory spares the disk */
    if (!root)
        root = mkdtemp(on_disk);
    if (book == MAP_FAILED || !root)
        return 1;
    str_copy(folder, sizeof(folder), root);
    r = cmocka_run_group_tests_name("store under faults", tests, NULL, NULL);
    empty_folder();
    rmdir(folder);
    return r;
}
