/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/engine_prompt.h"

#include <string.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/llm/template.h"
#include "core/pipeline/consent.h"

enum { TEXT_CAP = 4 * 1024 * 1024, OUTPUT_TAIL = 4000, HISTORY_MAX = 8 };

/* The attempt whose failure or rejection the next prompt answers; NULL for a first attempt or after a success. */
static const struct attempt *attempt_before(const struct engine *e, const struct attempt *a)
{
    const struct step *p = &e->state.steps.items[a->step];

    for (size_t i = p->attempts.n; i-- > 0;) {
        const struct attempt *other = e->state.attempts.items[p->attempts.items[i]];
        if (other == a || other->state == ATTEMPT_INTERRUPTED || other->state == ATTEMPT_CANCELED)
            continue;
        return other->state == ATTEMPT_FAILED || other->state == ATTEMPT_REJECTED ? other : NULL;
    }
    return NULL;
}

static void put_findings(const struct attempt *a, struct buf *out)
{
    for (size_t i = 0; i < a->findings.v.n; i++) {
        const struct finding *f = &a->findings.v.items[i];
        if (f->line)
            buf_putf(out, "line %d: ", f->line);
        buf_putf(out, "%s: %s%s%s\n", finding_severity_name(f->severity), f->message, f->fix[0] ? " Fix: " : "", f->fix);
    }
}

static int put_blob(struct engine *e, const char *sha, const char *name, size_t tail, struct template_vars *vars)
{
    struct buf raw, clean;
    size_t from;
    int r;

    buf_init(&raw, TEXT_CAP);
    buf_init(&clean, TEXT_CAP);
    if (sha[0])
        (void)store_get_blob(e->store, sha, &raw, NULL);
    from = tail && raw.len > tail ? raw.len - tail : 0;
    text_sanitize(&clean, buf_text(&raw) + from, raw.len - from, TEXT_PLAIN);
    r = template_vars_put(vars, name, buf_text(&clean), clean.len);
    buf_done(&raw);
    buf_done(&clean);
    return r;
}

static int put_history(const struct engine *e, const struct attempt *a, struct template_vars *vars)
{
    const struct step *p = &e->state.steps.items[a->step];
    struct buf text;
    int r, n = 0;

    buf_init(&text, TEXT_CAP);
    for (size_t i = 0; i < p->attempts.n && n < HISTORY_MAX; i++) {
        const struct attempt *other = e->state.attempts.items[p->attempts.items[i]];
        const struct finding *f = finding_worst(&other->findings);
        if (other == a)
            break;
        n++;
        buf_putf(&text, "%d. %s%s%s\n", n, other->outcome, f ? ": " : "", f ? f->message : "");
    }
    r = template_vars_put(vars, "history", buf_text(&text), text.len);
    r |= template_vars_putf(vars, "attempts", "%d", n);
    buf_done(&text);
    return r;
}

static const char *language_of(const struct attempt *a)
{
    static const char *const names[ARTIFACT_KINDS] = {
        [ARTIFACT_PYTHON] = "script", [ARTIFACT_SKETCH] = "sketch", [ARTIFACT_JSON] = "JSON"};

    return names[a->kind] ? names[a->kind] : "text";
}

static int feedback_vars(struct engine *e, const struct attempt *a, const struct attempt *last,
                         struct template_vars *vars)
{
    const struct finding *worst = finding_worst(&last->findings);
    struct buf text;
    int r;

    buf_init(&text, TEXT_CAP);
    put_findings(last, &text);
    r = template_vars_put(vars, "findings", buf_text(&text), text.len);
    buf_done(&text);
    r |= put_blob(e, last->blob[0] ? last->blob : last->reply_blob, "previous", 0, vars);
    r |= put_blob(e, last->err_blob, "output", OUTPUT_TAIL, vars);
    r |= template_vars_puts(vars, "language", language_of(a));
    r |= template_vars_putf(vars, "attempt", "%d", last->number);
    r |= template_vars_puts(vars, "reason", last->decision.reason[0] ? last->decision.reason : "no reason given");
    r |= template_vars_puts(vars, "taken", "");
    r |= put_blob(e, last->refused_blob, "refused", 0, vars);
    r |= template_vars_puts(vars, "root_cause", worst && worst->fix[0] ? worst->fix : "");
    r |= put_history(e, a, vars);
    return r | template_vars_putf(vars, "attempts", "%d", project_attempts(e->project));
}

