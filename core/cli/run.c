/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright run: the engine without a screen. */
#include <signal.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/cli/commands.h"
#include "core/config/user.h"
#include "core/pipeline/event.h"
#include "core/pipeline/json.h"
#include "core/pipeline/remote.h"
#include "core/store/store.h"

static const struct cli_option options[] = {
    {"--from", "STAGE", "begin at this stage (earlier ones must have passed)"},
    {"--until", "STAGE", "end after this stage"},
    {"--provider", "ID", "openai, none, or cassette:FILE (example: names the bundled recording)"},
    {"--mode", "MODE", "symbolic, freeform or manual, instead of what the project says"},
    {"--policy", "NAME", "who decides: ask (default), trust-clean, or a file of rules (policy --help)"},
    {"--runtime", "DIR", "where the Python environment and the board runtime lie"},
    {"--json", NULL, "print the history's events as lines of JSON"},
    {NULL, NULL, NULL},
};

struct run {
    struct loop *loop;
    struct engine *engine;
    bool json;
    int signal;
    int64_t began;
};

static void print_json_event(const struct store_event *e)
{
    printf("{\"seq\":%lld,\"time\":%lld,\"kind\":\"%s\",\"about\":\"%s\",\"body\":%.*s}\n", (long long)e->seq,
           (long long)e->wall_ms, e->kind, e->subject, (int)e->body_len, e->body);
    fflush(stdout);
}

static void say(const struct run *r, const char *subject, const char *text)
{
    char span[32];

    fprintf(stderr, "%8s  %-12s %s\n", clock_span(os_mono_ms() - r->began, span, sizeof(span)), subject, text);
}

static void say_findings(const struct attempt *a)
{
    for (size_t i = 0; i < a->findings.v.n; i++) {
        const struct finding *f = &a->findings.v.items[i];
        fprintf(stderr, "%23s%s %s%s%s", "", finding_severity_name(f->severity),
                finding_categories[f->category].id, f->category ? " " : "", f->file);
        if (f->line)
            fprintf(stderr, ":%d", f->line);
        fprintf(stderr, "%s%s\n", f->file[0] ? " " : "", f->message);
    }
}

static void say_decision(const struct run *r, const struct attempt *a)
{
    char text[400];

    snprintf(text, sizeof(text), "%s by %s (%s)%s%s", decision_table[a->decision.verb].past, a->decision.by,
             a->decision.via, a->decision.rule[0] ? ": " : "", a->decision.rule);
    say(r, a->id, text);
}

static void say_event(const struct run *r, const struct store_event *e)
{
    const struct state *s = engine_state(r->engine);
    const struct attempt *a = state_find_attempt(s, e->subject);
    char text[500];

    switch (event_find(e->kind)) {
    case EVENT_ATTEMPT_PROMPTED:
        if (a) {
            snprintf(text, sizeof(text), "asking %s", a->provider);
            say(r, e->subject, text);
        }
        break;
    case EVENT_ATTEMPT_CHECKED:
        if (a && a->state == ATTEMPT_FAILED) {
            say(r, a->id, a->outcome);
            say_findings(a);
        } else if (a) {
            snprintf(text, sizeof(text), "%s, %d lines by %s%s%s", a->name, a->lines, a->author,
                     a->repairs[0] ? ", repaired without a model call: " : "", a->repairs);
            say(r, a->id, text);
        }
        break;
    case EVENT_DECISION:
        if (a)
            say_decision(r, a);
        break;
    case EVENT_EXECUTION_STARTED:
        say(r, e->subject, s->activity);
        break;
    case EVENT_ATTEMPT_SETTLED:
        if (a) {
            snprintf(text, sizeof(text), "%s: %s", attempt_state_table[a->state].word, a->outcome);
            say(r, a->id, text);
            if (a->state == ATTEMPT_FAILED)
                say_findings(a);
        }
        break;
    case EVENT_STAGE_STALE:
    case EVENT_MESSAGE:
    case EVENT_ATTEMPT_INTERRUPTED:
        if (s->messages.n)
            say(r, e->subject, s->messages.items[s->messages.n - 1].text);
        break;
    default:
        break;
    }
}

static void on_event(void *arg, const struct store_event *e)
{
    const struct run *r = arg;

    if (!e)
        return;
    if (r->json)
        print_json_event(e);
    else
        say_event(r, e);
}

static void on_idle(void *arg)
{
    struct run *r = arg;

    loop_stop(r->loop);
}

static void on_signal(void *arg, int signo)
{
    struct run *r = arg;

    r->signal = signo;
    loop_stop(r->loop);
}

