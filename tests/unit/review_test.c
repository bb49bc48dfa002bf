/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reviewer's choice: any mix of taken, left, split and edited hunks gives exactly what was chosen. Cross-checked with the
 * patch program both ways: old text to result, and result with what was refused back to the proposal.
 */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/artifact/hunk.h"
#include "core/artifact/review.h"
#include "core/base/path.h"

enum { PAIRS = 300, CAP = 1 << 20 };

static uint32_t seed = 20260727;
static char folder[64];

static uint32_t rnd(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/review_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static void file_path(char *dst, const char *name)
{
    snprintf(dst, PATH_MAX, "%s/%s", folder, name);
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"from", "patch", "to"};
    char path[PATH_MAX];

    (void)state;
    for (int i = 0; i < 3; i++) {
        file_path(path, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void expect_patched(const struct buf *from, const struct buf *patch, const struct buf *want)
{
    char a[PATH_MAX], p[PATH_MAX], b[PATH_MAX];
    struct buf got;
    int status = -1;
    pid_t pid;

    if (!patch->len || !from->len || !want->len) /* patch makes and removes files there */
        return;
    file_path(a, "from");
    file_path(p, "patch");
    file_path(b, "to");
    unlink(b);
    assert_int_equal(path_write(a, buf_text(from), from->len, 0600, NULL), 0);
    assert_int_equal(path_write(p, buf_text(patch), patch->len, 0600, NULL), 0);
    pid = fork();
    if (!pid) {
        dup2(open("/dev/null", O_RDWR), 0);
        execlp("patch", "patch", "--binary", "-s", "-F0", "--posix", "-o", b, a, p, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        fail_msg("patch failed on:\n%s\nfrom:\n%s\n", buf_text(patch), buf_text(from));
    buf_init(&got, CAP);
    assert_int_equal(path_read(b, &got, NULL), 0);
    assert_int_equal(got.len, want->len);
    assert_memory_equal(buf_text(&got), buf_text(want), want->len);
    buf_done(&got);
}

static const char *const words[] = {"{", "}", "  delay(10);", "", "// ok", "int x = 1;", "温度 = 21°;", "\tSerial.println(x);",
                                    "@@ -1,1 +1,1 @@", "--- a", "+++ b", "-x", "🍋 ｆ", "# line 3, left out: no"};

static void put_line(struct buf *b)
{
    buf_puts(b, words[rnd(sizeof(words) / sizeof(*words))]);
    if (rnd(3) == 0)
        buf_putf(b, " %u", rnd(5));
    buf_puts(b, rnd(8) ? "\n" : "\r\n");
}

static void random_pair(struct buf *a, struct buf *b)
{
    for (int lines = (int)rnd(60); lines > 0; lines--) {
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

static int lines_of(const struct buf *b)
{
    int n = 0;

    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n + (b->len && b->data[b->len - 1] != '\n');
}

/* A taken hunk stands in the result where its header says, and is as long. */
static void check_headers(const struct review *r)
{
    for (size_t h = 0; h < r->choices.n; h++) {
        struct diff_hunk k = review_header(r, (int)h);
        const char *at = buf_text(&r->result), *end = at + r->result.len;
        struct buf text;
        if (!r->choices.items[h].take || !k.new_count)
            continue;
        for (int line = 1; line < k.new_start; line++)
            at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
        buf_init(&text, CAP);
        assert_int_equal(hunk_text(&r->diff, (int)h, &text), 0);
        assert_true((size_t)(end - at) >= text.len);
        assert_memory_equal(at, buf_text(&text), text.len);
        assert_int_equal(lines_of(&text), k.new_count);
        buf_done(&text);
    }
}

static void check(const struct review *r)
{
    struct buf patch;
    char sha[SHA256_HEX];
    bool take[512];

    for (size_t i = 0; i < r->choices.n; i++)
        take[i] = r->choices.items[i].take;
    buf_init(&patch, CAP);
    assert_int_equal(diff_unified_taken(&r->diff, take, "old", "new", &patch), 0);
    expect_patched(&r->old_text, &patch, &r->result);
    buf_reset(&patch);
    assert_int_equal(review_refused(r, "fruit.ino", &patch), 0);
    assert_int_equal(patch.len > 0, review_touched(r));
    expect_patched(&r->result, &patch, &r->new_text);
    buf_done(&patch);
    sha256_of(buf_text(&r->result), r->result.len, sha);
    assert_string_equal(r->sha, sha);
    assert_int_equal(r->lines, lines_of(&r->result));
    check_headers(r);
}

static void edit(struct review *r, int h)
{
    struct buf text;

    buf_init(&text, CAP);
    for (int n = (int)rnd(5); n > 0; n--)
        put_line(&text);
    if (rnd(2))
        hunk_text(&r->diff, h, &text);
    assert_int_equal(review_edit(r, h, buf_text(&text), text.len), 0);
    buf_done(&text);
}

static void any_choice_gives_what_was_chosen(void **state)
{
    (void)state;
    for (int i = 0; i < PAIRS; i++) {
        struct review r;
        struct buf a, b;
        buf_init(&a, CAP);
        buf_init(&b, CAP);
        random_pair(&a, &b);
        assert_int_equal(review_init(&r, ARTIFACT_TEXT, buf_text(&a), a.len, buf_text(&b), b.len, NULL), 0);
        assert_int_equal(r.result.len, b.len);
        assert_memory_equal(buf_text(&r.result), buf_text(&b), b.len);
        for (int step = (int)rnd(8); step > 0 && r.choices.n && r.choices.n < 400; step--) {
            int h = (int)rnd((uint32_t)r.choices.n), what = (int)rnd(6);
            if (what == 0)
                assert_true(review_split(&r, h) >= 1);
            else if (what == 1 && i % 3 == 0)
                edit(&r, h);
            else if (what == 2)
                assert_int_equal(review_note(&r, h, "keep --- this\n+++ as it was"), 0);
            else
                assert_int_equal(review_take(&r, h, rnd(2)), 0);
        }
        check(&r);
        review_done(&r);
        buf_done(&a);
        buf_done(&b);
    }
}

static const char *const ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

/* Two changes on lines that follow each other, one of them refused: the order of the lines stays that of the file. */
static void changes_that_follow_each_other_keep_their_order(void **state)
{
    const char *b = "1\nB\n3\nD\n5\nfirst\nsecond\n6\n7\n8\n9\n10\n";
    struct review r;

    (void)state;
    assert_int_equal(review_init(&r, ARTIFACT_TEXT, ten, strlen(ten), b, strlen(b), NULL), 0);
    assert_int_equal(r.choices.n, 1);
    assert_int_equal(review_split(&r, 0), 3);
    assert_int_equal(review_note(&r, 1, "four stays"), 0);
    assert_string_equal(buf_text(&r.result), "1\nB\n3\n4\n5\nfirst\nsecond\n6\n7\n8\n9\n10\n");
    assert_int_equal(review_take(&r, 0, false), 0);
    assert_string_equal(buf_text(&r.result), "1\n2\n3\n4\n5\nfirst\nsecond\n6\n7\n8\n9\n10\n");
    assert_int_equal(r.left, 2);
    assert_int_equal(r.added, 2);
    assert_int_equal(r.deleted, 0);
    assert_false(review_empty(&r));
    assert_int_equal(review_take(&r, 2, false), 0);
    assert_true(review_empty(&r));
    assert_string_equal(buf_text(&r.result), ten);
    review_done(&r);
}

static void reasons_go_with_what_was_refused(void **state)
{
    const char *b = "1\nB\n3\n4\n5\n6\n7\n8\n9\nJ\n";
    struct review r;
    struct buf out;
    char reasons[100];

    (void)state;
    buf_init(&out, CAP);
    assert_int_equal(review_init(&r, ARTIFACT_TEXT, ten, strlen(ten), b, strlen(b), NULL), 0);
    assert_int_equal(review_refused(&r, "x.txt", &out), 0);
    assert_int_equal(out.len, 0);
    assert_int_equal(review_note(&r, 1, "ten\nis\x1b ten"), 0);
    assert_int_equal(review_refused(&r, "x.txt", &out), 0);
    assert_string_equal(buf_text(&out), "# line 10, left out: ten is  ten\n--- x.txt\n+++ x.txt\n"
                                        "@@ -7,4 +7,4 @@\n 7\n 8\n 9\n-10\n+J\n");
    assert_string_equal(review_reasons(&r, reasons, sizeof(reasons)), "hunk 2: ten is  ten");
    assert_string_equal(review_reasons(&r, reasons, 8), "hunk 2:");
    assert_int_equal(review_take(&r, 1, true), 0); /* the reason is kept, and says nothing */
    assert_string_equal(review_reasons(&r, reasons, sizeof(reasons)), "");
    assert_false(review_touched(&r));
    buf_done(&out);
    review_done(&r);
}

static void an_edit_says_that_a_person_wrote_it(void **state)
{
    const char *b = "1\nB\n3\n4\n5\n6\n7\n8\n9\n10\n", *text = "1\nzwei\n3\n4\n5\n";
    struct review r;
    struct buf out;

    (void)state;
    buf_init(&out, CAP);
    assert_int_equal(review_init(&r, ARTIFACT_TEXT, ten, strlen(ten), b, strlen(b), NULL), 0);
    assert_int_equal(review_edit(&r, 0, text, strlen(text)), 0);
    assert_true(review_touched(&r));
    assert_int_equal(review_split(&r, 0), 1);
    assert_int_equal(review_refused(&r, "x.txt", &out), 0);
    assert_non_null(strstr(buf_text(&out), "# line 2, a person wrote this differently\n"));
    assert_non_null(strstr(buf_text(&out), "-zwei\n+B\n"));
    assert_int_equal(review_edit(&r, 0, "a\0b", 3), -1);
    review_done(&r);
    /* Findings name lines of the proposal, whatever an edit before them added. */
    assert_int_equal(review_init(&r, ARTIFACT_TEXT, ten, strlen(ten), "A\n2\n3\n4\n5\n6\n7\n8\n9\nJ\n", 20, NULL), 0);
    assert_int_equal(review_hunk_of(&r, 10), 1);
    assert_int_equal(review_hunk_of(&r, 5), -1);
    assert_int_equal(review_edit(&r, 0, "A\nmore\nand more\n2\n3\n4\n", 22), 0);
    assert_int_equal(review_hunk_of(&r, 10), 1);
    assert_int_equal(review_hunk_of(&r, 1), -1);
    buf_done(&out);
    review_done(&r);
}

static void bytes_without_lines_are_refused(void **state)
{
    struct review r;
    struct err err = {0};

    (void)state;
    assert_true(review_init(&r, ARTIFACT_ELF, "\x7f" "ELF\0\0", 6, "x\n", 2, &err) < 0);
    assert_non_null(strstr(err.msg, "not text"));
    review_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_choice_gives_what_was_chosen, make_folder, remove_folder),
        cmocka_unit_test(changes_that_follow_each_other_keep_their_order),
        cmocka_unit_test(reasons_go_with_what_was_refused),
        cmocka_unit_test(an_edit_says_that_a_person_wrote_it),
        cmocka_unit_test(bytes_without_lines_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
