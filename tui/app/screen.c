/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/utf8.h"
#include "prompts/human/prompt_line.h"
#include "tui/app/workbench_private.h"
#include "views/format.h"

enum { LEFT_COLUMNS = 40, BUDGET_ROWS = 8, QUESTION_ROWS = 3, DECISION_ROWS = 11, WELCOME_ROWS = 11, HOME_LEAST = 8 };

/* ---- layout ---- */

static bool choosing(const struct workbench *w)
{
    const struct attempt *a = workbench_attempt(w);

    return a && !w->home && w->overlay == VIEW_HOME && choose_draft(w, a);
}

static bool box_open(const struct workbench *w)
{
    return question_open(&w->question) || w->reason.open || w->confirm.open || choosing(w);
}

static int fixed(struct workbench *w, int parent, int id, int rows)
{
    int i = layout_add(&w->layout, parent, LAYOUT_LEAF, id);

    w->layout.nodes[i].fixed = rows;
    return i;
}

static void left_column(struct workbench *w, int parent)
{
    int left = layout_add(&w->layout, parent, LAYOUT_ROWS, 0), stages = w->project.state->n_stages + 2;

    w->layout.nodes[left].fixed = LEFT_COLUMNS;
    if (w->tab == VIEW_REVIEW) {
        fixed(w, left, VIEW_DECISION, DECISION_ROWS);
        layout_add(&w->layout, left, LAYOUT_LEAF, VIEW_FEEDBACK);
        return;
    }
    fixed(w, left, VIEW_STAGES, stages < 4 ? 4 : stages);
    fixed(w, left, VIEW_BUDGET, BUDGET_ROWS);
    layout_add(&w->layout, left, LAYOUT_LEAF, VIEW_ATTEMPTS);
}

static enum view_id one_pane(const struct workbench *w)
{
    if (w->overlay != VIEW_HOME || w->home)
        return w->overlay;
    if (w->tab == VIEW_REVIEW && (w->focus == VIEW_DECISION || w->focus == VIEW_FEEDBACK))
        return w->focus;
    return w->focus == VIEW_STAGES || w->focus == VIEW_ATTEMPTS ? w->focus : w->tab;
}

void screen_reflow(struct workbench *w)
{
    struct grid *g = term_grid(w->term);
    bool wide = g->cols >= WORKBENCH_WIDE, alone = w->home || w->overlay != VIEW_HOME || w->zoom;
    int root, middle;

    layout_reset(&w->layout);
    root = layout_add(&w->layout, -1, LAYOUT_ROWS, 0);
    fixed(w, root, LEAF_STATUS, 1);
    if (!wide && !w->home)
        fixed(w, root, LEAF_STRIP, 1);
    middle = layout_add(&w->layout, root, LAYOUT_COLUMNS, 0);
    if (wide && !alone)
        left_column(w, middle);
    layout_add(&w->layout, middle, LAYOUT_LEAF, wide && !alone ? (int)w->tab : (int)one_pane(w));
    if (w->home && w->overlay == VIEW_HOME && g->rows >= WELCOME_ROWS + HOME_LEAST + 2)
        fixed(w, root, VIEW_WELCOME, WELCOME_ROWS);
    fixed(w, root, LEAF_QUESTION, box_open(w) ? QUESTION_ROWS : 0);
    w->layout.nodes[w->layout.n - 1].hidden = !box_open(w);
    fixed(w, root, LEAF_BOTTOM, 1);
    w->layout.nodes[w->layout.n - 1].hidden = box_open(w);
    layout_reflow(&w->layout, (struct layout_rect){0, 0, g->rows, g->cols});
}

static bool canvas_of(struct workbench *w, int leaf, struct canvas *ret)
{
    struct layout_node *n = layout_leaf(&w->layout, leaf);

    if (!n || n->at.rows == 0 || n->at.cols == 0)
        return false;
    canvas_init(ret, term_grid(w->term), n->at, w->context.ascii);
    return true;
}

/* ---- the first line ---- */

static void rate(const struct workbench *w, char *dst, size_t size)
{
    const struct state_live *l = &w->project.state->live;
    int64_t ms = os_mono_ms() - l->first_ms;

    dst[0] = '\0';
    if (l->attempt >= 0 && l->first_ms && ms > 500)
        snprintf(dst, size, "%.0f tok/s  ", (double)l->tokens * 1000 / (double)ms);
}

