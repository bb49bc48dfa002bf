/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The real workbench over a state made by hand and a command sink that writes down what it gets.
 * fake_app SCENE [--log FILE] [--theme NAME] [--script FILE] [--lines N] [--rate MS] [--piece BYTES]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "tests/screen/app/fake_state.h"
#include "tui/app/workbench.h"

struct app {
    struct fake fake;
    struct loop *loop;
    int log;
    bool crash;
};

static const char *verb_of(const struct command *c)
{
    return c->kind == COMMAND_RUN ? "run" : c->kind == COMMAND_CANCEL ? "cancel" : decision_table[c->verb].id;
}

static void stream_some(void *arg)
{
    struct app *app = arg;

    if (fake_stream(&app->fake))
        loop_add_timer(app->loop, app->fake.interval_ms, stream_some, app);
    else if (app->fake.state.busy)
        fake_finish_stream(&app->fake);
}

static void apply(struct app *app, const struct command *c)
{
    struct state *s = &app->fake.state;
    struct attempt *a = c->attempt ? state_find_attempt(s, c->attempt) : NULL;

    if (c->kind == COMMAND_CANCEL) {
        s->busy = false;
        s->live.attempt = -1;
        s->activity[0] = '\0';
    }
    for (size_t i = 0; a && c->verb == DECISION_APPROVE && i < s->attempts.n; i++) {
        struct attempt *b = s->attempts.items[i];
        if (b == a || (c->group && str_eq(a->group, b->group)))
            b->state = ATTEMPT_APPROVED;
    }
    if (a && c->verb == DECISION_HUNKS)
        fake_take(&app->fake, a, c->bytes, c->len);
    if (a && c->verb == DECISION_REJECT)
        a->state = ATTEMPT_REJECTED;
    s->generation++;
}

static int command(void *arg, const struct command *c, struct err *err)
{
    struct app *app = arg;

    (void)err;
    if (app->log >= 0)
        dprintf(app->log, "%s %s %s reason=%s bytes=%zu looked=%d group=%d\n", verb_of(c), c->attempt ? c->attempt : "-",
                c->sha256 ? c->sha256 : "-", c->reason ? c->reason : "", c->len, c->looked_ms > 0, c->group);
    if (app->log >= 0 && c->bytes)
        dprintf(app->log, "bytes:\n%.*s", (int)c->len, c->bytes);
    if (app->log >= 0 && c->refused)
        dprintf(app->log, "refused:\n%s", c->refused);
    if (app->crash)
        abort();
    apply(app, c);
    return 0;
}

static int open_project(void *arg, const char *folder, struct workbench_project *ret, struct err *err)
{
    struct app *app = arg;

    fake_done(&app->fake);
    if (!fake_init(&app->fake, folder))
        return err_set(err, ERR_INVALID, "there is no scene %s", folder);
    *ret = (struct workbench_project){&app->fake.state, command, app};
    if (app->fake.feed)
        loop_add_timer(app->loop, app->fake.interval_ms, stream_some, app);
    return 0;
}

static const struct home_question wine_asks[] = {
    {.attempt = "sketch/2", .name = "fruit.ino", .stage = "sketch", .lines = 36},
    {.attempt = "train/1", .name = "train.py", .stage = "train", .lines = 60, .warnings = 1},
};
static struct home_entry homes[] = {
    {"fruit", "stream", "colors of fruit, synthetic data, color sensor", "not started", "Examples", NULL, 0},
    {"wine", "waiting", "13 measurements of wine, scikit-learn, over Serial1", "2 decisions wait", "Examples", wine_asks, 2},
    {"motion", "verified", "walking, running, resting, badminton; IMU", "verified", "Examples", NULL, 0},
    {"greenhouse", "failed", "5 classes of soil, 10,000 rows", NULL, "Your projects", NULL, 0},
};

/* What a look finds out, one turn later. */
static unsigned looked;

static void found_out(void *arg)
{
    (void)arg;
    homes[3].waits = "row 4 differs";
    looked++;
}

static void look(void *arg)
{
    loop_defer(((struct app *)arg)->loop, found_out, arg);
}

static void option(struct app *app, struct workbench_options *o, const char *name, const char *value)
{
    int64_t n = 0;

    str_to_long(value, &n);
    if (str_eq(name, "--log"))
        app->log = open(value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    else if (str_eq(name, "--theme"))
        o->theme = value;
    else if (str_eq(name, "--script"))
        o->script = value;
    else if (str_eq(name, "--lines"))
        app->fake.lines_left = n;
    else if (str_eq(name, "--rate"))
        app->fake.interval_ms = (int)n;
    else if (str_eq(name, "--piece"))
        app->fake.piece = (size_t)n;
    else if (str_eq(name, "--crash"))
        app->crash = n != 0;
    else if (str_eq(name, "--id"))
        str_copy(app->fake.state.project_id, sizeof(app->fake.state.project_id), value);
    else if (str_eq(name, "--linear"))
        o->linear = n != 0;
}

int main(int argc, char **argv)
{
    static struct app app = {.log = -1};
    struct err err = {0};
    struct workbench_options o = {.homes = homes, .n_homes = 4, .open = open_project, .open_arg = &app,
                                  .look = look, .looked = &looked};
    const char *scene = argc > 1 ? argv[1] : "home";
    int rc;

    app.loop = loop_new(&err);
    if (!app.loop)
        return 1;
    o.loop = app.loop;
    if (!fake_init(&app.fake, scene))
        fake_done(&app.fake);
    else
        o.project = (struct workbench_project){&app.fake.state, command, &app};
    for (int i = 2; i + 1 < argc; i += 2)
        option(&app, &o, argv[i], argv[i + 1]);
    if (app.fake.feed && o.project.state)
        loop_add_timer(app.loop, app.fake.interval_ms, stream_some, &app);
    rc = workbench_run(&o, &err);
    if (rc < 0)
        fprintf(stderr, "tinywright: %s\n%s%s", err.msg, err.hint, err.hint[0] ? "\n" : "");
    fake_done(&app.fake);
    loop_free(app.loop);
    return rc < 0 ? -rc : rc;
}
