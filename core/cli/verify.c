/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright verify: the history's chain, every blob, and the files in out/. */
#include <stdio.h>

#include "core/cli/commands.h"
#include "core/pipeline/json.h"
#include "core/pipeline/verify.h"

static const struct cli_option options[] = {
    {"--json", NULL, "as JSON"},
    {NULL, NULL, NULL},
};

static void print_json(const struct verify_result *v, int code)
{
    struct json_object *o = json_object_new_object(), *changed = json_object_new_array();

    json_put_int(o, "code", code);
    json_put_int(o, "events", v->history.events);
    json_put_int(o, "blobs", v->history.blobs);
    json_put_int(o, "missing_blobs", v->history.missing_blobs);
    json_put_text(o, "head", v->history.head);
    json_put_int(o, "files", v->n_files);
    for (int i = 0; i < v->n_changed; i++)
        json_object_array_add(changed, json_object_new_string(v->changed[i]));
    json_object_object_add(o, "changed", changed);
    cli_print_json(o);
}

static int run(const struct cli_args *a, struct err *err)
{
    struct cli_session session;
    static struct verify_result v;
    struct err closing = {0};
    int r = cli_open(&session, cli_project(a, 0), true, NULL, err);

    if (r)
        return r;
    r = engine_verify(session.engine, &v, err);
    cli_close(&session, &closing);
    if (r && v.n_changed == 0)
        return r;
    if (cli_has(a, "--json")) {
        print_json(&v, -r);
        return -r;
    }
    printf("history: %lld events in an unbroken chain, %lld blobs match their hashes\nhead: %s\n",
           (long long)v.history.events, (long long)v.history.blobs, v.history.head);
    if (r == 0)
        printf("out/: %d files are what was approved and made\n", v.n_files);
    return r;
}

const struct cli_command cli_verify_command = {
    .name = "verify",
    .synopsis = "[PROJECT] [--json]",
    .help = "checks the history's chain, every blob, and the files in out/",
    .details = "Exit code 1 when a file in out/ differs from the history, 8 when the history itself is damaged.",
    .options = options,
    .max_words = 1,
    .run = run,
};