/* What is said at the right end, the more important the further right; what has no room is left out. */
static void put_totals(struct workbench *w, struct canvas *c, int left)
{
    const struct state *s = w->project.state;
    char text[200], speed[32], tokens[24], money[24];
    int waits = decide_waiting(w), end = c->at.cols - 1, width;

    if (waits > 0) {
        snprintf(text, sizeof(text), "%d decision%s", waits, waits == 1 ? " waits" : "s wait");
        canvas_right(c, 0, end, ROLE_WAITS, text);
        end -= utf8_width(text, strlen(text)) + 2;
    }
    snprintf(text, sizeof(text), "box: %s", s->box[0] ? s->box : "not used yet");
    width = utf8_width(text, strlen(text));
    if (end - width > left) {
        canvas_right(c, 0, end, str_eq(s->box, "none") ? ROLE_ERROR : ROLE_DIM, text);
        end -= width + 2;
    }
    rate(w, speed, sizeof(speed));
    snprintf(text, sizeof(text), "%s%s tok  %s", speed,
             format_count(s->tokens_in + s->tokens_out + (s->live.attempt >= 0 ? s->live.tokens : 0), tokens, sizeof(tokens)),
             format_money(s->money_unknown ? -1 : s->money, money, sizeof(money)));
    width = utf8_width(text, strlen(text));
    if (end - width > left)
        canvas_right(c, 0, end, ROLE_TEXT, text);
}

static void draw_status(struct workbench *w)
{
    const struct state *s = w->project.state;
    struct canvas c;
    int col;

    if (!canvas_of(w, LEAF_STATUS, &c))
        return;
    canvas_fill(&c, 0, ROLE_TEXT, ROLE_STATUS);
    c.under = ROLE_STATUS;
    col = 1 + canvas_put(&c, 0, 1, ROLE_TITLE, "tinywright") + 2;
    if (w->home || !s) {
        if (c.at.cols >= 80)
            canvas_put(&c, 0, col, ROLE_DIM, "sensor data to verified firmware, and you decide");
        canvas_right(&c, 0, c.at.cols - 1, ROLE_DIM, TINYWRIGHT_VERSION);
        return;
    }
    col += canvas_put(&c, 0, col, ROLE_STRONG, s->project) + 2;
    if (c.at.cols >= WORKBENCH_WIDE)
        col += canvas_put(&c, 0, col, ROLE_DIM, s->board) + 2;
    col += canvas_put(&c, 0, col, s->provider_remote ? ROLE_WARNING : ROLE_TEXT, s->provider) + 2;
    put_totals(w, &c, col);
}

static void draw_strip(struct workbench *w)
{
    const struct state *s = w->project.state;
    struct canvas c;
    int col = 1;

    if (!s || !canvas_of(w, LEAF_STRIP, &c))
        return;
    for (int i = 0; i < s->n_stages; i++) {
        const struct stage_status_row *look = &stage_status_table[s->stages[i].status];
        c.under = i == w->context.stage ? ROLE_SELECTED : ROLE_TEXT;
        col += canvas_putf(&c, 0, col, role_find(look->role), "%s ", c.ascii ? look->ascii : look->symbol);
        col += canvas_put(&c, 0, col, i == w->context.stage ? ROLE_STRONG : ROLE_TEXT, s->stages[i].id);
        c.under = ROLE_TEXT;
        col += 2;
    }
}

/* ---- panes ---- */

static const char *tab_name(struct workbench *w, int tab, bool whole, char *dst, size_t size)
{
    const struct attempt *a = workbench_attempt(w);

    if (!whole)
        snprintf(dst, size, "%d", tab - VIEW_STREAM + 1);
    else if (tab == VIEW_FINDINGS && a && a->findings.v.n)
        snprintf(dst, size, "%d Findings·%zu", tab - VIEW_STREAM + 1, a->findings.v.n);
    else
        snprintf(dst, size, "%d %s", tab - VIEW_STREAM + 1, view_table[tab]->title);
    return dst;
}

/* The tabs in the upper edge; the open one in brackets, so that it does not depend on color. */
static void draw_tabs(struct workbench *w, struct canvas *c, bool focus)
{
    const struct attempt *a = workbench_attempt(w);
    struct canvas head = *c;
    char name[48];
    int col = 1;

    head.at.cols -= 2;
    col += canvas_putf(&head, 0, col, focus ? ROLE_FOCUS : ROLE_TITLE, " %s ", a ? a->id : "no attempt yet");
    if (c->at.cols >= 72)
        col += canvas_put(&head, 0, col, ROLE_FRAME, "──");
    for (int tab = VIEW_STREAM; tab <= VIEW_RUN; tab++) {
        bool open = tab == (int)w->tab;
        col += canvas_putf(&head, 0, col, open ? ROLE_TAB : ROLE_DIM, open ? "[%s]" : " %s ",
                           tab_name(w, tab, open || c->at.cols >= 72, name, sizeof(name)));
    }
}

