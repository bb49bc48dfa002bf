/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/engine.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/pipeline/engine_private.h"
#include "core/pipeline/engine_search.h"
#include "core/pipeline/engine_table.h"
#include "core/pipeline/snapshot.h"

/* ---- events ---- */

static int append(struct engine *e, const char *kind, const char *subject, const struct buf *body,
                  enum store_durability d, struct store_event *ret, struct err *err)
{
    *ret = (struct store_event){.version = EVENT_VERSION,
                                .wall_ms = os.wall_ms(),
                                .kind = kind,
                                .subject = subject,
                                .body = buf_text(body),
                                .body_len = body->len};
    return store_append(e->store, ret, d, NULL, NULL, &ret->seq, err);
}

int engine_emit(struct engine *e, enum event_kind kind, const char *subject,
                struct json_object *body, enum store_durability d, struct err *err)
{
    struct store_event event;
    struct buf text;
    size_t n;
    const char *plain = json_object_to_json_string_length(body, JSON_C_TO_STRING_PLAIN, &n);
    int r;

    buf_init(&text, STORE_BODY_MAX);
    r = redact_put_known(e->redact, &text, plain, n) ? err_set(err, ERR_MACHINE, "There is no memory left for an event.") : 0;
    if (r == 0)
        r = append(e, event_table[kind].name, subject, &text, d, &event, err);
    if (r == 0)
        r = state_fold(&e->state, &event, err);
    if (r == 0 && e->on_event)
        e->on_event(e->listener, &event);
    buf_done(&text);
    json_object_put(body);
    return r;
}

int engine_put_blob(struct engine *e, struct json_object *body, const char *key, const void *bytes,
                    size_t n, struct err *err)
{
    char hex[SHA256_HEX];
    int r = store_put_blob(e->store, bytes, n, hex, err);

    if (r == 0)
        json_put_text(body, key, hex);
    return r;
}

int engine_schedule(struct engine *e, struct err *err)
{
    struct err why = {0};

    if (e->advance_id > 0)
        return 0;
    e->advance_id = loop_defer(e->loop, engine_advance, e);
    if (e->advance_id > 0)
        return 0;
    e->advance_id = 0;
    err_set(&why, ERR_MACHINE, "There is no memory left to go on.");
    engine_end_run(e, ERR_MACHINE, &why);
    if (err)
        *err = why;
    return -ERR_MACHINE;
}

void engine_end_run(struct engine *e, int code, const struct err *why)
{
    struct json_object *body = json_object_new_object();
    char text[1200];

    if (e->running)
        engine_caps_end(e);
    e->running = false;
    e->asked = code == ERR_DECISION;
    e->result = code;
    err_reset(&e->result_err);
    if (why) {
        e->result_err = *why;
        json_put_text(body, "sentence", err_text(why, text, sizeof(text)));
        if (why->hint[0])
            json_put_text(body, "hint", why->hint);
    }
    json_put_int(body, "code", code);
    if (engine_emit(e, EVENT_RUN_ENDED, "", body, STORE_FULL, &e->result_err))
        e->result = e->result_err.code;
    if (e->on_idle)
        e->on_idle(e->listener);
}

const struct stage_ops *engine_stage_of(const struct engine *e, const struct attempt *a)
{
    return e->stages[a->stage];
}

/* ---- opening ---- */

static int read_blob(void *arg, const char *sha, struct buf *out)
{
    struct engine *e = arg;

    return store_get_blob(e->store, sha, out, NULL);
}

static bool made_here(void *arg, const char *sha, const char *executor)
{
    struct engine *e = arg;

    return e->ledger && ledger_has(e->ledger, e->state.project_id, sha, executor);
}

static int fold_stored(void *arg, const struct store_event *event)
{
    struct engine *e = arg;

    /* A body that cannot be read is kept in the history and changes nothing: the chain is verify's business. */
    (void)state_fold(&e->state, event, NULL);
    return 0;
}

static void reset_state(struct engine *e, const char *provider)
{
    state_init(&e->state);
    e->state.blob = read_blob;
    e->state.here = made_here;
    e->state.table = engine_table;
    e->state.search = engine_search;
    e->state.arg = e;
    str_copy(e->state.provider, sizeof(e->state.provider), provider);
}

