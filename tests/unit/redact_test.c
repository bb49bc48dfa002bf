/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/store/redact: no key that was handed through it is found in the bytes of a history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/store/redact.h"
#include "core/store/store.h"

static void table(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"nothing here", "nothing here"},
        {"the key is my+odd/secret\"1 here", "the key is [redacted] here"},
        {"my+odd/secret\"1my+odd/secret\"1", "[redacted][redacted]"},
        {"{\"k\":\"my+odd\\/secret\\\"1\"}", "{\"k\":\"[redacted]\"}"},
        {"?k=my%2Bodd%2Fsecret%221&x", "?k=[redacted]&x"},
        {"Authorization: Bearer abcdef0123456789", "Authorization: Bearer [redacted]"},
        {"authorization: bearer abcdef0123456789", "authorization: bearer [redacted]"},
        {"sk-proj-AAAAbbbbCCCCdddd1234", "sk-[redacted]"},
        {"risk-averse-people-are-disk-bound-and-so-on", "risk-averse-people-are-disk-bound-and-so-on"},
        {"sk-short", "sk-short"},
        {"the Bearer of this", "the Bearer of this"},
        {"Basic arithmetic", "Basic arithmetic"},
        {"ghp_0123456789abcdefghijABCDEFGHIJ", "ghp_[redacted]"},
        {"AKIAABCDEFGHIJKLMNOP.", "AKIA[redacted]"},
        {"a\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nb",
         "a\n[redacted]\nb"},
        {"-----BEGIN PRIVATE KEY-----\nMIIE cut", "[redacted]"},
        {"", ""},
    };
    struct redact *r = redact_new();
    struct buf b;

    (void)state;
    assert_int_equal(redact_add(r, "my+odd/secret\"1"), 0);
    assert_int_equal(redact_add(r, "short"), -1);
    buf_init(&b, 10000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        buf_reset(&b);
        assert_int_equal(redact_put(r, &b, rows[i].in, strlen(rows[i].in)), 0);
        assert_string_equal(buf_text(&b), rows[i].out);
        assert_int_equal(redact_finds(r, rows[i].in, strlen(rows[i].in)), strcmp(rows[i].in, rows[i].out) != 0);
        assert_false(redact_finds(r, buf_text(&b), b.len)); /* once is enough */
    }
    buf_done(&b);
    redact_free(r);
    redact_free(NULL);
}

/* Through the store and back: the raw bytes of the file are searched. */
static void file_holds_no_key(void **state)
{
    static const char *const keys[] = {"sk-ant-REALLY-secret-0123456789", "plain-password-of-a-server"};
    char root[] = "/tmp/tw-redact-XXXXXX", path[64], hex[SHA256_HEX], text[200];
    struct redact *r = redact_new();
    struct store *s;
    struct buf b, file;

    (void)state;
    assert_non_null(mkdtemp(root));
    s = store_open(root, STORE_WRITE, NULL);
    assert_non_null(s);
    buf_init(&b, 10000);
    buf_init(&file, 10000000);
    for (int i = 0; i < 2; i++) {
        struct store_event e = {.version = 1, .kind = "reply", .subject = "x"};
        assert_int_equal(redact_add(r, keys[i]), 0);
        snprintf(text, sizeof(text), "error from server: wrong key %s given", keys[i]);
        buf_reset(&b);
        assert_int_equal(redact_put(r, &b, text, strlen(text)), 0);
        e.body = buf_text(&b);
        e.body_len = b.len;
        assert_int_equal(store_append(s, &e, STORE_FULL, NULL, NULL, NULL, NULL), 0);
        assert_int_equal(store_put_blob(s, b.data, b.len, hex, NULL), 0);
        assert_int_equal(store_index(s, i + 1, b.data, b.len, NULL), 0);
        assert_int_equal(store_spool(s, "x", b.data, b.len, NULL), 0);
    }
    assert_int_equal(store_close(s, NULL), 0);
    snprintf(path, sizeof(path), "%s/history.db", root);
    assert_int_equal(path_read(path, &file, NULL), 0);
    assert_non_null(memmem(file.data, file.len, "wrong key", 9)); /* the rest is there */
    for (int i = 0; i < 2; i++)
        assert_null(memmem(file.data, file.len, keys[i] + 6, strlen(keys[i]) - 6));
    buf_done(&b);
    buf_done(&file);
    redact_free(r);
    unlink(path);
    snprintf(path, sizeof(path), "%s/lock", root);
    unlink(path);
    rmdir(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(file_holds_no_key),
    };

    return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
