/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright history: how large it is, what may go, one file of it, and words in it. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/cli/commands.h"
#include "core/pipeline/retention.h"
#include "core/pipeline/search.h"

enum { HITS_MAX = 200 };

static const struct cli_option options[] = {
    {"--yes", NULL, "prune: drop what it lists"},
    {NULL, NULL, NULL},
};

static const char *size_text(int64_t n, char *dst, size_t size)
{
    if (n < 10240)
        snprintf(dst, size, "%lld B", (long long)n);
    else if (n < 10 * 1024 * 1024)
        snprintf(dst, size, "%.1f KB", (double)n / 1024);
    else
        snprintf(dst, size, "%.1f MB", (double)n / 1024 / 1024);
    return dst;
}

static void print_sizes(const struct retention *r)
{
    char a[32], b[32];

    printf("file     %s\nevents   %lld, %s\n", size_text(r->sizes.file_bytes, a, sizeof(a)), (long long)r->sizes.events,
           size_text(r->sizes.event_bytes, b, sizeof(b)));
    printf("blobs    %lld, %s; %lld pruned\n\n", (long long)r->sizes.blobs, size_text(r->sizes.blob_bytes, a, sizeof(a)),
           (long long)r->sizes.pruned);
    printf("%-10s %8s %12s %8s %12s\n", "what", "blobs", "size", "may go", "size");
    for (int i = 0; i < r->n_roles; i++)
        printf("%-10s %8lld %12s %8lld %12s\n", r->roles[i].role, (long long)r->roles[i].blobs,
               size_text(r->roles[i].bytes, a, sizeof(a)), (long long)r->roles[i].may_go,
               size_text(r->roles[i].may_go_bytes, b, sizeof(b)));
}

static int with_survey(const char *folder, bool prune, bool drop, struct err *err)
{
    struct cli_session session;
    struct retention survey;
    struct err closing = {0};
    int64_t freed = 0;
    char size[32];
    int r = cli_open(&session, folder, !drop, NULL, err);

    if (r)
        return r;
    r = retention_survey(session.engine, &survey, err);
    if (r == 0)
        print_sizes(&survey);
    if (r == 0 && drop)
        r = retention_prune(session.engine, &survey, &freed, err);
    if (r == 0 && drop)
        printf("\nDropped %s. Every hash stays, so the chain still verifies.\n", size_text(freed, size, sizeof(size)));
    else if (r == 0 && prune && survey.may_go)
        printf("\nWith --yes the bytes of %lld blobs go: prompts, replies, printed text and outputs of attempts that were\n"
               "superseded. Everything that was decided about stays. This cannot be undone.\n", (long long)survey.may_go);
    else if (r == 0 && prune)
        puts("\nNothing may go.");
    retention_done(&survey);
    if (cli_close(&session, &closing) && r == 0) {
        *err = closing;
        r = -closing.code;
    }
    return r;
}

static int sizes(const struct cli_args *a, const char *folder, int at, struct err *err)
{
    (void)a;
    (void)at;
    return with_survey(folder, false, false, err);
}

static int prune(const struct cli_args *a, const char *folder, int at, struct err *err)
{
    (void)at;
    return with_survey(folder, true, cli_has(a, "--yes"), err);
}

static int export(const struct cli_args *a, const char *folder, int at, struct err *err)
{
    struct cli_session session;
    struct err closing = {0};
    int r = cli_open(&session, folder, true, NULL, err);

    if (r)
        return r;
    r = store_export(engine_store(session.engine), a->words[at], err);
    if (r == 0)
        printf("%s holds the history of %s. Who imports it sees its decisions as claims.\n", a->words[at],
               engine_state(session.engine)->project);
    cli_close(&session, &closing);
    return r;
}

