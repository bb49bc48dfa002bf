/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/app/session.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/cli/commands.h"
#include "core/pipeline/example.h"
#include "core/pipeline/home.h"
#include "core/pipeline/policy.h"
#include "core/pipeline/remote.h"

/* The list lives as long as the session; its texts are copies. */
static void add_home(void *arg, const struct home_project *p)
{
    struct session *s = arg;
    struct home_project *copy = &s->projects[s->n_homes];

    if (s->n_homes >= SESSION_HOMES_MAX)
        return;
    *copy = *p;
    s->homes[s->n_homes++] = (struct home_entry){
        .name = copy->name,
        .folder = copy->folder,
        .what = copy->what,
        .group = copy->example ? "Examples" : "Your projects",
    };
}

int session_init(struct session *s, struct err *err)
{
    static struct config_errors errors;

    memset(s, 0, sizeof(*s));
    s->mode = -1;
    if (user_config_load(NULL, &s->user, &errors)) {
        *err = errors.items[0];
        return -err->code;
    }
    s->loop = loop_new(err);
    if (!s->loop)
        return -ERR_MACHINE;
    home_each(add_home, s);
    return 0;
}

static void close_project(struct session *s)
{
    remote_free(s->remote);
    s->remote = NULL;
    engine_close(s->engine, NULL);
    s->engine = NULL;
    provider_free(s->provider);
    s->provider = NULL;
}

static void keep_look(struct session *s, const struct look_result *r)
{
    struct session_look *k = s->looks[s->looking];
    struct home_entry *e = &s->homes[s->looking];

    if (!k && !(k = s->looks[s->looking] = os_alloc(sizeof(*k))))
        return;
    k->result = *r;
    for (int i = 0; i < r->n; i++) {
        const struct look_question *q = &k->result.questions[i];
        k->questions[i] = (struct home_question){q->attempt, q->name, q->stage, q->since_ms, q->lines, q->errors, q->warnings};
    }
    e->waits = k->result.word;
    e->questions = k->questions;
    e->n_questions = r->n;
    s->looked++;
}

static void look_on(void *session)
{
    struct session *s = session;
    struct look_result result;
    struct err err = {0};
    int r;

    s->look_id = 0;
    if (s->looking >= s->n_homes)
        return;
    if (!s->look)
        s->look = look_new(s->homes[s->looking].folder);
    r = s->look ? look_step(s->look, &result, &err) : -1;
    if (r <= 0) {
        if (r < 0)
            result = (struct look_result){.word = "history cannot be read"};
        keep_look(s, &result);
        look_free(s->look);
        s->look = NULL;
        s->looking++;
    }
    s->look_id = loop_defer(s->loop, look_on, s);
}

void session_look(void *session)
{
    struct session *s = session;

    if (s->look_id)
        return;
    s->looking = 0;
    s->look_id = loop_defer(s->loop, look_on, s);
}

static void stop_looking(struct session *s)
{
    if (s->look_id)
        loop_remove(s->loop, s->look_id);
    look_free(s->look);
    for (int i = 0; i < SESSION_HOMES_MAX; i++)
        free(s->looks[i]);
}

void session_done(struct session *s)
{
    close_project(s);
    stop_looking(s);
    policy_free(s->policy);
    if (s->loop)
        loop_free(s->loop);
    user_config_done(&s->user);
}

static int send_command(void *arg, const struct command *c, struct err *err)
{
    return engine_command(arg, c, err);
}

/* The bundled example that lives in that folder; NULL when it is none. */
static const struct example *example_at(const char *folder)
{
    char own[PATH_CAP];

    for (const struct example *x = example_table; x->name; x++) {
        if (example_folder(x, own, sizeof(own)) && str_eq(own, folder))
            return x;
    }
    return NULL;
}

/* The recorded session is at work for its example unless the person chose something else. */
static const char *provider_for(const struct session *s, const struct example *x)
{
    if (s->provider_given)
        return s->provider_given;
    return x && x->cassette && s->user.provider.kind == USER_PROVIDER_AUTO ? "cassette:example" : NULL;
}

/* In a loop of its own: this is called from a callback of the workbench's, and loops do not nest. */
static int make_example(const struct session *s, const struct example *x, const char *folder, struct err *err)
{
    struct loop *l = loop_new(err);
    int r = l ? example_make(x, folder, s->runtime, l, err) : -ERR_MACHINE;

    loop_free(l);
    return r;
}

int session_open(void *session, const char *folder, struct workbench_project *ret, struct err *err)
{
    struct session *s = session;
    const struct example *x = example_at(folder);
    struct engine_options o = {.folder = folder,
                               .loop = s->loop,
                               .policy = s->policy,
                               .mode = s->mode,
                               .runtime_folder = s->runtime,
                               .who = s->user.name,
                               .user = &s->user};
    int r;

    close_project(s);
    if (x && make_example(s, x, folder, err))
        return -err->code;
    r = cli_provider(s->loop, provider_for(s, x), &s->provider, err);
    if (r)
        return r;
    o.provider = s->provider;
    if (s->provider && o.mode < 0 && x && x->cassette && str_eq(s->provider->ops->kind, "cassette"))
        o.mode = MODE_FREEFORM;
    s->engine = engine_open(&o, err);
    if (!s->engine)
        return -err->code;
    home_remember(engine_state(s->engine)->folder);
    s->remote = remote_listen(s->loop, s->engine, engine_state(s->engine)->folder, NULL);
    *ret = (struct workbench_project){engine_state(s->engine), send_command, s->engine};
    return 0;
}
