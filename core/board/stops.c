/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/board/stops.h"

#include "core/base/str.h"

#define ENDLESS_BUILD "Look for code that never ends, also in templates and constant expressions."
#define ENDLESS_RUN "Look for loops that never end or wait without delay()."

static const struct {
    enum job_stop stop;
    const char *cause, *build_fix, *run_fix;
} rows[] = {
    {JOB_WALL, "box-time", ENDLESS_BUILD, ENDLESS_RUN},
    {JOB_CPU, "box-time", ENDLESS_BUILD, ENDLESS_RUN},
    {JOB_MEMORY, "box-memory", "Look for very large arrays and endless templates.", ""},
    {JOB_FLOOD, "box-flood", "", "Look for output without end."},
    {JOB_DISK, "box-disk", "Look for very large initialized arrays and .fill or .incbin in assembler code.", ""},
    {JOB_PROCESSES, "box-processes", "", ""},
    {JOB_SIGNALED, "box-signal", "", ""},
};

bool stops_add(struct finding_list *out, const char *gate, const char *what, const struct job_result *r)
{
    char how[80];
    struct finding *f;

    if (r->stop == JOB_NOT_STARTED) {
        f = finding_add(out, gate, FINDING_ERROR, FINDING_NONE, "%s could not be started: %s", what, r->error.msg);
        if (f)
            str_copy(f->fix, sizeof(f->fix), r->error.hint);
        return true;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].stop != r->stop)
            continue;
        f = finding_add(out, gate, FINDING_ERROR, FINDING_NONE, "%s %s.", what,
                        job_stop_text(r, how, sizeof(how)));
        if (f) {
            str_copy(f->cause, sizeof(f->cause), rows[i].cause);
            str_copy(f->fix, sizeof(f->fix), str_eq(gate, "run") ? rows[i].run_fix : rows[i].build_fix);
        }
        return true;
    }
    return false;
}
