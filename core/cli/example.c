/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright example: makes a bundled example's project and prints its folder. */
#include <stdio.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/cli/commands.h"
#include "core/pipeline/example.h"

static const struct cli_option options[] = {
    {"--runtime", "DIR", "where the Python environment lies"},
    {NULL, NULL, NULL},
};

static int unknown(const char *name, struct err *err)
{
    err_set(err, ERR_USAGE, "There is no example named %s.", name);
    err_hint(err, "Known are fruit, wine and motion.");
    return -ERR_USAGE;
}

static int run(const struct cli_args *a, struct err *err)
{
    const struct example *x = example_find(a->words[0]);
    char folder[PATH_CAP];
    struct loop *l;
    int r;

    if (!x)
        return unknown(a->words[0], err);
    if (a->n_words > 1 ? !str_copy(folder, sizeof(folder), a->words[1]) : !example_folder(x, folder, sizeof(folder)))
        return err_set(err, ERR_INVALID, "The path of the example is too long.");
    l = loop_new(err);
    if (!l)
        return -ERR_MACHINE;
    r = example_make(x, folder, cli_value(a, "--runtime"), l, err);
    loop_free(l);
    if (r == 0)
        puts(folder);
    return r;
}

const struct cli_command cli_example_command = {
    .name = "example",
    .synopsis = "NAME [DIR]",
    .help = "makes the project of a bundled example (fruit, wine, motion) and prints its folder",
    .options = options,
    .min_words = 1,
    .max_words = 2,
    .run = run,
};
