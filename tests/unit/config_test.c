/* SPDX-License-Identifier: GPL-3.0-or-later */
/* core/config: every error has its place and a sentence, and nothing is guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/config/project.h"
#include "core/config/user.h"

#define GOOD "name: p\ndata: d.csv\nlabel: y\n"

static struct config_errors errors;

static int read_project(const char *text, struct project_config *c)
{
    return project_config_read("t.yaml", text, strlen(text), c, &errors);
}

static void presets_and_values(void **state)
{
    struct project_config c;

    (void)state;
    assert_int_equal(read_project(GOOD, &c), 0);
    assert_string_equal(c.board, "nano33ble-virtual");
    assert_int_equal(c.mode, PROJECT_SYMBOLIC);
    assert_int_equal(c.seed, 7);
    assert_true(c.test_fraction == 0.2);
    assert_int_equal(c.convert.quantize, PROJECT_INT8);
    assert_int_equal(c.convert.samples, 200);
    assert_null(c.task);
    project_config_done(&c);
    project_config_done(&c); /* twice is fine */

    assert_int_equal(read_project(GOOD "mode: freeform\nmodes: {train: symbolic, sketch: manual}\n"
                                  "sensors:\n  red: color.r\n  extra: serial\nignore: [id, \"the date\"]\n"
                                  "convert:\n  quantize: float\n  input: float32\n"
                                  "task: >\n  Tell apples\n  from pears.\n"
                                  "test_fraction: 0.25\ncaps: {money: 1.5, attempts: 3}\n", &c), 0);
    assert_int_equal(project_config_mode(&c, "data"), PROJECT_FREEFORM);
    assert_int_equal(project_config_mode(&c, "train"), PROJECT_SYMBOLIC);
    assert_int_equal(project_config_mode(&c, "sketch"), PROJECT_MANUAL);
    assert_int_equal(project_config_mode(&c, "run"), PROJECT_FREEFORM);
    assert_string_equal(project_mode_name(project_config_mode(&c, "sketch")), "manual");
    assert_string_equal(project_config_sensor(&c, "red"), "color.r");
    assert_null(project_config_sensor(&c, "green"));
    assert_int_equal(c.sensors.items[1].line, 8);
    assert_int_equal(c.ignore.n, 2);
    assert_string_equal(c.ignore.items[1], "the date");
    assert_null(c.ignore.items[2]);
    assert_string_equal(c.task, "Tell apples from pears.");
    assert_int_equal(c.convert.quantize, PROJECT_FLOAT);
    assert_true(c.caps.money == 1.5);
    project_config_done(&c);
}

