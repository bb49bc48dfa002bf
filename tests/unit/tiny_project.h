/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scripted project for the tests of the engine: four stages whose executors are cp and cat in the real sandbox, a
 * provider that is a table of replies, and a folder, state folder and configuration of its own.
 *
 *   make    symbolic, two steps in a group       cp
 *   write   freeform; its first reply is no artifact (when there is a provider; else symbolic)
 *   draw    symbolic, passes when check has passed
 *   check   an execution of what draw approved   cat
 */
#ifndef TESTS_UNIT_TINY_PROJECT_H
#define TESTS_UNIT_TINY_PROJECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/config/user.h"
#include "core/llm/template.h"
#include "core/pipeline/engine.h"
#include "core/pipeline/event.h"
#include "core/pipeline/json.h"
#include "core/pipeline/stage_table.h"
#include "core/pipeline/verify.h"
#include "core/store/store.h"

enum { TINY_TURN_MS = 30000 };

/* ---- the provider ---- */

struct tiny_provider {
    struct provider base; /* first */
    struct loop *loop;
    const struct provider_events *events;
    void *arg;
    int deferred;
    char reply[200];
    enum provider_end end; /* how the next reply ends */
    int calls;
    char user[4000];       /* the last request's user message, cut */
};

static inline void tiny_reply(void *arg)
{
    struct tiny_provider *p = arg;
    struct provider_outcome o = {.end = p->end, .first_token_ms = 1, .total_ms = 1, .usage = {3, 5, -1, -1}};

    p->deferred = 0;
    if (p->end == PROVIDER_FAILED)
        err_set(&o.error, ERR_PROVIDER, "The server is made of cardboard.");
    p->events->text(p->arg, p->reply, strlen(p->reply), false);
    p->events->done(p->arg, &o);
}

static inline int tiny_start(struct provider *provider, const struct provider_request *r,
                             const struct provider_events *ev, void *arg, struct err *err)
{
    struct tiny_provider *p = (struct tiny_provider *)provider;

    (void)err;
    p->events = ev;
    p->arg = arg;
    p->calls++;
    snprintf(p->user, sizeof(p->user), "%s", r->user);
    /* By attempt, not by call: a killed process that starts again hears the same. */
    if (str_ends(r->subject, "/1"))
        snprintf(p->reply, sizeof(p->reply), "I would rather talk about it.\n");
    else
        snprintf(p->reply, sizeof(p->reply), "Here:\n```text\nwritten by the provider\n```\n");
    p->deferred = loop_defer(p->loop, tiny_reply, p);
    return 0;
}

static inline void tiny_cancel(struct provider *provider)
{
    struct tiny_provider *p = (struct tiny_provider *)provider;

    if (!p->deferred)
        return;
    loop_remove(p->loop, p->deferred);
    p->end = PROVIDER_CANCELED;
    p->deferred = loop_defer(p->loop, tiny_reply, p);
}

static inline void tiny_free(struct provider *provider)
{
    (void)provider;
}

static const struct provider_ops tiny_provider_ops = {"tiny", tiny_start, tiny_cancel, tiny_free};

/* ---- the stages ---- */

static const char *tiny_make_text = "made"; /* what step make.2 generates: a test changes its mind here */
static bool tiny_with_model;
static const char *tiny_who = "tester";
static const struct user_config *tiny_user; /* caps and prices; NULL = none */
static bool tiny_check_fails;
static const char *tiny_outcome = ""; /* behind what settle says */

static inline int tiny_plan_make(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    struct stage_step *s;

    (void)c;
    (void)err;
    stage_plan_add(ret, "make.1", "one.txt", ARTIFACT_TEXT, MODE_SYMBOLIC);
    s = stage_plan_add(ret, "make.2", "two.txt", ARTIFACT_TEXT, MODE_SYMBOLIC);
    if (!s)
        return err_set(err, ERR_MACHINE, "There is no memory left for a plan.");
    buf_putf(&s->spec, "{\"text\":\"%s\"}", tiny_make_text);
    return 0;
}

static inline int tiny_plan_one(const char *id, const char *name, enum state_mode mode, struct stage_plan *ret,
                                struct err *err)
{
    return stage_plan_add(ret, id, name, ARTIFACT_TEXT, mode)
               ? 0
               : err_set(err, ERR_MACHINE, "There is no memory left for a plan.");
}

