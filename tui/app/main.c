/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place that sees everything: a word of the command line goes to core/cli, the rest opens the workbench. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/cli/cli.h"
#include "core/pipeline/policy.h"
#include "tui/app/session.h"
#include "tui/app/workbench.h"

static const struct cli_option options[] = {
    {"--linear", NULL, "append-only text and numbered choices: for a screen reader, a log, a slow line"},
    {"--provider", "ID", "openai, none or cassette:FILE"},
    {"--mode", "MODE", "symbolic, freeform or manual, instead of what the project says"},
    {"--policy", "NAME", "who decides: ask (default), trust-clean, or a file of rules"},
    {"--theme", "NAME", "default, dark, light or mono"},
    {"--runtime", "DIR", "where the Python environment and the board runtime lie"},
#ifdef TINYWRIGHT_TESTS
    {"--script", "FILE", "keys and commands from a file (test build)"},
#endif
    {NULL, NULL, NULL},
};

static const struct cli_command workbench = {
    .name = "",
    .synopsis = "[PROJECT] [--linear]",
    .help = "opens the workbench",
    .options = options,
    .max_words = 1,
};

static bool is_project(const char *folder)
{
    char path[PATH_CAP];

    return path_join(path, sizeof(path), folder, PROJECT_FILE) && path_exists(path);
}

static int mode_of(const char *name, struct err *err)
{
    for (int m = MODE_SYMBOLIC; m <= MODE_MANUAL; m++) {
        if (str_eq(name, state_mode_name((enum state_mode)m)))
            return m;
    }
    return name ? err_set(err, ERR_USAGE, "There is no mode named %s.", name) : -1;
}

static int configure(struct session *s, const struct cli_args *a, struct err *err)
{
    const char *policy = cli_value(a, "--policy");

    s->provider_given = cli_value(a, "--provider");
    s->runtime = cli_value(a, "--runtime");
    s->mode = mode_of(cli_value(a, "--mode"), err);
    if (s->mode < -1)
        return s->mode;
    if (policy)
        s->policy = policy_load(policy, err);
    else if (s->user.policy)
        s->policy = policy_load_configured(s->user.policy, err);
    return (policy || s->user.policy) && !s->policy ? -err->code : 0;
}

static int open_workbench(struct session *s, const struct cli_args *a, struct err *err)
{
    struct workbench_options o = {
        .loop = s->loop,
        .homes = s->homes,
        .n_homes = s->n_homes,
        .open = session_open,
        .open_arg = s,
        .look = session_look,
        .looked = &s->looked,
        .theme = cli_value(a, "--theme") ? cli_value(a, "--theme") : s->user.theme,
        .keys = &s->user.keys,
        .editor = &s->user.editor,
        .pager = &s->user.pager,
        .linear = cli_has(a, "--linear"),
        .script = cli_value(a, "--script"),
    };

    if (a->n_words > 0 && session_open(s, a->words[0], &o.project, err))
        return -err->code;
    return workbench_run(&o, err);
}

static int run(int argc, char **argv, struct err *err)
{
    static struct session s;
    struct cli_args a;
    int r = cli_parse(&workbench, argc - 1, argv + 1, &a, err);

    if (r)
        return r;
    r = session_init(&s, err);
    if (r == 0)
        r = configure(&s, &a, err);
    if (r == 0)
        r = open_workbench(&s, &a, err);
    session_done(&s);
    return r;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    int r;

    setlocale(LC_CTYPE, ""); /* no more: numbers stay in the C locale, and each category costs file opens */
    signal(SIGPIPE, SIG_IGN);
    if (argc > 1 && str_eq(argv[1], "--version")) {
        puts("tinywright " TINYWRIGHT_VERSION);
        return 0;
    }
    if (argc > 1 && (str_eq(argv[1], "--help") || str_eq(argv[1], "-h"))) {
        cli_print_help();
        return 0;
    }
    if (argc > 1 && (cli_find(argv[1]) || (argv[1][0] != '-' && !is_project(argv[1]))))
        return cli_main(argc, argv);
    r = run(argc, argv, &err);
    if (r < 0) {
        cli_show_error(&err);
        return -r;
    }
    return r;
}
