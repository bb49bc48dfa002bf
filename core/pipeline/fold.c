/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state_fold: applies one event to the state. A table of small functions, one per kind of event; a body with
 * missing or mistyped fields gives defaults, since histories may come from other people and other versions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/pipeline/event.h"
#include "core/pipeline/json.h"
#include "core/pipeline/state.h"
#include "core/store/store.h"

typedef struct json_object json;
#define LINE(o, key, field) json_get_line(o, key, field, sizeof(field))

enum { MESSAGES_CAP = 500 };

static void add_message(struct state *s, int64_t wall_ms, enum finding_severity severity,
                        const char *text)
{
    struct state_message m = {.wall_ms = wall_ms, .severity = severity};

    text_line(m.text, sizeof(m.text), text);
    if (s->messages.n >= MESSAGES_CAP) {
        memmove(s->messages.items, s->messages.items + 1, (MESSAGES_CAP - 1) * sizeof(m));
        s->messages.n = MESSAGES_CAP - 1;
    }
    (void)!vec_push(&s->messages, m, MESSAGES_CAP);
}

static enum state_mode mode_of(json *o)
{
    char word[16];

    LINE(o, "mode", word);
    for (int m = MODE_SYMBOLIC; m <= MODE_MANUAL; m++) {
        if (str_eq(word, state_mode_name((enum state_mode)m)))
            return (enum state_mode)m;
    }
    return MODE_SYMBOLIC;
}

static enum artifact_kind kind_of(json *o)
{
    char word[16];

    LINE(o, "kind", word);
    for (int k = 0; k < ARTIFACT_KINDS; k++) {
        if (str_eq(word, artifact_kinds[k].id))
            return (enum artifact_kind)k;
    }
    return ARTIFACT_TEXT;
}

/* ---- status of a stage from its steps ---- */

static enum step_status step_status(const struct state *s, int step)
{
    const struct attempt *a = state_last_attempt(s, step);

    if (!a || a->state == ATTEMPT_CLAIMED)
        return STEP_OPEN;
    switch (a->state) {
    case ATTEMPT_PASSED:
        return STEP_PASSED;
    case ATTEMPT_WAITING:
        return STEP_WAITS;
    case ATTEMPT_FAILED:
    case ATTEMPT_REJECTED:
    case ATTEMPT_CANCELED:
    case ATTEMPT_REVOKED:
    case ATTEMPT_INTERRUPTED:
        return STEP_FAILED;
    default:
        return STEP_ACTIVE;
    }
}

static void refresh_stage(struct state *s, int stage)
{
    struct stage_state *g = &s->stages[stage];
    int count[STEP_FAILED + 1] = {0};

    for (size_t i = 0; i < g->steps.n; i++)
        count[step_status(s, g->steps.items[i])]++;
    if (count[STEP_WAITS])
        g->status = STAGE_WAITS;
    else if (g->steps.n && count[STEP_PASSED] == (int)g->steps.n)
        g->status = STAGE_PASSED;
    else if (g->steps.n && count[STEP_OPEN] < (int)g->steps.n)
        g->status = STAGE_ACTIVE;
    else
        g->status = STAGE_IDLE;
    if (g->status != STAGE_FAILED && g->status != STAGE_STALE)
        g->why[0] = '\0';
}

/* ---- project and run ---- */

static void fold_created(struct state *s, json *o, const struct store_event *e)
{
    LINE(o, "id", s->project_id);
    s->started_wall_ms = e->wall_ms;
}

static void set_stages(struct state *s, json *array)
{
    size_t n = array ? json_object_array_length(array) : 0;

    for (size_t i = 0; i < n && s->n_stages < STATE_STAGES_MAX; i++) {
        char id[24];
        LINE(json_at(array, i), "id", id);
        if (!id[0] || state_find_stage(s, id) >= 0)
            continue;
        str_copy(s->stages[s->n_stages].id, sizeof(s->stages[0].id), id);
        LINE(json_at(array, i), "title", s->stages[s->n_stages].title);
        s->n_stages++;
    }
}

static void fold_loaded(struct state *s, json *o, const struct store_event *e)
{
    (void)e;
    LINE(o, "name", s->project);
    LINE(o, "board", s->board);
    LINE(o, "board_name", s->board_name);
    LINE(o, "task", s->task);
    set_stages(s, json_get_array(o, "stages"));
}