/* The state of an earlier start, when it was made here and the ledger says what it said then. */
static void load_snapshot(struct engine *e)
{
    uint8_t secret[32];
    struct buf bytes;
    int64_t seq = 0;
    uint64_t mark = 0;

    if (ledger_secret(e->ledger, secret, NULL))
        return;
    store_set_secret(e->store, secret);
    buf_init(&bytes, SNAPSHOT_CAP);
    if (store_get_derived(e->store, "state", &seq, &bytes, NULL) == 0 &&
        snapshot_read(&e->state, buf_text(&bytes), bytes.len, &mark) == 0) {
        e->snapshot_seq = seq;
        if (e->state.last_seq != seq || mark != ledger_mark(e->ledger, e->state.project_id)) {
            char provider[sizeof(e->state.provider)];
            str_copy(provider, sizeof(provider), e->state.provider);
            state_done(&e->state);
            reset_state(e, provider);
            e->snapshot_seq = 0;
        }
    }
    buf_done(&bytes);
}

/* At the end, when nobody waits. A failure costs the next start some milliseconds, nothing else. */
static void save_snapshot(struct engine *e)
{
    struct buf bytes;

    if (e->read_only || !e->store || !e->ledger || e->state.last_seq - e->snapshot_seq < ENGINE_SNAPSHOT_EVENTS)
        return;
    buf_init(&bytes, SNAPSHOT_CAP);
    if (snapshot_write(&e->state, ledger_mark(e->ledger, e->state.project_id), &bytes) == 0)
        (void)store_put_derived(e->store, "state", e->state.last_seq, buf_text(&bytes), bytes.len, NULL);
    buf_done(&bytes);
}

static void set_who(struct engine *e, const char *who)
{
    struct passwd *pw = who ? NULL : getpwuid(getuid());

    if (who)
        str_copy(e->who, sizeof(e->who), who);
    else if (pw)
        str_copy(e->who, sizeof(e->who), pw->pw_name);
    else
        snprintf(e->who, sizeof(e->who), "uid %d", (int)getuid());
}

static int open_ledger(struct engine *e, struct err *err)
{
    char folder[PATH_CAP];

    if (!path_user('s', folder, sizeof(folder)))
        return err_set(err, ERR_MACHINE, "The path of the state folder is too long.");
    if (path_make(folder, 0700, err))
        return -ERR_MACHINE;
    e->ledger = ledger_open(folder, err);
    return e->ledger ? 0 : -ERR_MACHINE;
}

static int create_project(struct engine *e, struct err *err)
{
    struct json_object *body;
    unsigned char raw[16];
    char id[2 * sizeof(raw) + 1];

    if (e->state.project_id[0])
        return 0;
    if (os.random(raw, sizeof(raw)))
        return err_sys(err, ERR_MACHINE, "The system gives no random bytes");
    for (size_t i = 0; i < sizeof(raw); i++)
        snprintf(id + 2 * i, 3, "%02x", raw[i]);
    body = json_object_new_object();
    json_put_text(body, "id", id);
    json_put_text(body, "version", TINYWRIGHT_VERSION);
    return engine_emit(e, EVENT_PROJECT_CREATED, "", body, STORE_FULL, err);
}

static bool stages_known(const struct engine *e)
{
    for (int i = 0; e->stages[i]; i++) {
        if (i >= e->state.n_stages || !str_eq(e->state.stages[i].id, e->stages[i]->id))
            return false;
    }
    return true;
}

/* Says what the project file says now, when that is news. */
static int load_project(struct engine *e, struct err *err)
{
    const struct project_config *c = &e->project->config;
    const struct state *s = &e->state;
    struct json_object *body, *stages;

    if (stages_known(e) && str_eq(s->project, c->name) && str_eq(s->board, e->project->board->id) &&
        str_eq(s->task, c->task ? c->task : ""))
        return 0;
    body = json_object_new_object();
    stages = json_object_new_array();
    json_put_text(body, "name", c->name);
    json_put_text(body, "board", e->project->board->id);
    json_put_text(body, "board_name", e->project->board->name);
    json_put_text(body, "task", c->task ? c->task : "");
    json_put_text(body, "label", c->label);
    for (int i = 0; e->stages[i]; i++) {
        struct json_object *row = json_object_new_object();
        json_put_text(row, "id", e->stages[i]->id);
        json_put_text(row, "title", e->stages[i]->title);
        json_object_array_add(stages, row);
    }
    json_object_object_add(body, "stages", stages);
    return engine_emit(e, EVENT_PROJECT_LOADED, "", body, STORE_NORMAL, err);
}

static const char *interrupted_text(const struct attempt *a, char *dst, size_t size)
{
    static const struct {
        enum attempt_state state;
        const char *text;
    } rows[] = {
        {ATTEMPT_PREPARED, "was being prepared"},
        {ATTEMPT_STREAMING, "was receiving its reply"},
        {ATTEMPT_CHECKING, "was being checked"},
        {ATTEMPT_RUNNING, "was being executed and will be executed again"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].state == a->state) {
            snprintf(dst, size, "The program ended while %s %s.", a->id, rows[i].text);
            return dst;
        }
    }
    return NULL;
}

