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
    json_put_int(o, "named_blobs", v->named);
    json_put_int(o, "decisions", v->decisions);
    json_put_int(o, "claims", v->claims);
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
    printf("decisions: %lld", (long long)v.decisions);
    if (v.claims)
        printf(", %lld of the approvals were made elsewhere: claims that count for nothing here", (long long)v.claims);
    puts(v.history.missing_blobs ? "" : "; every blob that an event names is there");
    if (v.history.missing_blobs)
        printf("pruned: the bytes of %lld blobs are gone on purpose; their hashes still count\n",
               (long long)v.history.missing_blobs);
    if (r == 0)
        printf("out/: %d files are what was approved and made\n", v.n_files);
    return r;
}

const struct cli_command cli_verify_command = {
    .name = "verify",
    .synopsis = "[PROJECT] [--json]",
    .help = "checks the history's chain, every blob, every decision's hash, and the files in out/",
    .details = "Exit code 1 when a file in out/ differs from the history, 8 when the history itself is damaged.",
    .options = options,
    .max_words = 1,
    .run = run,
};