static void fold_run_started(struct state *s, json *o, const struct store_event *e)
{
    if (!s->asked) /* going on after a question: attempts and causes are still counted */
        s->run_seq = e->seq;
    s->asked = false;
    s->interrupted[0] = '\0';
    LINE(o, "policy", s->policy);
    LINE(o, "provider", s->provider);
    s->provider_remote = json_get_flag(o, "remote");
    s->second_reviewer = json_get_flag(o, "second_reviewer");
    s->busy = true;
    s->activity[0] = '\0';
}

static void fold_run_resumed(struct state *s, json *o, const struct store_event *e)
{
    (void)o;
    (void)e;
    s->asked = false;
    s->busy = true;
}

static void fold_run_ended(struct state *s, json *o, const struct store_event *e)
{
    char text[400];

    LINE(o, "sentence", text);
    s->asked = json_get_int(o, "code", 0) == ERR_DECISION;
    s->busy = false;
    s->activity[0] = '\0';
    if (text[0] && !s->asked) /* the question itself is on the screen */
        add_message(s, e->wall_ms, json_get_int(o, "code", 0) ? FINDING_WARNING : FINDING_NOTE,
                    text);
}

/* ---- stages ---- */

static int new_step(struct state *s, json *o)
{
    struct step p = {.mode = mode_of(o), .kind = kind_of(o)};

    LINE(o, "id", p.id);
    LINE(o, "title", p.title);
    LINE(o, "name", p.name);
    json_get_sha(o, "spec", p.spec);
    if (!p.id[0] || vec_push(&s->steps, p, STATE_ATTEMPTS_MAX))
        return -1;
    return (int)s->steps.n - 1;
}

static bool same_step(const struct step *p, json *o)
{
    char spec[SHA256_HEX], title[sizeof(p->title)];

    json_get_sha(o, "spec", spec);
    LINE(o, "title", title);
    return str_eq(spec, p->spec) && str_eq(title, p->title) && p->mode == mode_of(o);
}

static void fold_planned(struct state *s, json *o, const struct store_event *e)
{
    json *steps = json_get_array(o, "steps");
    size_t n = steps ? json_object_array_length(steps) : 0;
    char id[STATE_ID];
    int stage;
    VEC(int) old;

    (void)e;
    LINE(o, "stage", id);
    stage = state_find_stage(s, id);
    if (stage < 0)
        return;
    memcpy(&old, &s->stages[stage].steps, sizeof(old));
    memset(&s->stages[stage].steps, 0, sizeof(old));
    for (size_t i = 0; i < n && i < STATE_STEPS_MAX; i++) {
        int at;
        LINE(json_at(steps, i), "id", id);
        at = state_find_step(s, id);
        if (at >= 0 && !same_step(&s->steps.items[at], json_at(steps, i))) {
            s->steps.items[at].retired = true;
            at = -1;
        }
        if (at < 0)
            at = new_step(s, json_at(steps, i));
        if (at >= 0)
            (void)!vec_push(&s->stages[stage].steps, at, STATE_STEPS_MAX);
    }
    for (size_t i = 0; i < old.n; i++) {
        bool kept = false;
        for (size_t j = 0; j < s->stages[stage].steps.n; j++)
            kept |= s->stages[stage].steps.items[j] == old.items[i];
        s->steps.items[old.items[i]].retired = !kept;
    }
    vec_done(&old);
    refresh_stage(s, stage);
}

static void set_stage(struct state *s, json *o, enum stage_status status)
{
    char id[STATE_ID];
    int stage;

    LINE(o, "stage", id);
    stage = state_find_stage(s, id);
    if (stage < 0)
        return;
    s->stages[stage].status = status;
    LINE(o, "why", s->stages[stage].why);
}

static void fold_stale(struct state *s, json *o, const struct store_event *e)
{
    (void)e;
    set_stage(s, o, STAGE_STALE);
}

static void fold_stage_failed(struct state *s, json *o, const struct store_event *e)
{
    (void)e;
    set_stage(s, o, STAGE_FAILED);
}

/* ---- attempts ---- */

static struct attempt *attempt_of(struct state *s, json *o)
{
    char id[STATE_ID];

    LINE(o, "id", id);
    return state_find_attempt(s, id);
}

/* Room for the rows of an array in place of those before; how many fit. */
static size_t make_rows(void **rows, int *ret_n, json *array, size_t size, size_t most)
{
    size_t n = array ? json_object_array_length(array) : 0;

    n = n > most ? most : n;
    free(*rows);
    *rows = n ? os_alloc(n * size) : NULL;
    *ret_n = *rows ? (int)n : 0;
    return (size_t)*ret_n;
}

