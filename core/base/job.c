/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/job.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"

struct job *job_new(const char *name)
{
    struct job *j = os_alloc(sizeof(*j));

    if (!j)
        return NULL;
    j->name = os_dup(name, strlen(name));
    if (j->name)
        return j;
    free(j);
    return NULL;
}

static void free_all(char **texts, int n)
{
    for (int i = 0; i < n; i++)
        free(texts[i]);
}

static void free_files(struct job_file *files, int n)
{
    for (int i = 0; i < n; i++) {
        free(files[i].name);
        free(files[i].bytes);
    }
}

void job_free(struct job *j)
{
    if (!j)
        return;
    free_all(j->args, j->n_args);
    free_all(j->binds, j->n_binds);
    free_all(j->outputs, j->n_outputs);
    free_files(j->files, j->n_files);
    free(j->input);
    free(j->name);
    free(j);
}

static int add(char **texts, int *n, int max, const char *text, struct err *err)
{
    if (*n >= max)
        return err_set(err, ERR_MACHINE, "A job has more than %d entries of a kind.", max);
    texts[*n] = os_dup(text, strlen(text));
    if (!texts[*n])
        return err_set(err, ERR_MACHINE, "There is no memory left for a job.");
    (*n)++;
    return 0;
}

int job_arg(struct job *j, const char *arg, struct err *err)
{
    return add(j->args, &j->n_args, JOB_ARGS_MAX, arg, err);
}

int job_argf(struct job *j, const char *fmt, ...)
{
    char text[8192];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof(text))
        return -ERR_MACHINE;
    return job_arg(j, text, NULL);
}

int job_bind(struct job *j, const char *host_path, struct err *err)
{
    return add(j->binds, &j->n_binds, JOB_BINDS_MAX, host_path, err);
}

int job_output(struct job *j, const char *name, struct err *err)
{
    return add(j->outputs, &j->n_outputs, JOB_OUTPUTS_MAX, name, err);
}

int job_file(struct job *j, const char *name, const void *bytes, size_t n, struct err *err)
{
    struct job_file *f = &j->files[j->n_files];

    if (j->n_files >= JOB_FILES_MAX)
        return err_set(err, ERR_MACHINE, "A job has more than %d files.", JOB_FILES_MAX);
    f->name = os_dup(name, strlen(name));
    f->bytes = os_dup(bytes, n);
    f->len = n;
    j->n_files++;
    if (!f->name || !f->bytes)
        return err_set(err, ERR_MACHINE, "There is no memory left for a job.");
    return 0;
}

int job_input(struct job *j, const void *bytes, size_t n, struct err *err)
{
    free(j->input);
    j->input = os_dup(bytes, n);
    j->input_len = n;
    return j->input ? 0 : err_set(err, ERR_MACHINE, "There is no memory left for a job.");
}

void job_result_done(struct job_result *r)
{
    free(r->out);
    free(r->err_out);
    free_files(r->outputs, r->n_outputs);
    memset(r, 0, sizeof(*r));
}

const struct job_file *job_result_output(const struct job_result *r, const char *name)
{
    for (int i = 0; i < r->n_outputs; i++) {
        if (str_eq(r->outputs[i].name, name))
            return &r->outputs[i];
    }
    return NULL;
}

static const char *const stop_texts[] = {
    [JOB_WALL] = "stopped at the time limit",
    [JOB_CPU] = "stopped at the processor time limit",
    [JOB_MEMORY] = "stopped at the memory limit",
    [JOB_FLOOD] = "stopped because it printed without end",
    [JOB_DISK] = "stopped because it filled its work folder",
    [JOB_PROCESSES] = "stopped at the process limit",
    [JOB_CANCELED] = "canceled",
    [JOB_NOT_STARTED] = "could not be started",
};

const char *job_stop_text(const struct job_result *r, char *dst, size_t size)
{
    if (r->stop == JOB_EXITED)
        snprintf(dst, size, "exited with code %d", r->code);
    else if (r->stop == JOB_SIGNALED)
        snprintf(dst, size, "ended by signal %d", r->code);
    else
        str_copy(dst, size, stop_texts[r->stop]);
    return dst;
}
