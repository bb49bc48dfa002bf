/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/exec.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/base/str.h"
#include "core/exec/launch.h"
#include "core/exec/report.h"
#include "core/exec/verdict.h"

enum {
    AFTER_END_MS = 2000, /* for the rest of the streams once the box is gone */
    SOFT_KILL_MS = 1000, /* level partial: for the box to clear up */
};

/* Address space: TensorFlow needs 2.5 GB. Processes count threads. */
const struct job_limits exec_default_limits = {
    .wall_ms = 120000,
    .cpu_s = 120,
    .memory = 4ll << 30,
    .work = 256ll << 20,
    .file = 256ll << 20,
    .output = 1 << 20,
    .processes = 128,
};

struct exec {
    struct loop *loop; /* borrowed */
    struct launch launch;
    struct exec_run *runs; /* the running jobs, newest first */
};

enum stream { STREAM_OUT, STREAM_ERR, STREAM_REPORT, STREAMS };

struct exec_run {
    struct exec *exec;
    struct exec_run *next;
    struct job *job; /* owned */
    struct job_limits limits;
    struct launch_run box;
    exec_output_fn *output;
    exec_done_fn *done;
    void *arg; /* borrowed, for the two above */
    int fds[STREAMS], ids[STREAMS]; /* -1 and 0 once at their end */
    int child_id, wall_id, kill_id;
    struct buf text[2]; /* stdout, stderr */
    struct report report;
    struct job_result result;
    struct verdict verdict;
    int64_t started_ms;
    bool reaped;
};

static int64_t either(int64_t given, int64_t standard)
{
    return given > 0 ? given : standard;
}

static void set_limits(struct job_limits *l, const struct job_limits *given)
{
    const struct job_limits *d = &exec_default_limits;

    l->wall_ms = (int)either(given->wall_ms, d->wall_ms);
    l->cpu_s = (int)either(given->cpu_s, d->cpu_s);
    l->memory = either(given->memory, d->memory);
    l->work = either(given->work, d->work);
    l->file = either(given->file, given->work > 0 && given->work < d->file ? given->work : d->file);
    l->output = either(given->output, d->output);
    l->processes = (int)either(given->processes, d->processes);
}

const char *exec_level_name(enum exec_level level)
{
    static const char *const names[] = {"none", "partial", "full"};

    return names[level];
}

enum exec_level exec_level(const struct exec *x)
{
    return x->launch.level;
}

static enum exec_level best_level(struct err *err)
{
    struct err full, partial;

    if (!exec_probe(EXEC_FULL, &full))
        return EXEC_FULL;
    if (!exec_probe(EXEC_PARTIAL, &partial))
        return EXEC_PARTIAL;
    err_set(err, ERR_MACHINE, "This machine offers no sandbox, and nothing generated runs without one. %.200s %.200s",
            full.msg, partial.msg);
    err_hint(err, "Either install bubblewrap and allow user namespaces (sysctl kernel.unprivileged_userns_clone=1; "
                  "Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0; Docker: --security-opt seccomp=unconfined "
                  "--security-opt systempaths=unconfined), or use Linux 6.7 or newer with Landlock.");
    return EXEC_NONE;
}

struct exec *exec_new(struct loop *l, enum exec_level wanted, struct err *err)
{
    struct exec *x;

    if (wanted == EXEC_NONE)
        wanted = best_level(err);
    if (wanted == EXEC_NONE)
        return NULL;
    x = os_alloc(sizeof(*x));
    if (!x) {
        err_set(err, ERR_MACHINE, "There is no memory left for the executor.");
        return NULL;
    }
    x->loop = l;
    if (!launch_init(&x->launch, wanted, err))
        return x;
    exec_free(x);
    return NULL;
}

static void unlist(struct exec_run *run)
{
    struct exec_run **at = &run->exec->runs;

    while (*at && *at != run)
        at = &(*at)->next;
    if (*at)
        *at = run->next;
}

static void end_stream(struct exec_run *run, enum stream s)
{
    if (run->fds[s] < 0)
        return;
    loop_remove(run->exec->loop, run->ids[s]);
    close(run->fds[s]);
    run->fds[s] = -1;
}

static void on_wiped(void *arg, pid_t pid, int status)
{
    (void)arg, (void)pid, (void)status;
}

static void wipe(struct exec_run *run)
{
    pid_t pid = launch_wipe(&run->box);

    if (pid > 0 && loop_add_child(run->exec->loop, pid, on_wiped, NULL) < 0)
        waitpid(pid, NULL, 0);
}