static void read_inputs(struct attempt *a, json *array)
{
    size_t n = make_rows((void **)&a->inputs, &a->n_inputs, array, sizeof(*a->inputs), STATE_INPUTS_MAX);

    for (size_t i = 0; i < n; i++) {
        struct state_input *in = &a->inputs[i];
        LINE(json_at(array, i), "name", in->name);
        json_get_sha(json_at(array, i), "sha", in->sha);
    }
}

static struct attempt *new_attempt(struct state *s, json *o)
{
    struct attempt *a = os_alloc(sizeof(*a));
    char id[STATE_ID];

    if (!a)
        return NULL;
    finding_list_init(&a->findings);
    LINE(o, "id", a->id);
    LINE(o, "stage", id);
    a->stage = state_find_stage(s, id);
    LINE(o, "step", id);
    a->step = state_find_step(s, id);
    if (a->stage < 0 || a->step < 0 || vec_push(&s->attempts, a, STATE_ATTEMPTS_MAX)) {
        free(a);
        return NULL;
    }
    (void)!vec_push(&s->steps.items[a->step].attempts, (int)s->attempts.n - 1, STATE_ATTEMPTS_MAX);
    return a;
}

static void fold_started(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = new_attempt(s, o);

    if (!a)
        return;
    a->number = (int)json_get_int(o, "number", 1);
    a->mode = mode_of(o);
    a->kind = s->steps.items[a->step].kind;
    str_copy(a->name, sizeof(a->name), s->steps.items[a->step].name);
    LINE(o, "provider", a->provider);
    LINE(o, "group", a->group);
    LINE(o, "how", a->how);
    read_inputs(a, json_get_array(o, "inputs"));
    a->started_ms = e->wall_ms;
    a->tokens_in = a->tokens_out = -1;
    a->money = a->mode == MODE_FREEFORM || a->mode == MODE_GUIDED ? -1 : 0;
    a->first_token_ms = -1;
    a->state = ATTEMPT_PREPARED;
    refresh_stage(s, a->stage);
}

static void fold_prompted(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);

    (void)e;
    if (!a)
        return;
    json_get_sha(o, "prompt", a->prompt_blob);
    a->prompt_tokens = json_get_int(o, "estimated_tokens", 0);
    a->state = ATTEMPT_STREAMING;
}

static void fold_replied(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);

    (void)e;
    if (!a)
        return;
    json_get_sha(o, "reply", a->reply_blob);
    a->tokens_in = json_get_int(o, "tokens_in", -1);
    a->tokens_out = json_get_int(o, "tokens_out", -1);
    a->tokens_estimated = json_get_flag(o, "estimated");
    a->money = json_get_number(o, "money", -1);
    a->first_token_ms = json_get_int(o, "first_ms", -1);
    a->reply_ms = json_get_int(o, "total_ms", -1);
    a->state = ATTEMPT_CHECKING;
    s->tokens_in += a->tokens_in > 0 ? a->tokens_in : 0;
    s->tokens_out += a->tokens_out > 0 ? a->tokens_out : 0;
    if (a->money < 0)
        s->money_unknown = true;
    else
        s->money += a->money;
}

static void fold_artifact(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);

    (void)e;
    if (!a)
        return;
    json_get_sha(o, "sha", a->sha);
    json_get_sha(o, "blob", a->blob);
    LINE(o, "name", a->name);
    LINE(o, "author", a->author);
    LINE(o, "by", a->author_by);
    LINE(o, "repairs", a->repairs);
    a->kind = kind_of(o);
    a->size = json_get_int(o, "size", 0);
    a->lines = (int)json_get_int(o, "lines", 0);
    memset(&a->decision, 0, sizeof(a->decision));
    a->state = ATTEMPT_CHECKING;
}

/* A list grows eight findings at a time, and thousands of attempts have one or two. */
static void trim_findings(struct finding_list *l)
{
    struct finding *items = l->v.n && l->v.n < l->v.room ? os_realloc(l->v.items, l->v.n * sizeof(*items)) : NULL;

    if (items) {
        l->v.items = items;
        l->v.room = l->v.n;
    }
}

static void fold_checked(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);

    if (!a)
        return;
    finding_list_reset(&a->findings);
    json_to_findings(json_get_array(o, "findings"), &a->findings);
    trim_findings(&a->findings);
    a->state = a->blob[0] && !json_get_flag(o, "failed") ? ATTEMPT_WAITING : ATTEMPT_FAILED;
    LINE(o, "outcome", a->outcome);
    a->ended_ms = a->state == ATTEMPT_FAILED ? e->wall_ms : 0;
    refresh_stage(s, a->stage);
}