static inline int tiny_plan_write(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    (void)c;
    return tiny_plan_one("write", "write.txt", tiny_with_model ? MODE_FREEFORM : MODE_SYMBOLIC, ret, err);
}

static inline int tiny_plan_draw(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    (void)c;
    return tiny_plan_one("draw", "draw.txt", MODE_SYMBOLIC, ret, err);
}

static inline int tiny_plan_check(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    (void)c;
    return tiny_plan_one("check", "checked.txt", MODE_SYMBOLIC, ret, err);
}

static inline int tiny_upstream(struct stage_context *c, const char *stage, struct stage_inputs *ret, struct err *err)
{
    const struct state_output *o = stage_upstream(c, stage, "out.txt");

    if (!o)
        return err_set(err, ERR_STAGE, "The stage %s has made nothing yet.", stage);
    return stage_inputs_add(ret, "out.txt", o->identity, err);
}

static inline int tiny_inputs_make(struct stage_context *c, const struct step *step, struct stage_inputs *ret,
                                   struct err *err)
{
    (void)c;
    (void)step;
    (void)ret;
    (void)err;
    return 0;
}

static inline int tiny_inputs_write(struct stage_context *c, const struct step *step, struct stage_inputs *ret,
                                    struct err *err)
{
    (void)step;
    return tiny_upstream(c, "make", ret, err);
}

static inline int tiny_inputs_draw(struct stage_context *c, const struct step *step, struct stage_inputs *ret,
                                   struct err *err)
{
    (void)step;
    return tiny_upstream(c, "write", ret, err);
}

static inline int tiny_inputs_check(struct stage_context *c, const struct step *step, struct stage_inputs *ret,
                                    struct err *err)
{
    const struct attempt *a = stage_approved(c, "draw");

    (void)step;
    return a ? stage_inputs_add(ret, "draw.txt", a->sha, err) : err_set(err, ERR_STAGE, "Nothing is drawn yet.");
}

static inline int tiny_generate(struct stage_context *c, const struct step *step, struct buf *out, struct err *err)
{
    (void)c;
    (void)err;
    buf_putf(out, "%s: %s\n", step->id, str_starts(step->id, "make") ? tiny_make_text : "generated");
    return 0;
}

static inline int tiny_prompt(struct stage_context *c, const struct step *step, const char **ret_template,
                              struct template_vars *vars, struct err *err)
{
    (void)c;
    (void)step;
    (void)err;
    *ret_template = "fresh";
    return template_vars_puts(vars, "attempts", "0") | template_vars_puts(vars, "history", "none") |
           template_vars_puts(vars, "language", "text");
}

/* A job over the approved bytes of a: cp brings them back as out.txt, cat prints them. */
static inline int tiny_job_of(struct stage_context *c, const struct attempt *a, bool copies, struct job **ret,
                              struct err *err)
{
    struct job *j = job_new(copies ? "copy" : "look");
    struct buf bytes;
    int r = j ? 0 : err_set(err, ERR_MACHINE, "There is no memory left for a job.");

    buf_init(&bytes, 65536);
    if (r == 0)
        r = stage_artifact(c, a, &bytes, err);
    if (r == 0)
        r = job_arg(j, copies ? "/usr/bin/cp" : "/usr/bin/cat", err);
    if (r == 0)
        r = job_file(j, "in.txt", buf_text(&bytes), bytes.len, err);
    if (r == 0)
        r = job_arg(j, tiny_check_fails && !copies ? "/in/nothing" : "/in/in.txt", err);
    if (r == 0 && copies)
        r = job_arg(j, "out.txt", err);
    if (r == 0 && copies)
        r = job_output(j, "out.txt", err);
    buf_done(&bytes);
    if (r)
        job_free(j);
    else
        *ret = j;
    return r;
}

static inline int tiny_job_copy(struct stage_context *c, const struct attempt *a, int phase,
                                const struct job_result *last, struct job **ret, struct err *err)
{
    (void)last;
    return phase ? 0 : tiny_job_of(c, a, true, ret, err);
}

static inline int tiny_job_check(struct stage_context *c, const struct attempt *a, int phase,
                                 const struct job_result *last, struct job **ret, struct err *err)
{
    const struct attempt *source = stage_approved(c, "draw");

    (void)a;
    (void)last;
    return phase ? 0 : tiny_job_of(c, source, false, ret, err);
}

