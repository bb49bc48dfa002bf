/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Python's own verdict on a script, by a job in the box: the bytes are compiled, never run. */
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/gate/gates.h"

#define ID "syntax"

enum { WALL_MS = 10000, FIELDS = 3 };

/* One line per error: line TAB column TAB text. */
static const char program[] =
    "import sys\n"
    "try:\n"
    "    compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec', 0, True)\n"
    "except SyntaxError as e:\n"
    "    print(e.lineno or 0, e.offset or 0, str(e.msg).replace('\\n', ' '), sep='\\t')\n"
    "except (ValueError, RecursionError, MemoryError) as e:\n"
    "    print(0, 0, str(e) or 'too deeply nested', sep='\\t')\n";

static const struct gate_note wrong = {"python-syntax", FINDING_ERROR, FINDING_C2,
                                       "Correct the line; Python cannot read the script.", NULL},
                              unknown = {"python-syntax", FINDING_WARNING, FINDING_B1,
                                         "Look at the doctor's report: is python3 installed?",
                                         NULL};

static int make_job(const struct gate_artifact *a, const struct gate_context *c,
                    struct job **ret_job, struct err *err)
{
    const char *name = a->name ? path_base(a->name) : "script.py";
    struct job *j = job_new("check the script's syntax");
    int rc;

    (void)c;
    *ret_job = NULL;
    if (!j)
        return err_set(err, ERR_MACHINE, "There is not enough memory to check the script.");
    rc = job_arg(j, "/usr/bin/python3", err);
    if (!rc)
        rc = job_arg(j, "-I", err);
    if (!rc)
        rc = job_arg(j, "-S", err);
    if (!rc)
        rc = job_arg(j, "-c", err);
    if (!rc)
        rc = job_arg(j, program, err);
    if (!rc)
        rc = job_argf(j, "/in/%s", name);
    if (!rc)
        rc = job_file(j, name, a->bytes, a->len, err);
    if (rc) {
        job_free(j);
        return rc;
    }
    j->limits.wall_ms = WALL_MS;
    j->limits.processes = 1;
    *ret_job = j;
    return 0;
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    char text[400], stop[128];
    char *save = NULL, *field[FIELDS] = {NULL};
    int64_t line = 0, column = 0;

    (void)c;
    if (!result)
        return;
    if (result->stop != JOB_EXITED || result->code) {
        gate_say(out, ID, &unknown, a, 0, 0, "The script's syntax could not be checked: Python %s.",
                 job_stop_text(result, stop, sizeof(stop)));
        return;
    }
    if (!result->out || !result->out_len)
        return;
    str_copy(text, sizeof(text), result->out);
    text[strcspn(text, "\n")] = '\0';
    field[0] = strtok_r(text, "\t", &save);
    for (int i = 1; i < FIELDS; i++)
        field[i] = strtok_r(NULL, i + 1 < FIELDS ? "\t" : "", &save);
    if (!field[2] || !str_to_long(field[0], &line) || !str_to_long(field[1], &column) || line < 0 ||
        line > INT32_MAX || column < 0 || column > INT32_MAX)
        line = column = 0;
    gate_say(out, ID, &wrong, a, (int)line, (int)column, "Python cannot read the script: %s.",
             field[2] ? field[2] : "it says nothing more");
}

const struct gate gate_syntax = {
    ID,          "Python can read the script (compiled in the box, not run).",
    GATE_BEFORE, 1u << ARTIFACT_PYTHON,
    make_job,    check,
};
