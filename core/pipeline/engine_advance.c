/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What to do next, derived from the state alone: so a restart goes on where the history ends.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/failure/repair.h"
#include "core/failure/retry.h"
#include "core/pipeline/engine_private.h"

enum { FAILURES_MAX = 64 };

enum next {
    NEXT_GO_ON, /* this step or stage is done: look at the following one */
    NEXT_AGAIN, /* something changed: look from the start */
    NEXT_BUSY,  /* a stream or job was started */
    NEXT_WAIT,  /* a decision is needed */
    NEXT_END,   /* the run has ended */
};

/* ---- plans ---- */

static bool plan_is_known(const struct engine *e, int stage, const struct stage_plan *p,
                          char specs[][SHA256_HEX])
{
    const struct stage_state *g = &e->state.stages[stage];

    if ((int)g->steps.n != p->n || p->n == 0)
        return false;
    for (int i = 0; i < p->n; i++) {
        const struct step *known = &e->state.steps.items[g->steps.items[i]];
        if (!str_eq(known->id, p->steps[i].id) || !str_eq(known->spec, specs[i]) ||
            known->mode != p->steps[i].mode || !str_eq(known->title, p->steps[i].title))
            return false;
    }
    return true;
}

static struct json_object *plan_body(const char *stage, const struct stage_plan *p,
                                     char specs[][SHA256_HEX])
{
    struct json_object *body = json_object_new_object(), *steps = json_object_new_array();

    json_put_text(body, "stage", stage);
    for (int i = 0; i < p->n; i++) {
        struct json_object *o = json_object_new_object();
        json_put_text(o, "id", p->steps[i].id);
        json_put_text(o, "title", p->steps[i].title);
        json_put_text(o, "name", p->steps[i].name);
        json_put_text(o, "kind", artifact_kinds[p->steps[i].kind].id);
        json_put_text(o, "mode", state_mode_name(p->steps[i].mode));
        if (specs[i][0])
            json_put_text(o, "spec", specs[i]);
        json_object_array_add(steps, o);
    }
    json_object_object_add(body, "steps", steps);
    return body;
}

static int make_plan(struct engine *e, int stage, struct err *err)
{
    static char specs[STATE_STEPS_MAX][SHA256_HEX]; /* one thread, used only here */
    struct stage_plan p = {0};
    int r = e->stages[stage]->plan(&e->context, &p, err);

    for (int i = 0; i < p.n && r == 0; i++) {
        specs[i][0] = '\0';
        if (p.steps[i].spec.len)
            r = store_put_blob(e->store, p.steps[i].spec.data, p.steps[i].spec.len, specs[i], err);
    }
    /* A stale stage is planned again: its steps say whether something changed for them after all. */
    if (r == 0 && (!plan_is_known(e, stage, &p, specs) || e->state.stages[stage].status == STAGE_STALE))
        r = engine_emit(e, EVENT_STAGE_PLANNED, "", plan_body(e->stages[stage]->id, &p, specs),
                        STORE_NORMAL, err);
    stage_plan_done(&p);
    return r;
}

/* ---- freshness ---- */

/* The name of the first input that differs from what the attempt was made from; NULL when none does. */
static const char *changed_input(const struct attempt *a, const struct stage_inputs *now)
{
    for (int i = 0; i < now->n; i++) {
        bool same = false;
        for (int j = 0; j < a->n_inputs; j++)
            same |= str_eq(a->inputs[j].name, now->items[i].name) &&
                    str_eq(a->inputs[j].sha, now->items[i].sha);
        if (!same)
            return now->items[i].name;
    }
    return a->n_inputs == now->n ? NULL : "the list of inputs";
}

static int emit_stale(struct engine *e, int stage, const char *why, struct err *err)
{
    struct json_object *body = json_object_new_object();

    json_put_text(body, "stage", e->stages[stage]->id);
    json_put_text(body, "why", why);
    return engine_emit(e, EVENT_STAGE_STALE, "", body, STORE_NORMAL, err);
}

/* What passed after this stage rests on what is being made anew: it says so until it was looked at again. */
static int say_later_stale(struct engine *e, int stage, struct err *err)
{
    char why[200];
    int r = 0;

    snprintf(why, sizeof(why), "%s is being done again.", e->stages[stage]->id);
    for (int i = stage + 1; i < e->state.n_stages && r == 0; i++) {
        if (e->state.stages[i].status == STAGE_PASSED)
            r = emit_stale(e, i, why, err);
    }
    return r;
}

