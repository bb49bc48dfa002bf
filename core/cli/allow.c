/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright allow: consent to send prompts to a host, for this installation. */
#include <stdio.h>

#include "core/base/path.h"
#include "core/cli/commands.h"
#include "core/pipeline/consent.h"

static const struct cli_option options[] = {
    {"--withdraw", NULL, "take it back"},
    {NULL, NULL, NULL},
};

static int run(const struct cli_args *a, struct err *err)
{
    char folder[PATH_CAP];
    struct ledger *l;
    int r;

    if (!path_user('s', folder, sizeof(folder)) || path_make(folder, 0700, err))
        return -ERR_MACHINE;
    l = ledger_open(folder, err);
    if (!l)
        return -ERR_MACHINE;
    r = cli_has(a, "--withdraw") ? consent_withdraw(l, a->words[0], err) : consent_give(l, a->words[0], err);
    ledger_free(l);
    if (r == 0)
        printf("prompts may %s %s\n", cli_has(a, "--withdraw") ? "no longer be sent to" : "be sent to", a->words[0]);
    return r;
}

const struct cli_command cli_allow_command = {
    .name = "allow",
    .synopsis = "HOST [--withdraw]",
    .help = "permits prompts to be sent to a host that is not this machine",
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