static void place_cursor(struct workbench *w, struct view *v, const struct canvas *in)
{
    if (v->ops->cursor && view_rows(v) > 0)
        term_cursor(w->term, in->at.row + (int)(v->cursor - v->top), in->at.col);
}

static void blank(struct canvas *c)
{
    for (int row = 0; row < c->at.rows; row++)
        canvas_fill(c, row, ROLE_TEXT, ROLE_TEXT);
}

static void draw_pane(struct workbench *w, enum view_id id, bool focus)
{
    struct view *v = workbench_view(w, id);
    bool tabs = id == w->tab && id != VIEW_REVIEW && w->overlay == VIEW_HOME && !w->home;
    struct canvas c, in;
    char head[120], foot[160];

    if (!canvas_of(w, id, &c))
        return;
    in = canvas_inside(&c);
    view_size(v, in.at.cols, in.at.rows);
    view_reload(v);
    view_foot(v, foot, sizeof(foot));
    view_head(v, head, sizeof(head));
    canvas_frame(&c, focus, tabs ? NULL : head, foot);
    if (tabs)
        draw_tabs(w, &c, focus);
    view_draw(v, &in, focus);
    if (focus && !box_open(w))
        place_cursor(w, v, &in);
}

static void draw_panes(struct workbench *w)
{
    for (int i = 0; i < w->layout.n; i++) {
        const struct layout_node *n = &w->layout.nodes[i];
        if (n->kind == LAYOUT_LEAF && n->id < VIEWS)
            draw_pane(w, (enum view_id)n->id, workbench_focused(w) == workbench_view(w, (enum view_id)n->id));
    }
}

/* ---- the question, reasons, confirmations ---- */

static const char *purpose(const struct attempt *a)
{
    switch (a->kind) {
    case ARTIFACT_SKETCH: return "for compiling and running on the board";
    case ARTIFACT_PYTHON: return "for running in the box";
    case ARTIFACT_ELF: return "for flashing";
    default: return "for the next stage";
    }
}

static void question_title(struct workbench *w, char *dst, size_t size)
{
    const struct attempt *a = workbench_attempt(w);
    int errors = finding_count(&a->findings, FINDING_ERROR), warnings = finding_count(&a->findings, FINDING_WARNING);
    char found[64] = "", sha[32];

    if (errors || warnings)
        snprintf(found, sizeof(found), ", %d error%s, %d warning%s", errors, errors == 1 ? "" : "s", warnings,
                 warnings == 1 ? "" : "s");
    if (w->asked_group > 1)
        snprintf(dst, size, "Approve these %d artifacts of %s together?  %s   [ ] read each", w->asked_group,
                 w->project.state->stages[a->stage].id, format_sha(w->asked_sha, sha, sizeof(sha)));
    else if (term_grid(w->term)->cols >= WORKBENCH_WIDE)
        snprintf(dst, size, "Approve %s, %d lines%s, %s?  %s", a->name, a->lines, found, purpose(a),
                 format_sha(a->sha, sha, sizeof(sha)));
    else
        snprintf(dst, size, "Approve %s, %d lines%s?  %.8s", a->name, a->lines, found, a->sha);
}

static void draw_verbs(struct workbench *w, struct canvas *in, bool armed)
{
    bool half = w->question.phase == QUESTION_HALF || w->question.phase == QUESTION_ENTER ||
                w->question.phase == QUESTION_FIRST;

    canvas_at(in, 0, 1);
    canvas_add(in, armed ? ROLE_KEY : ROLE_DIM, "a");
    canvas_add(in, half ? ROLE_ARMED : armed ? ROLE_KEY : ROLE_DIM, in->ascii ? " Enter" : " ⏎");
    canvas_add(in, half ? ROLE_ARMED : ROLE_TEXT, " approve");
    for (int i = DECISION_APPROVE + 1; i < DECISION_VERBS; i++) {
        const struct decision_row *r = &decision_table[i];
        if (!r->key[0] || !r->needs_waiting || i == DECISION_HUNKS)
            continue;
        if (in->col + (int)strlen(r->label) + 14 > in->at.cols)
            continue;
        canvas_addf(in, armed ? ROLE_KEY : ROLE_DIM, "%s%s", in->at.cols >= 90 ? "   " : "  ", r->key);
        canvas_addf(in, ROLE_TEXT, " %s", r->label);
    }
}

