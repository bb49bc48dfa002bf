/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decisions: checked against what is there, written to the ledger and the history before anything acts on them.
 */
#include <string.h>

#include "core/base/str.h"
#include "core/pipeline/engine_private.h"

enum { GROUP_MAX = STATE_STEPS_MAX };

static int check_words(const struct command *c, const struct attempt *a, struct err *err)
{
    const struct decision_row *row = &decision_table[c->verb];

    if (row->needs_waiting && a->state != ATTEMPT_WAITING)
        return err_set(err, ERR_USAGE, "%s does not wait for a decision: it is %s.", a->id,
                       attempt_state_table[a->state].word);
    if (row->needs_reason && (!c->reason || !*c->reason)) {
        err_set(err, ERR_USAGE, "To %s %s needs a reason.", row->id, a->id);
        err_hint(err, "Add --reason TEXT: it goes into the next prompt.");
        return -ERR_USAGE;
    }
    if (row->needs_bytes && !c->bytes)
        return err_set(err, ERR_USAGE, "To %s %s needs the new bytes.", row->id, a->id);
    return 0;
}

/* New bytes that were made from others than those that wait would undo what somebody else did meanwhile. */
static int check_made_from(const struct command *c, const struct attempt *a, struct err *err)
{
    if (!decision_table[c->verb].needs_bytes || !c->sha256 || a->state != ATTEMPT_WAITING || str_eq(c->sha256, a->sha))
        return 0;
    err_set(err, ERR_USAGE, "%s changed while you worked on it, so your text was not taken.", a->id);
    err_hint(err, "Look at what waits now, which has --sha256 %s", a->sha);
    return -ERR_USAGE;
}

static int check_hash(const struct command *c, const struct attempt *a, struct err *err)
{
    if (!decision_table[c->verb].needs_hash)
        return check_made_from(c, a, err);
    if (!c->sha256) {
        err_set(err, ERR_USAGE, "Approving %s needs the hash of what was looked at.", a->id);
        err_hint(err, "The artifact %s has --sha256 %s", a->name, a->sha);
        return -ERR_USAGE;
    }
    if (!str_eq(c->sha256, a->sha)) {
        err_set(err, ERR_USAGE, "The hash is not that of %s: it changed, or another one was meant.", a->id);
        err_hint(err, "The artifact %s has --sha256 %s", a->name, a->sha);
        return -ERR_USAGE;
    }
    return 0;
}

static bool by_author(const struct engine *e, const struct attempt *a)
{
    return a->author_by[0] && str_eq(a->author_by, e->who);
}

/* Four eyes, as far as unsigned names go: against oversight, not against somebody who gives another name. */
static bool needs_another(const struct engine *e, const struct attempt *a)
{
    return (e->state.second_reviewer || policy_second_reviewer(e->policy)) && by_author(e, a);
}

static int check_reviewer(const struct engine *e, const struct command *c, const struct attempt *a, struct err *err)
{
    if (c->verb != DECISION_APPROVE || !needs_another(e, a))
        return 0;
    err_set(err, ERR_DECISION, "%s wrote %s, and the policy wants a second reviewer for what a person wrote.",
            e->who, a->id);
    err_hint(err, "Somebody else has to approve it under their own name. Names are claims: they are not signed yet.");
    return -ERR_DECISION;
}

static struct json_object *decision_body(const struct engine *e, const struct attempt *a,
                                         const struct command *c, const char *rule)
{
    struct json_object *body = json_object_new_object();

    json_put_text(body, "id", a->id);
    json_put_text(body, "verb", decision_table[c->verb].id);
    json_put_text(body, "by", e->who);
    json_put_text(body, "via", c->via ? c->via : "cli");
    json_put_text(body, "reason", c->reason);
    json_put_text(body, "rule", rule);
    json_put_text(body, "sha256", a->sha[0] ? a->sha : NULL);
    json_put_int(body, "looked_ms", c->looked_ms);
    json_put_int(body, "shown_errors", finding_count(&a->findings, FINDING_ERROR));
    json_put_int(body, "shown_warnings", finding_count(&a->findings, FINDING_WARNING));
    json_put_int(body, "shown_event", a->last_seq); /* what the attempt was when it was shown */
    if (by_author(e, a))
        json_put_flag(body, "by_author", true);
    return body;
}

