/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/app/workbench.h"

#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "prompts/human/prompt_line.h"
#include "tui/app/command.h"
#include "tui/app/workbench_private.h"

enum { READ_SIZE = 8192 };

static void mark_dirty(struct workbench *w, bool urgent)
{
    w->dirty = true;
    w->urgent |= urgent;
}

void workbench_notice(struct workbench *w, int role, const char *fmt, ...)
{
    char raw[sizeof(w->notice)];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    text_line(w->notice, sizeof(w->notice), raw);
    w->notice_role = role;
    mark_dirty(w, true);
}

void workbench_error(struct workbench *w, const struct err *err)
{
    workbench_notice(w, ROLE_ERROR, "%s%s%s", err->msg, err->hint[0] ? " – " : "", err->hint);
}

int workbench_send(struct workbench *w, struct command *c)
{
    struct err err = {0};
    int rc;

    if (!w->project.command)
        return -ERR_USAGE;
    c->via = w->script ? "script" : "screen";
    rc = w->project.command(w->project.arg, c, &err);
    if (rc < 0)
        workbench_error(w, &err);
    mark_dirty(w, true);
    return rc;
}

const struct attempt *workbench_attempt(const struct workbench *w)
{
    const struct state *s = w->project.state;

    if (!s || w->context.attempt < 0 || (size_t)w->context.attempt >= s->attempts.n)
        return NULL;
    return s->attempts.items[w->context.attempt];
}

void workbench_choose(struct workbench *w, int stage, int attempt)
{
    const struct state *s = w->project.state;

    w->context.base = -1;
    w->context.stage = stage;
    w->context.attempt = attempt;
    for (size_t i = s ? s->attempts.n : 0; attempt < 0 && i > 0; i--) {
        const struct attempt *a = s->attempts.items[i - 1];
        if (a->stage == stage && !s->steps.items[a->step].retired) {
            w->context.attempt = (int)i - 1;
            break;
        }
    }
    mark_dirty(w, true);
}

/* ---- following the work ---- */

static int newest(const struct state *s)
{
    int best = -1;

    for (size_t i = 0; i < s->attempts.n; i++) {
        if (best < 0 || s->attempts.items[i]->last_seq >= s->attempts.items[best]->last_seq)
            best = (int)i;
    }
    return best;
}

static bool has_earlier(const struct state *s, const struct attempt *a)
{
    for (size_t i = 0; i < s->attempts.n; i++) {
        const struct attempt *b = s->attempts.items[i];
        if (b->step == a->step && b->number < a->number && b->blob[0])
            return true;
    }
    return false;
}

/* The tab that shows what just became interesting about an attempt. */
static enum view_id tab_for(const struct state *s, const struct attempt *a, enum view_id now)
{
    if (a->state == ATTEMPT_STREAMING)
        return VIEW_STREAM;
    if (a->state == ATTEMPT_WAITING && a->blob[0])
        return has_earlier(s, a) ? VIEW_DIFF : VIEW_ARTIFACT;
    if (a->state == ATTEMPT_FAILED && a->findings.v.n && !state_output(a, "rows.csv"))
        return VIEW_FINDINGS;
    if ((a->state == ATTEMPT_PASSED || a->state == ATTEMPT_FAILED) && state_output(a, "rows.csv"))
        return VIEW_RUN;
    return now;
}

static void follow(struct workbench *w)
{
    const struct state *s = w->project.state;
    char key[sizeof(w->followed)];
    int waits[1], attempt;

    if (!s || !w->follow)
        return;
    if (s->live.attempt >= 0)
        attempt = s->live.attempt;
    else if (!s->busy && state_waiting(s, waits, 1) > 0)
        attempt = waits[0];
    else
        attempt = newest(s);
    if (attempt < 0)
        return;
    snprintf(key, sizeof(key), "%s %d", s->attempts.items[attempt]->id, s->attempts.items[attempt]->state);
    if (str_eq(key, w->followed))
        return;
    str_copy(w->followed, sizeof(w->followed), key);
    workbench_choose(w, s->attempts.items[attempt]->stage, attempt);
    w->tab = tab_for(s, s->attempts.items[attempt], w->tab);
}