static int mark_interrupted(struct engine *e, struct err *err)
{
    char text[200];
    int r = 0;

    for (size_t i = 0; i < e->state.attempts.n && r == 0; i++) {
        struct attempt *a = e->state.attempts.items[i];
        struct json_object *body;
        if (!interrupted_text(a, text, sizeof(text)) || (a->mode == MODE_MANUAL && a->state == ATTEMPT_PREPARED))
            continue;
        body = json_object_new_object();
        json_put_text(body, "id", a->id);
        json_put_text(body, "sentence", text);
        r = engine_emit(e, EVENT_ATTEMPT_INTERRUPTED, a->id, body, STORE_NORMAL, err);
    }
    if (r == 0 && e->state.busy) { /* the run that was cut off is not going on */
        struct json_object *body = json_object_new_object();
        json_put_int(body, "code", 130);
        r = engine_emit(e, EVENT_RUN_ENDED, "", body, STORE_NORMAL, err);
    }
    return r;
}

static int open_parts(struct engine *e, const struct engine_options *o, struct err *err)
{
    char folder[PATH_CAP];
    int r;

    e->project = project_open(o->folder, o->runtime_folder, err);
    if (!e->project)
        return err ? -err->code : -ERR_INVALID;
    e->project->config.caps = caps_merge(&e->project->config.caps, o->user ? &o->user->caps : NULL);
    if (!path_join(folder, sizeof(folder), e->project->folder, ".tinywright"))
        return err_set(err, ERR_INVALID, "The project's path is too long.");
    if (!o->read_only && path_make(folder, 0700, err))
        return -ERR_MACHINE;
    e->store = store_open(folder, o->read_only ? STORE_READ : STORE_WRITE, err);
    if (!e->store)
        return err ? -err->code : -ERR_MACHINE;
    r = open_ledger(e, err);
    if (r)
        return r;
    load_snapshot(e);
    str_copy(e->state.folder, sizeof(e->state.folder), e->project->folder);
    e->context = (struct stage_context){&e->state, e->store, e->project};
    r = store_each(e->store, e->state.last_seq, fold_stored, e, err);
    if (r || o->read_only)
        return r;
    r = create_project(e, err);
    if (r == 0)
        r = load_project(e, err);
    return r ? r : mark_interrupted(e, err);
}

struct engine *engine_open(const struct engine_options *o, struct err *err)
{
    struct engine *e = os_alloc(sizeof(*e));

    if (!e) {
        err_set(err, ERR_MACHINE, "There is no memory left to open the project.");
        return NULL;
    }
    e->loop = o->loop;
    e->provider = o->provider;
    e->policy = o->policy;
    e->user = o->user;
    e->redact = redact_new();
    engine_learn_key(e);
    e->mode = o->mode;
    e->read_only = o->read_only;
    e->stages = o->stages ? o->stages : stage_table;
    reset_state(e, o->provider ? o->provider->label : "none (symbolic)");
    buf_init(&e->stream.raw, ENGINE_REPLY_CAP);
    set_who(e, o->who);
    if (!e->redact || open_parts(e, o, err)) {
        if (!e->redact)
            err_set(err, ERR_MACHINE, "There is no memory left to open the project.");
        engine_close(e, NULL);
        return NULL;
    }
    if (o->mode >= 0) {
        e->project->mode_set = 1;
        e->project->mode = (enum state_mode)o->mode;
    }
    return e;
}

int engine_close(struct engine *e, struct err *err)
{
    int r;

    if (!e)
        return 0;
    e->on_event = NULL;
    e->on_idle = NULL;
    e->closing = true;
    e->running = false;
    engine_stream_cancel(e);
    exec_free(e->exec);
    if (e->advance_id)
        loop_remove(e->loop, e->advance_id);
    if (e->caps.timer)
        loop_remove(e->loop, e->caps.timer);
    redact_free(e->redact);
    job_result_done(&e->job.last);
    engine_tables_free(e);
    engine_search_stop(e);
    save_snapshot(e);
    r = store_close(e->store, err);
    ledger_free(e->ledger);
    project_free(e->project);
    state_done(&e->state);
    buf_done(&e->stream.raw);
    free(e);
    return r;
}

void engine_set_listeners(struct engine *e, engine_event_fn *on_event, engine_idle_fn *on_idle,
                          void *arg)
{
    e->on_event = on_event;
    e->on_idle = on_idle;
    e->listener = arg;
}

const struct state *engine_state(const struct engine *e)
{
    return &e->state;
}

