/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/artifact/artifact.h"
#include "core/artifact/json.h"
#include "core/artifact/source.h"

struct zip {
    struct buf file, directory;
    int n;
};

static void put16(struct buf *b, unsigned v)
{
    buf_putc(b, (char)(v & 255));
    buf_putc(b, (char)(v >> 8 & 255));
}

static void put32(struct buf *b, unsigned v)
{
    put16(b, v & 0xFFFF);
    put16(b, v >> 16);
}

/* The fields that both headers of a member share. */
static void put_common(struct buf *b, const char *name, const char *data, unsigned date)
{
    put16(b, 20);
    put16(b, 0);
    put16(b, 0);
    put32(b, date);
    put32(b, 0x1234); /* checksum: not looked at */
    put32(b, (unsigned)strlen(data));
    put32(b, (unsigned)strlen(data));
    put16(b, (unsigned)strlen(name));
    put16(b, 0);
}

static void zip_add(struct zip *z, const char *name, const char *data, unsigned date)
{
    unsigned offset = (unsigned)z->file.len;

    buf_puts(&z->file, "PK\3\4");
    put_common(&z->file, name, data, date);
    buf_puts(&z->file, name);
    buf_puts(&z->file, data);
    buf_puts(&z->directory, "PK\1\2");
    put16(&z->directory, 20);
    put_common(&z->directory, name, data, date);
    put16(&z->directory, 0);
    put16(&z->directory, 0);
    put16(&z->directory, 0);
    put32(&z->directory, 0);
    put32(&z->directory, offset);
    buf_puts(&z->directory, name);
    z->n++;
}

static void zip_end(struct zip *z)
{
    unsigned at = (unsigned)z->file.len;

    buf_put(&z->file, z->directory.data, z->directory.len);
    buf_puts(&z->file, "PK\5\6");
    put32(&z->file, 0);
    put16(&z->file, (unsigned)z->n);
    put16(&z->file, (unsigned)z->n);
    put32(&z->file, (unsigned)z->directory.len);
    put32(&z->file, at);
    put16(&z->file, 0);
}

struct keras {
    const char *date, *config, *weights;
    unsigned stamp;
    const char *tail; /* bytes after the archive */
};

static void identity(const struct keras *k, char hex[SHA256_HEX])
{
    struct zip z = {.n = 0};
    char meta[128];

    buf_init(&z.file, 1 << 16);
    buf_init(&z.directory, 1 << 16);
    snprintf(meta, sizeof(meta), "{\"keras_version\": \"3.15.1\", \"date_saved\": \"%s\"}",
        k->date);
    zip_add(&z, "metadata.json", meta, 0x00210000);
    zip_add(&z, "config.json", k->config, 0x00210000);
    zip_add(&z, "model.weights.h5", k->weights, k->stamp);
    zip_end(&z);
    buf_puts(&z.file, k->tail ? k->tail : "");
    assert_int_equal(artifact_identity(ARTIFACT_KERAS, z.file.data, z.file.len, hex, NULL), 0);
    buf_done(&z.file);
    buf_done(&z.directory);
}

#define CONFIG(a, b) "{\"x\": {\"shared_object_id\": " a "}, \"y\": {\"shared_object_id\": " b "}}"

static const struct keras base = {"2026-11-21@12:46:01", CONFIG("1397", "1397"), "WEIGHTS", 1,
    NULL};

static void a_later_save_of_the_same_model_is_the_same(void **state)
{
    struct keras later = {"2026-11-22@08:00:59", CONFIG("24", "24"), "WEIGHTS", 0x77777777, NULL};
    char a[SHA256_HEX], b[SHA256_HEX];

    (void)state;
    identity(&base, a);
    identity(&later, b);
    assert_string_equal(a, b);
}

static void every_other_change_is_a_change(void **state)
{
    static const struct keras others[] = {
        {"2026-11-21@12:46:01", CONFIG("1397", "1397"), "WEIGHTZ", 1, NULL},
        {"2026-11-21@12:46:01", CONFIG("1397", "1398"), "WEIGHTS", 1, NULL},
        {"2026-11-21@12:46:01", CONFIG("#0", "#0"), "WEIGHTS", 1, NULL},
        {"2026-11-21@12:46:01", CONFIG("1397", "\"1397\""), "WEIGHTS", 1, NULL},
        {"now\", \"evil\": \"x", CONFIG("1397", "1397"), "WEIGHTS", 1, NULL},
        {"2026-11-21@12:46:01", CONFIG("1397", "1397"), "WEIGHTS", 1, "trailing"},
    };
    char a[SHA256_HEX], b[SHA256_HEX];

    (void)state;
    identity(&base, a);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        identity(&others[i], b);
        assert_string_not_equal(a, b);
    }
}

static void a_file_that_is_no_archive_is_refused(void **state)
{
    struct err err = {0};
    char hex[SHA256_HEX];

    (void)state;
    assert_int_equal(artifact_identity(ARTIFACT_KERAS, "hello", 5, hex, &err), -ERR_INVALID);
    assert_true(err.msg[0] && err.hint[0]);
}