/* ---- views ---- */

struct view *workbench_view(struct workbench *w, enum view_id id)
{
    struct view *v = &w->views[id];

    if (!v->ops)
        view_init(v, view_table[id], &w->context);
    return v;
}

struct view *workbench_focused(struct workbench *w)
{
    if (w->overlay != VIEW_HOME)
        return workbench_view(w, w->overlay);
    if (w->home)
        return workbench_view(w, VIEW_HOME);
    if (w->focus == VIEW_STAGES || w->focus == VIEW_ATTEMPTS)
        return workbench_view(w, w->focus);
    if (w->tab == VIEW_REVIEW && (w->focus == VIEW_DECISION || w->focus == VIEW_FEEDBACK))
        return workbench_view(w, w->focus);
    return workbench_view(w, w->tab);
}

static void close_views(struct workbench *w)
{
    for (int i = 0; i < VIEWS; i++) {
        if (w->views[i].ops)
            view_done(&w->views[i]);
    }
}

/* ---- projects ---- */

static void begin(struct workbench *w)
{
    struct command go = {.kind = COMMAND_RUN};

    if (w->o->begin)
        workbench_send(w, &go);
}

static void show_project(struct workbench *w)
{
    w->context.state = w->project.state;
    w->home = w->project.state == NULL;
    w->follow = true;
    w->followed[0] = w->put_off[0] = '\0';
    w->tab = VIEW_STREAM;
    w->focus = w->home ? VIEW_HOME : VIEW_STREAM;
    workbench_choose(w, w->home ? -1 : 0, -1);
    if (!w->home) {
        follow(w);
        remember_apply(w);
    }
}

void workbench_open(struct workbench *w, const char *folder)
{
    struct workbench_project p = {0};
    struct err err = {0};

    if (!w->o->open)
        return;
    remember_save(w);
    close_views(w);
    choose_drop(w);
    outside_forget(w);
    w->context.state = NULL;
    if (w->o->open(w->o->open_arg, folder, &p, &err) < 0) {
        workbench_error(w, &err);
        memset(&w->project, 0, sizeof(w->project));
        show_project(w);
        return;
    }
    w->project = p;
    show_project(w);
    begin(w);
}

void workbench_theme(struct workbench *w, const char *name)
{
    struct theme theme;
    struct err err = {0};

    if (theme_load(&theme, name, &err) < 0) {
        workbench_error(w, &err);
        return;
    }
    w->theme = theme;
    term_set_theme(w->term, &theme);
    workbench_notice(w, ROLE_TEXT, "theme %s: %s", theme.name, theme.help);
}

void workbench_quit(struct workbench *w, int result)
{
    w->result = result;
    w->stopping = true;
    loop_stop(w->loop);
}

/* ---- the loop's turn ---- */

static uint64_t mix(uint64_t h, uint64_t n)
{
    return (h ^ n) * 0x9E3779B97F4A7C15ULL + (h >> 29);
}

/* Changes when anything a view shows may have changed, the growing reply left out; never by itself. */
static uint64_t signature(const struct state *s, int64_t now_ms)
{
    uint64_t h = 1469598103934665603ULL;

    if (!s)
        return h;
    h = mix(mix(h, s->generation), s->live.reasoning.len);
    h = mix(mix(mix(h, (uint64_t)s->live.attempt), (uint64_t)s->last_seq), s->messages.n);
    h = mix(mix(h, s->busy), (uint64_t)s->live.first_ms);
    for (const char *p = s->live.progress; *p; p++)
        h = mix(h, (unsigned char)*p);
    for (const char *p = s->activity; *p; p++)
        h = mix(h, (unsigned char)*p);
    return mix(h, s->busy || s->live.attempt >= 0 ? (uint64_t)(now_ms / 1000) : 0);
}