static void finish(struct exec_run *run)
{
    struct job_result *r = &run->result;
    struct loop *l = run->exec->loop;

    for (int s = 0; s < STREAMS; s++)
        end_stream(run, (enum stream)s);
    loop_remove(l, run->child_id);
    loop_remove(l, run->wall_id);
    loop_remove(l, run->kill_id);
    unlist(run);
    wipe(run);
    r->wall_ms = os_mono_ms() - run->started_ms;
    str_copy(r->box, sizeof(r->box), exec_level_name(run->exec->launch.level));
    r->out_len = run->text[0].len;
    r->err_len = run->text[1].len;
    verdict_set(&run->verdict, &run->report, run->job, &run->limits, buf_text(&run->text[1]), r);
    r->out = buf_take(&run->text[0]);
    r->err_out = buf_take(&run->text[1]);
    run->done(run->arg, r);
    job_result_done(r);
    job_free(run->job);
    free(run);
}

static bool at_end(const struct exec_run *run)
{
    return run->reaped && run->fds[STREAM_OUT] < 0 && run->fds[STREAM_ERR] < 0 && run->fds[STREAM_REPORT] < 0;
}

static void kill_hard(void *arg)
{
    struct exec_run *run = arg;

    run->kill_id = 0;
    if (!run->reaped)
        launch_kill(&run->exec->launch, &run->box, true);
}

static void stop(struct exec_run *run, enum verdict_cause cause)
{
    if (run->verdict.cause || run->reaped)
        return;
    run->verdict.cause = cause;
    launch_kill(&run->exec->launch, &run->box, false);
    run->kill_id = loop_add_timer(run->exec->loop, SOFT_KILL_MS, kill_hard, run);
}

static void on_wall(void *arg)
{
    struct exec_run *run = arg;

    run->wall_id = 0;
    stop(run, VERDICT_WALL);
}

static void on_late(void *arg)
{
    finish(arg); /* somebody outside the box holds a stream open: not our child, not waited for */
}

static void on_end(void *arg, pid_t pid, int status)
{
    struct exec_run *run = arg;

    (void)pid;
    run->verdict.box_status = status;
    run->reaped = true;
    loop_remove(run->exec->loop, run->wall_id);
    loop_remove(run->exec->loop, run->kill_id);
    run->wall_id = run->kill_id = 0;
    if (at_end(run))
        finish(run);
    else
        run->kill_id = loop_add_timer(run->exec->loop, AFTER_END_MS, on_late, run);
}

/* Keeps up to the cap; what is beyond stops the job. */
static void take_text(struct exec_run *run, enum stream s, const char *bytes, size_t n)
{
    int64_t left = run->limits.output - (int64_t)(run->text[0].len + run->text[1].len);
    size_t keep = left < (int64_t)n ? (size_t)(left > 0 ? left : 0) : n;

    buf_put(&run->text[s], bytes, keep);
    if (keep > 0 && run->output)
        run->output(run->arg, s == STREAM_ERR, bytes, keep);
    if (keep < n)
        stop(run, VERDICT_FLOOD);
}

/* One read a turn per stream: a flood leaves room for keys. */
static void read_stream(struct exec_run *run, enum stream s)
{
    char bytes[1 << 16];
    ssize_t n = read(run->fds[s], bytes, sizeof(bytes));

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0 && s == STREAM_REPORT)
        report_feed(&run->report, bytes, (size_t)n);
    else if (n > 0)
        take_text(run, s, bytes, (size_t)n);
    else
        end_stream(run, s);
    if (at_end(run))
        finish(run);
}

static void on_out(void *arg, int fd, int events)
{
    (void)fd, (void)events;
    read_stream(arg, STREAM_OUT);
}

static void on_err(void *arg, int fd, int events)
{
    (void)fd, (void)events;
    read_stream(arg, STREAM_ERR);
}

static void on_report(void *arg, int fd, int events)
{
    (void)fd, (void)events;
    read_stream(arg, STREAM_REPORT);
}

static bool plain_name(const char *name, int slashes)
{
    if (!*name || *name == '/' || str_eq(name, "..") || str_starts(name, "../") || strstr(name, "/../") || str_ends(name, "/.."))
        return false;
    for (; *name; name++) {
        if (*name == '/' && slashes-- == 0)
            return false;
    }
    return true;
}

