/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright decide: a decision without the screen. */
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/cli/commands.h"
#include "core/config/user.h"
#include "core/pipeline/remote.h"

enum { BYTES_CAP = 4 * 1024 * 1024 };

static const struct cli_option options[] = {
    {"--sha256", "HEX", "hash of what was looked at (approve needs it; without it, it is printed)"},
    {"--reason", "TEXT", "why (reject needs it; goes into the next prompt)"},
    {"--file", "FILE", "new bytes for edit and take-over"},
    {NULL, NULL, NULL},
};

static enum decision_verb verb_of(const char *word, struct err *err)
{
    const char *words[DECISION_VERBS];
    enum decision_verb v = decision_find(word);

    if (v != DECISION_NONE)
        return v;
    for (int i = 1; i < DECISION_VERBS; i++)
        words[i - 1] = decision_table[i].id;
    err_set(err, ERR_USAGE, "There is no decision named %s.", word);
    if (str_nearest(word, words, DECISION_VERBS - 1))
        err_hint(err, "Did you mean %s?", str_nearest(word, words, DECISION_VERBS - 1));
    else
        err_hint(err, "Known are approve, reject, regenerate, fresh, edit, take-over, later, stop and revoke.");
    return DECISION_NONE;
}

/* The live process takes the command; where there is none, this one opens the project itself. */
static int send_or_do(const char *folder, const struct command *c, struct err *err)
{
    struct cli_session session;
    struct engine_options o = {.mode = -1};
    static struct config_errors errors;
    struct user_config user;
    struct err closing = {0};
    int r = remote_send(folder, c, err);

    if (r != REMOTE_NOBODY)
        return r;
    if (user_config_load(NULL, &user, &errors) == 0) {
        o.who = user.name;
        o.user = &user;
    }
    r = cli_open(&session, folder, false, &o, err);
    if (r == 0) {
        r = engine_command(session.engine, c, err);
        if (cli_close(&session, &closing) && r == 0) {
            *err = closing;
            r = -closing.code;
        }
    }
    user_config_done(&user);
    return r;
}

static int run(const struct cli_args *a, struct err *err)
{
    /* decide [PROJECT] ATTEMPT VERB [FILE]: a project is given when the second word is no decision. */
    int at = a->n_words > 2 && decision_find(a->words[1]) == DECISION_NONE ? 1 : 0;
    struct command c = {.kind = COMMAND_DECIDE, .via = "cli"};
    const char *file = cli_value(a, "--file");
    struct buf bytes;
    int r = 0;

    c.attempt = a->words[at];
    c.verb = verb_of(a->words[at + 1], err);
    if (c.verb == DECISION_NONE)
        return -ERR_USAGE;
    if (!file && a->n_words > at + 2)
        file = a->words[at + 2];
    c.sha256 = cli_value(a, "--sha256");
    c.reason = cli_value(a, "--reason");
    buf_init(&bytes, BYTES_CAP);
    if (file)
        r = cli_read(file, &bytes, err);
    if (file && r == 0) {
        c.bytes = buf_text(&bytes);
        c.len = bytes.len;
    }
    if (r == 0)
        r = send_or_do(at ? a->words[0] : ".", &c, err);
    if (r == 0)
        printf("%s: %s\n", c.attempt, decision_table[c.verb].past);
    buf_done(&bytes);
    return r;
}

const struct cli_command cli_decide_command = {
    .name = "decide",
    .synopsis = "[PROJECT] ATTEMPT approve --sha256 HEX | reject --reason TEXT | regenerate | fresh | edit FILE |\n"
                "       take-over FILE | later | stop | revoke",
    .help = "decides about an attempt, or about a stage's waiting group by the stage's name",
    .options = options,
    .min_words = 2,
    .max_words = 4,
    .run = run,
};
