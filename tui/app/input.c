/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/base/utf8.h"
#include "prompts/human/prompt_line.h"
#include "tui/app/command.h"
#include "tui/app/workbench_private.h"

enum { CANCEL_AGAIN_MS = 2000, LINE_CAP = 2000 };

/* ---- what keys mean for editors: reason and prompt line ---- */

static const struct {
    int code;
    uint32_t cp;
    int mods;
    enum reason_key reason;
    const char *bytes; /* for readline */
} edits[] = {
    {KEYS_ENTER, 0, 0, REASON_ENTER, "\r"},
    {KEYS_BACKSPACE, 0, 0, REASON_BACKSPACE, "\x7f"},
    {KEYS_DELETE, 0, 0, REASON_DELETE, "\x1b[3~"},
    {KEYS_LEFT, 0, 0, REASON_LEFT, "\x1b[D"},
    {KEYS_RIGHT, 0, 0, REASON_RIGHT, "\x1b[C"},
    {KEYS_HOME, 0, 0, REASON_HOME, "\x1b[H"},
    {KEYS_END, 0, 0, REASON_END, "\x1b[F"},
    {KEYS_UP, 0, 0, REASON_HOME, "\x1b[A"},
    {KEYS_DOWN, 0, 0, REASON_END, "\x1b[B"},
    {KEYS_TAB, 0, 0, REASON_QUICK, "\t"},
    {KEYS_TEXT, 'a', KEYS_CTRL, REASON_HOME, "\x01"},
    {KEYS_TEXT, 'e', KEYS_CTRL, REASON_END, "\x05"},
    {KEYS_TEXT, 'u', KEYS_CTRL, REASON_KILL, "\x15"},
    {KEYS_TEXT, 'w', KEYS_CTRL, REASON_KILL_WORD, "\x17"},
    {KEYS_TEXT, 'k', KEYS_CTRL, REASON_END, "\x0b"},
    {KEYS_TEXT, 'r', KEYS_CTRL, REASON_END, "\x12"},
};

static int find_edit(const struct key *k)
{
    for (int i = 0; i < (int)(sizeof(edits) / sizeof(*edits)); i++) {
        if (edits[i].code == k->code && edits[i].cp == k->cp && edits[i].mods == k->mods)
            return i;
    }
    return -1;
}

static void reason_done(struct workbench *w, enum reason_event e)
{
    if (e == REASON_SEND && w->reason_verb == DECISION_HUNKS)
        choose_reason(w, w->reason.text);
    else if (e == REASON_SEND)
        decide_send(w, w->reason_verb, w->reason.text);
    else if (e == REASON_LEAVE)
        workbench_notice(w, ROLE_TEXT, "nothing was decided");
}

static void reason_text(struct workbench *w, const char *text, size_t n)
{
    struct buf clean;

    buf_init(&clean, REASON_CAP);
    text_sanitize(&clean, text, n, TEXT_ONE_LINE);
    reason_done(w, reason_press(&w->reason, REASON_TEXT, buf_text(&clean), clean.len));
    buf_done(&clean);
}

static void to_reason(struct workbench *w, const struct key *k)
{
    int i = find_edit(k);
    char utf8[4];

    if (k->code == KEYS_ESCAPE || (k->code == KEYS_TEXT && k->cp == 'c' && k->mods == KEYS_CTRL))
        reason_done(w, reason_press(&w->reason, REASON_ESCAPE, NULL, 0));
    else if (k->code == KEYS_PASTE)
        reason_text(w, buf_text(&w->keys.paste), w->keys.paste.len);
    else if (i >= 0)
        reason_done(w, reason_press(&w->reason, edits[i].reason, NULL, 0));
    else if (k->code == KEYS_TEXT && !k->mods)
        reason_text(w, utf8, utf8_encode(k->cp, utf8));
}

static void paste_line(struct workbench *w)
{
    struct buf clean;

    buf_init(&clean, LINE_CAP);
    text_sanitize(&clean, buf_text(&w->keys.paste), w->keys.paste.len, TEXT_ONE_LINE);
    prompt_line_feed(buf_text(&clean), clean.len);
    buf_done(&clean);
}

static void to_line(struct workbench *w, const struct key *k)
{
    int i = find_edit(k);
    char utf8[4];
    size_t cursor;

    prompt_line_text(&cursor);
    if (k->code == KEYS_ESCAPE || (k->code == KEYS_TEXT && k->cp == 'c' && k->mods == KEYS_CTRL) ||
        (k->code == KEYS_BACKSPACE && !*prompt_line_text(&cursor)))
        prompt_line_leave();
    else if (k->code == KEYS_PASTE)
        paste_line(w);
    else if (i >= 0)
        prompt_line_feed(edits[i].bytes, strlen(edits[i].bytes));
    else if (k->code == KEYS_TEXT && !k->mods)
        prompt_line_feed(utf8, utf8_encode(k->cp, utf8));
}

