/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of cli_table, one per file, and what they share.
 */
#ifndef CORE_CLI_COMMANDS_H
#define CORE_CLI_COMMANDS_H

#include "core/cli/cli.h"
#include "core/pipeline/engine.h"

extern const struct cli_command cli_new_command, cli_run_command, cli_status_command, cli_show_command,
    cli_decide_command, cli_extract_command, cli_check_command, cli_classify_command, cli_repair_command,
    cli_verify_command, cli_report_command, cli_boards_command, cli_policy_command, cli_doctor_command,
    cli_help_command, cli_example_command, cli_review_command, cli_trace_command, cli_history_command, cli_allow_command;

/* The project a command is about: words[i] when it is a folder with a project file, else the current folder. */
const char *cli_project(const struct cli_args *a, int i);

/* Opens the project for reading beside a possible writer; NULL + err. Caller: cli_close. */
struct cli_session {
    struct loop *loop;
    struct engine *engine;
};
int cli_open(struct cli_session *s, const char *folder, bool read_only, const struct engine_options *more,
             struct err *err);
int cli_close(struct cli_session *s, struct err *err);

/* Sanitized text to stdout. */
void cli_print_text(const char *bytes, size_t n);
/* A whole file or "-" for standard input, capped. */
struct buf;
int cli_read(const char *path, struct buf *out, struct err *err);

struct json_object;
void cli_print_json(struct json_object *o); /* pretty, newline; takes o */

struct finding_list;
void cli_print_findings(const struct finding_list *l);

/* Runs provider.key_command of the user's configuration (argv, no shell, 10 s, 4 KiB, blocks); the key to out. */
struct config_strings;
int cli_key_command(const struct config_strings *command, struct buf *out, struct err *err);

/* Provider as the options and the user's configuration say; *ret NULL = none. `given` may be NULL,
 * "cassette:FILE" or a provider id. */
struct provider;
int cli_provider(struct loop *l, const char *given, struct provider **ret, struct err *err);

#endif
