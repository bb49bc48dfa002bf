/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright show: one attempt's prompt, reply, artifact, diff, findings or run. */
#include <stdio.h>
#include <string.h>

#include "core/artifact/diff.h"
#include "core/base/str.h"
#include "core/cli/commands.h"

enum { SHOW_CAP = 64 * 1024 * 1024 };

static const struct cli_option options[] = {
    {"--what", "PART", "prompt, reply, artifact (default), diff, findings or run"},
    {NULL, NULL, NULL},
};

static int print_blob(const struct state *s, const char *sha, const char *what, struct err *err)
{
    struct buf b;
    int r;

    if (!sha[0])
        return err_set(err, ERR_USAGE, "This attempt has no %s.", what);
    buf_init(&b, SHOW_CAP);
    r = s->blob(s->arg, sha, &b);
    if (r == 0)
        cli_print_text(buf_text(&b), b.len);
    else
        err_set(err, -r, "The %s of this attempt is not in the history any more.", what);
    buf_done(&b);
    return r;
}

static int show_prompt(const struct state *s, const struct attempt *a, struct err *err)
{
    return print_blob(s, a->prompt_blob, "prompt", err);
}

static int show_reply(const struct state *s, const struct attempt *a, struct err *err)
{
    return print_blob(s, a->reply_blob, "reply", err);
}

static int show_artifact(const struct state *s, const struct attempt *a, struct err *err)
{
    return print_blob(s, a->blob, "artifact", err);
}

static int diff_texts(const struct buf *old, const struct buf *new, const char *old_name, const char *new_name,
                      struct err *err)
{
    struct diff d;
    struct buf out;

    buf_init(&out, SHOW_CAP);
    if (diff_init(&d, buf_text(old), old->len, buf_text(new), new->len, 3))
        return err_set(err, ERR_MACHINE, "There is no memory left for the diff.");
    diff_unified(&d, old_name, new_name, &out);
    cli_print_text(buf_text(&out), out.len);
    diff_done(&d);
    buf_done(&out);
    return 0;
}

static int show_diff(const struct state *s, const struct attempt *a, struct err *err)
{
    const struct attempt *base = state_base_attempt(s, a->step, a->number);
    char old_name[160], new_name[160];
    struct buf old, new;
    int r;

    if (!a->blob[0])
        return err_set(err, ERR_USAGE, "This attempt has no artifact.");
    buf_init(&old, SHOW_CAP);
    buf_init(&new, SHOW_CAP);
    snprintf(old_name, sizeof(old_name), "%s %s", base ? base->id : "/dev/null", base ? base->name : "");
    snprintf(new_name, sizeof(new_name), "%s %s", a->id, a->name);
    r = base ? s->blob(s->arg, base->blob, &old) : 0;
    if (r == 0)
        r = s->blob(s->arg, a->blob, &new);
    if (r == 0)
        r = diff_texts(&old, &new, old_name, new_name, err);
    else
        err_set(err, -r, "The bytes of these attempts are not in the history any more.");
    buf_done(&old);
    buf_done(&new);
    return r;
}

static int show_findings(const struct state *s, const struct attempt *a, struct err *err)
{
    (void)s;
    (void)err;
    cli_print_findings(&a->findings);
    if (!a->findings.v.n)
        puts("no findings");
    return 0;
}

static int show_run(const struct state *s, const struct attempt *a, struct err *err)
{
    int r;

    printf("%s: %s %s\nbox: %s\nversions: %s\n", a->id, attempt_state_table[a->state].word, a->outcome, a->box,
           a->versions);
    for (int i = 0; i < a->n_metrics; i++)
        printf("%-24s %.10g %s\n", a->metrics[i].name, a->metrics[i].value, a->metrics[i].unit);
    for (int i = 0; i < a->n_outputs; i++)
        printf("made %-20s %lld bytes, sha256 %s\n", a->outputs[i].name, (long long)a->outputs[i].size,
               a->outputs[i].sha);
    puts("--- output");
    r = print_blob(s, a->out_blob, "output", err);
    if (r == 0 && a->err_blob[0]) {
        puts("--- messages");
        r = print_blob(s, a->err_blob, "output", err);
    }
    return r;
}

static const struct {
    const char *name;
    int (*show)(const struct state *s, const struct attempt *a, struct err *err);
} parts[] = {
    {"artifact", show_artifact}, {"prompt", show_prompt},     {"reply", show_reply},
    {"diff", show_diff},         {"findings", show_findings}, {"run", show_run},
};

enum { PARTS = sizeof(parts) / sizeof(*parts) };

static int show(const struct state *s, const struct attempt *a, const char *what, struct err *err)
{
    const char *names[PARTS];

    for (int i = 0; i < PARTS; i++) {
        names[i] = parts[i].name;
        if (str_eq(parts[i].name, what))
            return parts[i].show(s, a, err);
    }
    err_set(err, ERR_USAGE, "There is no part named %s.", what);
    err_hint(err, "Did you mean %s?", str_nearest(what, names, PARTS) ? str_nearest(what, names, PARTS) : "artifact");
    return -ERR_USAGE;
}

static int run(const struct cli_args *a, struct err *err)
{
    const char *id = a->words[a->n_words - 1], *what = cli_value(a, "--what");
    struct cli_session session;
    const struct attempt *attempt;
    struct err closing = {0};
    int r = cli_open(&session, a->n_words > 1 ? a->words[0] : ".", true, NULL, err);

    if (r)
        return r;
    attempt = state_find_attempt(engine_state(session.engine), id);
    if (!attempt) {
        r = err_set(err, ERR_USAGE, "There is no attempt %s.", id);
        err_hint(err, "tinywright status lists them.");
    } else {
        r = show(engine_state(session.engine), attempt, what ? what : "artifact", err);
    }
    cli_close(&session, &closing);
    return r;
}

const struct cli_command cli_show_command = {
    .name = "show",
    .synopsis = "[PROJECT] ATTEMPT [--what PART]",
    .help = "shows an attempt's artifact, prompt, reply, diff, findings or run",
    .options = options,
    .min_words = 1,
    .max_words = 2,
    .run = run,
};
