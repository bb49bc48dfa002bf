/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright policy: what a policy says, and what it would do about what waits now, rule by rule. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/cli/commands.h"
#include "core/config/user.h"
#include "core/pipeline/policy.h"

static void explain_one(const struct policy *p, const struct state *s, const struct attempt *a, enum exec_level box,
                        const char *who)
{
    struct policy_facts f = policy_facts_of(s, a, box, who);
    const char *rule;
    enum policy_verdict v = policy_decide(p, &f, &rule);
    struct buf out;

    printf("%s: %s (%s)\n", a->id, policy_verdict_name(v), rule);
    buf_init(&out, 256 * 1024);
    policy_explain(p, &f, &out);
    cli_print_text(buf_text(&out), out.len);
    buf_done(&out);
}

static void explain(const struct policy *p, const struct state *s, const char *who)
{
    int waits[STATE_STEPS_MAX], n = state_waiting(s, waits, STATE_STEPS_MAX);
    enum exec_level box = exec_probe(EXEC_FULL, NULL) == 0      ? EXEC_FULL
                          : exec_probe(EXEC_PARTIAL, NULL) == 0 ? EXEC_PARTIAL
                                                                : EXEC_NONE;

    for (int i = 0; i < n; i++)
        explain_one(p, s, s->attempts.items[waits[i]], box, who);
    if (n == 0)
        puts("Nothing waits for a decision.");
    if (policy_second_reviewer(p))
        puts("second_reviewer: who edits or writes bytes by hand cannot be the only one who approves them. Names are\n"
             "claims until decisions are signed.");
}

static int test(const struct policy *p, const struct cli_args *a, struct err *err)
{
    static struct config_errors errors;
    struct user_config user;
    struct passwd *pw = getpwuid(getuid());
    struct cli_session session;
    struct err closing = {0};
    int r = cli_open(&session, cli_project(a, 2), true, NULL, err);

    if (r)
        return r;
    if (user_config_load(NULL, &user, &errors) == 0 && user.name)
        explain(p, engine_state(session.engine), user.name);
    else
        explain(p, engine_state(session.engine), pw ? pw->pw_name : "");
    user_config_done(&user);
    cli_close(&session, &closing);
    return 0;
}

static int show(const struct policy *p, const struct cli_args *a, struct err *err)
{
    (void)a;
    (void)err;
    printf("# %s\n", policy_name(p));
    cli_print_text(policy_text(p), strlen(policy_text(p)));
    return 0;
}

static const struct {
    const char *name;
    int (*run)(const struct policy *p, const struct cli_args *a, struct err *err);
} verbs[] = {{"test", test}, {"show", show}};

static int run(const struct cli_args *a, struct err *err)
{
    const char *names[] = {verbs[0].name, verbs[1].name};
    struct policy *p;
    int r;

    for (size_t i = 0; i < 2; i++) {
        if (!str_eq(a->words[0], verbs[i].name))
            continue;
        p = policy_load(a->words[1], err);
        if (!p)
            return -err->code;
        r = verbs[i].run(p, a, err);
        policy_free(p);
        return r;
    }
    err_set(err, ERR_USAGE, "There is nothing named %s to do with a policy.", a->words[0]);
    err_hint(err, "Did you mean policy %s?", str_nearest(a->words[0], names, 2) ? str_nearest(a->words[0], names, 2) : "test");
    return -ERR_USAGE;
}

const struct cli_command cli_policy_command = {
    .name = "policy",
    .synopsis = "test NAME|FILE [PROJECT] | show NAME|FILE",
    .help = "says rule by rule what a policy would decide about what waits now; prints a policy",
    .details = "A policy is a YAML file with rules; the first rule that matches decides, without one you are asked. It is\n"
               "used only when named with --policy or in your configuration. An approving rule needs the full sandbox, a\n"
               "virtual board and kept limits unless it says otherwise, and covers only the errors that it names:\n\n"
               "  about: What the lab lets through.\n"
               "  second_reviewer: true\n"
               "  rules:\n"
               "    - name: known noise\n"
               "      decide: approve\n"
               "      stage: [data, train]\n"
               "      mode: [symbolic]\n"
               "      worst: [none, note, warning]\n"
               "    - name: what has errors goes back\n"
               "      decide: refuse\n"
               "      worst: [error]\n\n"
               "Conditions: stage, mode, worst, category, cause, budget, provider, box, board, author, author_is_decider;\n"
               "each is a list of words of which one has to hold. A relative path in your configuration begins in its folder.",
    .min_words = 2,
    .max_words = 3,
    .run = run,
};
