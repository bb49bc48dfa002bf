/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/cli/commands.h"

const struct cli_command *const cli_table[] = {
    &cli_new_command,     &cli_example_command, &cli_run_command,   &cli_status_command, &cli_show_command,     &cli_decide_command,
    &cli_extract_command, &cli_check_command, &cli_classify_command, &cli_repair_command, &cli_verify_command,
    &cli_review_command,  &cli_trace_command, &cli_history_command,
    &cli_report_command,  &cli_boards_command, &cli_policy_command, &cli_doctor_command, &cli_allow_command,   &cli_help_command,
    NULL,
};

const struct cli_command *cli_find(const char *name)
{
    for (int i = 0; cli_table[i]; i++) {
        if (str_eq(cli_table[i]->name, name))
            return cli_table[i];
    }
    return NULL;
}

static int option_row(const struct cli_command *c, const char *name, size_t n)
{
    for (int i = 0; c->options && c->options[i].name; i++) {
        if (strlen(c->options[i].name) == n && memcmp(c->options[i].name, name, n) == 0)
            return i;
    }
    return -1;
}

const char *cli_value(const struct cli_args *a, const char *option)
{
    int i = option_row(a->command, option, strlen(option));

    return i < 0 ? NULL : a->values[i];
}

bool cli_has(const struct cli_args *a, const char *option)
{
    return cli_value(a, option) != NULL;
}

static int unknown_option(const struct cli_command *c, const char *given, struct err *err)
{
    const char *names[CLI_OPTIONS_MAX];
    const char *near;
    size_t n = 0;

    for (; c->options && c->options[n].name; n++)
        names[n] = c->options[n].name;
    err_set(err, ERR_USAGE, "tinywright %s has no option %s.", c->name, given);
    near = str_nearest(given, names, n);
    if (near)
        err_hint(err, "Did you mean %s?", near);
    else
        err_hint(err, "tinywright %s --help lists them.", c->name);
    return -ERR_USAGE;
}

static int parse_option(const struct cli_command *c, int n, char **argv, int *i, struct cli_args *ret, struct err *err)
{
    const char *given = argv[*i], *equals = strchr(given, '=');
    int row = option_row(c, given, equals ? (size_t)(equals - given) : strlen(given));

    if (row < 0)
        return unknown_option(c, given, err);
    if (!c->options[row].argument) {
        if (equals)
            return err_set(err, ERR_USAGE, "The option %s takes no value.", c->options[row].name);
        ret->values[row] = "";
    } else if (equals) {
        ret->values[row] = equals + 1;
    } else if (*i + 1 < n) {
        ret->values[row] = argv[++*i];
    } else {
        return err_set(err, ERR_USAGE, "The option %s needs a value: %s.", given, c->options[row].argument);
    }
    return 0;
}

int cli_parse(const struct cli_command *c, int n, char **argv, struct cli_args *ret, struct err *err)
{
    bool only_words = false;
    int r = 0;

    memset(ret, 0, sizeof(*ret));
    ret->command = c;
    for (int i = 0; i < n && r == 0; i++) {
        if (!only_words && str_eq(argv[i], "--"))
            only_words = true;
        else if (!only_words && argv[i][0] == '-' && argv[i][1])
            r = parse_option(c, n, argv, &i, ret, err);
        else if (ret->n_words < CLI_WORDS_MAX)
            ret->words[ret->n_words++] = argv[i];
        else
            r = err_set(err, ERR_USAGE, "There are more than %d words.", CLI_WORDS_MAX);
    }
    if (r == 0 && (ret->n_words < c->min_words || ret->n_words > c->max_words)) {
        r = err_set(err, ERR_USAGE, "tinywright %s was given %d words.", c->name, ret->n_words);
        err_hint(err, "Usage: tinywright %s %s", c->name, c->synopsis);
    }
    return r;
}

static void put_safe(FILE *to, const char *text)
{
    struct buf b;

    buf_init(&b, 64 * 1024);
    text_sanitize(&b, text, strlen(text), TEXT_ONE_LINE);
    fputs(buf_text(&b), to);
    buf_done(&b);
}

void cli_show_error(const struct err *e)
{
    char text[1200];

    fputs("tinywright: ", stderr);
    put_safe(stderr, err_text(e, text, sizeof(text)));
    fputc('\n', stderr);
    if (e->hint[0]) {
        fputs("  ", stderr);
        put_safe(stderr, e->hint);
        fputc('\n', stderr);
    }
}

static void print_command(const struct cli_command *c)
{
    printf("Usage: tinywright %s %s\n\n%s\n", c->name, c->synopsis, c->help);
    if (c->details)
        printf("\n%s\n", c->details);
    for (int i = 0; c->options && c->options[i].name; i++) {
        char left[48];
        snprintf(left, sizeof(left), "%s%s%s", c->options[i].name, c->options[i].argument ? " " : "",
                 c->options[i].argument ? c->options[i].argument : "");
        printf("%s  %-24s %s\n", i ? "" : "\n", left, c->options[i].help);
    }
}

void cli_print_help(void)
{
    puts("tinywright: from sensor data to verified firmware, with a language model's help and you in charge\n\n"
         "Usage: tinywright [PROJECT] [--linear]   opens the workbench\n"
         "       tinywright COMMAND …\n");
    for (int i = 0; cli_table[i]; i++)
        printf("  %-10s %s\n", cli_table[i]->name, cli_table[i]->help);
    puts("\ntinywright COMMAND --help says more. Exit codes: 0 done, 1 a stage failed, 2 wrong usage, 3 project or\n"
         "data invalid, 4 a decision is needed, 5 provider, 6 a tool is missing, 7 a cap was reached, 8 history\n"
         "damaged, 9 the machine refused, 10 locked by another process.");
}

static int unknown_command(const char *name)
{
    const char *names[64];
    struct err err = {0};
    size_t n = 0;

    for (; cli_table[n]; n++)
        names[n] = cli_table[n]->name;
    err_set(&err, ERR_USAGE, "There is no command or project named %s.", name);
    if (str_nearest(name, names, n))
        err_hint(&err, "Did you mean tinywright %s?", str_nearest(name, names, n));
    else
        err_hint(&err, "tinywright --help lists the commands.");
    cli_show_error(&err);
    return ERR_USAGE;
}

int cli_main(int argc, char **argv)
{
    const struct cli_command *c = argc > 1 ? cli_find(argv[1]) : NULL;
    struct cli_args args;
    struct err err = {0};
    int r;

    if (!c)
        return unknown_command(argc > 1 ? argv[1] : "");
    for (int i = 2; i < argc && !str_eq(argv[i], "--"); i++) {
        if (str_eq(argv[i], "--help")) {
            print_command(c);
            return 0;
        }
    }
    r = cli_parse(c, argc - 2, argv + 2, &args, &err);
    if (r == 0)
        r = c->run(&args, &err);
    if (r < 0) {
        cli_show_error(&err);
        return -r;
    }
    if (fflush(stdout) || ferror(stdout))
        return ERR_MACHINE;
    return r;
}