/* Hostile headers: every byte of a good archive replaced in turn; under the sanitizer nothing may be read outside. */
static void broken_archives_never_read_outside(void **state)
{
    struct zip z = {.n = 0};
    char hex[SHA256_HEX];

    (void)state;
    buf_init(&z.file, 1 << 16);
    buf_init(&z.directory, 1 << 16);
    zip_add(&z, "metadata.json", "{\"date_saved\": \"2026\"}", 1);
    zip_add(&z, "config.json", "{\"shared_object_id\": 12", 2);
    zip_end(&z);
    for (size_t n = 0; n <= z.file.len; n++) {
        char *copy = os_dup(z.file.data, n);
        artifact_identity(ARTIFACT_KERAS, copy, n, hex, NULL);
        free(copy);
    }
    for (size_t i = 0; i < z.file.len; i++) {
        for (int v = 0; v < 4; v++) {
            char *copy = os_alloc(z.file.len);
            memcpy(copy, z.file.data, z.file.len);
            copy[i] = "\0\377\177\001"[v];
            artifact_identity(ARTIFACT_KERAS, copy, z.file.len, hex, NULL);
            free(copy);
        }
    }
    buf_done(&z.file);
    buf_done(&z.directory);
}

static void other_kinds_are_hashed_as_they_are(void **state)
{
    char hex[SHA256_HEX];

    (void)state;
    assert_int_equal(artifact_identity(ARTIFACT_SKETCH, "abc", 3, hex, NULL), 0);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(artifact_kind_by_name("a/b.ino"), ARTIFACT_SKETCH);
    assert_int_equal(artifact_kind_by_name("model.tflite"), ARTIFACT_TFLITE);
    assert_int_equal(artifact_kind_by_name("README"), ARTIFACT_TEXT);
}

static void json_spans(void **state)
{
    static const struct {
        const char *text;
        size_t span;
    } rows[] = {
        {"{}", 2}, {"{ } x", 3}, {"{\"a\":{\"b\":[1,2,{}]},\"c\":-1.5e+3}", 32},
         {"{\"a\":\"\\u00e9\\\"}\"}", 17},
        {"{\"a\":1,}", 0}, {"{\"a\" 1}", 0}, {"{'a':1}", 0}, {"{\"a\":01}", 0}, {"{\"a\":1.}", 0},
         {"{\"a\":[1 2]}", 0},
        {"{\"a\":\"x\ny\"}", 0}, {"{\"a\":tru}", 0}, {"{\"a\":1", 0}, {"[1]", 0}, {"{\"a\":[}", 0},
         {"", 0},
    };
    char deep[400] = "";

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(json_object_span(rows[i].text, strlen(rows[i].text), NULL), rows[i].span);
    for (int i = 0; i < 80; i++)
        memcpy(deep + i * 5, "{\"a\":", 5);
    assert_int_equal(json_object_span(deep, sizeof(deep), NULL), 0);
}

static void tokens_follow_splices_comments_and_raw_strings(void **state)
{
    static const char text[] = "#inc\\\nlude <a/b.h> // c\n%:include \"x\\x41.h\"\nint a = 0x1'0; /* b */\n"
                               "auto s = R\"q(a\\\n)\")q\";\n#if 0\ndead();\n#endif\nif (false) { gone(); } live();\n";
    struct source s;
    size_t i;

    (void)state;
    assert_int_equal(source_init(&s, SOURCE_CPP, text, sizeof(text) - 1), 0);
    assert_true(source_is(&s, 1, "include"));
    assert_int_equal(s.tokens.items[2].kind, SOURCE_HEADER);
    assert_string_equal(s.tokens.items[2].text, "a/b.h");
    assert_true(source_is(&s, 3, "#"));
    assert_string_equal(s.tokens.items[5].text, "xA.h");
    assert_int_equal(s.tokens.items[5].line, 3);
    assert_int_equal(s.comments.n, 2);
    assert_null(s.unclosed);
    i = source_find(&s, 0, "auto");
    assert_string_equal(s.tokens.items[i + 3].text, "a\\\n)\"");
    assert_int_equal(source_find(&s, 0, "dead"), s.tokens.n);
    assert_int_equal(source_find(&s, 0, "gone"), s.tokens.n);
    assert_true(source_find(&s, 0, "live") < s.tokens.n);
    source_done(&s);
}

static void tokens_of_python(void **state)
{
    static const char text[] = "import os # x\ns = rb'a\\'b' + \"\"\"m\n\"n\"\"\"\nif s:\n\treturn f'{x}'\n";
    struct source s;

    (void)state;
    assert_int_equal(source_init(&s, SOURCE_PY, text, sizeof(text) - 1), 0);
    assert_null(s.unclosed);
    assert_string_equal(s.tokens.items[4].text, "a\\'b");
    assert_string_equal(s.tokens.items[6].text, "m\n\"n");
    assert_true(source_is(&s, 7, "if") && s.tokens.items[7].first);
    source_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_save_of_the_same_model_is_the_same),
        cmocka_unit_test(every_other_change_is_a_change),
        cmocka_unit_test(a_file_that_is_no_archive_is_refused),
        cmocka_unit_test(broken_archives_never_read_outside),
        cmocka_unit_test(other_kinds_are_hashed_as_they_are),
        cmocka_unit_test(json_spans),
        cmocka_unit_test(tokens_follow_splices_comments_and_raw_strings),
        cmocka_unit_test(tokens_of_python),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
