/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands and how words and options are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/base/str.h"
#include "core/cli/cli.h"

static int parse(const char *command, int n, const char *const *words, struct cli_args *a, struct err *err)
{
    char *argv[CLI_WORDS_MAX + 8];

    assert_non_null(cli_find(command));
    for (int i = 0; i < n; i++)
        argv[i] = (char *)(uintptr_t)words[i];
    err_reset(err);
    return cli_parse(cli_find(command), n, argv, a, err);
}

#define PARSE(command, ...) \
    parse(command, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), (const char *[]){__VA_ARGS__}, &a, &err)

static struct cli_args a;
static struct err err;

static void words_and_options(void **state)
{
    (void)state;
    assert_int_equal(PARSE("run", "fruit", "--policy", "trust-clean", "--json"), 0);
    assert_int_equal(a.n_words, 1);
    assert_string_equal(a.words[0], "fruit");
    assert_string_equal(cli_value(&a, "--policy"), "trust-clean");
    assert_true(cli_has(&a, "--json"));
    assert_false(cli_has(&a, "--mode"));
    assert_int_equal(PARSE("run", "--policy=a=b"), 0);
    assert_string_equal(cli_value(&a, "--policy"), "a=b");
    assert_int_equal(PARSE("run", "--policy="), 0);
    assert_string_equal(cli_value(&a, "--policy"), "");
}

static void after_two_dashes_all_are_words(void **state)
{
    (void)state;
    assert_int_equal(PARSE("run", "--", "--policy"), 0);
    assert_string_equal(a.words[0], "--policy");
}

static void wrong_usage_is_named(void **state)
{
    (void)state;
    assert_int_equal(PARSE("run", "--polcy", "x"), -ERR_USAGE);
    assert_non_null(strstr(err.hint, "--policy"));
    assert_int_equal(PARSE("run", "--policy"), -ERR_USAGE);
    assert_non_null(strstr(err.msg, "needs a value"));
    assert_int_equal(PARSE("run", "--json=yes"), -ERR_USAGE);
    assert_non_null(strstr(err.msg, "takes no value"));
    assert_int_equal(PARSE("run", "a", "b", "c"), -ERR_USAGE);
    assert_non_null(strstr(err.hint, "Usage"));
    assert_int_equal(parse("new", 0, NULL, &a, &err), -ERR_USAGE);
    assert_int_equal(PARSE("run", "--"), 0);
}

static void more_words_than_fit(void **state)
{
    const char *many[CLI_WORDS_MAX + 5];

    (void)state;
    for (size_t i = 0; i < sizeof(many) / sizeof(*many); i++)
        many[i] = "x";
    assert_int_equal(parse("extract", CLI_WORDS_MAX + 5, many, &a, &err), -ERR_USAGE);
}

static void the_table_is_sound(void **state)
{
    (void)state;
    for (int i = 0; cli_table[i]; i++) {
        const struct cli_command *c = cli_table[i];
        int n = 0;
        assert_ptr_equal(cli_find(c->name), c); /* no name twice */
        assert_true(c->help && *c->help && c->run && c->max_words >= c->min_words && c->max_words <= CLI_WORDS_MAX);
        for (; c->options && c->options[n].name; n++) {
            assert_true(str_starts(c->options[n].name, "--") && c->options[n].help && *c->options[n].help);
            for (int k = 0; k < n; k++)
                assert_false(str_eq(c->options[k].name, c->options[n].name));
        }
        assert_true(n <= CLI_OPTIONS_MAX);
    }
    assert_null(cli_find("rn"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_options),    cmocka_unit_test(after_two_dashes_all_are_words),
        cmocka_unit_test(wrong_usage_is_named), cmocka_unit_test(more_words_than_fit),
        cmocka_unit_test(the_table_is_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
