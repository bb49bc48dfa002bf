/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/exec.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/exec/launch.h"
#include "core/exec/report.h"

enum { PROBE_MS = 5000, TEXT_CAP = 4096 };

static struct job *make_job(void)
{
    struct job *job = job_new("sandbox probe");

    if (!job || !job_arg(job, access("/usr/bin/true", X_OK) ? "/bin/true" : "/usr/bin/true", NULL))
        return job;
    job_free(job);
    return NULL;
}

static void drain(int fd, struct buf *text, struct report *report, bool *open_still)
{
    char bytes[4096];
    ssize_t n = read(fd, bytes, sizeof(bytes));

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        *open_still = false;
    else if (report)
        report_feed(report, bytes, (size_t)n);
    else
        buf_put(text, bytes, (size_t)n);
}

static bool wait_for_end(const struct launch_run *run, struct buf *text, struct report *report)
{
    int64_t until = os_mono_ms() + PROBE_MS;
    bool talks = true, reports = true;

    while ((talks || reports) && os_mono_ms() < until) {
        struct pollfd fds[] = {{talks ? run->err : -1, POLLIN, 0}, {reports ? run->report : -1, POLLIN, 0}};
        if (poll(fds, 2, 100) <= 0)
            continue;
        if (fds[0].revents)
            drain(run->err, text, NULL, &talks);
        if (fds[1].revents)
            drain(run->report, NULL, report, &reports);
    }
    return !talks && !reports;
}

static const char *check_name(int number)
{
    static const char *const names[] = {
        [BOX_CHECK_USER] = "a job would be root",
        [BOX_CHECK_PRIVILEGES] = "a job could gain privileges",
        [BOX_CHECK_WORK] = "a job could not write to its work folder",
        [BOX_CHECK_OUTSIDE] = "a job could write outside its work folder",
        [BOX_CHECK_HOMES] = "a job could list homes or read system files",
        [BOX_CHECK_SOCKETS] = "a job could open sockets",
        [BOX_CHECK_KERNEL] = "a job could trace processes or make namespaces",
        [BOX_CHECK_SIGNALS] = "a job could signal other processes",
        [BOX_CHECK_MEMORY] = "the memory limit is not in force",
    };

    return number >= BOX_CHECK_USER && number <= BOX_CHECK_MEMORY ? names[number] : "an unknown check failed";
}

static int judge(enum exec_level level, const struct report *p, const struct buf *text, struct err *err)
{
    const char *name = exec_level_name(level);
    char line[256];

    if (p->done && !p->broken && p->ended && p->end.status == 0)
        return 0;
    if (p->done && !p->broken && p->failed_step == BOX_STEP_CHECK)
        return err_set(err, ERR_MACHINE, "The sandbox level %s does not hold on this machine: %s.", name, check_name(p->failed_error));
    if (p->done && !p->broken && p->failed_step) {
        errno = p->failed_error;
        return err_sys(err, ERR_MACHINE, "The sandbox level %s is not available", name);
    }
    snprintf(line, sizeof(line), "%s", buf_text(text));
    line[strcspn(line, "\n")] = '\0';
    return err_set(err, ERR_MACHINE, "The sandbox level %s is not available: %s", name, line[0] ? line : "it gave no reason.");
}

static int probe_run(const struct launch *l, enum exec_level level, struct err *err)
{
    struct job *job = make_job();
    struct job_limits limits = exec_default_limits;
    struct job_result result = {0};
    struct launch_run run;
    struct report report;
    struct buf text;
    bool ended;
    int code;
    pid_t wiper;

    if (!job)
        return err_set(err, ERR_MACHINE, "There is no memory left for the sandbox probe.");
    buf_init(&text, TEXT_CAP);
    report_init(&report, job, &limits, &result);
    code = launch_job(l, job, &limits, BOX_CHECK, &run, err);
    if (code)
        goto out;
    ended = wait_for_end(&run, &text, &report);
    if (!ended)
        launch_kill(l, &run, true);
    waitpid(run.pid, NULL, 0);
    close(run.out);
    close(run.err);
    close(run.report);
    wiper = launch_wipe(&run);
    if (wiper > 0)
        waitpid(wiper, NULL, 0);
    code = judge(level, &report, &text, err);
out:
    buf_done(&text);
    job_result_done(&result);
    job_free(job);
    return code;
}

int exec_probe(enum exec_level level, struct err *err)
{
    struct launch l;
    int code;

    if (level == EXEC_NONE)
        return err_set(err, ERR_MACHINE, "Without a sandbox nothing runs.");
    code = launch_init(&l, level, err);
    if (!code)
        code = probe_run(&l, level, err);
    launch_done(&l);
    return code;
}
