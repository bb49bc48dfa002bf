/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wiring of linear mode: standard output instead of a grid, the same commands, the same arming rule.
 */
#include "prompts/human/linear.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/artifact/diff.h"
#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/base/utf8.h"
#include "tui/app/workbench_private.h"
#include "views/format.h"

enum { OUT_CAP = 32 * 1024 * 1024, CONTEXT = 3 };

static struct termios cooked; /* modes from before, given back at every exit */
static bool taken;

struct linear_run {
    struct linear printed;
    struct buf out;
    char subject[160]; /* question that is printed */
    bool menu;         /* the menu of an idle program is printed */
};

static struct linear_run run;

void linear_pause(void)
{
    if (taken)
        tcsetattr(STDIN_FILENO, TCSANOW, &cooked);
    taken = false;
}

void linear_resume(void)
{
    struct termios raw = cooked;

    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_iflag &= ~(tcflag_t)ICRNL; /* Enter comes as the key decoder knows it */
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    taken = true;
}

static void flush(void)
{
    if (run.out.len)
        os_write_all(STDOUT_FILENO, buf_text(&run.out), run.out.len);
    buf_done(&run.out);
    buf_init(&run.out, OUT_CAP);
}

static void say(const char *text)
{
    text_sanitize(&run.out, text, strlen(text), TEXT_PLAIN);
}

static void read_out(struct workbench *w, const struct attempt *a)
{
    struct buf text;
    int line = 1;

    buf_init(&text, OUT_CAP);
    if (format_blob(w->project.state, a->blob, &text) < 0)
        say("There is no text to read.\n");
    for (const char *at = buf_text(&text), *end; *at; at = end + (*end == '\n')) {
        end = strchrnul(at, '\n');
        buf_putf(&run.out, "%4d  ", line++);
        buf_put(&run.out, at, (size_t)(end - at));
        buf_putc(&run.out, '\n');
    }
    buf_done(&text);
}

static const struct attempt *before(const struct state *s, const struct attempt *a)
{
    for (size_t i = s->attempts.n; i > 0; i--) {
        const struct attempt *b = s->attempts.items[i - 1];
        if (b->step == a->step && b->number < a->number && b->blob[0])
            return b;
    }
    return state_base_attempt(s, a->step, a->number);
}

static void diff_out(struct workbench *w, const struct attempt *a)
{
    const struct attempt *b = before(w->project.state, a);
    struct buf old_text, new_text;
    struct diff d;

    buf_init(&old_text, OUT_CAP);
    buf_init(&new_text, OUT_CAP);
    if (!b || format_blob(w->project.state, b->blob, &old_text) < 0 ||
        format_blob(w->project.state, a->blob, &new_text) < 0) {
        say("There is nothing to compare with.\n");
    } else if (diff_init(&d, buf_text(&old_text), old_text.len, buf_text(&new_text), new_text.len, CONTEXT) >= 0) {
        diff_unified(&d, b->id, a->id, &run.out);
        diff_done(&d);
    }
    buf_done(&old_text);
    buf_done(&new_text);
}

/* ---- questions and menus ---- */

static void list_homes(struct workbench *w)
{
    say("Projects:\n");
    for (int i = 0; i < w->o->n_homes && i < 9; i++) {
        buf_putf(&run.out, "  %d ", i + 1);
        say(w->o->homes[i].name);
        say(", ");
        say(w->o->homes[i].what);
        say(w->o->homes[i].waits ? ", " : "");
        say(w->o->homes[i].waits ? w->o->homes[i].waits : "");
        say("\n");
    }
    say("  q quit\n> ");
}

static void print_menu(struct workbench *w)
{
    const struct state *s = w->project.state;

    if (run.menu || (s && (s->busy || s->live.attempt >= 0)))
        return;
    run.menu = true;
    if (!s)
        list_homes(w);
    else
        say("Nothing waits for you.\n  o go on   w what waits   q quit\n> ");
}

static void refresh(struct workbench *w)
{
    const struct state *s = w->project.state;
    const struct attempt *a;

    if (s)
        linear_changes(&run.printed, s, &run.out);
    decide_refresh(w);
    a = workbench_attempt(w);
    if (!question_open(&w->question)) {
        run.subject[0] = '\0';
        if (!decide_draft(w))
            print_menu(w);
    } else if (!str_eq(run.subject, w->question.subject)) {
        str_copy(run.subject, sizeof(run.subject), w->question.subject);
        run.menu = false;
        linear_question(s, a, &run.out);
    }
    if (w->notice[0]) {
        say(w->notice);
        say("\n");
        w->notice[0] = '\0';
    }
    flush();
    question_painted(&w->question, os_mono_ms());
    w->dirty = w->urgent = false;
}