static void each_error_has_its_place(void **state)
{
    static const struct {
        const char *text;
        int line, column;
        const char *says, *hint;
    } rows[] = {
        {GOOD "lable: y\n", 4, 1, "no key 'lable'", "Did you mean label?"},
        {GOOD "label: z\n", 4, 1, "a second time; the first is on line 3", ""},
        {GOOD "seed: 80abc\n", 4, 7, "whole number, not '80abc'", ""},
        {GOOD "seed: 0x10\n", 4, 7, "whole number", ""},
        {GOOD "seed: 007\n", 4, 7, "whole number", ""},
        {GOOD "seed: +7\n", 4, 7, "whole number", ""},
        {GOOD "seed: 7.0\n", 4, 7, "whole number", ""},
        {GOOD "seed: \"7\"\n", 4, 7, "whole number", ""},
        {GOOD "seed: 1e3\n", 4, 7, "whole number", ""},
        {GOOD "seed: 99999999999999999999\n", 4, 7, "whole number", ""},
        {GOOD "seed: -1\n", 4, 7, "from 0 to", ""},
        {GOOD "seed: [7]\n", 4, 7, "single value, not a list", ""},
        {GOOD "seed: {a: 7}\n", 4, 7, "single value, not a mapping", ""},
        {GOOD "seed:\n", 4, 6, "no value", ""},
        {GOOD "seed: ~\n", 4, 7, "no value", ""},
        {GOOD "test_fraction: 0.95\n", 4, 16, "from 0.01 to 0.9", ""},
        {GOOD "test_fraction: nan\n", 4, 16, "takes a number", ""},
        {GOOD "test_fraction: .inf\n", 4, 16, "takes a number", ""},
        {GOOD "test_fraction: 0,2\n", 4, 16, "takes a number", ""},
        {GOOD "mode: freefrom\n", 4, 7, "cannot be 'freefrom'", "Did you mean freeform?"},
        {GOOD "mode: Symbolic\n", 4, 7, "cannot be 'Symbolic'", "Did you mean symbolic?"},
        {GOOD "modes: symbolic\n", 4, 8, "takes keys with values, not a value", ""},
        {GOOD "modes: {trian: manual}\n", 4, 9, "'modes' has no key 'trian'", "Did you mean train?"},
        {GOOD "ignore: id\n", 4, 9, "takes a list", "[one, two]"},
        {GOOD "ignore: [id, [x]]\n", 4, 14, "single value", ""},
        {GOOD "sensors: {red: }\n", 4, 16, "no value", ""},
        {GOOD "sensors: {red: a.b, red: a.c}\n", 4, 21, "a second time", ""},
        {GOOD "sensors: {red: color}\n", 4, 16, "SENSOR.CHANNEL", ""},
        {GOOD "? [a]\n: b\n", 4, 3, "single word", ""},
        {GOOD "provider: {base_url: http://evil}\n", 4, 1, "config.yaml", ""},
        {GOOD "policy: trust-clean\n", 4, 1, "--policy", ""},
        {GOOD "sandbox: none\n", 4, 1, "never up to a project", ""},
        {GOOD "editor: [sh, -c, evil]\n", 4, 1, "may not stand here", ""},
        {GOOD "library_folders: [/tmp]\n", 4, 1, "catalog", ""},
        {GOOD "key: sk-123\n", 4, 1, "keys never stand in a project", ""},
        {GOOD "model: /etc/passwd\n", 4, 8, "relative", ""},
        {GOOD "model: ../../x.keras\n", 4, 8, "'..'", ""},
        {GOOD "model: a/../x.keras\n", 4, 8, "'..'", ""},
        {GOOD "model: ~/x.keras\n", 4, 8, "relative", ""},
        {"name: ../p\ndata: d.csv\nlabel: y\n", 1, 7, "starts with a letter", ""},
        {"name: a b\ndata: d.csv\nlabel: y\n", 1, 7, "made of letters", ""},
        {"name: p\nlabel: y\n", 1, 1, "lacks the key 'data'", ""},
        {"", 1, 1, "lacks the key 'name'", ""},
        {"- a\n- b\n", 1, 1, "takes keys with values, not a list", ""},
        {"just text\n", 1, 1, "takes keys with values, not a value", ""},
        {GOOD "modes:\n\ttrain: manual\n", 5, 1, "not of tabs", ""},
        {GOOD "seed: 7\n  task: x\n", 5, 7, "not YAML", ""},
        {GOOD "task: &a x\n", 4, 7, "Anchors", ""},
        {GOOD "task: *a\n", 4, 7, "Aliases", ""},
        {GOOD "task: !!python/object x\n", 4, 7, "Tags", ""},
        {GOOD "<<: {seed: 1}\n", 4, 1, "no key '<<'", ""},
        {GOOD "---\nname: q\n", 4, 1, "second document", ""},
        {GOOD "task: \"a\\x1b[31m\"\n", 4, 7, "cannot be shown", ""},
        {GOOD "task: \"a\\0b\"\n", 4, 7, "cannot be shown", ""},
        {GOOD "task: \"a\\u202eb\"\n", 4, 7, "cannot be shown", ""},
        {GOOD "task: \"a\\nb\"\n", 4, 7, "on one line", ""},
        {GOOD "\"task\\0x\": a\n", 4, 1, "single word", ""},
        {GOOD "task: caf\xe9\n", 4, 10, "not UTF-8", ""},
        {GOOD "task: [[[[[[[[[[[[1]]]]]]]]]]]]\n", 4, 14, "too deeply", ""},
    };
    struct project_config c;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct err *e = &errors.items[0];
        if (read_project(rows[i].text, &c) != -ERR_INVALID)
            fail_msg("%s: not refused", rows[i].text);
        if (errors.n < 1 || e->line != rows[i].line || e->column != rows[i].column ||
            !strstr(e->msg, rows[i].says) || !strstr(e->hint, rows[i].hint))
            fail_msg("%s: %s:%d:%d: %s (%s)", rows[i].text, e->file, e->line, e->column, e->msg, e->hint);
        assert_string_equal(e->file, "t.yaml");
        project_config_done(&c);
    }
}

