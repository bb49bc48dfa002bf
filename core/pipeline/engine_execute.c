/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Executions: the jobs of an approved attempt, one phase after the other, and what they make of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/failure/classify.h"
#include "core/pipeline/engine_private.h"

static void on_job_done(void *arg, struct job_result *r);

static int ensure_exec(struct engine *e, struct err *err)
{
    if (!e->exec) {
        e->exec = exec_new(e->loop, EXEC_NONE, err);
        if (e->exec)
            str_copy(e->state.box, sizeof(e->state.box), exec_level_name(exec_level(e->exec)));
    }
    return e->exec ? 0 : -ERR_MACHINE;
}

/* What runs is what was approved, here: asked of the ledger again at the last moment. */
static int still_approved(struct engine *e, const struct attempt *a, struct err *err)
{
    const struct stage_ops *ops = engine_stage_of(e, a);
    const struct attempt *source = a;

    if (ops->execution && ops->confirms)
        source = stage_approved(&e->context, ops->confirms);
    if (!source || !source->sha[0])
        return err_set(err, ERR_DECISION, "Nothing approved is there for %s to run.", a->id);
    if (!e->state.here(e->state.arg, source->sha, e->state.stages[source->stage].id))
        return err_set(err, ERR_DECISION, "%s was not approved on this installation.", source->id);
    return 0;
}

static int start_job(struct engine *e, struct attempt *a, struct job *job, struct err *err)
{
    struct json_object *body = json_object_new_object();
    int r;

    json_put_text(body, "id", a->id);
    json_put_text(body, "job", job->name);
    json_put_text(body, "box", exec_level_name(exec_level(e->exec)));
    json_put_text(body, "program", job->args[0]);
    json_put_text(body, "versions", project_versions(e->project, job->args[0]));
    r = engine_emit(e, EVENT_EXECUTION_STARTED, a->id, body, STORE_FULL, err);
    if (r) {
        job_free(job);
        return r;
    }
    e->job.attempt = a;
    e->job.canceled = false;
    e->job.run = exec_start(e->exec, job, NULL, on_job_done, e, err);
    if (e->job.run)
        return 0;
    e->job.attempt = NULL;
    job_free(job);
    return -ERR_MACHINE;
}

/* That something passed counts only on the installation that saw it pass: the ledger keeps the hash of the event's
 * body. Ledger first; a kill in between leaves a line that no event has. Takes body. */
static int emit_settlement(struct engine *e, const struct attempt *a, bool passed, struct json_object *body,
                           struct err *err)
{
    char hex[SHA256_HEX];
    struct buf text;
    int r = 0;

    if (passed) {
        buf_init(&text, STORE_BODY_MAX);
        buf_puts(&text, json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN));
        r = engine_redact_known(e, &text, err); /* as the history will hold it */
        sha256_of(buf_text(&text), text.len, hex);
        buf_done(&text);
        if (r == 0)
            r = ledger_add(e->ledger, e->state.project_id, hex, STATE_SETTLED, err);
    }
    if (r) {
        json_object_put(body);
        return r;
    }
    return engine_emit(e, EVENT_ATTEMPT_SETTLED, a->id, body, STORE_FULL, err);
}

/* An artifact that is only read, such as a plan, has passed once it is approved. */
static int accept(struct engine *e, struct attempt *a, struct err *err)
{
    struct json_object *body = json_object_new_object();

    json_put_text(body, "id", a->id);
    json_put_flag(body, "passed", true);
    json_put_text(body, "outcome", "accepted");
    return emit_settlement(e, a, true, body, err);
}

static void settled_done(struct stage_settlement *s)
{
    finding_list_done(&s->findings);
    for (int i = 0; i < s->n_extra; i++)
        buf_done(&s->extra[i].bytes);
    memset(s, 0, sizeof(*s));
}

int engine_execute(struct engine *e, struct attempt *a, struct err *err)
{
    struct job *job = NULL;
    int r = still_approved(e, a, err);

    if (r == 0)
        r = ensure_exec(e, err);
    e->job.phase = 0;
    job_result_done(&e->job.last);
    settled_done(&e->job.settled);
    if (r == 0 && !engine_stage_of(e, a)->job)
        r = err_set(err, ERR_MACHINE, "The stage of %s has nothing to execute.", a->id);
    if (r == 0)
        r = engine_stage_of(e, a)->job(&e->context, a, 0, NULL, &job, err);
    if (r)
        return r;
    return job ? start_job(e, a, job, err) : accept(e, a, err);
}

void engine_execute_cancel(struct engine *e)
{
    if (!e->job.attempt)
        return;
    e->job.canceled = true;
    exec_cancel(e->job.run);
}

/* ---- the end of a job ---- */