static void again(struct workbench *w)
{
    run.subject[0] = '\0';
    w->dirty = true;
}

static void chosen(struct workbench *w, char key)
{
    enum linear_choice c = linear_find(key);
    const struct attempt *a = workbench_attempt(w);

    if (!a || c == LINEAR_NONE)
        return;
    buf_putf(&run.out, "%s\n", linear_table[c].label);
    w->dirty = true;
    if (c == LINEAR_READ || c == LINEAR_DIFF) {
        (c == LINEAR_READ ? read_out : diff_out)(w, a);
        again(w);
    } else if (c == LINEAR_QUIT) {
        workbench_quit(w, 0);
    } else {
        decide_key(w, linear_table[c].verb == DECISION_APPROVE ? w->question.approve
                                                             : decision_table[linear_table[c].verb].key[0]);
        if (w->reason.open)
            say("Reason: ");
    }
    flush();
}

/* ---- input ---- */

static void reason_key(struct workbench *w, const struct key *k)
{
    char utf8[4];
    size_t n = w->reason.len;

    input_key(w, k);
    if (!w->reason.open)
        buf_putc(&run.out, '\n');
    else if (k->code == KEYS_TEXT && !k->mods && w->reason.len > n)
        buf_put(&run.out, utf8, utf8_encode(k->cp, utf8));
    else if (k->code == KEYS_BACKSPACE && w->reason.len < n)
        buf_puts(&run.out, "\b \b");
    if (w->reason.open && w->reason.complaint) {
        buf_putf(&run.out, "\n%s\nReason: ", w->reason.complaint);
        say(w->reason.text);
    }
    flush();
}

static void menu_key(struct workbench *w, const struct key *k)
{
    int i = (int)k->cp - '1';

    run.menu = false;
    w->dirty = true;
    if (k->cp == 'q') {
        workbench_quit(w, 0);
    } else if (w->project.state && k->cp == 'o') {
        input_act(w, ACTION_GO);
    } else if (w->project.state && k->cp == 'w') {
        input_act(w, ACTION_WAITING);
    } else if (!w->project.state && i >= 0 && i < w->o->n_homes && i < 9) {
        linear_init(&run.printed);
        workbench_open(w, w->o->homes[i].folder);
    }
}

static void on_key(void *arg, const struct key *k)
{
    struct workbench *w = arg;

    if (w->reason.open)
        reason_key(w, k);
    else if (k->code == KEYS_TEXT && (k->mods & KEYS_CTRL) && k->cp == 'c')
        input_act(w, ACTION_CANCEL);
    else if (k->code == KEYS_TEXT && !k->mods && run.menu)
        menu_key(w, k);
}

void linear_input(struct workbench *w, const char *bytes, size_t n, int64_t now)
{
    if (question_open(&w->question) && n == 1 && (bytes[0] == 'q' || bytes[0] == 4)) {
        workbench_quit(w, 0);
        return;
    }
    if (keys_wait(&w->keys, now) >= 0)
        question_read(&w->question, "\0\0", 2, now);
    else if (question_read(&w->question, bytes, n, now)) {
        if (w->question.early) {
            say("(not yet: wait a moment, then press the key alone)\n> ");
            flush();
        }
        return;
    }
    keys_feed(&w->keys, bytes, n, now, on_key, w);
}

/* The loop's turn; returns the milliseconds it may sleep, -1 without limit. */
int linear_turn(struct workbench *w, int64_t now)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    enum question_phase was = w->question.phase;
    int wait;
    char key;

    keys_tick(&w->keys, now, on_key, w);
    key = question_tick(&w->question, now, poll(&p, 1, 0) > 0);
    if (key)
        chosen(w, key);
    if (was != w->question.phase && w->question.phase == QUESTION_HALF) {
        say("approve: now Enter ");
        flush();
    }
    if (w->dirty)
        refresh(w);
    wait = question_wait(&w->question, now);
    return keys_wait(&w->keys, now) >= 0 ? keys_wait(&w->keys, now) : wait;
}

int linear_begin(struct workbench *w, struct err *err)
{
    if (tcgetattr(STDIN_FILENO, &cooked) < 0) {
        err_set(err, ERR_MACHINE, "linear mode needs a terminal on standard input, for decisions are a person's");
        err_hint(err, "use `tinywright run` and `tinywright decide` in scripts");
        return -ERR_MACHINE;
    }
    linear_init(&run.printed);
    buf_init(&run.out, OUT_CAP);
    question_init(&w->question, '1', linear_keys());
    linear_resume();
    atexit(linear_pause);
    return 0;
}

void linear_end(void)
{
    flush();
    linear_pause();
}