static void draw_question(struct workbench *w, struct canvas *c)
{
    struct canvas in = canvas_inside(c);
    const char *word = question_word(&w->question);
    bool armed = !str_eq(word, "wait");
    char title[300], foot[80] = "";

    question_title(w, title, sizeof(title));
    if (w->question.early)
        str_copy(foot, sizeof(foot), "keys count once your hands have rested for 0.6 s");
    else if (w->notice[0])
        snprintf(foot, sizeof(foot), "%.70s", w->notice);
    canvas_frame(c, false, NULL, foot);
    canvas_putf(c, 0, 1, ROLE_QUESTION, " %s ", title);
    draw_verbs(w, &in, armed);
    canvas_right(&in, 0, in.at.cols - 1, armed ? ROLE_ARMED : ROLE_UNARMED, word);
}

static void draw_reason(struct workbench *w, struct canvas *c)
{
    struct canvas in = canvas_inside(c);
    int before = utf8_width(w->reason.text, w->reason.at), room = in.at.cols - 3;

    canvas_frame(c, true, w->reason.title, w->reason.complaint ? w->reason.complaint
                                                               : "Enter sends · Tab quick reasons · Esc leaves");
    canvas_put(&in, 0, 0, ROLE_KEY, ">");
    in.at.col += 2;
    in.at.cols -= 2;
    in.shift = before > room - 1 ? before - room + 1 : 0;
    canvas_at(&in, 0, 0);
    canvas_addn(&in, ROLE_TEXT, w->reason.text, w->reason.len);
    term_cursor(w->term, in.at.row, in.at.col + before - in.shift);
}

static void draw_confirm(struct workbench *w, struct canvas *c)
{
    struct canvas in = canvas_inside(c);

    canvas_frame(c, true, "Sure?", NULL);
    canvas_at(&in, 0, 1);
    canvas_add(&in, ROLE_TEXT, w->confirm.text);
    canvas_add(&in, ROLE_KEY, "   y");
    canvas_add(&in, ROLE_TEXT, " yes   ");
    canvas_add(&in, ROLE_KEY, "any other key");
    canvas_add(&in, ROLE_TEXT, " no");
}

static void draw_box(struct workbench *w)
{
    struct canvas c;

    if (!canvas_of(w, LEAF_QUESTION, &c))
        return;
    if (w->confirm.open)
        draw_confirm(w, &c);
    else if (w->reason.open)
        draw_reason(w, &c);
    else if (choosing(w))
        choose_draw(w, &c);
    else
        draw_question(w, &c);
}

/* ---- the last line ---- */

static const enum action home_hints[] = {ACTION_OPEN, ACTION_QUEUE, ACTION_SEARCH, ACTION_HELP, ACTION_QUIT, ACTION_NONE};
static const enum action project_hints[] = {
    ACTION_GO, ACTION_PANE_NEXT, ACTION_ATTEMPT_PREVIOUS, ACTION_SEARCH, ACTION_FOLLOW, ACTION_HELP, ACTION_QUIT, ACTION_NONE};
static const enum action diff_hints[] = {
    ACTION_MARK_NEXT, ACTION_PANE_NEXT, ACTION_ATTEMPT_PREVIOUS, ACTION_SEARCH, ACTION_HELP, ACTION_QUIT, ACTION_NONE};
static const enum action list_hints[] = {
    ACTION_OPEN, ACTION_PANE_NEXT, ACTION_GO, ACTION_SEARCH, ACTION_HELP, ACTION_QUIT, ACTION_NONE};

static const enum action *hints(struct workbench *w)
{
    if (w->home)
        return home_hints;
    if (w->tab == VIEW_DIFF && w->focus == VIEW_DIFF)
        return diff_hints;
    return workbench_focused(w)->ops->cursor ? list_hints : project_hints;
}

/* A hint is shown whole or not at all. */
static void add_hint(struct workbench *w, struct canvas *c, enum action a, const char *word)
{
    char key[32];

    keymap_key(&w->keymap, a, key, sizeof(key));
    if (c->col + (int)strlen(key) + 1 + utf8_width(word, strlen(word)) >= c->at.cols)
        return;
    canvas_add(c, ROLE_KEY, key);
    canvas_addf(c, ROLE_DIM, " %s   ", word);
}