static inline int tiny_settle(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *r,
                              struct stage_settlement *ret, struct err *err)
{
    char text[80];

    (void)c;
    (void)a;
    (void)phase;
    (void)err;
    snprintf(ret->outcome, sizeof(ret->outcome), "%s%s", job_stop_text(r, text, sizeof(text)), tiny_outcome);
    if (r->stop != JOB_EXITED || r->code)
        finding_add(&ret->findings, "tiny", FINDING_ERROR, FINDING_NONE, "%s", ret->outcome);
    return 0;
}

static const char *const tiny_out_make[] = {"out.txt", NULL};
static const char *const tiny_out_draw[] = {"artifact=NAME/NAME.ino", NULL};
static const struct stage_ops tiny_make = {.id = "make", .title = "Make", .plan = tiny_plan_make,
                                           .inputs = tiny_inputs_make, .generate = tiny_generate,
                                           .job = tiny_job_copy, .settle = tiny_settle, .out_files = tiny_out_make};
static const struct stage_ops tiny_write = {.id = "write", .title = "Write", .plan = tiny_plan_write,
                                            .inputs = tiny_inputs_write, .generate = tiny_generate,
                                            .prompt = tiny_prompt, .job = tiny_job_copy, .settle = tiny_settle};
static const struct stage_ops tiny_draw = {.id = "draw", .title = "Draw", .partly = true, .plan = tiny_plan_draw,
                                           .inputs = tiny_inputs_draw, .generate = tiny_generate,
                                           .job = tiny_job_copy, .settle = tiny_settle, .out_files = tiny_out_draw};
static const struct stage_ops tiny_check = {.id = "check", .title = "Check", .execution = true, .confirms = "draw",
                                            .plan = tiny_plan_check, .inputs = tiny_inputs_check,
                                            .job = tiny_job_check, .settle = tiny_settle};
static const struct stage_ops *const tiny_stages[] = {&tiny_make, &tiny_write, &tiny_draw, &tiny_check, NULL};

/* ---- the project ---- */

struct tiny {
    char root[64], folder[128];
    struct loop *loop;
    struct engine *engine;
    struct policy *policy;
    struct tiny_provider provider;
    bool idle;
};

static inline void tiny_remove(const char *path)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

/* A fresh folder with a project file; XDG_STATE_HOME points into it. */
static inline void tiny_make_project(struct tiny *t)
{
    static const char yaml[] = "name: tiny\ndata: data.csv\nlabel: class\nboard: nano33ble-virtual\n";
    char path[160];

    memset(t, 0, sizeof(*t));
    str_copy(t->root, sizeof(t->root), "/tmp/tw-tiny-XXXXXX");
    if (!mkdtemp(t->root))
        abort();
    snprintf(t->folder, sizeof(t->folder), "%s/project", t->root);
    snprintf(path, sizeof(path), "%s/state", t->root);
    setenv("XDG_STATE_HOME", path, 1);
    snprintf(path, sizeof(path), "%s/tinywright.yaml", t->folder);
    if (path_make(t->folder, 0755, NULL) || path_write(path, yaml, sizeof(yaml) - 1, 0644, NULL))
        abort();
    t->provider = (struct tiny_provider){.base = {.ops = &tiny_provider_ops, .label = "tiny, a table in a test"}};
}

static inline void tiny_idle(void *arg)
{
    struct tiny *t = arg;

    t->idle = true;
}

/* policy NULL = ask. 0 or negative with err. */
static inline int tiny_open(struct tiny *t, const char *policy, struct err *err)
{
    struct engine_options o = {.folder = t->folder, .mode = -1, .who = tiny_who, .stages = tiny_stages,
                               .runtime_folder = "/nonexistent", .user = tiny_user};

    t->loop = loop_new(err);
    if (!t->loop)
        return -ERR_MACHINE;
    t->provider.loop = t->loop;
    t->policy = policy ? policy_load(policy, err) : NULL;
    o.loop = t->loop;
    o.policy = t->policy;
    o.provider = tiny_with_model ? &t->provider.base : NULL;
    t->engine = policy && !t->policy ? NULL : engine_open(&o, err);
    if (t->engine) {
        engine_set_listeners(t->engine, NULL, tiny_idle, t);
        return 0;
    }
    policy_free(t->policy);
    loop_free(t->loop);
    t->policy = NULL;
    t->loop = NULL;
    return err->code ? -err->code : -ERR_MACHINE;
}