static void lists_of_sections(void **state)
{
    struct item { struct config_place place; char *name; int64_t size; };
    struct whole { struct config_list items; };
    static const struct config_field item_rows[] = {
        {.key = "name", .type = CONFIG_STRING, .offset = offsetof(struct item, name), .required = true, .help = "Its name."},
        {.key = "size", .type = CONFIG_INT, .offset = offsetof(struct item, size), .max = 9, .preset = "3", .help = "How big."},
        {.key = NULL},
    };
    static const struct config_field rows[] = {
        {.key = "items", .type = CONFIG_LIST, .offset = offsetof(struct whole, items), .size = sizeof(struct item),
         .section = item_rows, .help = "What there is."},
        {.key = NULL},
    };
    static const char good[] = "items:\n  - name: a\n  - {name: b, size: 7}\n", bad[] = "items:\n  - name: a\n  - size: 10\n";
    struct whole w = {0};
    const struct item *items;
    struct buf out;

    (void)state;
    assert_int_equal(config_read("t", good, strlen(good), rows, &w, &errors), 0);
    items = w.items.items;
    assert_int_equal(w.items.n, 2);
    assert_string_equal(items[0].name, "a");
    assert_int_equal(items[0].size, 3); /* the preset */
    assert_string_equal(items[1].name, "b");
    assert_int_equal(items[1].size, 7);
    assert_int_equal(items[1].place.line, 3);
    assert_int_equal(items[1].place.column, 5);
    config_done(rows, &w);
    config_done(rows, &w); /* twice is fine */
    assert_int_equal(config_read("t", bad, strlen(bad), rows, &w, &errors), -ERR_INVALID);
    assert_int_equal(errors.n, 2);
    assert_int_equal(errors.items[0].line, 3);
    assert_non_null(strstr(errors.items[0].msg, "from 0 to 9"));
    assert_non_null(strstr(errors.items[1].msg, "Entry 2 of 'items' lacks the key 'name'"));
    config_done(rows, &w);
    buf_init(&out, 4096);
    assert_int_equal(config_document(rows, &out), 0);
    assert_non_null(strstr(buf_text(&out), "items: # a list"));
    assert_non_null(strstr(buf_text(&out), "size: 3"));
    buf_done(&out);
}

static void nul_is_an_error(void **state)
{
    static const char text[] = "name: p\nda\0ta: d";
    struct project_config c;

    (void)state;
    assert_int_equal(project_config_read("t", text, sizeof(text) - 1, &c, &errors), -ERR_INVALID);
    assert_int_equal(errors.items[0].line, 2);
    assert_int_equal(errors.items[0].column, 3);
    assert_non_null(strstr(errors.items[0].msg, "NUL"));
    project_config_done(&c);
}

static void all_errors_up_to_the_limit(void **state)
{
    struct project_config c;
    struct buf b;

    (void)state;
    assert_int_equal(read_project("name: 1\nmode: x\nseed: y\nlable: z\n", &c), -ERR_INVALID);
    assert_int_equal(errors.n, 6); /* four values, and data and label are missing */
    project_config_done(&c);
    buf_init(&b, 10000);
    for (int i = 0; i < 100; i++)
        buf_putf(&b, "key%d: 1\n", i);
    assert_int_equal(read_project(buf_text(&b), &c), -ERR_INVALID);
    assert_int_equal(errors.n, CONFIG_ERRORS_MAX);
    assert_int_equal(errors.items[CONFIG_ERRORS_MAX - 1].line, CONFIG_ERRORS_MAX);
    project_config_done(&c);
    buf_done(&b);
}

