/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hunks taken one by one, split and edited; every patch is also given to the patch program. */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/artifact/hunk.h"
#include "core/base/err.h"
#include "core/base/path.h"

enum { PAIRS = 400, CAP = 1 << 20 };

static uint32_t seed = 20260211;

static uint32_t rnd(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/hunks_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static void file_path(char *dst, const char *name)
{
    snprintf(dst, PATH_MAX, "%s/%s", folder, name);
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"old", "patch", "new"};
    char path[PATH_MAX];

    (void)state;
    for (int i = 0; i < 3; i++) {
        file_path(path, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

/* What `patch` makes of old text and patch text. */
static void run_patch(const struct buf *old, const struct buf *patch, struct buf *out)
{
    char a[PATH_MAX], p[PATH_MAX], b[PATH_MAX];
    pid_t pid;
    int status = -1;

    file_path(a, "old");
    file_path(p, "patch");
    file_path(b, "new");
    unlink(b);
    assert_int_equal(path_write(a, buf_text(old), old->len, 0600, NULL), 0);
    assert_int_equal(path_write(p, buf_text(patch), patch->len, 0600, NULL), 0);
    pid = fork();
    if (!pid) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        execlp("patch", "patch", "--binary", "-s", "-F0", "--posix", "-o", b, a, p, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status))
        print_error("patch failed on:\n%s\nold:\n%s\n", buf_text(patch), buf_text(old));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(path_read(b, out, NULL), 0);
}

static const char *const vocabulary[] = {"{", "}", "  delay(10);", "", "// ok", "int x = 1;",
    "温度 = 21°;",
                                         "\tSerial.println(x);", "@@ -1,1 +1,1 @@", "--- a",
                                             "+++ b", "-x"};

static void put_line(struct buf *b)
{
    buf_puts(b, vocabulary[rnd(12)]);
    if (rnd(3) == 0)
        buf_putf(b, " %u", rnd(5));
    buf_puts(b, rnd(8) ? "\n" : "\r\n");
}

/* b is a with random lines dropped, changed and added; either may lose its last line end. */
static void random_pair(struct buf *a, struct buf *b)
{
    int lines = (int)rnd(60);

    for (int i = 0; i < lines; i++) {
        size_t from = a->len;
        put_line(a);
        if (rnd(10) == 0)
            put_line(b);
        if (rnd(10) != 0)
            buf_put(b, a->data + from, a->len - from);
    }
    if (a->len && rnd(4) == 0)
        a->len--;
    if (b->len && rnd(4) == 0)
        b->len--;
}

/* The oracle: old lines in order, changes of a hunk only where it is taken. */
static void expect(const struct diff *d, const bool *take, struct buf *out)
{
    for (size_t i = 0; i < d->rows.n; i++) {
        const struct diff_row *r = &d->rows.items[i];
        bool on = r->hunk >= 0 && take[r->hunk];
        if (r->op == DIFF_SAME || (r->op == DIFF_ADD && on) || (r->op == DIFF_DEL && !on))
            buf_put(out, r->text, r->len);
    }
}

static void check_subset(const struct diff *d, const struct buf *old, const bool *take,
    bool with_patch)
{
    struct buf got, want, patch, patched;

    buf_init(&got, CAP);
    buf_init(&want, CAP);
    buf_init(&patch, CAP);
    buf_init(&patched, CAP);
    expect(d, take, &want);
    assert_int_equal(diff_apply(d, take, &got), 0);
    assert_int_equal(got.len, want.len);
    assert_memory_equal(buf_text(&got), buf_text(&want), want.len);
    assert_int_equal(diff_unified_taken(d, take, "old", "new", &patch), 0);
    if (with_patch && patch.len && old->len && got.len) {
        run_patch(old, &patch, &patched);
        assert_int_equal(patched.len, got.len);
        assert_memory_equal(buf_text(&patched), buf_text(&got), got.len);
    }
    buf_done(&got);
    buf_done(&want);
    buf_done(&patch);
    buf_done(&patched);
}

static void check_pair(int round)
{
    struct buf a, b, whole;
    struct diff d;
    bool take[512];
    int context = (int)rnd(4);

    buf_init(&a, CAP);
    buf_init(&b, CAP);
    buf_init(&whole, CAP);
    random_pair(&a, &b);
    assert_int_equal(diff_init(&d, buf_text(&a), a.len, buf_text(&b), b.len, context), 0);
    assert_int_equal(diff_apply(&d, NULL, &whole), 0);
    assert_int_equal(whole.len, b.len);
    assert_memory_equal(buf_text(&whole), buf_text(&b), b.len);
    for (int h = (int)d.hunks.n - 1; h >= 0; h--)
        if (rnd(2))
            assert_true(hunk_split(&d, h) >= 1);
    assert_true(d.hunks.n < 512);
    for (int k = 0; k < 3; k++) {
        for (size_t h = 0; h < d.hunks.n; h++)
            take[h] = rnd(2);
        check_subset(&d, &a, take, context > 0 && round % 2 == k % 2);
    }
    diff_done(&d);
    buf_done(&a);
    buf_done(&b);
    buf_done(&whole);
}

static void any_subset_of_random_pairs_applies_exactly(void **state)
{
    (void)state;
    for (int i = 0; i < PAIRS; i++)
        check_pair(i);
}

/* Lengths of edit scripts against a plain quadratic table: the search must stay shortest. */
static void scripts_are_shortest(void **state)
{
    static unsigned short best[80][80];

    (void)state;
    for (int round = 0; round < 300; round++) {
        char a[160] = "", b[160] = "";
        int n = (int)rnd(40), m = (int)rnd(40);
        struct diff d;
        for (int i = 0; i < n; i++)
            a[2 * i] = (char)('a' + rnd(4)), a[2 * i + 1] = '\n';
        for (int i = 0; i < m; i++)
            b[2 * i] = (char)('a' + rnd(4)), b[2 * i + 1] = '\n';
        for (int i = n; i >= 0; i--)
            for (int j = m; j >= 0; j--)
                best[i][j] = (unsigned short)(i == n ? m - j : j == m ? n - i : a[2 * i] == b[2 * j]
                    ? best[i + 1][j + 1] : 1 + (best[i + 1][j] < best[i][j + 1] ? best[i + 1][j] : best[i][j + 1]));
        assert_int_equal(diff_init(&d, a, 2 * (size_t)n, b, 2 * (size_t)m, 3), 0);
        assert_int_equal(d.added + d.deleted, best[0][0]);
        diff_done(&d);
    }
}

static const char *const ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

static void split_cuts_at_unchanged_lines(void **state)
{
    const char *b = "1\nB\n3\n4\nE\n6\n7\nH\n9\n10\n";
    struct diff d;

    (void)state;
    assert_int_equal(diff_init(&d, ten, strlen(ten), b, strlen(b), 3), 0);
    assert_int_equal(d.hunks.n, 1);
    assert_int_equal(hunk_split(&d, 0), 3);
    assert_int_equal(d.hunks.n, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(hunk_split(&d, i), 1);
    assert_int_equal(d.hunks.items[1].old_start, 4);
    assert_int_equal(d.hunks.items[1].old_count, 3);
    diff_done(&d);
}

static void edit_recounts_and_applies(void **state)
{
    const char *b = "1\nB\n3\n4\n5\n6\n7\n8\n9\nJ\n", *text = "1\nzwei\nzwei-b\n3\n4\n5";
    struct diff d;
    struct buf out;
    bool take[2] = {true, false};

    (void)state;
    buf_init(&out, CAP);
    assert_int_equal(diff_init(&d, ten, strlen(ten), b, strlen(b), 3), 0);
    assert_int_equal(d.hunks.n, 2);
    assert_int_equal(hunk_text(&d, 0, &out), 0);
    assert_string_equal(buf_text(&out), "1\nB\n3\n4\n5\n");
    assert_int_equal(hunk_edit(&d, 0, text, strlen(text)), 0);
    assert_int_equal(d.hunks.n, 2);
    assert_int_equal(d.hunks.items[0].new_count, 6);
    assert_int_equal(d.hunks.items[1].new_start, 8);
    buf_reset(&out);
    assert_int_equal(diff_apply(&d, take, &out), 0);
    assert_string_equal(buf_text(&out), "1\nzwei\nzwei-b\n3\n4\n5\n6\n7\n8\n9\n10\n");
    diff_done(&d);
    buf_done(&out);
}

static void edit_to_nothing_keeps_the_other_hunks(void **state)
{
    const char *b = "new\n1\n2\n3\n4\n5\n6\n7\n8\n9\nJ\n";
    struct diff d;
    struct buf out;

    (void)state;
    buf_init(&out, CAP);
    assert_int_equal(diff_init(&d, ten, strlen(ten), b, strlen(b), 0), 0);
    assert_int_equal(d.hunks.n, 2);
    assert_int_equal(hunk_edit(&d, 0, "", 0), 0);
    assert_int_equal(d.hunks.n, 2);
    assert_int_equal(d.hunks.items[1].old_start, 10);
    assert_int_equal(diff_apply(&d, NULL, &out), 0);
    assert_string_equal(buf_text(&out), "1\n2\n3\n4\n5\n6\n7\n8\n9\nJ\n");
    buf_reset(&out);
    assert_int_equal(diff_unified(&d, "a", "b", &out), 0);
    assert_non_null(strstr(buf_text(&out), "@@ -10,1 +10,1 @@\n-10\n+J\n"));
    diff_done(&d);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_subset_of_random_pairs_applies_exactly, make_folder,
                                        remove_folder),
        cmocka_unit_test(scripts_are_shortest),
        cmocka_unit_test(split_cuts_at_unchanged_lines),
        cmocka_unit_test(edit_recounts_and_applies),
        cmocka_unit_test(edit_to_nothing_keeps_the_other_hunks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
