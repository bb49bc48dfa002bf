/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a spec or a prompt to an artifact that waits for its decision: generate or stream, extract, repair, gate.
 */
#include <stdio.h>
#include <string.h>

#include "core/artifact/extract.h"
#include "core/base/str.h"
#include "core/failure/classify.h"
#include "core/failure/repair.h"
#include "core/pipeline/engine_private.h"
#include "core/pipeline/engine_prompt.h"

enum { ARTIFACT_CAP = 4 * 1024 * 1024 };

static int count_lines(const char *bytes, size_t n)
{
    int lines = 0;

    for (size_t i = 0; i < n; i++)
        lines += bytes[i] == '\n';
    return lines + (n > 0 && bytes[n - 1] != '\n');
}

static int emit_checked(struct engine *e, struct attempt *a, const struct finding_list *findings,
                        bool failed, const char *outcome, struct err *err)
{
    struct json_object *body = json_object_new_object();

    json_put_text(body, "id", a->id);
    json_object_object_add(body, "findings", json_from_findings(findings));
    if (failed)
        json_put_flag(body, "failed", true);
    json_put_text(body, "outcome", outcome);
    return engine_emit(e, EVENT_ATTEMPT_CHECKED, a->id, body, STORE_NORMAL, err);
}

int engine_fail_attempt(struct engine *e, struct attempt *a, struct finding_list *findings,
                        const char *outcome, struct err *err)
{
    failure_classify_list(findings);
    return emit_checked(e, a, findings, true, outcome, err);
}

static int emit_artifact(struct engine *e, struct attempt *a, const char *bytes, size_t n,
                         const char *author, const char *repairs, struct err *err)
{
    const struct step *step = &e->state.steps.items[a->step];
    struct json_object *body = json_object_new_object();
    char sha[SHA256_HEX];
    int r = artifact_identity(step->kind, bytes, n, sha, err);

    json_put_text(body, "id", a->id);
    json_put_text(body, "sha", sha);
    json_put_text(body, "kind", artifact_kinds[step->kind].id);
    json_put_text(body, "name", step->name);
    json_put_text(body, "author", author);
    if (str_eq(author, "person"))
        json_put_text(body, "by", e->who);
    json_put_text(body, "repairs", repairs);
    json_put_int(body, "size", (int64_t)n);
    json_put_int(body, "lines", count_lines(bytes, n));
    if (r == 0)
        r = engine_put_blob(e, body, "blob", bytes, n, err);
    if (r) {
        json_object_put(body);
        return r;
    }
    return engine_emit(e, EVENT_ATTEMPT_ARTIFACT, a->id, body, STORE_NORMAL, err);
}

/* The artifact's gates; findings added. */
static int check_artifact(struct engine *e, const struct attempt *a, const char *bytes, size_t n,
                          struct finding_list *findings, struct err *err)
{
    const struct step *step = &e->state.steps.items[a->step];
    struct gate_artifact artifact = {step->kind, step->name, bytes, n};
    struct gate_context facts = {.stage = engine_stage_of(e, a)->id, .step = step->id};
    int r = 0;

    if (engine_stage_of(e, a)->facts)
        r = engine_stage_of(e, a)->facts(&e->context, step, &facts, err);
    if (r == 0)
        gate_check_all(GATE_BEFORE, &artifact, &facts, findings);
    failure_classify_list(findings);
    return r;
}

int engine_take_artifact(struct engine *e, struct attempt *a, const char *bytes, size_t n,
                         const char *author, const char *repairs, struct err *err)
{
    struct finding_list findings;
    int r;

    finding_list_init(&findings);
    r = emit_artifact(e, a, bytes, n, author, repairs, err);
    if (r == 0)
        r = check_artifact(e, a, bytes, n, &findings, err);
    if (r == 0)
        r = emit_checked(e, a, &findings, false, "", err);
    finding_list_done(&findings);
    return r;
}

static int generate(struct engine *e, struct attempt *a, struct err *err)
{
    struct buf out;
    int r;

    buf_init(&out, ARTIFACT_CAP);
    r = engine_stage_of(e, a)->generate(&e->context, &e->state.steps.items[a->step], &out, err);
    if (r == 0 && out.broken)
        r = err_set(err, ERR_INVALID, "The generated artifact of %s is larger than %d bytes.", a->id,
                    ARTIFACT_CAP);
    if (r == 0)
        r = engine_take_artifact(e, a, buf_text(&out), out.len, "generator", "", err);
    buf_done(&out);
    return r;
}

static int make_repaired(struct engine *e, struct attempt *a, struct err *err);

int engine_make_artifact(struct engine *e, struct attempt *a, struct err *err)
{
    if (str_eq(a->how, "repair"))
        return make_repaired(e, a, err);
    if (str_eq(a->how, "person")) /* the bytes come with the decision */
        return 0;
    switch (a->mode) {
    case MODE_SYMBOLIC:
        return generate(e, a, err);
    case MODE_FREEFORM:
        return engine_prompt_start(e, a, err);
    case MODE_MANUAL:
        err_set(err, ERR_DECISION, "%s is to be written by a person.", a->id);
        err_hint(err, "tinywright decide %s %s take-over FILE", e->state.folder, a->id);
        return -ERR_DECISION;
    case MODE_GUIDED:
        break;
    }
    return err_set(err, ERR_INVALID, "The mode %s is not available for %s yet.",
                   state_mode_name(a->mode), a->id);
}