struct store *engine_store(struct engine *e)
{
    return e->store;
}

int engine_result(const struct engine *e, struct err *err)
{
    if (err)
        *err = e->result_err;
    return e->result;
}

void engine_set_provider(struct engine *e, struct provider *p)
{
    e->provider = p;
    engine_learn_key(e);
}

static int fold_news(void *arg, const struct store_event *event)
{
    struct engine *e = arg;

    fold_stored(e, event);
    if (e->on_event)
        e->on_event(e->listener, event);
    return 0;
}

int engine_poll(struct engine *e, struct err *err)
{
    int64_t before = e->state.last_seq;
    int r = store_each(e->store, before, fold_news, e, err);

    return r ? r : (int)(e->state.last_seq - before);
}

/* ---- commands ---- */

static int stage_index(struct engine *e, const char *id, int preset, struct err *err)
{
    const char *ids[STATE_STAGES_MAX];
    int n = 0;

    if (!id)
        return preset;
    for (; e->stages[n]; n++) {
        ids[n] = e->stages[n]->id;
        if (str_eq(id, ids[n]))
            return n;
    }
    err_set(err, ERR_USAGE, "There is no stage named %s.", id);
    if (str_nearest(id, ids, (size_t)n))
        err_hint(err, "Did you mean %s?", str_nearest(id, ids, (size_t)n));
    return -ERR_USAGE;
}

static int start_run(struct engine *e, const struct command *c, struct err *err)
{
    struct json_object *body;
    int last = 0, r;

    while (e->stages[last + 1])
        last++;
    if (e->running)
        return err_set(err, ERR_LOCKED, "A run is at work already.");
    e->from = stage_index(e, c->from, 0, err);
    e->until = stage_index(e, c->until, last, err);
    if (e->from < 0 || e->until < 0)
        return -ERR_USAGE;
    if (e->from > e->until)
        return err_set(err, ERR_USAGE, "The stage %s comes after %s.", c->from, c->until);
    body = json_object_new_object();
    json_put_text(body, "from", e->stages[e->from]->id);
    json_put_text(body, "until", e->stages[e->until]->id);
    json_put_text(body, "policy", policy_name(e->policy));
    if (policy_second_reviewer(e->policy))
        json_put_flag(body, "second_reviewer", true);
    if (e->policy && engine_put_blob(e, body, "policy_text", policy_text(e->policy), strlen(policy_text(e->policy)), err)) {
        json_object_put(body);
        return -ERR_MACHINE;
    }
    json_put_text(body, "provider", e->provider ? e->provider->label : "none (symbolic)");
    json_put_flag(body, "remote", e->provider && e->provider->host[0]);
    r = engine_emit(e, EVENT_RUN_STARTED, "", body, STORE_NORMAL, err);
    if (r)
        return r;
    e->running = true;
    engine_caps_begin(e, false);
    return engine_schedule(e, err);
}

static int cancel(struct engine *e, struct err *err)
{
    if (!e->stream.attempt && !e->job.attempt)
        return err_set(err, ERR_USAGE, "Nothing is at work that could be canceled.");
    engine_stream_cancel(e);
    engine_execute_cancel(e);
    return 0;
}

static int stop_run(struct engine *e)
{
    struct err why = {0};

    if (!e->running)
        return 0;
    engine_stream_cancel(e);
    engine_execute_cancel(e);
    err_set(&why, ERR_STAGE, "The run was stopped by %s.", e->who);
    engine_end_run(e, ERR_STAGE, &why);
    return 0;
}

static int decide(struct engine *e, const struct command *c, struct err *err)
{
    int r = c->verb == DECISION_STOP && !c->attempt ? 0 : engine_decide(e, c, err);

    if (r)
        return r;
    if (c->verb == DECISION_STOP)
        return stop_run(e);
    if (!e->asked || e->running || c->verb == DECISION_LATER)
        return 0;
    r = engine_emit(e, EVENT_RUN_RESUMED, "", json_object_new_object(), STORE_NORMAL, err);
    if (r)
        return r;
    e->running = true;
    e->asked = false;
    engine_caps_begin(e, true);
    return engine_schedule(e, err);
}

int engine_command(struct engine *e, const struct command *c, struct err *err)
{
    if (e->read_only)
        return err_set(err, ERR_LOCKED, "This project is open for reading only here.");
    switch (c->kind) {
    case COMMAND_RUN:
        return start_run(e, c, err);
    case COMMAND_CANCEL:
        return cancel(e, err);
    case COMMAND_DECIDE:
        return decide(e, c, err);
    }
    return err_set(err, ERR_USAGE, "This command is not known.");
}