static int say_stale(struct engine *e, int stage, const struct attempt *a, const char *input,
                     struct err *err)
{
    char why[200];

    snprintf(why, sizeof(why), "%s changed after %s.", input, a->id);
    return emit_stale(e, stage, why, err);
}

/* ---- failures ---- */

static int fail_stage(struct engine *e, int stage, int code, const char *why, const char *hint)
{
    struct json_object *body = json_object_new_object();
    struct err err = {0};

    json_put_text(body, "stage", e->stages[stage]->id);
    json_put_text(body, "why", why);
    if (engine_emit(e, EVENT_STAGE_FAILED, "", body, STORE_FULL, &err) == 0) {
        err_set(&err, code, "%s", why);
        if (hint)
            err_hint(&err, "%s", hint);
    }
    engine_end_run(e, err.code, &err);
    return NEXT_END;
}

static bool repairable(const struct attempt *a)
{
    if (str_eq(a->how, "repair") || a->author[0] == 'p') /* a person's text is never changed behind their back */
        return false;
    for (size_t i = 0; i < a->findings.v.n; i++) {
        if (a->findings.v.items[i].severity == FINDING_ERROR && repair_knows(a->findings.v.items[i].cause))
            return true;
    }
    return false;
}

static enum retry_action how_of(const struct attempt *a)
{
    if (str_eq(a->how, "repair"))
        return RETRY_REPAIR;
    return str_eq(a->how, "error") ? RETRY_ERROR : RETRY_FRESH;
}

static struct retry_attempt summarize(const struct attempt *a)
{
    const struct finding *f = finding_worst(&a->findings);

    return (struct retry_attempt){
        .category = f && f->severity == FINDING_ERROR && f->category ? f->category : FINDING_OTHER,
        .cause = f ? f->cause : "",
        .blame = "",
        .how = how_of(a),
        .repairable = repairable(a),
    };
}

/* The failed attempts of the step in this run, oldest first; returns their number. A rejection is a person's word, not
 * evidence that the model is stuck: it counts for the cap only. */
static int failures(const struct engine *e, int step, struct retry_attempt *ret, int max, int *ret_tries)
{
    const struct step *p = &e->state.steps.items[step];
    int n = 0;

    *ret_tries = 0;
    for (size_t i = 0; i < p->attempts.n; i++) {
        const struct attempt *a = e->state.attempts.items[p->attempts.items[i]];
        if (a->state == ATTEMPT_PASSED || a->last_seq < e->state.run_seq) {
            n = *ret_tries = 0;
        } else if (a->state == ATTEMPT_REJECTED) {
            n = 0;
            ++*ret_tries;
        } else if (a->state == ATTEMPT_FAILED && n < max) {
            ret[n++] = summarize(a);
            ++*ret_tries;
        }
    }
    return n;
}

static enum next give_up(struct engine *e, int stage, const char *why, const char *hint)
{
    return (enum next)fail_stage(e, stage, ERR_STAGE, why, hint);
}

static enum next after_failure(struct engine *e, int stage, int step, const struct stage_inputs *in,
                               struct err *err)
{
    static const char *const words[] = {"repair", "error", "fresh", "", ""};
    const struct attempt *a = state_last_attempt(&e->state, step);
    struct retry_attempt past[FAILURES_MAX];
    struct retry_limits limits = {.attempts = project_attempts(e->project), .repairs = e->project->repairs};
    struct retry_choice choice = {.action = RETRY_ERROR};
    int tries, n = failures(e, step, past, FAILURES_MAX, &tries);
    bool deterministic = a->mode == MODE_SYMBOLIC || e->stages[stage]->execution;
    char why[300];

