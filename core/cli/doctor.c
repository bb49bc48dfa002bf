/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright doctor: what is installed, what the sandbox really stops, and what to do about what is missing. */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/board/board.h"
#include "core/cli/commands.h"
#include "core/pipeline/json.h"

static const struct cli_option options[] = {
    {"--json", NULL, "as JSON"},
    {"--runtime", "DIR", "where the Python environment and the board runtime lie"},
    {NULL, NULL, NULL},
};

enum verdict { GOOD, MISSING, NOTE };

struct report {
    struct json_object *json; /* NULL: text */
    int missing;
};

static void line(struct report *r, enum verdict v, const char *what, const char *found, const char *todo)
{
    static const char *const words[] = {"ok", "missing", "note"};

    r->missing += v == MISSING;
    if (r->json) {
        struct json_object *o = json_object_new_object();
        json_put_text(o, "what", what);
        json_put_text(o, "state", words[v]);
        json_put_text(o, "found", found);
        json_put_text(o, "todo", todo);
        json_object_array_add(r->json, o);
        return;
    }
    printf("%-8s %-18s %s\n", words[v], what, found);
    if (todo && *todo)
        printf("%27s %s\n", "", todo);
}

static void check_system(struct report *r)
{
    struct utsname u;
    char text[300];
    const char *term = getenv("TERM");

    if (uname(&u) == 0) {
        snprintf(text, sizeof(text), "%s %s %s", u.sysname, u.release, u.machine);
        line(r, NOTE, "system", text, NULL);
    }
    line(r, NOTE, "tinywright", TINYWRIGHT_VERSION, NULL);
    snprintf(text, sizeof(text), "TERM=%s, %s, characters %s", term ? term : "(unset)",
             isatty(STDOUT_FILENO) ? "terminal" : "no terminal", nl_langinfo(CODESET));
    line(r, NOTE, "terminal", text, NULL);
    snprintf(text, sizeof(text), "%s", getenv("NO_COLOR") ? "off (NO_COLOR)" : "as the terminal has them");
    line(r, NOTE, "colors", text, NULL);
}

static void check_tool(struct report *r, const char *path, const char *package)
{
    char todo[200];

    snprintf(todo, sizeof(todo), "apt-get install %s, or ./run", package);
    line(r, access(path, X_OK) == 0 ? GOOD : MISSING, path_base(path),
         access(path, X_OK) == 0 ? path : "not there", access(path, X_OK) == 0 ? NULL : todo);
}

static void check_tools(struct report *r)
{
    static const struct { const char *path, *package; } tools[] = {
        {"/usr/bin/bwrap", "bubblewrap"},
        {"/usr/bin/arm-none-eabi-g++", "gcc-arm-none-eabi libstdc++-arm-none-eabi-newlib"},
        {"/usr/bin/qemu-system-arm", "qemu-system-arm"},
        {"/usr/bin/python3", "python3 python3-venv"},
    };

    for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
        check_tool(r, tools[i].path, tools[i].package);
}

static void check_runtime(struct report *r, const char *given)
{
    char folder[PATH_CAP], python[PATH_CAP];
    struct board_tools *t;
    struct err err = {0};

    if (given)
        snprintf(folder, sizeof(folder), "%s", given);
    else if (!path_user('d', folder, sizeof(folder)))
        return;
    path_join(python, sizeof(python), folder, "venv/bin/python3");
    line(r, path_exists(python) ? GOOD : MISSING, "Python environment", python,
         path_exists(python) ? NULL : "./run sets it up: about 2 GB and 2 minutes");
    t = board_tools_new(&board_table[0], folder, &err);
    line(r, t ? GOOD : MISSING, "board runtime", t ? board_tools_versions(t) : err.msg, t ? NULL : err.hint);
    board_tools_free(t);
}

static void check_box(struct report *r)
{
    struct err err = {0};
    bool full = exec_probe(EXEC_FULL, &err) == 0;
    char text[700];

    snprintf(text, sizeof(text), "%s", full ? "full: namespaces, seccomp, limits; probed by running in it" : err.msg);
    line(r, full ? GOOD : MISSING, "sandbox", text, full ? NULL : err.hint);
    if (full)
        return;
    err_reset(&err);
    if (exec_probe(EXEC_PARTIAL, &err)) {
        line(r, MISSING, "sandbox", err.msg, err.hint);
        return;
    }
    line(r, NOTE, "sandbox", "partial: Landlock, seccomp, limits; probed by running in it", NULL);
    for (int i = 0; exec_gaps[i].name; i++) {
        if (exec_gaps[i].level == EXEC_PARTIAL)
            line(r, NOTE, "not covered", exec_gaps[i].text, NULL);
    }
}

static int run(const struct cli_args *a, struct err *err)
{
    struct report r = {.json = cli_has(a, "--json") ? json_object_new_array() : NULL};

    (void)err;
    check_system(&r);
    check_tools(&r);
    check_runtime(&r, cli_value(a, "--runtime"));
    check_box(&r);
    if (r.json)
        cli_print_json(r.json);
    else if (r.missing)
        printf("\n%d things are missing.\n", r.missing);
    return r.missing ? ERR_TOOL : 0;
}

const struct cli_command cli_doctor_command = {
    .name = "doctor",
    .synopsis = "[--json]",
    .help = "says what is installed, what the sandbox stops, and what to do about what is missing",
    .options = options,
    .run = run,
};