static inline int tiny_close(struct tiny *t, struct err *err)
{
    int r = engine_close(t->engine, err);

    policy_free(t->policy);
    loop_free(t->loop);
    t->engine = NULL;
    t->policy = NULL;
    t->loop = NULL;
    return r;
}

/* Turns the loop until the engine is idle, at most TINY_TURN_MS; the run's result, -1 when it never became idle. */
static inline int tiny_settle_down(struct tiny *t, struct err *err)
{
    int64_t end = os_mono_ms() + TINY_TURN_MS;

    while (!t->idle && os_mono_ms() < end)
        loop_turn(t->loop, 100);
    return t->idle ? engine_result(t->engine, err) : -1;
}

/* Runs all stages; the exit code of design section 9. */
static inline int tiny_run(struct tiny *t, struct err *err)
{
    struct command c = {.kind = COMMAND_RUN};
    int r;

    t->idle = false;
    r = engine_command(t->engine, &c, err);
    return r ? -r : tiny_settle_down(t, err);
}

static inline int tiny_decide(struct tiny *t, const char *attempt, enum decision_verb verb, const char *sha,
                              const char *reason, struct err *err)
{
    struct command c = {.kind = COMMAND_DECIDE, .attempt = attempt, .verb = verb, .sha256 = sha, .reason = reason,
                        .via = "script"};

    t->idle = false;
    return engine_command(t->engine, &c, err);
}

static inline const struct attempt *tiny_attempt(const struct tiny *t, const char *id)
{
    return state_find_attempt(engine_state(t->engine), id);
}

static inline void tiny_done(struct tiny *t)
{
    if (t->engine)
        tiny_close(t, NULL);
    tiny_remove(t->root);
}

/* ---- what must hold of every history: nothing executes without its approval ---- */

struct tiny_audit {
    struct { char id[STATE_ID], sha[SHA256_HEX]; bool approved; } items[200];
    int n;
    char draw[STATE_ID]; /* the newest attempt at draw: what check executes */
    char wrong[200];     /* "" = all is well */
    int executions;
};

static inline int tiny_audit_find(struct tiny_audit *x, const char *id)
{
    for (int i = 0; i < x->n; i++) {
        if (str_eq(x->items[i].id, id))
            return i;
    }
    if (x->n >= 200)
        abort();
    memset(&x->items[x->n], 0, sizeof(x->items[0]));
    str_copy(x->items[x->n].id, STATE_ID, id);
    return x->n++;
}

static inline int tiny_audit_event(void *arg, const struct store_event *e)
{
    struct tiny_audit *x = arg;
    struct json_object *o = json_read(e->body, e->body_len, NULL);
    char verb[24], sha[SHA256_HEX];
    int at = tiny_audit_find(x, e->subject);

    if (str_eq(e->kind, "attempt.artifact")) {
        json_get_sha(o, "sha", x->items[at].sha);
        x->items[at].approved = false;
        if (str_starts(e->subject, "draw/"))
            str_copy(x->draw, sizeof(x->draw), e->subject);
    } else if (event_find(e->kind) == EVENT_DECISION) {
        json_get_line(o, "verb", verb, sizeof(verb));
        json_get_sha(o, "sha256", sha);
        x->items[at].approved = str_eq(verb, "approve") && str_eq(sha, x->items[at].sha);
    } else if (event_find(e->kind) == EVENT_EXECUTION_STARTED) {
        x->executions++;
        if (str_starts(e->subject, "check/"))
            at = tiny_audit_find(x, x->draw);
        if (!x->items[at].approved)
            snprintf(x->wrong, sizeof(x->wrong), "event %lld executes %s, which nobody approved", (long long)e->seq,
                     e->subject);
    }
    json_object_put(o);
    return 0;
}

/* Reads the project's history from the file; x says what is wrong. */
static inline void tiny_audit(const struct tiny *t, struct tiny_audit *x)
{
    char folder[160];
    struct err err = {0};
    struct store *s;

    memset(x, 0, sizeof(*x));
    snprintf(folder, sizeof(folder), "%s/.tinywright", t->folder);
    s = store_open(folder, STORE_READ, &err);
    if (!s || store_each(s, 0, tiny_audit_event, x, &err))
        snprintf(x->wrong, sizeof(x->wrong), "the history cannot be read: %.150s", err.msg);
    store_close(s, NULL);
}

#endif
