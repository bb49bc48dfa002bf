/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/artifact/extract.h"

#define SKETCH "void setup() {\n}\nvoid loop() {\n}\n"
#define PY "import sys\nprint(sys.argv[1])\n"

struct extract_case {
    const char *name;
    enum artifact_kind kind;
    const char *reply;
    const char *artifact; /* NULL when it must be refused */
    const char *cause;    /* of the first finding then */
    int line;
};

static const struct extract_case cases[] = {
    {"one block", ARTIFACT_SKETCH, "Here it is:\n```cpp\n" SKETCH "```\nGood luck!\n", SKETCH, NULL,
     0},
    {"arduino tag", ARTIFACT_SKETCH, "```arduino\n" SKETCH "```", SKETCH, NULL, 0},
    {"tag with attributes", ARTIFACT_SKETCH, "```cpp title=\"a.ino\"\n" SKETCH "```\n", SKETCH,
     NULL, 0},
    {"tag in capitals and braces", ARTIFACT_PYTHON, "```Python {.numberLines}\n" PY "```\n", PY,
     NULL, 0},
    {"untagged alone", ARTIFACT_PYTHON, "```\n" PY "```\n", PY, NULL, 0},
    {"tildes", ARTIFACT_PYTHON, "~~~python\n" PY "~~~\n", PY, NULL, 0},
    {"longer fence around backticks", ARTIFACT_PYTHON,
     "````python\nimport os\nx = '''\n```\nnot a fence\n```\n'''\n````\n",
     "import os\nx = '''\n```\nnot a fence\n```\n'''\n", NULL, 0},
    {"tildes around backticks", ARTIFACT_PYTHON,
     "~~~python\nimport os\ns = \"\"\"\n```\n\"\"\"\n~~~\n",
     "import os\ns = \"\"\"\n```\n\"\"\"\n", NULL, 0},
    {"shell block beside it", ARTIFACT_PYTHON,
     "```bash\npip install x\n```\n```python\n" PY "```\n", PY, NULL, 0},
    {"untagged output beside it", ARTIFACT_PYTHON,
     "```python\n" PY "```\nprints\n```\n42 rows\n```\n", PY, NULL, 0},
    {"part repeated in an explanation", ARTIFACT_SKETCH,
     "```cpp\n" SKETCH "```\nNote this:\n```cpp\nvoid loop() {\n}\n```\n", SKETCH, NULL, 0},
    {"the same block twice", ARTIFACT_SKETCH,
     "```cpp\n" SKETCH "```\nAgain:\n```cpp\n" SKETCH "```\n", SKETCH,
     NULL, 0},
    {"CRLF", ARTIFACT_SKETCH,
     "Text\r\n```cpp\r\nvoid setup() {\r\n}\r\nvoid loop() {\r\n}\r\n```\r\n", SKETCH,
     NULL, 0},
    {"indented in a list", ARTIFACT_PYTHON,
     "1. Run\n   ```python\n   import sys\n   if 1:\n       pass\n   ```\n",
     "import sys\nif 1:\n    pass\n", NULL, 0},
    {"no newline at the end", ARTIFACT_JSON, "```json\n{\"a\": 1}\n```", "{\"a\": 1}\n", NULL, 0},
    {"byte order mark", ARTIFACT_PYTHON, "\xEF\xBB\xBF```python\n" PY "```", PY, NULL, 0},
    {"reasoning dropped", ARTIFACT_PYTHON,
     "<think>\nmaybe\n```python\nprint('draft')\n```\n</think>\n```python\n" PY "```\n", PY, NULL,
         0},
    {"reasoning with a lone end", ARTIFACT_PYTHON,
     "maybe\n```python\nprint('draft')\n```\n</think>\n```python\n" PY "```\n", PY, NULL, 0},
    {"a think tag inside code stays", ARTIFACT_PYTHON,
     "```python\nimport re\nre.sub('<think>.*</think>', '', t)\n```\n",
     "import re\nre.sub('<think>.*</think>', '', t)\n", NULL, 0},
    {"raw sketch", ARTIFACT_SKETCH, "#include <Arduino.h>\n" SKETCH,
     "#include <Arduino.h>\n" SKETCH, NULL, 0},
    {"raw script with prose in comments", ARTIFACT_PYTHON, "# Reads the table and prints it.\n" PY,
     "# Reads the table and prints it.\n" PY, NULL, 0},
    {"bare JSON in prose", ARTIFACT_JSON, "Sure:\n{\"a\": [1, 2,\n {\"b\": null}]}\nDone.\n",
     "{\"a\": [1, 2,\n {\"b\": null}]}\n", NULL, 0},
    {"bare JSON over several lines", ARTIFACT_JSON, "{\n\"a\": {\n},\n\"b\":\n\"}\"\n}",
     "{\n\"a\": {\n},\n\"b\":\n\"}\"\n}\n",
     NULL, 0},

    {"empty reply", ARTIFACT_SKETCH, "", NULL, "reply-empty", 0},
    {"spaces only", ARTIFACT_SKETCH, " \n\n\t\n", NULL, "reply-empty", 0},
    {"prose only", ARTIFACT_SKETCH, "I am sorry, I cannot write the setup and loop of it.\n", NULL,
     "reply-no-block", 0},
    {"wrong language", ARTIFACT_SKETCH, "```python\n" PY "```\n", NULL, "reply-no-block", 1},
    {"cut off", ARTIFACT_SKETCH, "Here:\n```cpp\nvoid setup() {\n}\nvoid lo", NULL, "reply-cut-off",
     2},
    {"cut off in reasoning", ARTIFACT_SKETCH, "<think>\nLet me see, setup() { loop", NULL,
     "reply-cut-off", 0},
    {"second block cut off", ARTIFACT_SKETCH,
     "```cpp\n" SKETCH "```\n```cpp\nvoid setup() { int a; }\nvoid loop", NULL,
     "reply-several", 7},
    {"two sketches", ARTIFACT_SKETCH,
     "```cpp\n" SKETCH "```\nand\n```cpp\nint x;\n" SKETCH "int y;\n```\n"
     "```cpp\nint other;\n```\n", NULL, "reply-several", 0},
    {"alternatives", ARTIFACT_SKETCH,
     "**Option 1**\n```cpp\n" SKETCH "```\n**Option 2**\n```cpp\nint led;\nvoid setup() {}\nvoid loop() {}\n```\n",
     NULL, "reply-alternatives", 0},
    {"file in two parts", ARTIFACT_SKETCH,
     "```cpp\nint a;\nvoid setup() {\n}\n```\nthen\n```cpp\nvoid loop() {\n}\n```\n", NULL,
     "reply-several", 0},
    {"wrapped in markdown", ARTIFACT_PYTHON, "```markdown\n```python\n" PY "```\n```\n", NULL,
     "reply-no-block", 0},
    {"nested fence of the same length", ARTIFACT_PYTHON, "```python\nx = 1\n```python\n" PY "```\n",
     NULL,
     "reply-nested", 3},
    {"empty block", ARTIFACT_SKETCH, "```cpp\n\n```\n", NULL, "reply-empty", 1},
    {"elided", ARTIFACT_SKETCH,
     "```cpp\nvoid setup() {\n}\n// ... rest of the code remains the same\nvoid loop() {\n}\n```\n",
     NULL, "reply-elided", 4},
    {"prose around raw code", ARTIFACT_SKETCH, "Here is the sketch that you wanted:\n" SKETCH, NULL,
     "reply-no-block", 0},
    {"prose inside raw code", ARTIFACT_SKETCH,
     "void setup() {\n}\nThen comes the main part of it:\nvoid loop() {\n}\n", NULL,
     "reply-no-block", 0},
    {"two JSON objects", ARTIFACT_JSON, "{\"a\": 1}\n{\"b\": 2}\n", NULL, "reply-several", 0},
    {"JSON with a comment", ARTIFACT_JSON, "```json\n{\n// no\n\"a\": 1}\n```\n", NULL,
     "reply-json", 3},
    {"JSON with a trailing comma", ARTIFACT_JSON, "```json\n{\"a\": 1,}\n```\n", NULL, "reply-json",
     2},
    {"JSON array", ARTIFACT_JSON, "```json\n[1, 2]\n```\n", NULL, "reply-json", 2},
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct extract_case *c = &cases[i];
        struct finding_list found;
        struct buf out;
        int rc;
        finding_list_init(&found);
        buf_init(&out, 1 << 16);
        rc = extract_artifact(c->kind, c->reply, strlen(c->reply), &out, &found);
        if (rc != !c->artifact || (found.v.n > 0) != !c->artifact)
            print_error("%s: rc %d, %zu findings, %s\n", c->name, rc, found.v.n,
                        found.v.n ? found.v.items[0].message : buf_text(&out));
        assert_int_equal(rc, !c->artifact);
        if (c->artifact) {
            assert_string_equal(buf_text(&out), c->artifact);
            assert_int_equal(found.v.n, 0);
        } else {
            assert_string_equal(found.v.items[0].cause, c->cause);
            if (c->line)
                assert_int_equal(found.v.items[0].line, c->line);
            assert_int_equal(found.v.items[0].category, FINDING_A2);
            assert_int_equal(found.v.items[0].severity, FINDING_ERROR);
            assert_true(found.v.items[0].fix[0]);
            assert_int_equal(out.len, 0);
        }
        finding_list_done(&found);
        buf_done(&out);
    }
}