/* ---- a finished reply ---- */

/* Deterministic fixes for known root causes; *out holds the result, names of the applied ones in applied. */
static int repair(struct engine *e, const struct attempt *a, const struct finding_list *findings, struct buf *out,
                  char *applied, size_t size, struct err *err)
{
    const struct step *step = &e->state.steps.items[a->step];
    struct gate_context facts = {.stage = engine_stage_of(e, a)->id, .step = step->id};
    struct repair_facts known = {.board = e->project->board};
    struct repair_result fixed = {0};
    size_t used = 0;
    int r = 0;

    applied[0] = '\0';
    if (!e->project->repairs)
        return 0;
    if (engine_stage_of(e, a)->facts)
        r = engine_stage_of(e, a)->facts(&e->context, step, &facts, err);
    if (r)
        return r;
    known.model_symbol = facts.model_symbol;
    known.model_length_symbol = facts.model_length_symbol;
    known.operators = facts.operators;
    known.n_operators = facts.n_operators;
    r = repair_apply(step->kind, buf_text(out), out->len, findings, &known, NULL, &fixed, err);
    if (r)
        return r;
    for (int i = 0; i < fixed.n_applied && used < size; i++)
        used += (size_t)snprintf(applied + used, size - used, "%s%s", i ? ", " : "", fixed.applied[i]);
    if (fixed.n_applied > 0) {
        buf_reset(out);
        buf_put(out, fixed.bytes.data, fixed.bytes.len);
    }
    repair_result_done(&fixed);
    return 0;
}

/* Before the first look at a reply: what its own gates complain of and a fix is known for. */
static int repair_reply(struct engine *e, const struct attempt *a, struct buf *out, char *applied, size_t size,
                        struct err *err)
{
    struct finding_list findings;
    int r;

    finding_list_init(&findings);
    r = check_artifact(e, a, buf_text(out), out->len, &findings, err);
    if (r == 0)
        r = repair(e, a, &findings, out, applied, size, err);
    finding_list_done(&findings);
    return r;
}

/* After a failed execution: the failed artifact with the fixes that its findings call for; no model is asked. */
static int make_repaired(struct engine *e, struct attempt *a, struct err *err)
{
    const struct attempt *failed = state_base_attempt(&e->state, a->step, a->number);
    struct buf bytes;
    char applied[200];
    int r;

    if (!failed)
        return err_set(err, ERR_STAGE, "There is no attempt before %s to repair.", a->id);
    buf_init(&bytes, ARTIFACT_CAP);
    r = store_get_blob(e->store, failed->blob, &bytes, err);
    if (r == 0)
        r = repair(e, a, &failed->findings, &bytes, applied, sizeof(applied), err);
    if (r == 0)
        r = engine_take_artifact(e, a, buf_text(&bytes), bytes.len, "repair", applied, err);
    buf_done(&bytes);
    return r;
}

static int take_reply(struct engine *e, struct attempt *a, const struct buf *raw, struct err *err)
{
    const struct step *step = &e->state.steps.items[a->step];
    struct finding_list findings;
    struct buf artifact;
    char applied[200];
    int r;

    finding_list_init(&findings);
    buf_init(&artifact, ARTIFACT_CAP);
    if (extract_artifact(step->kind, buf_text(raw), raw->len, &artifact, &findings)) {
        r = engine_fail_attempt(e, a, &findings, "No single complete artifact is in the reply.", err);
    } else {
        r = repair_reply(e, a, &artifact, applied, sizeof(applied), err);
        if (r == 0)
            r = engine_take_artifact(e, a, buf_text(&artifact), artifact.len, "model", applied, err);
    }
    buf_done(&artifact);
    finding_list_done(&findings);
    return r;
}

static const struct {
    enum provider_end end;
    enum finding_category category;
    const char *cause, *text;
} bad_ends[] = {
    {PROVIDER_TRUNCATED, FINDING_A2, "truncated",
     "The reply was cut off at the length limit; asking again with the same limit repeats this."},
    {PROVIDER_REFUSED, FINDING_C1, "refused", "The model refused to answer."},
    {PROVIDER_FAILED, FINDING_B1, "provider", "The reply broke off."},
};

int engine_reply_done(struct engine *e, struct attempt *a, const struct buf *raw,
                      const struct provider_outcome *o, struct err *err)
{
    struct finding_list findings;
    int r = 0;

    if (o->end == PROVIDER_COMPLETE)
        return take_reply(e, a, raw, err);
    finding_list_init(&findings);
    for (size_t i = 0; i < sizeof(bad_ends) / sizeof(*bad_ends); i++) {
        struct finding *f;
        if (bad_ends[i].end != o->end)
            continue;
        f = finding_add(&findings, "reply", FINDING_ERROR, bad_ends[i].category, "%s%s%s",
                        bad_ends[i].text, o->error.msg[0] ? " " : "", o->error.msg);
        if (f)
            str_copy(f->cause, sizeof(f->cause), bad_ends[i].cause);
        r = emit_checked(e, a, &findings, true, bad_ends[i].text, err);
    }
    finding_list_done(&findings);
    return r;
}