static int check_job(const struct job *job, struct err *err)
{
    if (job->n_args < 1 || job->args[0][0] != '/')
        return err_set(err, ERR_INVALID, "The job %s names no program by its full path.", job->name);
    for (int i = 0; i < job->n_files; i++) {
        if (!plain_name(job->files[i].name, 1))
            return err_set(err, ERR_INVALID, "The job %s hands over a file under the name %s, which is not a plain one.", job->name, job->files[i].name);
    }
    for (int i = 0; i < job->n_outputs; i++) {
        if (!plain_name(job->outputs[i], 16))
            return err_set(err, ERR_INVALID, "The job %s wants the output %s, which is not below its work folder.", job->name, job->outputs[i]);
    }
    for (int i = 0; i < job->n_binds; i++) {
        if (job->binds[i][0] != '/')
            return err_set(err, ERR_INVALID, "The job %s shows the folder %s, which is not a full path.", job->name, job->binds[i]);
        if (access(job->binds[i], F_OK))
            return err_sys(err, ERR_TOOL, "The job %s needs %s", job->name, job->binds[i]);
    }
    return 0;
}

static int listen_to(struct exec_run *run, struct err *err)
{
    static loop_fd_fn *const readers[STREAMS] = {on_out, on_err, on_report};
    struct loop *l = run->exec->loop;
    bool bad = false;

    for (int s = 0; s < STREAMS; s++) {
        run->ids[s] = loop_add_fd(l, run->fds[s], LOOP_READ, readers[s], run);
        bad |= run->ids[s] < 0;
    }
    run->child_id = loop_add_child(l, run->box.pid, on_end, run);
    run->wall_id = loop_add_timer(l, run->limits.wall_ms, on_wall, run);
    if (!bad && run->child_id > 0 && run->wall_id > 0)
        return 0;
    return err_set(err, ERR_MACHINE, "There is no memory left to watch the job %s.", run->job->name);
}

static void drop_run(struct exec_run *run)
{
    struct loop *l = run->exec->loop;

    for (int s = 0; s < STREAMS; s++)
        end_stream(run, (enum stream)s);
    loop_remove(l, run->child_id);
    loop_remove(l, run->wall_id);
    kill(run->box.pid, SIGKILL);
    waitpid(run->box.pid, NULL, 0);
    wipe(run);
    free(run);
}

struct exec_run *exec_start(struct exec *x, struct job *job, exec_output_fn *output,
                            exec_done_fn *done, void *arg, struct err *err)
{
    struct exec_run *run;

    if (check_job(job, err))
        return NULL;
    run = os_alloc(sizeof(*run));
    if (!run) {
        err_set(err, ERR_MACHINE, "There is no memory left to start the job %s.", job->name);
        return NULL;
    }
    run->exec = x;
    run->job = job;
    run->output = output;
    run->done = done;
    run->arg = arg;
    run->started_ms = os_mono_ms();
    set_limits(&run->limits, &job->limits);
    buf_init(&run->text[0], (size_t)run->limits.output + 1);
    buf_init(&run->text[1], (size_t)run->limits.output + 1);
    report_init(&run->report, job, &run->limits, &run->result);
    if (launch_job(&x->launch, job, &run->limits, 0, &run->box, err)) {
        free(run);
        return NULL;
    }
    run->fds[STREAM_OUT] = run->box.out;
    run->fds[STREAM_ERR] = run->box.err;
    run->fds[STREAM_REPORT] = run->box.report;
    if (listen_to(run, err)) {
        drop_run(run);
        return NULL;
    }
    run->next = x->runs;
    x->runs = run;
    return run;
}

void exec_cancel(struct exec_run *run)
{
    stop(run, VERDICT_CANCELED);
}

/* Without the loop, which may be past turning: at most a second a job at level partial, nothing at full. */
static void end_now(struct exec_run *run)
{
    int64_t until = os_mono_ms() + SOFT_KILL_MS;

    stop(run, VERDICT_CANCELED);
    while (!run->reaped) {
        pid_t got = waitpid(run->box.pid, &run->verdict.box_status, WNOHANG);
        run->reaped = got != 0;
        if (got == 0 && os_mono_ms() > until)
            launch_kill(&run->exec->launch, &run->box, true);
        if (got == 0)
            usleep(500);
    }
    finish(run);
}

void exec_free(struct exec *x)
{
    if (!x)
        return;
    while (x->runs)
        end_now(x->runs);
    launch_done(&x->launch);
    free(x);
}