static void too_large_is_refused(void **state)
{
    struct project_config c;
    struct buf b;

    (void)state;
    buf_init(&b, 2 * CONFIG_SIZE_MAX);
    buf_puts(&b, GOOD);
    while (b.len <= CONFIG_SIZE_MAX)
        buf_puts(&b, "# a comment that goes on and on and on\n");
    assert_int_equal(read_project(buf_text(&b), &c), -ERR_INVALID);
    assert_non_null(strstr(errors.items[0].msg, "larger than 256 KiB"));
    project_config_done(&c);
    buf_done(&b);
}

static void examples_are_right(void **state)
{
    glob_t g;

    (void)state;
    assert_int_equal(glob(SOURCE_FOLDER "/docs/examples/*/tinywright.yaml", 0, NULL, &g), 0);
    assert_true(g.gl_pathc >= 3);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        struct project_config c;
        *strrchr(g.gl_pathv[i], '/') = '\0';
        if (project_config_load(g.gl_pathv[i], &c, &errors))
            fail_msg("%s: %d: %s", g.gl_pathv[i], errors.items[0].line, errors.items[0].msg);
        assert_string_equal(c.name, strrchr(g.gl_pathv[i], '/') + 1);
        project_config_done(&c);
    }
    globfree(&g);
}

/* Taking the '#' away from every commented key gives a file that reads as the presets. */
static void document_is_the_presets(void **state)
{
    const struct config_field *tables[] = {project_fields, user_fields};
    struct buf doc, text;
    char *line, *rest;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct user_config c;
        buf_init(&doc, 100000);
        buf_init(&text, 100000);
        assert_int_equal(config_document(tables[i], &doc), 0);
        for (rest = doc.data; rest && *rest;) {
            line = rest;
            rest = strchr(rest, '\n');
            *rest++ = '\0';
            assert_true(strlen(line) <= 120);
            if (*line == '#' && line[1] != ' ' && !strstr(line, ": \"\""))
                buf_putf(&text, "%s\n", line + 1);
            else if (str_starts(line, "#  ") && line[3] != ' ' && strchr(line, ':') && !strstr(line, ": \"\""))
                buf_putf(&text, "%s\n", line + 1);
        }
        if (i == 0)
            buf_puts(&text, GOOD);
        if (i == 0) {
            struct project_config p;
            if (project_config_read("doc", buf_text(&text), text.len, &p, &errors))
                fail_msg("%d: %s\n%s", errors.items[0].line, errors.items[0].msg, buf_text(&text));
            assert_int_equal(p.seed, 7);
            project_config_done(&p);
        } else {
            if (user_config_read("doc", buf_text(&text), text.len, &c, &errors))
                fail_msg("%d: %s\n%s", errors.items[0].line, errors.items[0].msg, buf_text(&text));
            assert_int_equal(c.escape_ms, 50);
            user_config_done(&c);
        }
        buf_done(&doc);
        buf_done(&text);
    }
}

static void user_file(void **state)
{
    struct user_config c;
    double in, out;
    static const char text[] = "provider:\n  kind: openai\n  base_url: http://127.0.0.1:8080/v1\n"
                               "  key_command: [pass, show, \"open ai\"]\n"
                               "prices:\n  gpt-5: 1.25 10\nmouse: true\neditor: [vim, -n]\n"
                               "keys: {quit: Q}\ncaps: {tokens: 100000}\n";

    (void)state;
    assert_int_equal(user_config_read("u", text, strlen(text), &c, &errors), 0);
    assert_int_equal(c.provider.kind, USER_PROVIDER_OPENAI);
    assert_string_equal(c.provider.key_env, "OPENAI_API_KEY");
    assert_string_equal(c.provider.key_command.items[2], "open ai");
    assert_true(c.provider.temperature == -1);
    assert_true(c.mouse);
    assert_string_equal(c.theme, "default");
    assert_true(user_config_price(&c, "gpt-5", &in, &out));
    assert_true(in == 1.25 && out == 10);
    assert_false(user_config_price(&c, "gpt-6", &in, &out));
    assert_int_equal(c.caps.tokens, 100000);
    user_config_done(&c);
}

