/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/example.h"

#include <stdio.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/exec/exec.h"
#include "embed/docs_examples_fruit_README_md.h"
#include "embed/docs_examples_fruit_fruit_csv.h"
#include "embed/docs_examples_fruit_make_data_py.h"
#include "embed/docs_examples_fruit_session_cassette.h"
#include "embed/docs_examples_fruit_tinywright_yaml.h"
#include "embed/docs_examples_motion_README_md.h"
#include "embed/docs_examples_motion_make_data_py.h"
#include "embed/docs_examples_motion_tinywright_yaml.h"
#include "embed/docs_examples_wine_README_md.h"
#include "embed/docs_examples_wine_make_data_py.h"
#include "embed/docs_examples_wine_tinywright_yaml.h"

#define TEXT(name) docs_examples_##name, &docs_examples_##name##_len

const struct example example_table[] = {
    {"fruit", "color sensor, synthetic data; a recorded session with a model", TEXT(fruit_tinywright_yaml),
     TEXT(fruit_README_md), TEXT(fruit_make_data_py), TEXT(fruit_fruit_csv), TEXT(fruit_session_cassette)},
    {"wine", "chemical analysis over Serial1 (scikit-learn)", TEXT(wine_tinywright_yaml), TEXT(wine_README_md),
     TEXT(wine_make_data_py), NULL, NULL, NULL, NULL},
    {"motion", "accelerometer and gyroscope windows (BasicMotions)", TEXT(motion_tinywright_yaml),
     TEXT(motion_README_md), TEXT(motion_make_data_py), NULL, NULL, NULL, NULL},
    {0},
};

const struct example *example_find(const char *name)
{
    for (const struct example *x = example_table; x->name; x++) {
        if (str_eq(x->name, name))
            return x;
    }
    return NULL;
}

const struct example *example_with_cassette(void)
{
    const struct example *x = example_table;

    while (!x->cassette)
        x++;
    return x;
}

const char *example_folder(const struct example *x, char *dst, size_t size)
{
    char state[PATH_CAP];
    int n;

    if (!path_user('s', state, sizeof(state)))
        return NULL;
    n = snprintf(dst, size, "%s/examples/%s", state, x->name);
    return n >= 0 && (size_t)n < size ? dst : NULL;
}

static int put(const char *folder, const char *name, const void *bytes, size_t n, struct err *err)
{
    char path[PATH_CAP];

    if (!path_join(path, sizeof(path), folder, name))
        return err_set(err, ERR_INVALID, "The path of the example is too long.");
    return path_write(path, bytes, n, 0644, err);
}

/* ---- data from the installed package ---- */

struct making {
    struct loop *loop;
    const char *folder;
    char csv[64];
    int result;
    struct err *err;
};

static void on_made(void *arg, struct job_result *r)
{
    struct making *m = arg;
    const struct job_file *csv = job_result_output(r, m->csv);
    char text[80];

    if (r->stop == JOB_EXITED && r->code == 0 && csv)
        m->result = put(m->folder, m->csv, csv->bytes, csv->len, m->err);
    else
        m->result = err_set(m->err, ERR_TOOL, "The data script of the example %s: %.300s",
                            job_stop_text(r, text, sizeof(text)), r->err_out ? r->err_out : "");
    loop_stop(m->loop);
}

static int describe(const struct example *x, struct making *m, const char *runtime, struct job **ret, struct err *err)
{
    char python[PATH_CAP];
    struct job *j;

    if (!path_join(python, sizeof(python), runtime, "venv/bin/python3") || !path_exists(python)) {
        err_set(err, ERR_TOOL, "The Python environment of the program is not there (%s).", python);
        err_hint(err, "./run sets it up: about 2 GB and 2 minutes.");
        return -ERR_TOOL;
    }
    j = job_new("make the example's data");
    if (!j)
        return err_set(err, ERR_MACHINE, "There is no memory left for a job.");
    *ret = j;
    if (job_arg(j, python, err) || job_arg(j, "-I", err) || job_arg(j, "/in/make_data.py", err) ||
        job_arg(j, m->csv, err) || job_bind(j, runtime, err) || job_output(j, m->csv, err))
        return -ERR_MACHINE;
    return job_file(j, "make_data.py", x->script, *x->script_len, err);
}

static int make_csv(const struct example *x, struct making *m, const char *runtime, struct err *err)
{
    struct exec *exec;
    struct job *job = NULL;
    int r = describe(x, m, runtime, &job, err);

    exec = r ? NULL : exec_new(m->loop, EXEC_NONE, err);
    if (exec && exec_start(exec, job, NULL, on_made, m, err)) {
        loop_run(m->loop);
        r = m->result;
    } else {
        job_free(job);
        r = r ? r : -ERR_MACHINE;
    }
    exec_free(exec);
    return r;
}

int example_make(const struct example *x, const char *folder, const char *runtime, struct loop *l, struct err *err)
{
    char path[PATH_CAP], own[PATH_CAP];
    struct making m = {.loop = l, .folder = folder, .err = err};
    int r;

    snprintf(m.csv, sizeof(m.csv), "%s.csv", x->name);
    if (!path_join(path, sizeof(path), folder, m.csv) || (!runtime && !path_user('d', own, sizeof(own))))
        return err_set(err, ERR_INVALID, "The path of the example is too long.");
    r = path_make(folder, 0755, err);
    if (r == 0 && !path_exists(path))
        r = x->csv ? put(folder, m.csv, x->csv, *x->csv_len, err) : make_csv(x, &m, runtime ? runtime : own, err);
    if (r == 0 && path_join(path, sizeof(path), folder, "README.md") && !path_exists(path))
        r = put(folder, "README.md", x->readme, *x->readme_len, err);
    /* The project file comes last: a folder with it is complete. */
    if (r == 0 && path_join(path, sizeof(path), folder, "tinywright.yaml") && !path_exists(path))
        r = put(folder, "tinywright.yaml", x->project, *x->project_len, err);
    return r;
}