static void nul_bytes_are_refused(void **state)
{
    static const char reply[] = "```cpp\nvoid setup() {}\0\nvoid loop() {}\n```\n";
    struct finding_list found;
    struct buf out;

    (void)state;
    finding_list_init(&found);
    buf_init(&out, 4096);
    assert_int_equal(extract_artifact(ARTIFACT_SKETCH, reply, sizeof(reply) - 1, &out, &found), 1);
    assert_string_equal(found.v.items[0].cause, "reply-nul");
    finding_list_done(&found);
    buf_done(&out);
}

static void more_than_the_cap_is_refused(void **state)
{
    struct finding_list found;
    struct buf out;

    (void)state;
    finding_list_init(&found);
    buf_init(&out, 8);
    assert_int_equal(extract_artifact(ARTIFACT_PYTHON, "```python\n" PY "```\n", 43, &out, &found),
        1);
    assert_string_equal(found.v.items[0].cause, "reply-too-large");
    finding_list_done(&found);
    buf_done(&out);
}

/* A thousand fences must not cost more than a pass, and must not be guessed through. */
static void a_flood_of_fences_is_refused(void **state)
{
    struct finding_list found;
    struct buf reply, out;

    (void)state;
    finding_list_init(&found);
    buf_init(&reply, 1 << 20);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 1000; i++)
        buf_putf(&reply, "```cpp\nint x%d;\n```\n", i);
    assert_int_equal(extract_artifact(ARTIFACT_SKETCH, reply.data, reply.len, &out, &found), 1);
    assert_string_equal(found.v.items[0].cause, "reply-too-large");
    finding_list_done(&found);
    buf_done(&reply);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test(more_than_the_cap_is_refused),
        cmocka_unit_test(a_flood_of_fences_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
