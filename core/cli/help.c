/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright help: the commands, the man page and shell completion, all made from the same table. */
#include <stdio.h>

#include "core/base/str.h"
#include "core/cli/commands.h"

static const struct cli_option options[] = {
    {"--man", NULL, "print the man page (mdoc)"},
    {"--completion", NULL, "print completion for bash"},
    {NULL, NULL, NULL},
};

static void man_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
    putchar('\n');
}

void cli_print_man(void)
{
    puts(".Dd $Mdocdate$\n.Dt TINYWRIGHT 1\n.Os\n.Sh NAME\n.Nm tinywright\n"
         ".Nd from sensor data to verified firmware\n.Sh SYNOPSIS\n.Nm\n.Op Ar PROJECT\n.Op Fl -linear\n"
         ".Nm\n.Ar COMMAND\n.Op Ar ARGUMENTS\n.Sh DESCRIPTION\n"
         "Opens the workbench on a project, or runs one command.\n.Sh COMMANDS");
    for (int i = 0; cli_table[i]; i++) {
        const struct cli_command *c = cli_table[i];
        printf(".Ss %s\n.Nm\n", c->name);
        man_text(c->name);
        man_text(c->synopsis);
        puts(".Pp");
        man_text(c->help);
        puts(".Bl -tag -width indent");
        for (int k = 0; c->options && c->options[k].name; k++) {
            printf(".It ");
            man_text(c->options[k].name);
            man_text(c->options[k].help);
        }
        puts(".El");
    }
    puts(".Sh EXIT STATUS\n"
         "0 done; 1 a stage failed; 2 wrong usage; 3 project, configuration or data invalid; 4 a decision is needed;\n"
         "5 provider; 6 a tool is missing; 7 a cap on tokens, money or time; 8 history damaged; 9 the machine\n"
         "refused; 10 locked by another process; 130 and 143 on signals.");
}

static void print_completion(void)
{
    puts("_tinywright() {\n  local cur=${COMP_WORDS[COMP_CWORD]}\n  case ${COMP_WORDS[1]} in");
    for (int i = 0; cli_table[i]; i++) {
        printf("  %s) COMPREPLY=($(compgen -f -W '", cli_table[i]->name);
        for (int k = 0; cli_table[i]->options && cli_table[i]->options[k].name; k++)
            printf("%s ", cli_table[i]->options[k].name);
        puts("' -- \"$cur\"));;");
    }
    printf("  *) COMPREPLY=($(compgen -d -W '");
    for (int i = 0; cli_table[i]; i++)
        printf("%s ", cli_table[i]->name);
    puts("' -- \"$cur\"));;\n  esac\n}\ncomplete -F _tinywright tinywright");
}

static int run(const struct cli_args *a, struct err *err)
{
    (void)err;
    if (cli_has(a, "--man"))
        cli_print_man();
    else if (cli_has(a, "--completion"))
        print_completion();
    else
        cli_print_help();
    return 0;
}

const struct cli_command cli_help_command = {
    .name = "help",
    .synopsis = "[--man] [--completion]",
    .help = "lists the commands; prints the man page or shell completion",
    .options = options,
    .run = run,
};
