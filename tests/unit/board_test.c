/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/board: the catalogue says what the platform really has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/board/board.h"

#define PLATFORM SOURCE_FOLDER "/core/board/platform"

static const struct board *virtual_board(void)
{
    const struct board *b = board_find("nano33ble-virtual");

    assert_non_null(b);
    return b;
}

static void read_source(const char *path, struct buf *out)
{
    struct err err = {0};

    buf_init(out, 1 << 20);
    if (path_read(path, out, &err))
        fail_msg("%s", err.msg);
}

/* ROW(Add, ADD, 2) lines of the platform, one by one, against the table and the list for people. */
static void operators_are_the_platforms(void **state)
{
    const struct board *b = virtual_board();
    struct buf text, list;
    const char *p;
    int n = 0;

    (void)state;
    read_source(PLATFORM "/tflm/board_kernels.h", &text);
    buf_init(&list, 10000);
    for (p = strstr(text.data, "    ROW("); p; p = strstr(p + 1, "    ROW(")) {
        char method[64], name[64];
        int newest;

        assert_int_equal(sscanf(p, " ROW(%63[^,], %63[^,], %d)", method, name, &newest), 3);
        assert_true(n < b->n_ops);
        assert_string_equal(b->ops[n].name, name);
        assert_string_equal(b->ops[n].method, method);
        assert_int_equal(b->ops[n].newest, newest);
        buf_putf(&list, "%s%s", n ? " " : "", name);
        n++;
    }
    assert_int_equal(n, b->n_ops);
    assert_string_equal(b->runtime_ops, buf_text(&list));
    buf_done(&list);
    buf_done(&text);
}

static void assert_word_in(const char *text, const char *word, const char *where)
{
    size_t n = strlen(word);

    for (const char *p = strstr(text, word); p; p = strstr(p + 1, word)) {
        if ((p == text || !isalnum((unsigned char)p[-1])) && !isalnum((unsigned char)p[n]))
            return;
    }
    fail_msg("%s is not in the header of %s", word, where);
}

/* "int APDS9960::readGesture();" → readGesture; false for what is not a member function. */
static bool member_name(const char *line, size_t n, char *dst, size_t size)
{
    const char *open = memchr(line, '(', n), *start = open;

    if (!open || !strncmp(line, "//", 2) || !strncmp(line, "#", 1))
        return false;
    while (start > line && (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
        start--;
    if (start - line < 2 || start[-1] != ':')
        return false;
    snprintf(dst, size, "%.*s", (int)(open - start), start);
    return true;
}

static void library_is_the_platforms(const struct board_library *l)
{
    struct buf header, properties;
    char path[512], version[64], name[64];
    const char *p = l->signatures;

    snprintf(path, sizeof(path), PLATFORM "/libraries/%s/library.properties", l->name);
    read_source(path, &properties);
    snprintf(version, sizeof(version), "version=%s\n", l->version);
    assert_non_null(strstr(properties.data, version));
    buf_done(&properties);
    if (str_eq(l->name, "Arduino_TensorFlowLite"))
        return; /* spread over many headers: the sketches of the end-to-end test compile with it */
    snprintf(path, sizeof(path), PLATFORM "/libraries/%s/src/%s", l->name, l->header);
    read_source(path, &header);
    for (; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        if (member_name(p, strcspn(p, "\n"), name, sizeof(name)))
            assert_word_in(header.data, name, l->name);
    }
    buf_done(&header);
}

static void libraries_are_the_platforms(void **state)
{
    const struct board *b = virtual_board();

    (void)state;
    for (int i = 0; i < b->n_libraries; i++)
        library_is_the_platforms(&b->libraries[i]);
}

static void sensors_are_the_feeds(void **state)
{
    const struct board *b = virtual_board();
    struct buf source;
    char row[64];

    (void)state;
    read_source(PLATFORM "/cores/virtual/feed.c", &source);
    for (int i = 0; i < b->n_sensors; i++) {
        const struct board_sensor *s = &b->sensors[i];
        int channels = 1;

        for (const char *p = s->channels; *p; p++)
            channels += *p == ' ';
        assert_int_equal(s->n_channels, channels);
        snprintf(row, sizeof(row), "{.name = \"%s\", .values = %d", s->feed, channels);
        if (!strstr(source.data, row))
            fail_msg("the feed has no sensor like %s", row);
    }
    buf_done(&source);
}

static void finds_channels(void **state)
{
    const struct board_sensor *s;
    const struct board *b = virtual_board();

    (void)state;
    assert_null(board_find("nano"));
    assert_int_equal(board_find_channel(b, "color.g", &s), 1);
    assert_string_equal(s->library, "Arduino_APDS9960");
    assert_int_equal(board_find_channel(b, "acc.z", &s), 2);
    assert_int_equal(board_find_channel(b, "temperature.value", &s), 0);
    assert_int_equal(board_find_channel(b, "acc.w", &s), -1);
    assert_int_equal(board_find_channel(b, "acc.", &s), -1);
    assert_int_equal(board_find_channel(b, "acc", &s), -1);
    assert_int_equal(board_find_channel(b, ".x", &s), -1);
    assert_int_equal(board_find_channel(b, "a.sensor.with.a.name.longer.than.any", &s), -1);
    assert_int_equal(board_find_op(b, "CONV_2D")->newest, 3);
    assert_null(board_find_op(b, "LSTM"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_are_the_platforms), cmocka_unit_test(libraries_are_the_platforms),
        cmocka_unit_test(sensors_are_the_feeds),       cmocka_unit_test(finds_channels),
    };

    return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