/* Which feedback follows the stage's template; NULL for none. */
static const char *feedback_of(const struct attempt *a, const struct attempt *last)
{
    if (!last || last->decision.verb == DECISION_REGENERATE)
        return NULL;
    if (last->decision.verb == DECISION_FRESH || str_eq(a->how, "fresh"))
        return "fresh";
    return last->decision.verb == DECISION_REJECT && last->state == ATTEMPT_REJECTED ? "reject" : "retry";
}

static int render(struct engine *e, const struct attempt *a, struct template_prompt *ret, struct err *err)
{
    const struct stage_ops *ops = engine_stage_of(e, a);
    const struct attempt *last = attempt_before(e, a);
    const char *template = NULL, *feedback = feedback_of(a, last);
    struct template_vars vars;
    int r;

    if (!ops->prompt)
        return err_set(err, ERR_INVALID, "The stage %s cannot be done in freeform mode.", ops->id);
    template_vars_init(&vars);
    r = ops->prompt(&e->context, &e->state.steps.items[a->step], &template, &vars, err);
    if (r == 0)
        r = template_put(template, &vars, ret, err);
    if (r == 0 && feedback) {
        r = feedback_vars(e, a, last, &vars);
        r = r ? err_set(err, ERR_MACHINE, "There is no memory left for a prompt.") : template_put(feedback, &vars, ret, err);
    }
    template_vars_done(&vars);
    return r;
}

static int record_prompt(struct engine *e, struct attempt *a, const struct template_prompt *p, struct err *err)
{
    struct json_object *body = json_object_new_object();
    struct buf text;
    int r;

    buf_init(&text, 2 * TEXT_CAP);
    buf_putf(&text, "# System message\n\n%s\n\n# User message\n\n%s\n", buf_text(&p->instruction), buf_text(&p->user));
    json_put_text(body, "id", a->id);
    r = engine_put_text(e, body, "prompt", buf_text(&text), text.len, err);
    buf_done(&text);
    if (r) {
        json_object_put(body);
        return r;
    }
    json_put_int(body, "estimated_tokens", template_estimate(p->instruction.len + p->user.len));
    return engine_emit(e, EVENT_ATTEMPT_PROMPTED, a->id, body, STORE_NORMAL, err);
}

/* No call was made: the next run begins another attempt. */
static void give_up(struct engine *e, struct attempt *a)
{
    struct json_object *body = json_object_new_object();

    json_put_text(body, "id", a->id);
    (void)engine_emit(e, EVENT_ATTEMPT_CANCELED, a->id, body, STORE_NORMAL, NULL);
}

int engine_prompt_start(struct engine *e, struct attempt *a, struct err *err)
{
    struct template_prompt p;
    int r;

    if (!e->provider) {
        err_set(err, ERR_PROVIDER, "%s is in freeform mode, and no model provider is configured.", a->id);
        err_hint(err, "Set OPENAI_API_KEY, or provider.base_url in your configuration, or use --mode symbolic.");
        return -ERR_PROVIDER;
    }
    template_prompt_init(&p);
    r = consent_check(e->ledger, e->provider->host, err);
    if (r == 0)
        r = render(e, a, &p, err);
    if (r == 0)
        r = engine_caps_before(e, p.instruction.len + p.user.len, err);
    if (r == 0)
        r = record_prompt(e, a, &p, err);
    if (r == 0)
        r = engine_stream_start(e, a, buf_text(&p.instruction), buf_text(&p.user), err);
    template_prompt_done(&p);
    if (r)
        give_up(e, a);
    return r;
}
