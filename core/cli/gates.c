/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright extract, check, classify, repair: extraction, gates, taxonomy and repairs alone, without a project. */
#include <stdio.h>
#include <string.h>

#include "core/artifact/extract.h"
#include "core/base/buf.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/board/board.h"
#include "core/cli/commands.h"
#include "core/failure/classify.h"
#include "core/failure/repair.h"
#include "core/gate/gate.h"
#include "core/pipeline/json.h"

enum { FILE_CAP = 8 * 1024 * 1024 };

static int kind_of(const struct cli_args *a, const char *file, enum artifact_kind *ret, struct err *err)
{
    const char *given = cli_value(a, "--kind"), *ids[ARTIFACT_KINDS];

    for (int k = 0; k < ARTIFACT_KINDS; k++) {
        ids[k] = artifact_kinds[k].id;
        *ret = (enum artifact_kind)k;
        if (given ? str_eq(given, ids[k]) : artifact_kinds[k].suffix[0] && str_ends(file, artifact_kinds[k].suffix))
            return 0;
    }
    err_set(err, ERR_USAGE, "The kind of %s is not known.", given ? given : file);
    if (given && str_nearest(given, ids, ARTIFACT_KINDS))
        err_hint(err, "Did you mean --kind %s?", str_nearest(given, ids, ARTIFACT_KINDS));
    else
        err_hint(err, "Say it with --kind sketch, python, json, header, …");
    return -ERR_USAGE;
}

static void print_result(const struct cli_args *a, const char *file, const struct finding_list *l)
{
    if (cli_has(a, "--json")) {
        struct json_object *o = json_object_new_object();
        json_put_text(o, "file", file);
        json_object_object_add(o, "findings", json_from_findings(l));
        puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(o);
    } else {
        cli_print_findings(l);
    }
}

/* ---- extract ---- */

static const struct cli_option extract_options[] = {
    {"--kind", "KIND", "sketch (default), python, json, …"},
    {"--json", NULL, "findings as JSON"},
    {NULL, NULL, NULL},
};

static int extract_one(const struct cli_args *a, const char *file, struct err *err)
{
    enum artifact_kind kind = ARTIFACT_SKETCH;
    struct finding_list findings;
    struct buf reply, out;
    int r = cli_value(a, "--kind") ? kind_of(a, file, &kind, err) : 0;

    finding_list_init(&findings);
    buf_init(&reply, FILE_CAP);
    buf_init(&out, FILE_CAP);
    if (r == 0)
        r = cli_read(file, &reply, err);
    if (r == 0 && extract_artifact(kind, buf_text(&reply), reply.len, &out, &findings)) {
        print_result(a, file, &findings);
        r = ERR_STAGE;
    } else if (r == 0) {
        fwrite(buf_text(&out), 1, out.len, stdout);
    }
    buf_done(&reply);
    buf_done(&out);
    finding_list_done(&findings);
    return r;
}

static int each_word(const struct cli_args *a, int (*fn)(const struct cli_args *a, const char *file, struct err *err),
                     struct err *err)
{
    int worst = 0;

    for (int i = 0; i < a->n_words; i++) {
        int r = fn(a, a->words[i], err);
        if (r < 0)
            return r;
        if (r > worst)
            worst = r;
    }
    return worst;
}

static int run_extract(const struct cli_args *a, struct err *err)
{
    return each_word(a, extract_one, err);
}

const struct cli_command cli_extract_command = {
    .name = "extract",
    .synopsis = "REPLY… [--kind KIND] [--json]",
    .help = "takes the one complete artifact out of a model's reply, or says why there is none",
    .options = extract_options,
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run_extract,
};

/* ---- check ---- */

static const struct cli_option check_options[] = {
    {"--kind", "KIND", "instead of the kind that the file's name says"},
    {"--json", NULL, "findings as JSON"},
    {NULL, NULL, NULL},
};

static int check_one(const struct cli_args *a, const char *file, struct err *err)
{
    struct gate_artifact artifact = {.name = path_base(file)};
    struct gate_context facts = {0};
    struct finding_list findings;
    struct buf bytes;
    int r = kind_of(a, file, &artifact.kind, err);

    finding_list_init(&findings);
    buf_init(&bytes, FILE_CAP);
    if (r == 0)
        r = cli_read(file, &bytes, err);
    if (r == 0) {
        artifact.bytes = buf_text(&bytes);
        artifact.len = bytes.len;
        gate_check_all(GATE_BEFORE, &artifact, &facts, &findings);
        failure_classify_list(&findings);
        print_result(a, file, &findings);
        r = finding_count(&findings, FINDING_ERROR) ? ERR_STAGE : 0;
    }
    buf_done(&bytes);
    finding_list_done(&findings);
    return r;
}

