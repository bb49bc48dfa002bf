/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/verdict.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "core/base/str.h"

/* A program that is refused memory mostly says so and exits: the words of libc, Python, C++, GCC, QEMU. They
 * are the job's own words and decide nothing but the name of its failure. */
static bool says_no_memory(const char *text)
{
    static const char *const words[] = {"MemoryError", "bad_alloc", "Cannot allocate memory", "out of memory", "virtual memory exhausted"};
    size_t n = strlen(text);

    if (n > 4096)
        text += n - 4096;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strstr(text, words[i]))
            return true;
    }
    return false;
}

static bool says_no_process(const char *text)
{
    return strstr(text, "Resource temporarily unavailable") || strstr(text, "can't start new thread");
}

static bool says_no_room(const char *text)
{
    return strstr(text, "No space left on device") || strstr(text, "File too large");
}

/* signo: 0 for an exit code other than 0. */
static enum job_stop failed_for(const struct report *p, const struct job_limits *l, const char *text, int signo)
{
    unsigned hits = p->end.hits | p->noted;

    if (signo == SIGXCPU || (signo == SIGKILL && p->end.cpu_ms >= (int64_t)l->cpu_s * 1000))
        return JOB_CPU;
    if (signo == SIGXFSZ || (hits & BOX_HIT_DISK) || says_no_room(text))
        return JOB_DISK;
    if ((hits & BOX_HIT_PROCESSES) || says_no_process(text))
        return JOB_PROCESSES;
    if (p->end.max_rss > l->memory / 10 * 9 || says_no_memory(text))
        return JOB_MEMORY;
    return signo ? JOB_SIGNALED : JOB_EXITED;
}

static void set_ended(const struct report *p, const struct job_limits *l, const char *text, struct job_result *r)
{
    int status = p->end.status;

    r->cpu_ms = p->end.cpu_ms;
    r->max_rss = p->end.max_rss;
    r->code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (p->end.hits & BOX_HIT_MEMORY)
        r->stop = JOB_MEMORY;
    else if (status == 0)
        r->stop = JOB_EXITED;
    else
        r->stop = failed_for(p, l, text, WIFSIGNALED(status) ? r->code : 0);
}

static void set_failed(const struct report *p, const struct job *job, struct job_result *r)
{
    static const char *const steps[] = {
        [BOX_STEP_LIMITS] = "its limits could not be set",
        [BOX_STEP_FILTER] = "the system call filter could not be loaded",
        [BOX_STEP_LANDLOCK] = "Landlock could not be applied",
        [BOX_STEP_UID] = "the user could not be changed",
        [BOX_STEP_CHECK] = "a check from inside failed",
    };

    r->stop = JOB_NOT_STARTED;
    r->code = p->failed_error;
    errno = p->failed_error;
    if (p->failed_step != BOX_STEP_EXEC) {
        err_sys(&r->error, ERR_MACHINE, "The job %s was not started, %s", job->name, steps[p->failed_step]);
        return;
    }
    err_sys(&r->error, ERR_TOOL, "The program %s cannot be started in the sandbox", job->args[0]);
    err_hint(&r->error, "It has to be installed below /usr or in a folder that every user of this machine may read.");
}

/* bubblewrap says on stderr why it gave up. */
static void set_no_box(const struct job *job, const char *text, struct job_result *r)
{
    char line[200];

    str_copy(line, sizeof(line), text);
    line[strcspn(line, "\n")] = '\0';
    r->stop = JOB_NOT_STARTED;
    err_set(&r->error, ERR_MACHINE, "The sandbox for the job %s did not start or did not end: %s", job->name, line[0] ? line : "no message.");
    if (strstr(line, "Can't find source path") || strstr(line, "Permission denied"))
        err_hint(&r->error, "The folder must be readable by every user: jobs do not run as root.");
    else
        err_hint(&r->error, "See what `tinywright doctor` says about the sandbox.");
}

void verdict_set(const struct verdict *v, const struct report *p, const struct job *job,
                 const struct job_limits *limits, const char *err_text, struct job_result *r)
{
    bool whole = p->done && !p->broken;

    if (whole && p->ended)
        set_ended(p, limits, err_text, r);
    else if (v->cause == VERDICT_WALL)
        r->stop = p->noted & BOX_HIT_PROCESSES ? JOB_PROCESSES : JOB_WALL;
    else if (!v->cause && whole)
        set_failed(p, job, r);
    else if (!v->cause)
        set_no_box(job, err_text, r);
    if (v->cause == VERDICT_FLOOD) /* also when it had ended by the time we noticed */
        r->stop = JOB_FLOOD;
    if (v->cause == VERDICT_CANCELED)
        r->stop = JOB_CANCELED;
}
