/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: one table of commands, each with its options; help, man page and completion come from it.
 * Messages go to stderr, results to stdout. This is the only part of core that writes to them.
 */
#ifndef CORE_CLI_CLI_H
#define CORE_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

enum { CLI_OPTIONS_MAX = 16, CLI_WORDS_MAX = 64 };

struct cli_option {
    const char *name;     /* "--json" */
    const char *argument; /* "STAGE"; NULL = a flag */
    const char *help;
};

struct cli_args { /* what the user gave */
    const char *words[CLI_WORDS_MAX]; int n_words;         /* positional */
    const char *values[CLI_OPTIONS_MAX];                   /* by row of the options; "" for a flag, NULL = not given */
    const struct cli_command *command;
};

struct cli_command {
    const char *name;
    const char *synopsis;  /* "[PROJECT] [--json]" */
    const char *help;      /* one sentence */
    const char *details;   /* more lines, or NULL */
    const struct cli_option *options; /* ended by a NULL name; NULL = none */
    int min_words, max_words;
    int (*run)(const struct cli_args *a, struct err *err); /* exit code >= 0, or negative with err */
};

extern const struct cli_command *const cli_table[]; /* NULL-terminated */

const struct cli_command *cli_find(const char *name); /* NULL when unknown */
/* Value of an option by name; NULL when not given. */
const char *cli_value(const struct cli_args *a, const char *option);
bool cli_has(const struct cli_args *a, const char *option);

/* Fills ret from argv[0..n) (after the command's name); ERR_USAGE with the nearest known word. */
int cli_parse(const struct cli_command *c, int n, char **argv, struct cli_args *ret, struct err *err);

/* argv[1] is a known command, or an unknown word that is no project: runs it, or says so; returns the exit code. */
int cli_main(int argc, char **argv);

/* Shows an err on stderr, sanitized, with its hint: the one place where errors are shown without a screen. */
void cli_show_error(const struct err *e);

void cli_print_help(void);
void cli_print_man(void); /* the man page in mdoc, made from the same table */

#endif