/* ---- actions ---- */

static void after_line(void *arg, const char *line)
{
    struct workbench *w = arg;
    char kind = w->line_kind;

    w->line_kind = 0;
    w->dirty = true;
    if (!line)
        return;
    if (kind == ':')
        input_command(w, line);
    else if (!view_search(workbench_focused(w), line, 1) && line[0])
        workbench_notice(w, ROLE_WARNING, "no \"%s\" here", line);
}

static void open_line(struct workbench *w, char kind)
{
    w->line_kind = kind;
    question_hide(&w->question);
    prompt_line_open(kind == ':' ? command_first_words() : NULL, kind == ':' ? command_more_words : NULL, after_line, w);
}

static void set_tab(struct workbench *w, enum view_id tab)
{
    if (w->home)
        return;
    w->overlay = VIEW_HOME;
    w->tab = tab;
    w->focus = tab;
}

static void next_pane(struct workbench *w, int step)
{
    static const enum view_id board[] = {VIEW_STREAM, VIEW_STAGES, VIEW_ATTEMPTS};
    static const enum view_id review[] = {VIEW_REVIEW, VIEW_DECISION, VIEW_FEEDBACK};
    const enum view_id *order = w->tab == VIEW_REVIEW ? review : board;
    int at = w->focus == order[1] ? 1 : w->focus == order[2] ? 2 : 0;

    if (w->home)
        return;
    at = (at + step + 3) % 3;
    w->focus = at ? order[at] : w->tab;
    w->zoom = false;
}

static void step_attempt(struct workbench *w, int step)
{
    struct view *v = workbench_view(w, VIEW_ATTEMPTS);

    view_reload(v);
    view_act(v, step > 0 ? ACTION_DOWN : ACTION_UP);
    v->ops->act(v, ACTION_OPEN);
}

static void step_stage(struct workbench *w, int step)
{
    int to = w->context.stage + step;

    if (w->project.state && to >= 0 && to < w->project.state->n_stages) {
        w->follow = false;
        workbench_choose(w, to, -1);
    }
}

static void go_waiting(struct workbench *w)
{
    int waits[1];

    w->put_off[0] = '\0';
    if (!w->project.state || state_waiting(w->project.state, waits, 1) == 0) {
        workbench_notice(w, ROLE_TEXT, "nothing waits for you");
        return;
    }
    w->overlay = VIEW_HOME;
    w->follow = true;
    w->followed[0] = '\0';
    workbench_choose(w, w->project.state->attempts.items[waits[0]]->stage, waits[0]);
    w->focus = w->tab;
}

static void cancel(struct workbench *w)
{
    struct command c = {.kind = COMMAND_CANCEL};
    int64_t now = os_mono_ms();

    if (w->project.state && (w->project.state->busy || w->project.state->live.attempt >= 0)) {
        if (workbench_send(w, &c) >= 0)
            workbench_notice(w, ROLE_WARNING, "canceled");
        return;
    }
    if (now - w->cancel_ms < CANCEL_AGAIN_MS) {
        workbench_quit(w, 0);
        return;
    }
    w->cancel_ms = now;
    workbench_notice(w, ROLE_TEXT, "nothing to cancel; Ctrl-C again leaves");
}

static void quit(struct workbench *w)
{
    if (choose_draft(w, NULL))
        confirm_ask(&w->confirm, CONFIRM_QUIT, os_mono_ms(), "Leave? Your choice of hunks is not sent, and is dropped.");
    else if (w->project.state && w->project.state->busy)
        confirm_ask(&w->confirm, CONFIRM_QUIT, os_mono_ms(),
                    "Leave? What runs now is stopped and marked interrupted; everything else is kept.");
    else
        workbench_quit(w, 0);
}

static void ask_about(struct workbench *w, enum workbench_confirm what)
{
    const struct attempt *a = workbench_attempt(w);
    char text[200];

    if (!a)
        return;
    if (what == CONFIRM_REVOKE)
        snprintf(text, sizeof(text), "Revoke the approval of %s? What was made from it becomes stale.", a->id);
    else
        snprintf(text, sizeof(text), "Stop the run at %s? Everything so far is kept.", a->id);
    confirm_ask(&w->confirm, what, os_mono_ms(), text);
}