static int mode_of(const char *name, int *ret, struct err *err)
{
    const char *names[MODE_MANUAL + 1];

    *ret = -1;
    for (int m = MODE_SYMBOLIC; m <= MODE_MANUAL; m++) {
        names[m] = state_mode_name((enum state_mode)m);
        if (str_eq(name, names[m]))
            *ret = m;
    }
    if (!name || *ret >= 0)
        return 0;
    err_set(err, ERR_USAGE, "There is no mode named %s.", name);
    if (str_nearest(name, names, MODE_MANUAL + 1))
        err_hint(err, "Did you mean %s?", str_nearest(name, names, MODE_MANUAL + 1));
    return -ERR_USAGE;
}

static void print_summary(const struct state *s)
{
    char out[PATH_CAP];

    for (int i = 0; i < s->n_stages; i++) {
        const struct stage_state *g = &s->stages[i];
        printf("%s %-8s %-14s %s%s%s\n", stage_status_table[g->status].symbol, g->id,
               stage_status_table[g->status].word, g->result, g->why[0] ? "  " : "", g->why);
    }
    if (path_join(out, sizeof(out), s->folder, "out") && path_exists(out))
        printf("results: %s\n", out);
}

static int run_loop(struct run *r, const struct cli_args *a, struct err *err)
{
    struct command c = {.kind = COMMAND_RUN, .from = cli_value(a, "--from"), .until = cli_value(a, "--until")};
    int code;

    r->began = os_mono_ms();
    engine_set_listeners(r->engine, on_event, on_idle, r);
    loop_add_signal(r->loop, SIGINT, on_signal, r);
    loop_add_signal(r->loop, SIGTERM, on_signal, r);
    loop_add_signal(r->loop, SIGHUP, on_signal, r);
    if (engine_state(r->engine)->interrupted[0] && !r->json)
        fprintf(stderr, "%s\n", engine_state(r->engine)->interrupted);
    code = engine_command(r->engine, &c, err);
    if (code)
        return code;
    loop_run(r->loop);
    if (r->signal)
        return 128 + r->signal;
    code = engine_result(r->engine, err);
    if (!r->json)
        print_summary(engine_state(r->engine));
    return code ? -code : 0;
}

static int with_engine(const struct cli_args *a, struct engine_options *o, struct err *err)
{
    struct cli_session session;
    struct run r = {.json = cli_has(a, "--json")};
    struct remote *remote;
    struct err closing = {0};
    int code = cli_open(&session, cli_project(a, 0), false, o, err);

    if (code)
        return code;
    r.loop = session.loop;
    r.engine = session.engine;
    /* A second process can decide beside this one; without a socket (path too long) the project just stays locked. */
    remote = remote_listen(session.loop, session.engine, engine_state(session.engine)->folder, NULL);
    code = run_loop(&r, a, err);
    remote_free(remote);
    if (engine_close(session.engine, &closing) && code == 0) {
        *err = closing;
        code = -closing.code;
    }
    return code;
}

static int run(const struct cli_args *a, struct err *err)
{
    struct engine_options o = {.mode = -1, .runtime_folder = cli_value(a, "--runtime")};
    static struct config_errors errors;
    struct user_config user;
    struct provider *provider = NULL;
    const char *name = cli_value(a, "--policy");
    struct policy *policy = NULL;
    int r = user_config_load(NULL, &user, &errors);

    if (r) {
        *err = errors.items[0];
        user_config_done(&user);
        return -err->code;
    }
    o.who = user.name;
    o.user = &user;
    r = mode_of(cli_value(a, "--mode"), &o.mode, err);
    if (r == 0 && name)
        policy = policy_load(name, err);
    else if (r == 0 && user.policy)
        policy = policy_load_configured(user.policy, err);
    if (r == 0 && (name || user.policy) && !policy)
        r = -err->code;
    o.policy = policy;
    if (r == 0 && !(o.loop = loop_new(err)))
        r = -ERR_MACHINE;
    if (r == 0)
        r = cli_provider(o.loop, cli_value(a, "--provider"), &provider, err);
    o.provider = provider;
    if (r == 0)
        r = with_engine(a, &o, err);
    provider_free(provider);
    if (o.loop)
        loop_free(o.loop);
    policy_free(policy);
    user_config_done(&user);
    return r;
}

const struct cli_command cli_run_command = {
    .name = "run",
    .synopsis = "[PROJECT] [--from STAGE] [--until STAGE] [--provider ID] [--mode MODE] [--policy NAME|FILE] [--json]",
    .help = "runs the stages until they are done or a decision is needed",
    .details = "Without a policy it stops at the first artifact that waits, with exit code 4, and says which\n"
               "command decides. What runs is exactly what was approved, on this installation.",
    .options = options,
    .max_words = 1,
    .run = run,
};