static void read_outputs(struct attempt *a, json *array)
{
    size_t n = make_rows((void **)&a->outputs, &a->n_outputs, array, sizeof(*a->outputs), STATE_OUTPUTS_MAX);

    for (size_t i = 0; i < n; i++) {
        struct state_output *out = &a->outputs[i];
        LINE(json_at(array, i), "name", out->name);
        json_get_sha(json_at(array, i), "sha", out->sha);
        json_get_sha(json_at(array, i), "identity", out->identity);
        if (!out->identity[0])
            str_copy(out->identity, sizeof(out->identity), out->sha);
        out->size = json_get_int(json_at(array, i), "size", 0);
    }
}

static void read_metrics(struct attempt *a, json *array)
{
    size_t n = make_rows((void **)&a->metrics, &a->n_metrics, array, sizeof(*a->metrics), STATE_METRICS_MAX);

    for (size_t i = 0; i < n; i++) {
        struct state_metric *m = &a->metrics[i];
        LINE(json_at(array, i), "name", m->name);
        LINE(json_at(array, i), "unit", m->unit);
        m->value = json_get_number(json_at(array, i), "value", 0);
        m->limit = json_get_number(json_at(array, i), "limit", 0);
    }
}

/* Did this installation see it pass? Otherwise an artifact waits for a decision here, and an execution is a claim. */
static enum attempt_state settled_as(const struct state *s, const struct attempt *a, const struct store_event *e)
{
    char hex[SHA256_HEX];

    sha256_of(e->body, e->body_len, hex);
    if (s->here && s->here(s->arg, hex, STATE_SETTLED))
        return ATTEMPT_PASSED;
    return a->blob[0] ? ATTEMPT_WAITING : ATTEMPT_CLAIMED;
}

static void fold_settled(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);
    json *metrics, *outputs;

    if (!a)
        return;
    json_to_findings(json_get_array(o, "findings"), &a->findings);
    trim_findings(&a->findings);
    metrics = json_get_array(o, "metrics");
    outputs = json_get_array(o, "outputs");
    if (metrics)
        read_metrics(a, metrics);
    if (outputs)
        read_outputs(a, outputs);
    LINE(o, "outcome", a->outcome);
    if (json_get_flag(o, "partly")) /* a later stage has more to say: stays approved */
        return;
    a->state = json_get_flag(o, "passed") ? settled_as(s, a, e) : ATTEMPT_FAILED;
    a->ended_ms = e->wall_ms;
    if (a->started_ms && a->state == ATTEMPT_PASSED)
        s->stages[a->stage].ms += a->ended_ms - a->started_ms;
    if (a->state == ATTEMPT_PASSED)
        LINE(o, "result", s->stages[a->stage].result);
    refresh_stage(s, a->stage);
}

static void fold_interrupted(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);

    if (!a)
        return;
    LINE(o, "sentence", s->interrupted);
    if (a->state == ATTEMPT_STREAMING) /* asked, whatever came back */
        s->tokens_in += a->prompt_tokens;
    /* What was approved here stays approved: its execution is done again. */
    if (a->state == ATTEMPT_RUNNING) {
        a->state = ATTEMPT_APPROVED;
    } else {
        a->state = ATTEMPT_INTERRUPTED;
        a->ended_ms = e->wall_ms;
    }
    add_message(s, e->wall_ms, FINDING_WARNING, s->interrupted);
    refresh_stage(s, a->stage);
}

static void fold_canceled(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);

    if (!a)
        return;
    a->state = ATTEMPT_CANCELED;
    a->ended_ms = e->wall_ms;
    refresh_stage(s, a->stage);
}

/* ---- decisions and executions ---- */

static enum attempt_state after_decision(const struct state *s, const struct attempt *a)
{
    switch (a->decision.verb) {
    case DECISION_APPROVE:
        if (!str_eq(a->decision.sha, a->sha) || !s->here)
            return ATTEMPT_WAITING;
        return s->here(s->arg, a->sha, s->stages[a->stage].id) ? ATTEMPT_APPROVED : ATTEMPT_WAITING;
    case DECISION_REJECT:
    case DECISION_REGENERATE:
    case DECISION_FRESH:
        return ATTEMPT_REJECTED;
    case DECISION_REVOKE: /* the same bytes wait again */
        return a->blob[0] ? ATTEMPT_WAITING : ATTEMPT_REVOKED;
    default:
        return a->state;
    }
}