static bool input_waits(const struct workbench *w)
{
    struct pollfd p = {.fd = term_in(w->term), .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

static int sooner(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

/* After the paint that shows the list, never before it. */
static void look_through(struct workbench *w)
{
    bool shown = (w->home && w->overlay == VIEW_HOME) || w->overlay == VIEW_QUEUE;

    if (shown && !w->looks && w->o->look)
        w->o->look(w->o->open_arg);
    w->looks = shown;
}

/* Keys wait for no stream's frame, and the end of a burst not for a whole one. */
static int64_t frame_due(const struct workbench *w)
{
    if (w->urgent)
        return w->key_painted_ms + WORKBENCH_KEY_MS;
    if (w->grown && w->seen_live > w->painted_live + WORKBENCH_BURST)
        return w->painted_ms + WORKBENCH_BURST_MS;
    return w->painted_ms + WORKBENCH_FRAME_MS;
}

static int paint_if_due(struct workbench *w, int64_t now)
{
    int64_t due = frame_due(w);

    if (!w->dirty && !w->grown)
        return -1;
    if (now < due)
        return (int)(due - now);
    if (w->dirty || !screen_paint_reply(w))
        screen_paint(w);
    w->painted_ms = os_mono_ms();
    if (w->urgent)
        w->key_painted_ms = w->painted_ms;
    w->painted_live = w->seen_live;
    w->dirty = w->urgent = w->grown = false;
    look_through(w);
    question_painted(&w->question, w->painted_ms);
    return -1;
}

static void let_time_act(struct workbench *w, int64_t now)
{
    enum question_phase phase = w->question.phase;
    char key;

    keys_tick(&w->keys, now, input_key, w);
    if (question_wait(&w->question, now) != 0)
        return;
    key = question_tick(&w->question, now, input_waits(w));
    if (key)
        decide_key(w, key);
    if (key || w->question.phase != phase)
        mark_dirty(w, true);
}

bool workbench_idle(const struct workbench *w, int64_t now_ms)
{
    return !w->dirty && !w->grown && !w->external.pid && keys_wait(&w->keys, now_ms) < 0 &&
           question_wait(&w->question, now_ms) < 0 && w->question.phase != QUESTION_UNPAINTED;
}

static int before_sleep(void *arg)
{
    struct workbench *w = arg;
    int64_t now = os_mono_ms();
    const struct state *s = w->project.state;
    uint64_t sig;
    int wait, question;

    if (w->external.pid)
        return -1;
    if (!w->o->linear)
        let_time_act(w, now);
    sig = signature(s, now);
    if (sig != w->seen) {
        w->seen = sig;
        follow(w);
        outside_sync(w);
        mark_dirty(w, false);
    }
    if (s && s->live.text.len != w->seen_live) {
        w->seen_live = s->live.text.len;
        w->grown = true;
        w->dirty |= w->o->linear;
    }
    if (w->o->looked && *w->o->looked != w->seen_looks) {
        w->seen_looks = *w->o->looked;
        if (w->looks)
            mark_dirty(w, false);
    }
    if (w->o->linear)
        return linear_turn(w, now);
    wait = paint_if_due(w, now);
    wait = sooner(wait, keys_wait(&w->keys, now));
    question = question_wait(&w->question, now);
    if (question != 0 || !input_waits(w)) /* unread bytes wake the loop by themselves, and go first */
        wait = sooner(wait, question);
    if (s && (s->busy || s->live.attempt >= 0))
        wait = sooner(wait, (int)(1000 - now % 1000));
#ifdef TINYWRIGHT_TESTS
    if (w->script)
        wait = sooner(wait, script_step(w, now));
#endif
    return wait;
}

static void take_input(struct workbench *w, const char *bytes, size_t n)
{
    int64_t now = os_mono_ms();

    mark_dirty(w, true);
    if (w->o->linear) {
        linear_input(w, bytes, n, now);
        return;
    }
    if (keys_wait(&w->keys, now) >= 0)
        question_read(&w->question, "\0\0", 2, now); /* inside a sequence or paste: nothing is a key */
    else if (question_read(&w->question, bytes, n, now))
        return;
    keys_feed(&w->keys, bytes, n, now, input_key, w);
}

static void on_input(void *arg, int fd, int events)
{
    struct workbench *w = arg;
    char bytes[READ_SIZE];
    ssize_t n;

    (void)fd;
    (void)events;
    while (!w->external.pid && !w->stopping && (n = term_read(w->term, bytes, sizeof(bytes))) != 0) {
        if (n < 0) {
            workbench_quit(w, 128 + SIGHUP);
            return;
        }
        take_input(w, bytes, (size_t)n);
    }
}

static void on_signal(void *arg, int signo)
{
    struct workbench *w = arg;

    if (w->o->linear && (signo == SIGWINCH || signo == SIGTSTP || signo == SIGCONT))
        return;
    if (signo == SIGWINCH && !w->external.pid) {
        if (term_resize(w->term))
            mark_dirty(w, true);
    } else if (signo == SIGTSTP && !w->external.pid) {
        input_act(w, ACTION_SUSPEND);
    } else if (signo == SIGCONT && !w->external.pid) {
        term_resume(w->term);
        mark_dirty(w, true);
    } else if (signo == SIGTERM || signo == SIGHUP || (signo == SIGINT && !w->external.pid)) {
        workbench_quit(w, 128 + signo);
    }
}

static void listen_signals(struct workbench *w)
{
    static const int signals[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT};

    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
        w->signal_ids[w->n_signals++] = loop_add_signal(w->loop, signals[i], on_signal, w);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
}

static int bind_keys(struct workbench *w, struct err *err)
{
    keymap_init(&w->keymap);
    for (int i = 0; w->o->keys && i < w->o->keys->n; i++) {
        int rc = keymap_bind(&w->keymap, w->o->keys->items[i].key, w->o->keys->items[i].value, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int set_up(struct workbench *w, struct err *err)
{
    int rc = bind_keys(w, err);

    if (rc == 0)
        rc = theme_load(&w->theme, w->o->theme ? w->o->theme : "default", err);
    if (rc < 0)
        return rc;
    listen_signals(w);
    if (w->o->linear)
        rc = linear_begin(w, err);
    else if (!(w->term = term_new(&w->theme, err)))
        rc = -ERR_MACHINE;
    if (rc < 0)
        return rc;
#ifdef TINYWRIGHT_TESTS
    if (w->o->script && !(w->script = script_open(w, w->o->script, err)))
        return -ERR_USAGE;
#endif
    w->context.ascii = w->term && term_ascii(w->term);
    w->context.keys = &w->keymap;
    w->context.words = command_words();
    w->context.homes = w->o->homes;
    w->context.n_homes = w->o->n_homes;
    w->input_id = loop_add_fd(w->loop, term_in(w->term), LOOP_READ, on_input, w);
    w->before_id = loop_add_before(w->loop, before_sleep, w);
    return w->input_id > 0 && w->before_id > 0 ? 0 : err_set(err, ERR_MACHINE, "the loop took no terminal");
}

static void tear_down(struct workbench *w)
{
    for (int i = 0; i < w->n_signals; i++)
        loop_remove(w->loop, w->signal_ids[i]);
    loop_remove(w->loop, w->input_id);
    loop_remove(w->loop, w->before_id);
    prompt_line_close();
    remember_save(w);
    close_views(w);
    choose_drop(w);
    outside_forget(w);
    keys_done(&w->keys);
    term_free(w->term);
    if (w->o->linear)
        linear_end();
#ifdef TINYWRIGHT_TESTS
    script_free(w->script);
#endif
}

int workbench_run(const struct workbench_options *o, struct err *err)
{
    struct workbench *w = os_alloc(sizeof(*w));
    int rc;

    if (!w)
        return err_set(err, ERR_MACHINE, "out of memory for the screen");
    setlocale(LC_CTYPE, ""); /* the rest stays "C": numbers must parse, and each category costs a file */
    w->o = o;
    w->loop = o->loop;
    w->project = o->project;
    w->painted_ms = w->key_painted_ms = -WORKBENCH_FRAME_MS;
    keys_init(&w->keys);
    question_init(&w->question, 'a', NULL);
    rc = set_up(w, err);
    if (rc == 0) {
        show_project(w);
        mark_dirty(w, true);
        if (!w->home)
            begin(w);
        loop_run(w->loop);
        rc = w->result;
    }
    tear_down(w);
    free(w);
    return rc;
}