    if (a->state == ATTEMPT_FAILED && n > 0 && deterministic) {
        snprintf(why, sizeof(why), "%s failed: %.200s", a->id, a->outcome);
        return give_up(e, stage, why, "Doing it again gives the same result; change the data, the project file or the mode.");
    }
    if (a->state == ATTEMPT_REJECTED && deterministic && a->last_seq > e->state.run_seq) {
        snprintf(why, sizeof(why), "%s was rejected, and the generator would write the same again.", a->id);
        return give_up(e, stage, why, "Take it over with your own text, change the project file, or use --mode freeform.");
    }
    if (tries >= limits.attempts) {
        snprintf(why, sizeof(why), "%s used up its %d attempts.", e->state.steps.items[step].id, limits.attempts);
        return give_up(e, stage, why, "Edit or take over the last attempt, or run again for more.");
    }
    if (n > 0)
        retry_choose(past, n, &limits, &choice);
    if (choice.action == RETRY_ASK)
        return give_up(e, stage, choice.why, "Look at the attempts, then edit, take over, or run again for a fresh start.");
    return engine_start_attempt(e, stage, step, in, n > 0 ? words[choice.action] : "error", err) ? NEXT_END : NEXT_BUSY;
}

/* ---- one step ---- */

int engine_start_attempt(struct engine *e, int stage, int step, const struct stage_inputs *in, const char *how,
                         struct err *err)
{
    struct step *p = &e->state.steps.items[step];
    struct attempt *a;
    struct json_object *body = json_object_new_object(), *inputs = json_object_new_array();
    char id[STATE_ID + 12];
    int number = (int)p->attempts.n + 1, r;

    r = say_later_stale(e, stage, err);
    if (r) {
        json_object_put(body);
        json_object_put(inputs);
        return r;
    }
    snprintf(id, sizeof(id), "%s/%d", p->id, number);
    /* Retired steps of the same name keep their numbers: ids stay unique in the history. */
    while (state_find_attempt(&e->state, id))
        snprintf(id, sizeof(id), "%s/%d", p->id, ++number);
    json_put_text(body, "id", id);
    json_put_text(body, "stage", e->stages[stage]->id);
    json_put_text(body, "step", p->id);
    json_put_int(body, "number", number);
    json_put_text(body, "how", how);
    json_put_text(body, "mode", state_mode_name(p->mode));
    json_put_text(body, "provider", p->mode == MODE_SYMBOLIC ? "generator"
                                    : e->provider            ? e->provider->label
                                                             : "none");
    if (p->mode == MODE_SYMBOLIC && !e->stages[stage]->execution)
        json_put_text(body, "group", e->stages[stage]->id);
    for (int i = 0; i < in->n; i++) {
        struct json_object *o = json_object_new_object();
        json_put_text(o, "name", in->items[i].name);
        json_put_text(o, "sha", in->items[i].sha);
        json_object_array_add(inputs, o);
    }
    json_object_object_add(body, "inputs", inputs);
    r = engine_emit(e, EVENT_ATTEMPT_STARTED, id, body, STORE_NORMAL, err);
    if (r)
        return r;
    a = state_find_attempt(&e->state, id);
    if (!a)
        return err_set(err, ERR_MACHINE, "There is no memory left for the attempt %s.", id);
    return e->stages[stage]->execution ? engine_execute(e, a, err) : engine_make_artifact(e, a, err);
}

static enum next approved(struct engine *e, struct attempt *a, struct err *err)
{
    if (engine_stage_of(e, a)->partly)
        return NEXT_GO_ON;
    return engine_execute(e, a, err) ? NEXT_END : NEXT_BUSY;
}

static enum next waiting(struct engine *e, struct attempt *a, struct err *err)
{
    int r = engine_auto_decide(e, a, err);

    if (r < 0)
        return NEXT_END;
    return r ? NEXT_AGAIN : NEXT_WAIT;
}

static enum next passed(struct engine *e, const struct attempt *a, struct err *err)
{
    int r = engine_stage_of(e, a)->execution ? engine_confirm_again(e, a, err) : 0;

    if (r < 0)
        return NEXT_END;
    return r ? NEXT_AGAIN : NEXT_GO_ON;
}

static enum next look_at_step(struct engine *e, int stage, int step, struct err *err)
{
    struct attempt *a = state_last_attempt(&e->state, step);
    struct stage_inputs in = {0};
    const char *changed;

