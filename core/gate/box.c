/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/gate/gates.h"

#define ID "box"

enum { LINE = 300 };

static const struct gate_note stops[] = {
    [JOB_SIGNALED] = {"crash", FINDING_ERROR, FINDING_OTHER, "Look at the last lines it printed.",
                      NULL},
    [JOB_WALL] = {"timeout", FINDING_ERROR, FINDING_OTHER,
                  "Make it do less work, or remove an endless loop.", NULL},
    [JOB_CPU] = {"timeout", FINDING_ERROR, FINDING_OTHER,
                 "Make it do less work, or remove an endless loop.", NULL},
    [JOB_MEMORY] = {"memory-limit", FINDING_ERROR, FINDING_OTHER,
                    "Work in pieces instead of holding all at once.", NULL},
    [JOB_FLOOD] = {"output-flood", FINDING_ERROR, FINDING_OTHER,
                   "Print less: a summary instead of every row.", NULL},
    [JOB_DISK] = {"disk-limit", FINDING_ERROR, FINDING_OTHER, "Write only the declared outputs.",
                  NULL},
    [JOB_PROCESSES] = {"process-limit", FINDING_ERROR, FINDING_OTHER, "Do the work in one process.",
                       NULL},
    [JOB_NOT_STARTED] = {"not-started", FINDING_ERROR, FINDING_B1,
                         "Ask the doctor command what is missing.", NULL},
};

static const struct gate_note denied = {
    "box-denied", FINDING_ERROR, FINDING_OTHER,
    "Use only the files given on the command line and the current folder.", NULL};

struct denial {
    const char *mark, *what;
};

static const struct denial denials[] = {
    {"Network is unreachable", "tried to use the network"},
    {"name resolution", "tried to use the network"},
    {"Name or service not known", "tried to use the network"},
    {"Address family not supported", "tried to open a socket"},
    {"NewConnectionError", "tried to use the network"},
    {"Read-only file system", "tried to write outside of its folder"},
    {"Operation not permitted", "tried something that the box forbids"},
    {"Permission denied", "tried to reach what it may not"},
    {"Resource temporarily unavailable", "tried to start too many processes"},
};

/* The line of text around p, cut to size. */
static const char *line_at(const char *text, const char *p, char *dst, size_t size)
{
    const char *from = p;
    size_t n;

    while (from > text && from[-1] != '\n')
        from--;
    n = strcspn(from, "\n");
    n = n < size - 1 ? n : size - 1;
    memcpy(dst, from, n);
    dst[n] = '\0';
    return dst;
}

static void check_denials(const struct gate_artifact *a, const struct job_result *r,
                          struct finding_list *out)
{
    char line[LINE];

    for (size_t i = 0; r->err_out && i < sizeof(denials) / sizeof(denials[0]); i++) {
        const char *hit = strstr(r->err_out, denials[i].mark);
        if (!hit)
            continue;
        gate_say(out, ID, &denied, a, 0, 0, "It %s and was refused: %s", denials[i].what,
                 line_at(r->err_out, hit, line, sizeof(line)));
        return;
    }
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    const struct job_result *r = c->execution;
    char text[128];

    (void)result;
    if (!r)
        return;
    if (r->stop == JOB_NOT_STARTED)
        gate_say(out, ID, &stops[JOB_NOT_STARTED], a, 0, 0, "It was not run: %s", r->error.msg);
    else if (r->stop != JOB_EXITED && r->stop != JOB_CANCELED)
        gate_say(out, ID, &stops[r->stop], a, 0, 0, "It was %s.",
                 job_stop_text(r, text, sizeof(text)));
    if (r->stop != JOB_NOT_STARTED)
        check_denials(a, r, out);
}

const struct gate gate_box = {
    ID,         "The run was not stopped at a limit and tried nothing that the box refuses.",
    GATE_AFTER, GATE_EVERY,
    NULL,       check,
};