static int import(const struct cli_args *a, const char *folder, int at, struct err *err)
{
    char target[PATH_CAP], project[PATH_CAP];
    struct store_verdict v;
    int r;

    (void)folder;
    if (!path_join(project, sizeof(project), a->words[at + 1], "tinywright.yaml") ||
        !path_join(target, sizeof(target), a->words[at + 1], ".tinywright"))
        return err_set(err, ERR_INVALID, "The path of the project is too long.");
    if (!path_exists(project)) {
        err_set(err, ERR_INVALID, "The folder %s holds no project.", a->words[at + 1]);
        err_hint(err, "Copy the project's tinywright.yaml and data there first, without its .tinywright folder.");
        return -ERR_INVALID;
    }
    r = store_import(a->words[at], target, &v, err);
    if (r)
        return r;
    printf("%lld events in an unbroken chain, %lld blobs\nhead: %s\n"
           "Its decisions are claims here: nothing of it runs before you decide.\n",
           (long long)v.events, (long long)v.blobs, v.head);
    return 0;
}

static int print_hit(void *arg, const struct search_hit *hit)
{
    int *n = arg;
    char when[40], attempt[STATE_ID];

    text_line(attempt, sizeof(attempt), hit->attempt);
    printf("%s  %-12s %-9s %s\n", clock_iso(hit->wall_ms, when, sizeof(when)), attempt[0] ? attempt : "-", hit->role,
           hit->line);
    return ++*n >= HITS_MAX;
}

static int search(const struct cli_args *a, const char *folder, int at, struct err *err)
{
    struct cli_session session;
    struct err closing = {0};
    int n = 0, r = cli_open(&session, folder, true, NULL, err);

    if (r)
        return r;
    r = search_history(session.engine, &a->words[at], a->n_words - at, print_hit, &n, err);
    if (r == 0 && n == 0)
        puts("Nothing holds all of these words.");
    else if (r == 0 && n >= HITS_MAX)
        printf("These are the first %d; more words find less.\n", HITS_MAX);
    cli_close(&session, &closing);
    return r;
}

static const struct {
    const char *name;
    int words, more; /* that follow it; more: at most, -1 = any number */
    int (*run)(const struct cli_args *a, const char *folder, int at, struct err *err);
} verbs[] = {
    {"sizes", 0, 0, sizes}, {"prune", 0, 0, prune}, {"export", 1, 1, export}, {"import", 2, 2, import}, {"search", 1, -1, search},
};

enum { VERBS = sizeof(verbs) / sizeof(*verbs) };

static int find_verb(const char *word)
{
    for (int i = 0; i < VERBS; i++) {
        if (str_eq(verbs[i].name, word))
            return i;
    }
    return -1;
}

static int run(const struct cli_args *a, struct err *err)
{
    const char *names[VERBS];
    int at = find_verb(a->words[0]) >= 0 ? 0 : 1, verb = at < a->n_words ? find_verb(a->words[at]) : -1, left;

    for (int i = 0; i < VERBS; i++)
        names[i] = verbs[i].name;
    if (verb < 0) {
        const char *word = a->words[a->n_words > 1 ? 1 : 0];
        err_set(err, ERR_USAGE, "There is nothing named %s to do with a history.", word);
        err_hint(err, "Did you mean history %s?", str_nearest(word, names, VERBS) ? str_nearest(word, names, VERBS) : "sizes");
        return -ERR_USAGE;
    }
    left = a->n_words - at - 1;
    if (left < verbs[verb].words || (verbs[verb].more >= 0 && left > verbs[verb].more)) {
        err_set(err, ERR_USAGE, "tinywright history %s was given %d words too %s.", verbs[verb].name,
                left < verbs[verb].words ? verbs[verb].words - left : left - verbs[verb].more,
                left < verbs[verb].words ? "few" : "many");
        err_hint(err, "tinywright history --help shows how it is used.");
        return -ERR_USAGE;
    }
    return verbs[verb].run(a, at ? a->words[0] : ".", at + 1, err);
}

const struct cli_command cli_history_command = {
    .name = "history",
    .synopsis = "[PROJECT] sizes | prune [--yes] | export FILE | import FILE DIR | search WORD…",
    .help = "shows what a history takes, drops what is not needed, moves it as one file, finds words in it",
    .details = "prune shows what would go; with --yes it drops the bytes of prompts, replies, printed text and outputs of\n"
               "superseded attempts. What was decided about stays, and so does every hash. Imported decisions are claims:\n"
               "nothing of them executes. search finds texts that hold all words, letter case ignored.",
    .options = options,
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run,
};
