/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/base/str.h"
#include "core/data/csv.h"
#include "core/data/step.h"
#include "core/generate/mapping.h"
#include "core/generate/specs.h"
#include "core/pipeline/stage_table.h"

enum { INPUT_CAP = 512 * 1024 * 1024, JSON_CAP = 4 * 1024 * 1024, WISHES_MAX = 256 };

int stage_artifact(const struct stage_context *c, const struct attempt *a, struct buf *out, struct err *err)
{
    char hex[SHA256_HEX];
    int r = store_get_blob(c->store, a->blob, out, err);

    if (r)
        return r;
    r = artifact_identity(a->kind, buf_text(out), out->len, hex, err);
    if (r == 0 && !str_eq(hex, a->sha))
        r = err_set(err, ERR_DAMAGED, "The bytes of %s are not those that were decided on.", a->id);
    return r;
}

struct job *stage_python_job(struct stage_context *c, const char *name, const char *script_name, const void *script,
                             size_t n, struct err *err)
{
    const char *python = project_python(c->project, err);
    struct job *j = python ? job_new(name) : NULL;

    if (!j)
        return NULL;
    if (job_arg(j, python, err) == 0 && job_arg(j, "-I", err) == 0 && job_argf(j, "/in/%s", script_name) == 0 &&
        job_bind(j, c->project->runtime, err) == 0 && job_file(j, script_name, script, n, err) == 0)
        return j;
    job_free(j);
    return NULL;
}

int stage_job_input(struct stage_context *c, struct job *j, const char *stage, const char *name, struct err *err)
{
    struct buf bytes;
    int r;

    buf_init(&bytes, INPUT_CAP);
    r = stage_upstream_bytes(c, stage, name, &bytes, err);
    if (r == 0)
        r = job_file(j, name, buf_text(&bytes), bytes.len, err);
    buf_done(&bytes);
    return r;
}

int stage_check_after(struct stage_context *c, const struct stage_ops *ops, const struct attempt *a,
                      const struct job_result *r, struct finding_list *out, struct err *err)
{
    const struct step *step = &c->state->steps.items[a->step];
    struct gate_context facts = {.stage = ops->id, .step = step->id};
    struct gate_artifact artifact = {.kind = a->kind, .name = a->name};
    struct buf bytes;
    int bad = 0;

    buf_init(&bytes, JSON_CAP);
    if (a->blob[0])
        bad = store_get_blob(c->store, a->blob, &bytes, err);
    artifact.bytes = buf_text(&bytes);
    artifact.len = bytes.len;
    if (!bad && ops->facts)
        bad = ops->facts(c, step, &facts, err);
    facts.execution = r;
    if (!bad)
        gate_check_all(GATE_AFTER, &artifact, &facts, out);
    buf_done(&bytes);
    return bad;
}

int stage_spec(const struct stage_context *c, const struct step *step, struct buf *out, struct err *err)
{
    if (!step->spec[0])
        return err_set(err, ERR_INVALID, "The step %s has no specification.", step->id);
    return store_get_blob(c->store, step->spec, out, err);
}

static int take_header(void *arg, const struct csv_record *r, struct err *err)
{
    struct data_names *names = arg;

    (void)err;
    for (int i = 0; i < r->n; i++) {
        if (data_names_add(names, r->cells[i]))
            return err_set(err, ERR_MACHINE, "There is no memory left for the column names.");
    }
    return 0;
}

int stage_data_columns(const struct stage_context *c, struct data_names *ret, struct err *err)
{
    struct buf bytes;
    struct csv csv;
    const char *end;
    int r;

    buf_init(&bytes, INPUT_CAP);
    r = stage_upstream_bytes(c, "data", "data.csv", &bytes, err);
    if (r == 0) {
        end = memchr(buf_text(&bytes), '\n', bytes.len);
        csv_init(&csv, "data.csv", take_header, ret);
        r = csv_feed(&csv, buf_text(&bytes), end ? (size_t)(end - bytes.data) + 1 : bytes.len, err);
        if (r == 0)
            r = csv_finish(&csv, err);
        csv_done(&csv);
    }
    buf_done(&bytes);
    return r;
}

int stage_train_result(const struct stage_context *c, struct result_train *ret, struct err *err)
{
    struct buf bytes;
    int r;

    buf_init(&bytes, JSON_CAP);
    r = stage_upstream_bytes(c, "train", "train.json", &bytes, err);
    if (r == 0)
        r = result_train_read(buf_text(&bytes), bytes.len, ret, err);
    buf_done(&bytes);
    return r;
}

int stage_convert_result(const struct stage_context *c, struct result_convert *ret, struct err *err)
{
    struct buf bytes;
    int r;

    buf_init(&bytes, JSON_CAP);
    r = stage_upstream_bytes(c, "convert", "convert.json", &bytes, err);
    if (r == 0)
        r = result_convert_read(buf_text(&bytes), bytes.len, ret, err);
    buf_done(&bytes);
    return r;
}

int stage_mapping(struct stage_context *c, const struct result_train *train, struct mapping *ret, struct err *err)
{
    const struct config_pairs *sensors = &c->project->config.sensors;
    struct mapping_wish wishes[WISHES_MAX];
    int n = 0, r = project_data(c->project, err);

    for (int i = 0; i < sensors->n && n < WISHES_MAX; i++)
        wishes[n++] = (struct mapping_wish){sensors->items[i].key, sensors->items[i].value};
    if (r)
        return r;
    return mapping_propose(&train->features, &c->project->profile, c->project->board->sensors,
                           c->project->board->n_sensors, wishes, n, ret, err);
}

const char *stage_label(const struct stage_context *c, const struct data_names *columns)
{
    const struct profile *p = &c->project->profile;

    if (p->label < 0 || data_names_have(columns, c->project->config.label))
        return c->project->config.label;
    return p->columns.items[p->label].plain;
}
