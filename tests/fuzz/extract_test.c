/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random replies made of the pieces that matter: never a crash, never an artifact together with an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/artifact/extract.h"
#include "core/artifact/source.h"

enum { ROUNDS = 20000, PIECES = 24 };

static uint32_t seed = 4711;

static uint32_t rnd(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static const char *const pieces[] = {
    "```", "````", "~~~", "```cpp", "```python\n", "\n", "\r\n", "   ", "\t", "<think>",
        "</think>\n", "{", "}", "{\"a\": ",
    "1}", "\"", "'", "\\", "/*", "*/", "//", "#", "void setup() {}\n", "void loop() {}\n",
        "import os\n", "R\"x(", ")x\"",
    "Option 1\n", "\xEF\xBB\xBF", "\xC3\x28", "漢", "rest of the code", "\"\"\"", "[", "]", "\\\n",
        "#if 0\n", "#endif\n",
    "#include <", ">", "Here is some text for you.\n",
};

static void build(struct buf *reply)
{
    int n = (int)rnd(PIECES);

    buf_reset(reply);
    for (int i = 0; i < n; i++) {
        if (rnd(12) == 0)
            buf_putc(reply, (char)rnd(256));
        else
            buf_puts(reply, pieces[rnd(sizeof(pieces) / sizeof(pieces[0]))]);
        if (rnd(2))
            buf_putc(reply, '\n');
    }
}

static void random_replies(void **state)
{
    struct finding_list found;
    struct buf reply, out;
    int taken = 0;

    (void)state;
    buf_init(&reply, 1 << 16);
    buf_init(&out, 1 << 16);
    finding_list_init(&found);
    for (int i = 0; i < ROUNDS; i++) {
        char *exact;
        int rc;
        build(&reply);
        exact = os_dup(buf_text(&reply), reply.len);
        buf_reset(&out);
        finding_list_reset(&found);
        rc = extract_artifact((enum artifact_kind)rnd(ARTIFACT_KINDS), exact, reply.len, &out,
            &found);
        assert_true(rc == 0 || rc == 1);
        assert_int_equal(rc == 1, finding_count(&found, FINDING_ERROR) > 0);
        assert_int_equal(rc == 0, out.len > 0);
        taken += rc == 0;
        free(exact);
    }
    assert_true(taken > ROUNDS / 100); /* both ways were walked */
    assert_true(taken < ROUNDS);
    finding_list_done(&found);
    buf_done(&reply);
    buf_done(&out);
}

/* Tokens lie in order, inside the text, and never on top of each other. */
static void random_sources(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 16);
    for (int i = 0; i < ROUNDS; i++) {
        struct source s;
        size_t last = 0;
        char *exact;
        build(&text);
        exact = os_alloc(text.len + 1);
        memcpy(exact, buf_text(&text), text.len);
        assert_int_equal(source_init(&s, i % 2 ? SOURCE_CPP : SOURCE_PY, exact, text.len), 0);
        for (size_t k = 0; k < s.tokens.n; k++) {
            assert_true(s.tokens.items[k].start >= last &&
                s.tokens.items[k].end > s.tokens.items[k].start);
            last = s.tokens.items[k].end;
        }
        assert_true(last <= text.len);
        source_done(&s);
        free(exact);
    }
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_replies),
        cmocka_unit_test(random_sources),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