static int run_check(const struct cli_args *a, struct err *err)
{
    return each_word(a, check_one, err);
}

const struct cli_command cli_check_command = {
    .name = "check",
    .synopsis = "FILE… [--kind KIND] [--json]",
    .help = "runs the gates that need no tool over files; exit code 1 when there is an error",
    .options = check_options,
    .min_words = 1,
    .max_words = CLI_WORDS_MAX,
    .run = run_check,
};

/* ---- classify ---- */

static const struct cli_option classify_options[] = {
    {"--jsonl", NULL, "one JSON object a line"},
    {NULL, NULL, NULL},
};

static void print_class(const struct cli_args *a, const struct finding *f)
{
    const struct finding_category_row *row = &finding_categories[f->category];

    if (cli_has(a, "--jsonl")) {
        struct json_object *o = json_object_new_object();
        json_put_text(o, "category", row->id);
        json_put_text(o, "cause", f->cause);
        json_put_text(o, "blame", f->blame);
        json_put_text(o, "message", f->message);
        puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(o);
        return;
    }
    printf("%-5s %-18s %s\n", row->id[0] ? row->id : "-", f->cause[0] ? f->cause : "-", f->message);
}

static int classify_line(const struct cli_args *a, const char *text, size_t n)
{
    struct finding_list l;
    struct finding *f;

    finding_list_init(&l);
    f = finding_add(&l, "text", FINDING_ERROR, FINDING_NONE, "%.*s", (int)n, text);
    if (f) {
        failure_classify(f);
        print_class(a, f);
    }
    finding_list_done(&l);
    return 0;
}

static int run_classify(const struct cli_args *a, struct err *err)
{
    struct buf text;
    int r;

    buf_init(&text, FILE_CAP);
    r = cli_read(a->n_words ? a->words[0] : "-", &text, err);
    for (const char *p = buf_text(&text), *end; r == 0 && *p; p = end + (*end == '\n')) {
        end = strchr(p, '\n') ? strchr(p, '\n') : p + strlen(p);
        if (end > p)
            r = classify_line(a, p, (size_t)(end - p));
    }
    buf_done(&text);
    return r;
}

const struct cli_command cli_classify_command = {
    .name = "classify",
    .synopsis = "[FILE] [--jsonl]",
    .help = "category (A1 to E4) and root cause of messages, one a line, from a file or standard input",
    .options = classify_options,
    .max_words = 1,
    .run = run_classify,
};

/* ---- repair ---- */

static const struct cli_option repair_options[] = {
    {"--kind", "KIND", "instead of the kind that the file's name says"},
    {NULL, NULL, NULL},
};

static void print_repaired(const struct buf *bytes, const struct repair_result *fixed)
{
    const struct buf *out = fixed->n_applied ? &fixed->bytes : bytes;

    fwrite(buf_text(out), 1, out->len, stdout);
    fputs("repairs:", stderr);
    for (int i = 0; i < fixed->n_applied; i++)
        fprintf(stderr, " %s", fixed->applied[i]);
    fputs(fixed->n_applied ? "\n" : " none\n", stderr);
    for (size_t i = 0; i < fixed->notes.v.n; i++)
        fprintf(stderr, "  line %d: %s\n", fixed->notes.v.items[i].line, fixed->notes.v.items[i].message);
}

static int run_repair(const struct cli_args *a, struct err *err)
{
    enum artifact_kind kind;
    struct repair_facts known = {.board = board_find("nano33ble-virtual")};
    struct repair_result fixed = {0};
    struct buf bytes;
    int r = kind_of(a, a->words[0], &kind, err);

    buf_init(&bytes, FILE_CAP);
    if (r == 0)
        r = cli_read(a->words[0], &bytes, err);
    if (r == 0)
        r = repair_apply(kind, buf_text(&bytes), bytes.len, NULL, &known, NULL, &fixed, err);
    if (r == 0) {
        print_repaired(&bytes, &fixed);
        repair_result_done(&fixed);
    }
    buf_done(&bytes);
    return r;
}

const struct cli_command cli_repair_command = {
    .name = "repair",
    .synopsis = "FILE [--kind KIND]",
    .help = "prints the file with deterministic fixes for known root causes; says on standard error which",
    .options = repair_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_repair,
};