    if (e->stages[stage]->inputs(&e->context, &e->state.steps.items[step], &in, err))
        return NEXT_END;
    if (!a)
        return engine_start_attempt(e, stage, step, &in, "first", err) ? NEXT_END : NEXT_BUSY;
    changed = changed_input(a, &in);
    if (changed) {
        if (a->state == ATTEMPT_PASSED && say_stale(e, stage, a, changed, err))
            return NEXT_END;
        return engine_start_attempt(e, stage, step, &in, "first", err) ? NEXT_END : NEXT_BUSY;
    }
    switch (a->state) {
    case ATTEMPT_PASSED:
        return passed(e, a, err);
    case ATTEMPT_APPROVED:
        return approved(e, a, err);
    case ATTEMPT_WAITING:
        return waiting(e, a, err);
    case ATTEMPT_CANCELED:
        if (a->last_seq > e->state.run_seq) {
            err_set(err, ERR_STAGE, "%s was canceled.", a->id);
            return NEXT_END;
        }
        return engine_start_attempt(e, stage, step, &in, "first", err) ? NEXT_END : NEXT_BUSY;
    case ATTEMPT_INTERRUPTED:
    case ATTEMPT_CLAIMED:
        return engine_start_attempt(e, stage, step, &in, "first", err) ? NEXT_END : NEXT_BUSY;
    case ATTEMPT_PREPARED: /* a person is to write it, or making it has failed before */
        return engine_make_artifact(e, a, err) ? NEXT_END : NEXT_BUSY;
    case ATTEMPT_FAILED:
    case ATTEMPT_REJECTED:
    case ATTEMPT_REVOKED:
        return after_failure(e, stage, step, &in, err);
    default:
        return NEXT_BUSY;
    }
}

/* ---- stages ---- */

/* Symbolic steps of a stage are all generated before the first question, so that they can be decided as one
 * group; they execute in order once none waits. */
static enum next look_at_stage(struct engine *e, int stage, struct err *err)
{
    const struct stage_state *g = &e->state.stages[stage];
    bool question = false;

    if (make_plan(e, stage, err))
        return NEXT_END;
    for (size_t i = 0; i < g->steps.n; i++) {
        int step = g->steps.items[i];
        struct attempt *a = state_last_attempt(&e->state, step);
        bool grouped = e->state.steps.items[step].mode == MODE_SYMBOLIC && !e->stages[stage]->sequential;
        enum next n;
        if (question && a && a->state == ATTEMPT_APPROVED)
            continue;
        n = look_at_step(e, stage, step, err);
        if (n == NEXT_WAIT && grouped)
            question = true;
        else if (n != NEXT_GO_ON)
            return n;
    }
    return question ? NEXT_WAIT : NEXT_GO_ON;
}

static void ask(struct engine *e)
{
    struct err err = {0};
    int waits[STATE_STEPS_MAX], n = state_waiting(&e->state, waits, STATE_STEPS_MAX);
    const struct attempt *a = n ? e->state.attempts.items[waits[0]] : NULL;

    if (!a)
        return;
    err_set(&err, ERR_DECISION, "%s waits for a decision (%s, %d lines).", a->id, a->name, a->lines);
    err_hint(&err, "tinywright show %s %s, then: tinywright decide %s %s approve --sha256 %s",
             e->state.folder, a->id, e->state.folder, a->id, a->sha);
    engine_end_run(e, ERR_DECISION, &err);
}

static void finish(struct engine *e)
{
    struct err err = {0};
    int r = engine_write_out(e, &err);

    engine_end_run(e, r ? err.code : 0, r ? &err : NULL);
}

static enum next look_at_all(struct engine *e, struct err *err)
{
    for (int stage = e->from; stage <= e->until; stage++) {
        enum next n = look_at_stage(e, stage, err);
        if (n != NEXT_GO_ON)
            return n;
    }
    return NEXT_GO_ON;
}

void engine_advance(void *engine)
{
    struct engine *e = engine;
    struct err err = {0};

    e->advance_id = 0;
    if (!e->running || e->stream.attempt || e->job.attempt)
        return;
    if (e->caps.reached.code) {
        err = e->caps.reached;
        engine_end_run(e, ERR_CAP, &err);
        return;
    }
    switch (look_at_all(e, &err)) {
    case NEXT_GO_ON:
        finish(e);
        break;
    case NEXT_WAIT:
        ask(e);
        break;
    case NEXT_AGAIN:
        engine_schedule(e, NULL);
        break;
    case NEXT_BUSY: /* generation is synchronous: nothing may be under way any more */
        if (!e->stream.attempt && !e->job.attempt)
            engine_schedule(e, NULL);
        break;
    case NEXT_END:
        if (e->running)
            engine_end_run(e, err.code ? err.code : ERR_STAGE, err.code ? &err : NULL);
        break;
    }
}
