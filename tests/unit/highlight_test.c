/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/highlight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/term/role.h"

/* One letter per byte: k keyword, t type, s string, n number, c comment, p preproc, h heading, d dim, . text */
static const char *paint(enum highlight_language lang, int *io_state, const char *line, char *dst)
{
    static const struct { int role; char letter; } letters[] = {
        {ROLE_KEYWORD, 'k'}, {ROLE_TYPE, 't'}, {ROLE_STRING, 's'}, {ROLE_NUMBER, 'n'}, {ROLE_COMMENT, 'c'},
        {ROLE_PREPROC, 'p'}, {ROLE_HEADING, 'h'}, {ROLE_DIM, 'd'}, {ROLE_STRONG, 'b'},
    };
    struct highlight_span spans[64];
    int n = highlight_line(lang, *io_state, line, strlen(line), spans, 64, io_state);
    size_t last = 0;

    memset(dst, '.', strlen(line));
    dst[strlen(line)] = '\0';
    for (int i = 0; i < n; i++) {
        assert_true(spans[i].start >= last && spans[i].start + spans[i].len <= strlen(line));
        last = spans[i].start + spans[i].len;
        for (size_t k = 0; k < sizeof(letters) / sizeof(*letters); k++) {
            if (letters[k].role == spans[i].role)
                memset(dst + spans[i].start, letters[k].letter, spans[i].len);
        }
    }
    return dst;
}

static const struct {
    enum highlight_language lang;
    const char *line, *colors; /* a NULL line starts with a fresh state */
} cases[] = {
    {HIGHLIGHT_CPP, "#include \"a.h\" // x", "pppppppppppppppcccc"},
    {HIGHLIGHT_CPP, "const int x = 0x1F; /* a", "kkkkk.ttt.....nnnn..cccc"},
    {HIGHLIGHT_CPP, "still */ return \"a\\\"b\";", "cccccccc.kkkkkk.ssssss."},
    {HIGHLIGHT_CPP, "returned = 'c';", "...........sss."},
    {HIGHLIGHT_NONE, NULL, NULL},
    {HIGHLIGHT_HEADER, "alignas(16) const unsigned char m[] = {", "kkkkkkk.nn..kkkkk.kkkkkkkk.tttt........"},
    {HIGHLIGHT_NONE, NULL, NULL},
    {HIGHLIGHT_PYTHON, "@main", "ppppp"},
    {HIGHLIGHT_PYTHON, "def f(): # hi", "kkk......cccc"},
    {HIGHLIGHT_PYTHON, "x = \"\"\"long", "....sssssss"},
    {HIGHLIGHT_PYTHON, "text\"\"\" + 1.5", "sssssss...nnn"},
    {HIGHLIGHT_NONE, NULL, NULL},
    {HIGHLIGHT_YAML, "name: \"a\" # b", "pppp..sss.ccc"},
    {HIGHLIGHT_YAML, "on: true", "pp..tttt"},
    {HIGHLIGHT_JSON, "{\"a\": [1, null]}", ".ppp...n..tttt.."},
    {HIGHLIGHT_NONE, NULL, NULL},
    {HIGHLIGHT_MARKDOWN, "# Task", "hhhhhh"},
    {HIGHLIGHT_MARKDOWN, "use `x` and **y**", "....sss.....bbbbb"},
    {HIGHLIGHT_MARKDOWN, "```cpp", "dddddd"},
    {HIGHLIGHT_MARKDOWN, "int y; /*", "ttt....cc"},
    {HIGHLIGHT_MARKDOWN, "*/ if", "cc.kk"},
    {HIGHLIGHT_MARKDOWN, "```", "ddd"},
    {HIGHLIGHT_MARKDOWN, "int plain", "........."},
};

static void test_lines(void **state)
{
    char dst[200];
    int carried = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        if (!cases[i].line)
            carried = 0;
        else
            assert_string_equal(paint(cases[i].lang, &carried, cases[i].line, dst), cases[i].colors);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(highlight_by_name("fruit.ino"), HIGHLIGHT_CPP);
    assert_int_equal(highlight_by_name("model.h"), HIGHLIGHT_HEADER);
    assert_int_equal(highlight_by_name("01_x.py"), HIGHLIGHT_PYTHON);
    assert_int_equal(highlight_by_name("noname"), HIGHLIGHT_NONE);
    assert_int_equal(highlight_by_name("a.exe"), HIGHLIGHT_NONE);
    assert_int_equal(highlight_by_fence("cpp title=x", 11), HIGHLIGHT_CPP);
    assert_int_equal(highlight_by_fence("", 0), HIGHLIGHT_NONE);
}

/* Any bytes: spans in order and inside the line, whatever the state. */
static void test_any_bytes(void **state)
{
    static const char alphabet[] = "ab1 \"'`*/#@:{}[]\\\n\xc3\xa9<>=_\0-";
    unsigned seed = 3;
    char line[64], dst[64];

    (void)state;
    for (int round = 0; round < 20000; round++) {
        int carried = (int)(seed >> 20 & 0x10FF);
        size_t n = 0;
        while (n < 40) {
            char c = alphabet[(seed = seed * 1103515245u + 12345u) >> 16 & 31 % (sizeof(alphabet) - 1)];
            if (c && c != '\n')
                line[n++] = c;
        }
        line[n] = '\0';
        carried = round % 2 ? carried & 3 : 0;
        paint((enum highlight_language)(round % HIGHLIGHT_LANGUAGES), &carried, line, dst);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_names), cmocka_unit_test(test_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