/* Dates inside a model file must not make a rerun look like a change. */
static void put_identity(struct json_object *o, const char *name, const void *bytes, size_t n)
{
    char hex[SHA256_HEX];

    for (int k = 0; k < ARTIFACT_KINDS; k++) {
        if (artifact_kinds[k].normalize && str_ends(name, artifact_kinds[k].suffix) &&
            artifact_identity((enum artifact_kind)k, bytes, n, hex, NULL) == 0)
            json_put_text(o, "identity", hex);
    }
}

static int put_outputs(struct engine *e, struct json_object *array, const struct job_result *r, struct err *err)
{
    int bad = 0;

    for (int i = 0; i < r->n_outputs && !bad; i++) {
        struct json_object *o = json_object_new_object();
        json_put_text(o, "name", r->outputs[i].name);
        json_put_int(o, "size", (int64_t)r->outputs[i].len);
        bad = engine_put_blob(e, o, "sha", r->outputs[i].bytes, r->outputs[i].len, err);
        put_identity(o, r->outputs[i].name, r->outputs[i].bytes, r->outputs[i].len);
        json_object_array_add(array, o);
    }
    return bad;
}

static int emit_finished(struct engine *e, const struct attempt *a, const struct job_result *r, struct err *err)
{
    struct json_object *body = json_object_new_object();
    char text[80];
    int bad;

    json_put_text(body, "id", a->id);
    json_put_text(body, "stop", job_stop_text(r, text, sizeof(text)));
    json_put_int(body, "code", r->code);
    json_put_int(body, "wall_ms", r->wall_ms);
    json_put_int(body, "cpu_ms", r->cpu_ms);
    json_put_int(body, "max_rss", r->max_rss);
    json_put_text(body, "box", r->box);
    bad = engine_put_text(e, body, "out", r->out ? r->out : "", r->out_len, err);
    if (!bad)
        bad = engine_put_text(e, body, "err", r->err_out ? r->err_out : "", r->err_len, err);
    if (bad) {
        json_object_put(body);
        return bad;
    }
    return engine_emit(e, EVENT_EXECUTION_FINISHED, a->id, body, STORE_NORMAL, err);
}

static struct json_object *metrics_of(const struct stage_settlement *s)
{
    struct json_object *array = json_object_new_array();

    for (int i = 0; i < s->n_metrics; i++) {
        struct json_object *o = json_object_new_object();
        json_put_text(o, "name", s->metrics[i].name);
        json_put_text(o, "unit", s->metrics[i].unit);
        json_put_number(o, "value", s->metrics[i].value);
        json_put_number(o, "limit", s->metrics[i].limit);
        json_object_array_add(array, o);
    }
    return array;
}

static int put_extra(struct engine *e, struct json_object *array, struct stage_settlement *s, struct err *err)
{
    int bad = 0;

    for (int i = 0; i < s->n_extra && !bad; i++) {
        struct json_object *o = json_object_new_object();
        json_put_text(o, "name", s->extra[i].name);
        json_put_int(o, "size", (int64_t)s->extra[i].bytes.len);
        bad = engine_put_blob(e, o, "sha", buf_text(&s->extra[i].bytes), s->extra[i].bytes.len, err);
        json_object_array_add(array, o);
    }
    return bad;
}

static int emit_settled(struct engine *e, const struct attempt *a, const struct finding_list *findings,
                        bool passed, bool partly, const char *outcome, struct json_object *outputs,
                        struct json_object *metrics, const char *result, struct err *err)
{
    struct json_object *body = json_object_new_object();

    json_put_text(body, "id", a->id);
    json_put_flag(body, "passed", passed);
    if (partly)
        json_put_flag(body, "partly", true);
    json_put_text(body, "outcome", outcome);
    json_put_text(body, "result", result);
    json_object_object_add(body, "findings", json_from_findings(findings));
    if (outputs)
        json_object_object_add(body, "outputs", outputs);
    if (metrics)
        json_object_object_add(body, "metrics", metrics);
    return emit_settlement(e, a, passed && !partly, body, err);
}

/* The step that has to change: named by the worst finding, else the attempt's own, or the one it confirms. */
static const struct attempt *blamed(const struct engine *e, const struct attempt *a,
                                    const struct finding_list *l)
{
    const struct finding *f = finding_worst(l);
    const struct stage_ops *ops = engine_stage_of(e, a);
    const char *id = f && f->blame[0] ? f->blame : ops->confirms;
    int step = id ? state_find_step(&e->state, id) : -1;

    return step >= 0 ? state_last_attempt(&e->state, step) : NULL;
}

/* An execution stage failed: the attempt whose bytes it used fails with the same findings. */
static int blame_source(struct engine *e, const struct attempt *a, const struct stage_settlement *s,
                        struct err *err)
{
    const struct attempt *source = blamed(e, a, &s->findings);

    if (!source || source == a)
        return 0;
    return emit_settled(e, source, &s->findings, false, false, s->outcome, NULL, metrics_of(s), "", err);
}