/* What was refused of the same attempt before stays refused. */
static int put_refused(struct engine *e, const struct attempt *a, const struct command *c, struct json_object *body,
                       struct err *err)
{
    struct buf all;
    int r = 0;

    buf_init(&all, ENGINE_REPLY_CAP);
    if (a->refused_blob[0])
        r = store_get_blob(e->store, a->refused_blob, &all, err);
    if (r == 0 && buf_puts(&all, c->refused))
        r = err_set(err, ERR_INVALID, "What was left out of %s is too much to keep.", a->id);
    if (r == 0)
        r = engine_put_blob(e, body, "refused", buf_text(&all), all.len, err);
    buf_done(&all);
    return r;
}

/* Ledger first: a crash in between leaves an approval that the person did press; the history names it next. */
static int record(struct engine *e, const struct attempt *a, const struct command *c, const char *rule,
                  struct err *err)
{
    const char *executor = e->state.stages[a->stage].id;
    struct json_object *body;
    int r = 0;

    if (c->verb == DECISION_APPROVE)
        r = ledger_add(e->ledger, e->state.project_id, a->sha, executor, err);
    else if (c->verb == DECISION_REVOKE && a->sha[0])
        r = ledger_revoke(e->ledger, e->state.project_id, a->sha, executor, err);
    body = r ? NULL : decision_body(e, a, c, rule);
    if (r == 0 && c->refused)
        r = put_refused(e, a, c, body, err);
    if (r) {
        json_object_put(body);
        return r;
    }
    return engine_emit(e, EVENT_DECISION, a->id, body, STORE_FULL, err);
}

static int revoke_later(struct engine *e, const struct attempt *a, struct err *err)
{
    for (int i = a->stage + 1; i < e->state.n_stages; i++) {
        struct json_object *body;
        char why[200];
        int r;
        if (e->state.stages[i].status != STAGE_PASSED && e->state.stages[i].status != STAGE_ACTIVE)
            continue;
        snprintf(why, sizeof(why), "the approval of %s was revoked.", a->id);
        body = json_object_new_object();
        json_put_text(body, "stage", e->state.stages[i].id);
        json_put_text(body, "why", why);
        r = engine_emit(e, EVENT_STAGE_STALE, "", body, STORE_FULL, err);
        if (r)
            return r;
    }
    return 0;
}

/* What was settled stays as it was: the person's text is an attempt of its own. */
static struct attempt *attempt_for_person(struct engine *e, struct attempt *a, struct err *err)
{
    struct stage_inputs in = {0};
    const struct stage_ops *ops = engine_stage_of(e, a);

    if (a->state == ATTEMPT_WAITING || a->state == ATTEMPT_PREPARED)
        return a;
    if (ops->execution) {
        err_set(err, ERR_USAGE, "%s is an execution: there is no text to take over.", a->id);
        return NULL;
    }
    if (ops->inputs(&e->context, &e->state.steps.items[a->step], &in, err) ||
        engine_start_attempt(e, a->stage, a->step, &in, "person", err))
        return NULL;
    return state_last_attempt(&e->state, a->step);
}

/* The person's bytes become an artifact that is checked and waits like any other. */
static int new_bytes(struct engine *e, struct attempt *a, const struct command *c, struct err *err)
{
    struct attempt *own = attempt_for_person(e, a, err);
    int r = own ? record(e, own, c, NULL, err) : -(err && err->code ? err->code : ERR_USAGE);

    return r ? r : engine_take_artifact(e, own, c->bytes, c->len, "person", "", err);
}

static int decide_one(struct engine *e, struct attempt *a, const struct command *c, struct err *err)
{
    int r = check_words(c, a, err);

    if (r == 0)
        r = check_hash(c, a, err);
    if (r == 0)
        r = check_reviewer(e, c, a, err);
    if (r)
        return r;
    if (decision_table[c->verb].needs_bytes)
        return new_bytes(e, a, c, err);
    r = record(e, a, c, NULL, err);
    if (r == 0 && c->verb == DECISION_REVOKE)
        r = revoke_later(e, a, err);
    return r;
}

/* ---- groups: the symbolic artifacts of one stage, decided together ---- */

