/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright report: what was made, checked, decided and run, as Markdown. */
#include <stdio.h>

#include "core/base/buf.h"
#include "core/cli/commands.h"
#include "core/pipeline/report.h"

static int run(const struct cli_args *a, struct err *err)
{
    struct cli_session session;
    struct err closing = {0};
    struct buf out;
    int r = cli_open(&session, cli_project(a, 0), true, NULL, err);

    if (r)
        return r;
    buf_init(&out, 4 * 1024 * 1024);
    r = report_write(engine_state(session.engine), &out, err);
    if (r == 0)
        fputs(buf_text(&out), stdout);
    buf_done(&out);
    cli_close(&session, &closing);
    return r;
}

const struct cli_command cli_report_command = {
    .name = "report",
    .synopsis = "[PROJECT]",
    .help = "prints what was made, checked, decided and run, as Markdown",
    .max_words = 1,
    .run = run,
};