/* No later stage has more to say about what a confirms. */
static bool confirms_last(const struct engine *e, const struct attempt *a)
{
    return !e->stages[a->stage + 1] || !e->stages[a->stage + 1]->confirms;
}

/* An execution stage passed: what it confirms has passed too once no later stage has more to say. */
static int confirm_source(struct engine *e, const struct attempt *a, const struct stage_settlement *s,
                          struct err *err)
{
    const struct stage_ops *ops = engine_stage_of(e, a);
    const struct attempt *source = ops->confirms ? stage_approved(&e->context, ops->confirms) : NULL;

    if (!source || source->state != ATTEMPT_APPROVED)
        return 0;
    return emit_settled(e, source, &s->findings, true, !confirms_last(e, a), s->outcome, NULL, metrics_of(s), s->result, err);
}

int engine_confirm_again(struct engine *e, const struct attempt *a, struct err *err)
{
    const struct stage_ops *ops = engine_stage_of(e, a);
    const struct attempt *source = ops->confirms ? stage_approved(&e->context, ops->confirms) : NULL;
    struct stage_settlement s = {.findings = a->findings, .n_metrics = a->n_metrics}; /* all borrowed */
    int r;

    if (!source || source->state != ATTEMPT_APPROVED || !confirms_last(e, a))
        return 0;
    if (a->n_metrics > 0)
        memcpy(s.metrics, a->metrics, (size_t)a->n_metrics * sizeof(*a->metrics));
    str_copy(s.outcome, sizeof(s.outcome), a->outcome);
    str_copy(s.result, sizeof(s.result), e->state.stages[a->stage].result);
    r = confirm_source(e, a, &s, err);
    return r ? r : 1;
}

static int settle(struct engine *e, struct attempt *a, const struct job_result *r, struct err *err)
{
    struct stage_settlement *s = &e->job.settled;
    struct json_object *outputs = json_object_new_array();
    bool passed = finding_count(&s->findings, FINDING_ERROR) == 0;
    int bad = passed ? put_outputs(e, outputs, &e->job.last, err) : 0;

    if (!bad && passed)
        bad = put_outputs(e, outputs, r, err);
    if (!bad)
        bad = put_extra(e, outputs, s, err);
    if (bad) {
        json_object_put(outputs);
        return bad;
    }
    failure_classify_list(&s->findings);
    bad = emit_settled(e, a, &s->findings, passed, false, s->outcome, outputs, metrics_of(s), s->result, err);
    if (!bad && engine_stage_of(e, a)->execution)
        bad = passed ? confirm_source(e, a, s, err) : blame_source(e, a, s, err);
    return bad;
}

/* 1 when a further phase was started. */
static int next_phase(struct engine *e, struct attempt *a, struct job_result *r, struct err *err)
{
    struct job *job = NULL;
    int bad;

    if (finding_count(&e->job.settled.findings, FINDING_ERROR) > 0)
        return 0;
    bad = engine_stage_of(e, a)->job(&e->context, a, e->job.phase + 1, r, &job, err);
    if (bad || !job)
        return bad;
    e->job.phase++;
    job_result_done(&e->job.last);
    e->job.last = *r;
    memset(r, 0, sizeof(*r)); /* taken */
    bad = start_job(e, a, job, err);
    return bad ? bad : 1;
}

static int job_ended(struct engine *e, struct attempt *a, struct job_result *r, struct err *err)
{
    int bad = emit_finished(e, a, r, err);

    if (bad)
        return bad;
    if (e->job.canceled) {
        struct json_object *body = json_object_new_object();
        json_put_text(body, "id", a->id);
        return engine_emit(e, EVENT_ATTEMPT_CANCELED, a->id, body, STORE_NORMAL, err);
    }
    if (r->stop == JOB_NOT_STARTED) {
        *err = r->error;
        return -ERR_MACHINE;
    }
    bad = engine_stage_of(e, a)->settle(&e->context, a, e->job.phase, r, &e->job.settled, err);
    if (bad)
        return bad;
    bad = next_phase(e, a, r, err);
    if (bad)
        return bad < 0 ? bad : 0;
    return settle(e, a, r, err);
}

static void on_job_done(void *arg, struct job_result *r)
{
    struct engine *e = arg;
    struct attempt *a = e->job.attempt;
    struct err err = {0};
    int bad;

    e->job.attempt = NULL;
    e->job.run = NULL;
    if (!a || e->closing)
        return;
    bad = job_ended(e, a, r, &err);
    if (e->job.attempt)
        return;
    job_result_done(&e->job.last);
    settled_done(&e->job.settled);
    if (!e->running)
        return;
    if (bad)
        engine_end_run(e, err.code ? err.code : ERR_MACHINE, &err);
    else
        engine_schedule(e, NULL);
}