static void user_file_errors(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"provider: {base_url: ftp://x}", "https://"},
        {"provider: {base_url: \"https://user:pw@host/v1\"}", "no name, password"},
        {"provider: {key_env: sk-abcdefghijkl}", "names an environment variable"},
        {"provider: {key_file: key.txt}", "full path"},
        {"provider: {headers: {a: b}}", "no key 'headers'"},
        {"prices: {gpt-5: cheap}", "two numbers"},
        {"prices: {gpt-5: 1.25}", "two numbers"},
        {"prices: {gpt-5: 1 -3}", "two numbers"},
        {"mouse: yes", "true or false"},
        {"mouse: \"true\"", "true or false"},
        {"base_url: https://x/v1", "section provider"},
        {"api_key: sk-abc", "keys do not stand in this file"},
        {"escape_ms: 5", "from 10 to 1000"},
    };
    struct user_config c;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_int_equal(user_config_read("u", rows[i].text, strlen(rows[i].text), &c, &errors), -ERR_INVALID);
        if (!strstr(errors.items[0].msg, rows[i].says))
            fail_msg("%s: %s", rows[i].text, errors.items[0].msg);
        user_config_done(&c);
    }
}

static void files_and_keys(void **state)
{
    char root[] = "/tmp/tw-config-XXXXXX", path[128], yaml[256];
    struct user_config c;
    struct project_config p;
    struct err err = {0};
    struct buf key;

    (void)state;
    assert_non_null(mkdtemp(root));
    buf_init(&key, 1000);
    snprintf(path, sizeof(path), "%s/none.yaml", root);
    assert_int_equal(user_config_load(path, &c, &errors), 0); /* a missing file is no error */
    assert_int_equal(c.escape_ms, 50);
    unsetenv("OPENAI_API_KEY");
    assert_int_equal(user_config_key(&c, &key, &err), 1);
    setenv("OPENAI_API_KEY", "from-environment", 1);
    assert_int_equal(user_config_key(&c, &key, &err), 0);
    assert_string_equal(buf_text(&key), "from-environment");
    unsetenv("OPENAI_API_KEY");
    user_config_done(&c);

    snprintf(path, sizeof(path), "%s/key", root);
    snprintf(yaml, sizeof(yaml), "provider: {key_file: %s}", path);
    assert_int_equal(user_config_read("u", yaml, strlen(yaml), &c, &errors), 0);
    assert_int_equal(path_write(path, "from-file\n", 10, 0600, &err), 0);
    buf_reset(&key);
    assert_int_equal(user_config_key(&c, &key, &err), 0);
    assert_string_equal(buf_text(&key), "from-file");
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(user_config_key(&c, &key, &err), -ERR_INVALID);
    assert_non_null(strstr(err.hint, "chmod 600"));
    assert_int_equal(path_write(path, "", 0, 0600, &err), 0);
    assert_int_equal(user_config_key(&c, &key, &err), -ERR_INVALID);
    user_config_done(&c);
    unlink(path);

    snprintf(path, sizeof(path), "%s/config.yaml", root);
    assert_int_equal(path_write(path, "mouse: true\n", 12, 0600, &err), 0);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(user_config_load(path, &c, &errors), -ERR_INVALID);
    user_config_done(&c);
    unlink(path);

    snprintf(path, sizeof(path), "%s/tinywright.yaml", root);
    assert_int_equal(project_config_load(root, &p, &errors), -ERR_INVALID);
    assert_non_null(strstr(errors.items[0].hint, "tinywright new"));
    project_config_done(&p);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(project_config_load(root, &p, &errors), -ERR_INVALID);
    assert_non_null(strstr(errors.items[0].msg, "over a link"));
    project_config_done(&p);
    unlink(path);
    rmdir(root);
    buf_done(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_and_values),
        cmocka_unit_test(each_error_has_its_place),
        cmocka_unit_test(lists_of_sections),
        cmocka_unit_test(nul_is_an_error),
        cmocka_unit_test(all_errors_up_to_the_limit),
        cmocka_unit_test(too_large_is_refused),
        cmocka_unit_test(examples_are_right),
        cmocka_unit_test(document_is_the_presets),
        cmocka_unit_test(user_file),
        cmocka_unit_test(user_file_errors),
        cmocka_unit_test(files_and_keys),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