static void draw_hints(struct workbench *w, struct canvas *c)
{
    const struct state *s = w->project.state;
    const enum action *list = hints(w);

    canvas_at(c, 0, 1);
    if (!w->home && s && s->busy)
        add_hint(w, c, ACTION_CANCEL, "cancel");
    if (!w->home && decide_waiting(w) > 0)
        add_hint(w, c, ACTION_WAITING, "decide");
    if (!w->home && w->outside.changed)
        add_hint(w, c, ACTION_OUTSIDE, "changed outside");
    for (; *list; list++) {
        if (*list == ACTION_GO && s && s->busy)
            continue;
        add_hint(w, c, *list, action_table[*list].hint);
    }
}

static void draw_prefix(struct workbench *w, struct canvas *c)
{
    char name[32];

    canvas_at(c, 0, 1);
    canvas_addf(c, ROLE_KEY, "%s …", keys_name(&w->keymap.prefix, name, sizeof(name)));
    for (int i = 0; i < w->keymap.n; i++) {
        const struct keymap_binding *b = &w->keymap.bindings[i];
        if (b->second.code == KEYS_NONE || b->first.code != w->keymap.prefix.code || b->first.cp != w->keymap.prefix.cp)
            continue;
        canvas_addf(c, ROLE_KEY, "   %s", keys_name(&b->second, name, sizeof(name)));
        canvas_addf(c, ROLE_DIM, " %s", action_table[b->action].id);
    }
}

static void draw_line(struct workbench *w, struct canvas *c)
{
    size_t cursor;
    const char *text = prompt_line_text(&cursor);
    int before = utf8_width(text, cursor);

    canvas_putf(c, 0, 0, ROLE_KEY, "%c", w->line_kind);
    canvas_put(c, 0, 1, ROLE_TEXT, text);
    if (prompt_line_hint()[0])
        canvas_putf(c, 0, 1 + before + 3, ROLE_DIM, "%s", prompt_line_hint());
    term_cursor(w->term, c->at.row, c->at.col + 1 + before);
}

/* What runs now stands at the right end and takes its room from the rest. */
static void draw_activity(struct workbench *w, struct canvas *c)
{
    const struct state *s = w->project.state;

    if (w->home || !s || !s->activity[0])
        return;
    canvas_right(c, 0, c->at.cols - 1, ROLE_ACTIVE, s->activity);
    c->at.cols -= utf8_width(s->activity, strlen(s->activity)) + 3;
}

static void draw_bottom(struct workbench *w)
{
    struct canvas c;

    if (!canvas_of(w, LEAF_BOTTOM, &c))
        return;
    if (prompt_line_active())
        draw_line(w, &c);
    else if (w->keymap.prefix.code != KEYS_NONE)
        draw_prefix(w, &c);
    else
        draw_activity(w, &c);
    if (prompt_line_active() || w->keymap.prefix.code != KEYS_NONE)
        return;
    if (w->notice[0])
        canvas_put(&c, 0, 1, w->notice_role, w->notice);
    else
        draw_hints(w, &c);
}

static void draw_small(struct workbench *w)
{
    struct grid *g = term_grid(w->term);
    struct canvas c;

    canvas_init(&c, g, (struct layout_rect){0, 0, g->rows, g->cols}, w->context.ascii);
    canvas_putf(&c, 0, 0, ROLE_TEXT, "%dx%d is too small", g->cols, g->rows);
    canvas_putf(&c, 1, 0, ROLE_DIM, "%dx%d is the least", WORKBENCH_COLS, WORKBENCH_ROWS);
}

bool screen_paint_reply(struct workbench *w)
{
    struct canvas c;

    if (w->home || w->overlay != VIEW_HOME || w->project.state->live.attempt != w->context.attempt ||
        w->focus != VIEW_STREAM || w->tab != VIEW_STREAM || !canvas_of(w, VIEW_STREAM, &c))
        return false;
    w->context.now_ms = os_mono_ms();
    blank(&c);
    draw_pane(w, VIEW_STREAM, true);
    draw_status(w);
    term_flush(w->term);
    return true;
}

void screen_paint(struct workbench *w)
{
    struct grid *g = term_grid(w->term);

    w->context.now_ms = os_mono_ms();
    grid_clear(g);
    term_cursor(w->term, -1, 0);
    if (g->rows < WORKBENCH_ROWS || g->cols < WORKBENCH_COLS) {
        question_hide(&w->question); /* it cannot be read, so it cannot be answered */
        draw_small(w);
    } else {
        choose_sync(w);
        decide_refresh(w);
        screen_reflow(w);
        draw_status(w);
        draw_strip(w);
        draw_panes(w);
        draw_box(w);
        draw_bottom(w);
    }
    term_flush(w->term);
}