static void fold_decision(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);
    char verb[16];

    if (!a)
        return;
    LINE(o, "verb", verb);
    a->decision.verb = decision_find(verb);
    LINE(o, "by", a->decision.by);
    LINE(o, "via", a->decision.via);
    LINE(o, "reason", a->decision.reason);
    LINE(o, "rule", a->decision.rule);
    a->decision.by_author = json_get_flag(o, "by_author");
    json_get_sha(o, "sha256", a->decision.sha);
    if (a->decision.verb == DECISION_HUNKS)
        json_get_sha(o, "refused", a->refused_blob);
    a->decision.wall_ms = e->wall_ms;
    a->decision.here = s->here && s->here(s->arg, a->decision.sha, s->stages[a->stage].id);
    a->state = after_decision(s, a);
    if (a->decision.verb == DECISION_REVOKE)
        a->n_outputs = 0; /* what it made does not count any more */
    if (a->state == ATTEMPT_REJECTED || a->state == ATTEMPT_REVOKED)
        a->ended_ms = e->wall_ms;
    refresh_stage(s, a->stage);
}

static void fold_execution(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);

    (void)e;
    if (!a)
        return;
    LINE(o, "box", a->box);
    LINE(o, "box", s->box);
    LINE(o, "versions", a->versions);
    LINE(o, "job", s->activity);
    a->state = ATTEMPT_RUNNING;
    refresh_stage(s, a->stage);
}

static void fold_finished(struct state *s, json *o, const struct store_event *e)
{
    struct attempt *a = attempt_of(s, o);

    (void)e;
    s->activity[0] = '\0';
    if (!a)
        return;
    json_get_sha(o, "out", a->out_blob);
    json_get_sha(o, "err", a->err_blob);
    a->run_ms += json_get_int(o, "wall_ms", 0);
    LINE(o, "box", a->box);
}

static void fold_message(struct state *s, json *o, const struct store_event *e)
{
    char text[400], severity[16];

    LINE(o, "text", text);
    LINE(o, "severity", severity);
    add_message(s, e->wall_ms, str_eq(severity, "error")     ? FINDING_ERROR
                               : str_eq(severity, "warning") ? FINDING_WARNING
                                                             : FINDING_NOTE, text);
}

typedef void fold_fn(struct state *s, json *o, const struct store_event *e);

static fold_fn *const folds[EVENT_KINDS] = {
    [EVENT_PROJECT_CREATED] = fold_created,
    [EVENT_PROJECT_LOADED] = fold_loaded,
    [EVENT_RUN_STARTED] = fold_run_started,
    [EVENT_RUN_RESUMED] = fold_run_resumed,
    [EVENT_RUN_ENDED] = fold_run_ended,
    [EVENT_STAGE_PLANNED] = fold_planned,
    [EVENT_STAGE_STALE] = fold_stale,
    [EVENT_STAGE_FAILED] = fold_stage_failed,
    [EVENT_ATTEMPT_STARTED] = fold_started,
    [EVENT_ATTEMPT_PROMPTED] = fold_prompted,
    [EVENT_ATTEMPT_REPLIED] = fold_replied,
    [EVENT_ATTEMPT_ARTIFACT] = fold_artifact,
    [EVENT_ATTEMPT_CHECKED] = fold_checked,
    [EVENT_ATTEMPT_SETTLED] = fold_settled,
    [EVENT_ATTEMPT_INTERRUPTED] = fold_interrupted,
    [EVENT_ATTEMPT_CANCELED] = fold_canceled,
    [EVENT_DECISION] = fold_decision,
    [EVENT_EXECUTION_STARTED] = fold_execution,
    [EVENT_EXECUTION_FINISHED] = fold_finished,
    [EVENT_MESSAGE] = fold_message,
};

int state_fold(struct state *s, const struct store_event *e, struct err *err)
{
    enum event_kind kind = event_find(e->kind);
    struct json_object *o;
    struct attempt *a;

    s->last_seq = e->seq;
    s->generation++;
    if (!folds[kind])
        return 0;
    o = json_read(e->body, e->body_len, err);
    if (!o)
        return -ERR_INVALID;
    folds[kind](s, o, e);
    a = attempt_of(s, o);
    if (a)
        a->last_seq = e->seq;
    json_object_put(o);
    return 0;
}