static void back(struct workbench *w)
{
    struct view *v = workbench_focused(w);

    if (choose_back(w))
        return;
    if (w->overlay != VIEW_HOME && v->ops->find && v->search[0])
        view_search(v, "", 1);
    else if (w->overlay != VIEW_HOME)
        w->overlay = VIEW_HOME;
    else if (w->zoom)
        w->zoom = false;
    else if (v->search[0])
        v->search[0] = '\0';
    else if (w->focus != w->tab && !w->home)
        w->focus = w->tab;
    else if (v->shift)
        v->shift = 0;
    else if (!w->home && w->project.state && w->project.state->busy)
        workbench_notice(w, ROLE_TEXT, "Ctrl-C cancels what runs; q leaves");
}

static void toggle(struct workbench *w, enum view_id overlay)
{
    w->overlay = w->overlay == overlay ? VIEW_HOME : overlay;
}

static void next_theme(struct workbench *w)
{
    const char *const *names = theme_names();
    int i = 0;

    while (names[i] && !str_eq(names[i], w->theme.name))
        i++;
    workbench_theme(w, names[i] && names[i + 1] ? names[i + 1] : names[0]);
}

/* A view over the whole screen that needs an open project. */
static void project_view(struct workbench *w, enum view_id id)
{
    if (w->home)
        workbench_notice(w, ROLE_TEXT, "open a project first: %s is about one", view_table[id]->title);
    else
        toggle(w, id);
}

static bool program_action(struct workbench *w, enum action a)
{
    struct command go = {.kind = COMMAND_RUN};

    switch (a) {
    case ACTION_GO: return workbench_send(w, &go) >= 0 ? (w->follow = true) : true;
    case ACTION_CANCEL: cancel(w); return true;
    case ACTION_REVOKE: ask_about(w, CONFIRM_REVOKE); return true;
    case ACTION_STOP: ask_about(w, CONFIRM_STOP); return true;
    case ACTION_TAKE_OVER: external_edit(w, DECISION_TAKE_OVER); return true;
    case ACTION_PAGER: external_page(w); return true;
    case ACTION_HELP: toggle(w, VIEW_HELP); return true;
    case ACTION_MESSAGES: toggle(w, VIEW_MESSAGES); return true;
    case ACTION_COMMAND: open_line(w, ':'); return true;
    case ACTION_COPY: input_command(w, "copy"); return true;
    case ACTION_SEARCH: open_line(w, '/'); return true;
    case ACTION_THEME: next_theme(w); return true;
    case ACTION_BACK: back(w); return true;
    case ACTION_REDRAW: term_redraw(w->term); return true;
    case ACTION_SUSPEND: term_stop(w->term); term_resume(w->term); return true;
    case ACTION_QUIT: quit(w); return true;
    default: return false;
    }
}

static bool show_action(struct workbench *w, enum action a)
{
    if (a >= ACTION_STREAM && a <= ACTION_RUN_VIEW) {
        set_tab(w, VIEW_STREAM + (a - ACTION_STREAM));
        return true;
    }
    switch (a) {
    case ACTION_PANE_NEXT: next_pane(w, 1); return true;
    case ACTION_PANE_PREVIOUS: next_pane(w, -1); return true;
    case ACTION_ZOOM: w->zoom = !w->zoom && !w->home; return true;
    case ACTION_STAGES: w->focus = VIEW_STAGES; return true;
    case ACTION_ATTEMPTS: w->focus = VIEW_ATTEMPTS; return true;
    case ACTION_ATTEMPT_NEXT: step_attempt(w, 1); return true;
    case ACTION_ATTEMPT_PREVIOUS: step_attempt(w, -1); return true;
    case ACTION_STAGE_NEXT: step_stage(w, 1); return true;
    case ACTION_STAGE_PREVIOUS: step_stage(w, -1); return true;
    case ACTION_WAITING: go_waiting(w); return true;
    case ACTION_REVIEW: choose_open(w); return true;
    case ACTION_OUTSIDE: outside_open(w); return true;
    case ACTION_HISTORY: project_view(w, VIEW_HISTORY); return true;
    case ACTION_DATA: project_view(w, VIEW_DATA); return true;
    case ACTION_TRACE: project_view(w, VIEW_TRACE); return true;
    case ACTION_QUEUE: toggle(w, VIEW_QUEUE); return true;
    case ACTION_HOME:
        if (w->o->n_homes) {
            w->home = true;
            w->overlay = VIEW_HOME;
            w->focus = VIEW_HOME;
        }
        return true;
    case ACTION_SEARCH_NEXT:
    case ACTION_SEARCH_PREVIOUS: {
        struct view *v = workbench_focused(w);
        char needle[sizeof(v->search)];
        str_copy(needle, sizeof(needle), v->search);
        view_search(v, needle, a == ACTION_SEARCH_NEXT ? 1 : -1);
        return true;
    }
    default: return false;
    }
}

