/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright review: the record of every decision, for whoever has to sign off. */
#include <stdio.h>

#include "core/base/path.h"
#include "core/cli/commands.h"
#include "core/pipeline/signoff.h"

enum { RECORD_CAP = 64 * 1024 * 1024 };

static const struct cli_option options[] = {
    {"--json", NULL, "as JSON (schema tinywright.review/1) instead of Markdown"},
    {"--output", "FILE", "write it there instead of printing it"},
    {NULL, NULL, NULL},
};

static void put_json(const struct signoff *s, struct buf *out)
{
    struct json_object *o = signoff_to_json(s);

    buf_puts(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
    buf_putc(out, '\n');
    json_object_put(o);
}

static int deliver(const struct cli_args *a, const struct signoff *s, struct err *err)
{
    const char *file = cli_value(a, "--output");
    struct buf out;
    int r = 0;

    buf_init(&out, RECORD_CAP);
    if (cli_has(a, "--json"))
        put_json(s, &out);
    else
        signoff_put_markdown(s, &out);
    if (out.broken)
        r = err_set(err, ERR_MACHINE, "The record is larger than %d MB.", RECORD_CAP / 1024 / 1024);
    else if (file)
        r = path_write(file, buf_text(&out), out.len, 0644, err);
    else
        fwrite(buf_text(&out), 1, out.len, stdout);
    buf_done(&out);
    return r;
}

static int run(const struct cli_args *a, struct err *err)
{
    static struct signoff s;
    struct cli_session session;
    struct err closing = {0};
    int r = cli_open(&session, cli_project(a, 0), true, NULL, err);

    if (r)
        return r;
    r = signoff_read(session.engine, &s, err);
    if (r == 0)
        r = deliver(a, &s, err);
    if (r == 0 && s.verdict.code) { /* the record says it; so does the exit code */
        *err = s.verdict;
        r = -s.verdict.code;
    }
    signoff_done(&s);
    cli_close(&session, &closing);
    return r;
}

const struct cli_command cli_review_command = {
    .name = "review",
    .synopsis = "[PROJECT] [--json] [--output FILE]",
    .help = "writes the review record: every decision with who, when, why, which bytes, and what was shown",
    .details = "The record holds the head of the history's chain and what verify says. Names in it are claims: decisions\n"
               "are not signed yet. Exit code 1 when a file in out/ differs, 8 when the history is damaged.",
    .options = options,
    .max_words = 1,
    .run = run,
};
