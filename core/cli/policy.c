/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright policy: what a policy would decide about what waits now, without deciding anything. */
#include <stdio.h>

#include "core/base/str.h"
#include "core/board/board.h"
#include "core/cli/commands.h"
#include "core/pipeline/policy.h"

static int explain(const struct policy *p, const struct state *s)
{
    static const char *const words[] = {"asks", "approves", "refuses"};
    int waits[STATE_STEPS_MAX], n = state_waiting(s, waits, STATE_STEPS_MAX);
    const struct board *board = board_find(s->board);

    for (int i = 0; i < n; i++) {
        const struct attempt *a = s->attempts.items[waits[i]];
        struct policy_facts f = {.stage = s->stages[a->stage].id,
                                 .mode = a->mode,
                                 .errors = finding_count(&a->findings, FINDING_ERROR),
                                 .warnings = finding_count(&a->findings, FINDING_WARNING),
                                 .box_full = exec_probe(EXEC_FULL, NULL) == 0,
                                 .board_virtual = board && board->is_virtual};
        const char *rule;
        enum policy_verdict v = policy_decide(p, &f, &rule);
        printf("%s: %s %s (%s)\n", a->id, policy_name(p), words[v], rule);
    }
    if (n == 0)
        puts("nothing waits for a decision");
    return 0;
}

static int run(const struct cli_args *a, struct err *err)
{
    struct cli_session session;
    struct policy *p;
    struct err closing = {0};
    int r;

    if (!str_eq(a->words[0], "test"))
        return err_set(err, ERR_USAGE, "The one thing to do with a policy here is: policy test NAME [PROJECT].");
    p = policy_load(a->words[1], err);
    if (!p)
        return -err->code;
    r = cli_open(&session, cli_project(a, 2), true, NULL, err);
    if (r == 0) {
        r = explain(p, engine_state(session.engine));
        cli_close(&session, &closing);
    }
    policy_free(p);
    return r;
}

const struct cli_command cli_policy_command = {
    .name = "policy",
    .synopsis = "test NAME [PROJECT]",
    .help = "says what a policy would decide about what waits now, and by which rule",
    .min_words = 2,
    .max_words = 3,
    .run = run,
};