/* The cursor of the stages and attempts panes is the choice itself. */
static void cursor_chooses(struct workbench *w, struct view *v)
{
    if (v->ops == view_table[VIEW_STAGES] && v->cursor != w->context.stage) {
        w->follow = false;
        workbench_choose(w, (int)v->cursor, -1);
    } else if (v->ops == view_table[VIEW_ATTEMPTS]) {
        v->ops->act(v, ACTION_OPEN);
        w->context.ask.text[0] = '\0';
    }
}

/* To a question of the open project (home < 0) or of one of the home list. */
static void go_question(struct workbench *w, int home, const char *id)
{
    char attempt[STATE_ID];
    const struct state *s;

    str_copy(attempt, sizeof(attempt), id); /* it is the view's, and views close with the project */
    w->overlay = VIEW_HOME;
    if (home >= 0)
        workbench_open(w, w->context.homes[home].folder);
    s = w->project.state;
    w->put_off[0] = '\0';
    for (int i = 0; s && i < (int)s->attempts.n; i++) {
        const struct attempt *a = s->attempts.items[i];
        if (!str_eq(a->id, attempt))
            continue;
        w->home = w->follow = false;
        workbench_choose(w, a->stage, i);
        set_tab(w, a->number > 1 ? VIEW_DIFF : VIEW_ARTIFACT);
    }
}

static void carry_out(struct workbench *w)
{
    enum view_ask ask = w->context.ask.ask;
    int number = w->context.ask.number;

    w->context.ask.ask = VIEW_ASK_NOTHING;
    if (ask == VIEW_ASK_PROJECT) {
        workbench_open(w, w->context.homes[number].folder);
    } else if (ask == VIEW_ASK_ATTEMPT) {
        if (number != w->context.attempt) {
            w->follow = false;
            workbench_choose(w, w->context.stage, number);
        }
        if (w->context.ask.text[0]) {
            w->focus = w->tab;
            w->overlay = VIEW_HOME;
        }
    } else if (ask == VIEW_ASK_QUESTION) {
        go_question(w, number, w->context.ask.text);
    } else if (ask == VIEW_ASK_TAB) {
        w->follow = false;
        workbench_choose(w, w->project.state->attempts.items[number]->stage, number);
        set_tab(w, (enum view_id)w->context.ask.other);
        view_reload(workbench_view(w, w->tab));
        view_search(workbench_view(w, w->tab), w->context.ask.text, 1);
    } else if (ask == VIEW_ASK_COMPARE) {
        w->follow = false;
        workbench_choose(w, w->context.stage, number);
        w->context.base = w->context.ask.other;
        set_tab(w, VIEW_DIFF);
    } else if (ask == VIEW_ASK_LINE) {
        if (w->context.ask.other >= 0) {
            w->follow = false;
            workbench_choose(w, w->project.state->attempts.items[w->context.ask.other]->stage, w->context.ask.other);
        }
        set_tab(w, VIEW_ARTIFACT);
        w->context.line = number;
    } else if (ask == VIEW_ASK_HUNK) {
        choose_act(w, number, (enum action)w->context.ask.other);
    } else if (ask == VIEW_ASK_ACTION) {
        input_act(w, (enum action)number);
    }
}

void input_act(struct workbench *w, enum action a)
{
    struct view *v = workbench_focused(w);

    w->dirty = w->urgent = true;
    if (program_action(w, a) || show_action(w, a)) {
        if (w->context.ask.ask)
            carry_out(w);
        return;
    }
    view_act(v, a);
    if (a != ACTION_OPEN && !w->home && w->overlay == VIEW_HOME)
        cursor_chooses(w, v);
    carry_out(w);
}

void input_key(void *arg, const struct key *k)
{
    struct workbench *w = arg;
    bool prefix;
    enum action a;
    int what;

    w->dirty = w->urgent = true;
    w->notice[0] = '\0';
    w->keymap.review = workbench_focused(w)->ops == view_table[VIEW_REVIEW];
    if (k->code == KEYS_TEXT && k->cp == 'z' && k->mods == KEYS_CTRL) {
        input_act(w, ACTION_SUSPEND);
    } else if (w->confirm.open) {
        what = confirm_press(&w->confirm, k->code == KEYS_TEXT && !k->mods ? k->cp : 0, os_mono_ms());
        if (what)
            decide_confirmed(w, what);
    } else if (w->reason.open) {
        to_reason(w, k);
    } else if (prompt_line_active()) {
        to_line(w, k);
    } else if (k->code == KEYS_PASTE) {
        workbench_notice(w, ROLE_WARNING, "%d pasted lines were ignored: nothing here takes text",
                         w->keys.paste_lines + 1);
    } else if ((a = keymap_press(&w->keymap, k, &prefix)) != ACTION_NONE) {
        input_act(w, a);
    }
}