static int group_members(struct engine *e, const char *group, struct attempt **ret)
{
    int waits[GROUP_MAX], n = state_waiting(&e->state, waits, GROUP_MAX), found = 0;

    for (int i = 0; i < n; i++) {
        struct attempt *a = e->state.attempts.items[waits[i]];
        if (str_eq(a->group, group))
            ret[found++] = a;
    }
    return found;
}

void engine_group_hash(const struct attempt *const *members, int n, char ret_hex[SHA256_HEX])
{
    struct sha256 s;

    sha256_init(&s);
    for (int i = 0; i < n; i++) {
        sha256_add(&s, members[i]->id, strlen(members[i]->id));
        sha256_add(&s, " ", 1);
        sha256_add(&s, members[i]->sha, strlen(members[i]->sha));
        sha256_add(&s, "\n", 1);
    }
    sha256_hex(&s, ret_hex);
}

static int decide_group(struct engine *e, const char *group, const struct command *c, struct err *err)
{
    struct attempt *members[GROUP_MAX];
    int n = group_members(e, group, members), r = 0;
    char hex[SHA256_HEX];
    struct command one = *c;

    if (n == 0)
        return err_set(err, ERR_USAGE, "No artifact of %s waits for a decision.", group);
    if (decision_table[c->verb].needs_bytes)
        return err_set(err, ERR_USAGE, "Bytes can be given for one attempt only.");
    engine_group_hash((const struct attempt *const *)members, n, hex);
    if (decision_table[c->verb].needs_hash && !str_eq(c->sha256, hex)) {
        err_set(err, ERR_USAGE, "Approving the %d artifacts of %s needs the hash of the group.", n, group);
        err_hint(err, "The group has --sha256 %s", hex);
        return -ERR_USAGE;
    }
    for (int i = 0; i < n && r == 0; i++) {
        one.sha256 = members[i]->sha;
        r = decide_one(e, members[i], &one, err);
    }
    return r;
}

int engine_decide(struct engine *e, const struct command *c, struct err *err)
{
    struct attempt *a = c->attempt ? state_find_attempt(&e->state, c->attempt) : NULL;

    if (c->verb == DECISION_NONE)
        return err_set(err, ERR_USAGE, "This decision is not known.");
    if (c->verb == DECISION_LATER)
        return 0;
    if (!a && c->attempt && state_find_stage(&e->state, c->attempt) >= 0)
        return decide_group(e, c->attempt, c, err);
    if (!a) {
        err_set(err, ERR_USAGE, "There is no attempt %s.", c->attempt ? c->attempt : "");
        err_hint(err, "tinywright status %s lists them.", e->state.folder);
        return -ERR_USAGE;
    }
    if (c->group && a->group[0])
        return decide_group(e, a->group, c, err);
    return decide_one(e, a, c, err);
}

/* ---- rules in a person's place ---- */

int engine_auto_decide(struct engine *e, struct attempt *a, struct err *err)
{
    struct command c = {.kind = COMMAND_DECIDE, .via = "policy", .sha256 = a->sha};
    struct policy_facts facts;
    const char *rule = NULL;
    enum policy_verdict v;

    /* Identical bytes that this person approved for this stage before need no second question. */
    if (a->decision.verb == DECISION_NONE && !needs_another(e, a) && e->state.here(e->state.arg, a->sha, e->state.stages[a->stage].id)) {
        c.verb = DECISION_APPROVE;
        c.via = "ledger";
        return record(e, a, &c, "same bytes approved before", err) ? -1 : 1;
    }
    if (!e->policy)
        return 0;
    if (!e->exec) {
        e->exec = exec_new(e->loop, EXEC_NONE, err);
        if (!e->exec)
            return -ERR_MACHINE;
    }
    facts = policy_facts_of(&e->state, a, exec_level(e->exec), e->who);
    v = policy_decide(e->policy, &facts, &rule);
    if (v == POLICY_ASK)
        return 0;
    c.verb = v == POLICY_APPROVE ? DECISION_APPROVE : DECISION_REJECT;
    if (v == POLICY_REFUSE)
        c.reason = finding_worst(&a->findings) ? finding_worst(&a->findings)->message : "refused by the policy";
    return record(e, a, &c, rule, err) ? -1 : 1;
}
