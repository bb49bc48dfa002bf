/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/store/ledger: only what was approved here counts, and a file that others could write counts for nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/store/ledger.h"

static const char hash[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char hash2[] = "ca7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

struct fixture {
    char folder[64], file[80], secret[80];
    struct os_ops saved;
};

static int set_up(void **state)
{
    struct fixture *f = os_alloc(sizeof(*f));

    assert_non_null(f);
    str_copy(f->folder, sizeof(f->folder), "/tmp/tw-ledger-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->file, sizeof(f->file), "%s/ledger", f->folder);
    snprintf(f->secret, sizeof(f->secret), "%s/secret", f->folder);
    f->saved = os;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    os = f->saved;
    unlink(f->file);
    unlink(f->secret);
    rmdir(f->folder);
    free(f);
    return 0;
}

static struct ledger *open_or_fail(const struct fixture *f)
{
    struct err err = {0};
    struct ledger *l = ledger_open(f->folder, &err);

    if (!l)
        fail_msg("%s", err.msg);
    return l;
}

static void remembers_and_revokes(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = open_or_fail(f), *other = open_or_fail(f);
    struct err err = {0};
    struct stat st;

    assert_false(ledger_has(l, "p1", hash, "python"));
    assert_int_equal(ledger_add(l, "p1", hash, "python", &err), 0);
    assert_true(ledger_has(l, "p1", hash, "python"));
    assert_false(ledger_has(l, "p2", hash, "python"));
    assert_false(ledger_has(l, "p1", hash, "board"));
    assert_false(ledger_has(l, "p1", hash2, "python"));
    assert_true(ledger_has(other, "p1", hash, "python"));
    assert_int_equal(ledger_revoke(other, "p1", hash, "python", &err), 0);
    assert_false(ledger_has(l, "p1", hash, "python"));
    assert_int_equal(ledger_add(l, "p1", hash2, "python", &err), 0);
    ledger_free(l);
    ledger_free(other);
    l = open_or_fail(f);
    assert_false(ledger_has(l, "p1", hash, "python"));
    assert_true(ledger_has(l, "p1", hash2, "python"));
    ledger_free(l);
    assert_int_equal(stat(f->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void odd_words_are_refused(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = open_or_fail(f);

    assert_int_equal(ledger_add(l, "p 1", hash, "python", NULL), -ERR_USAGE);
    assert_int_equal(ledger_add(l, "", hash, "python", NULL), -ERR_USAGE);
    assert_int_equal(ledger_add(l, "p1", "short", "python", NULL), -ERR_USAGE);
    assert_int_equal(ledger_add(l, "p1", hash, "a\nv1", NULL), -ERR_USAGE);
    ledger_free(l);
}

/* Every prefix of a line, as a killed process would leave it: never an approval, never in the way of the next. */
static void torn_lines_do_not_count(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = open_or_fail(f);
    struct buf b;

    assert_int_equal(ledger_add(l, "p1", hash, "python", NULL), 0);
    ledger_free(l);
    buf_init(&b, 4096);
    assert_int_equal(path_read(f->file, &b, NULL), 0);
    for (size_t n = 0; n < b.len; n++) {
        assert_int_equal(path_write(f->file, b.data, n, 0600, NULL), 0);
        l = open_or_fail(f);
        assert_false(ledger_has(l, "p1", hash, "python"));
        assert_int_equal(ledger_add(l, "p1", hash2, "python", NULL), 0);
        assert_true(ledger_has(l, "p1", hash2, "python"));
        /* all but the newline was there: completing it makes the line whole */
        assert_int_equal(ledger_has(l, "p1", hash, "python"), n == b.len - 1);
        ledger_free(l);
    }
    buf_done(&b);
}

static void changed_lines_do_not_count(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = open_or_fail(f);
    struct buf b;

    assert_int_equal(ledger_add(l, "p1", hash, "python", NULL), 0);
    ledger_free(l);
    buf_init(&b, 4096);
    assert_int_equal(path_read(f->file, &b, NULL), 0);
    *strstr(b.data, "p1") = 'q';
    assert_int_equal(path_write(f->file, b.data, b.len, 0600, NULL), 0);
    l = open_or_fail(f);
    assert_false(ledger_has(l, "q1", hash, "python"));
    ledger_free(l);
    buf_done(&b);
}

static void open_permissions_are_refused(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    static const mode_t modes[] = {0640, 0604, 0620, 0602, 0660, 0666};
    char elsewhere[96];

    ledger_free(open_or_fail(f));
    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
        assert_int_equal(chmod(f->file, modes[i]), 0);
        assert_null(ledger_open(f->folder, &err));
        assert_int_equal(err.code, ERR_INVALID);
        assert_non_null(strstr(err.hint, "chmod 600"));
    }
    assert_int_equal(chmod(f->file, 0600), 0);
    assert_int_equal(chmod(f->folder, 0770), 0);
    assert_null(ledger_open(f->folder, &err));
    assert_int_equal(chmod(f->folder, 0700), 0);
    if (geteuid() == 0) { /* only root can make a file of somebody else */
        assert_int_equal(chown(f->file, 65534, 65534), 0);
        assert_null(ledger_open(f->folder, &err));
        assert_int_equal(err.code, ERR_INVALID);
    }
    snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", f->folder);
    assert_int_equal(rename(f->file, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, f->file), 0);
    assert_null(ledger_open(f->folder, &err));
    assert_int_equal(unlink(f->file), 0);
    assert_int_equal(unlink(elsewhere), 0);
}

static void replaced_file_counts_for_nothing(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = open_or_fail(f);

    assert_int_equal(ledger_add(l, "p1", hash, "python", NULL), 0);
    assert_int_equal(unlink(f->file), 0);
    assert_false(ledger_has(l, "p1", hash, "python"));
    assert_true(ledger_add(l, "p1", hash, "python", NULL) < 0);
    ledger_free(l);
}

static int full_at;

static ssize_t write_until_full(int fd, const void *bytes, size_t n)
{
    if (full_at <= 0) {
        errno = ENOSPC;
        return -1;
    }
    if (n > (size_t)full_at)
        n = (size_t)full_at;
    full_at -= (int)n;
    return write(fd, bytes, n);
}

static int fsync_fails(int fd)
{
    (void)fd;
    errno = EIO;
    return -1;
}

/* The disk fills at each byte of the line: an error, and the earlier approvals still stand. */
static void full_disk_loses_nothing(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = open_or_fail(f);
    struct err err = {0};

    assert_int_equal(ledger_add(l, "p1", hash, "python", NULL), 0);
    for (int n = 0; n < 100; n += 7) {
        full_at = n;
        os.write = write_until_full;
        assert_int_equal(ledger_add(l, "p1", hash2, "python", &err), -ERR_MACHINE);
        os.write = f->saved.write;
        assert_false(ledger_has(l, "p1", hash2, "python"));
        assert_true(ledger_has(l, "p1", hash, "python"));
    }
    os.fsync = fsync_fails;
    assert_int_equal(ledger_revoke(l, "p1", hash, "python", &err), -ERR_MACHINE);
    os.fsync = f->saved.fsync;
    assert_int_equal(ledger_add(l, "p1", hash2, "python", &err), 0);
    assert_true(ledger_has(l, "p1", hash2, "python"));
    ledger_free(l);
}

static void secret_stays(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = open_or_fail(f);
    uint8_t a[32], b[32], zero[32] = {0};
    struct err err = {0};
    struct stat st;

    assert_int_equal(ledger_secret(l, a, &err), 0);
    assert_int_equal(ledger_secret(l, b, &err), 0);
    assert_memory_equal(a, b, 32);
    assert_memory_not_equal(a, zero, 32);
    assert_int_equal(stat(f->secret, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(chmod(f->secret, 0644), 0);
    assert_int_equal(ledger_secret(l, b, &err), -ERR_INVALID);
    ledger_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(remembers_and_revokes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(odd_words_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(torn_lines_do_not_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changed_lines_do_not_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(open_permissions_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replaced_file_counts_for_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_disk_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(secret_stays, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
