/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Choosing hunks: a draft over what waits. Sent, it becomes the attempt's artifact, is checked and hashed, and then the
 * ordinary question asks about exactly those bytes; until then no question is open.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "tui/app/workbench_private.h"
#include "views/format.h"

static const struct attempt *about(const struct workbench *w)
{
    return w->choose.open && w->project.state ? state_find_attempt(w->project.state, w->choose.attempt) : NULL;
}

bool choose_draft(const struct workbench *w, const struct attempt *a)
{
    return w->choose.open && (w->choose.outside || review_touched(&w->choose.review)) && (!a || a == about(w));
}

void choose_drop(struct workbench *w)
{
    if (w->choose.open)
        review_done(&w->choose.review);
    memset(&w->choose, 0, sizeof(w->choose));
    w->context.review = NULL;
    if (w->tab == VIEW_REVIEW) {
        w->tab = VIEW_DIFF;
        w->focus = VIEW_DIFF;
    }
}

static bool still_waits(const struct workbench *w, const struct attempt *a)
{
    return a && (w->choose.outside || a->state == ATTEMPT_WAITING) && str_eq(a->sha, w->choose.sha);
}

void choose_sync(struct workbench *w)
{
    const struct attempt *a = about(w);

    if (w->choose.open && !still_waits(w, a)) {
        if (choose_draft(w, NULL))
            workbench_notice(w, ROLE_WARNING, "%s changed meanwhile: your choice of hunks is void", w->choose.attempt);
        choose_drop(w);
    }
    if (w->tab == VIEW_REVIEW && (!a || a != workbench_attempt(w))) {
        w->tab = VIEW_DIFF;
        w->focus = w->focus == VIEW_STAGES || w->focus == VIEW_ATTEMPTS ? w->focus : VIEW_DIFF;
    }
    w->context.review = w->tab == VIEW_REVIEW ? &w->choose.review : NULL;
    w->context.outside = w->choose.outside;
}

/* Compares base with bytes, or with a's when they are NULL. */
static int begin(struct workbench *w, const struct attempt *a, const struct attempt *base, const struct buf *bytes)
{
    const struct state *s = w->project.state;
    struct buf before, now;
    struct err err = {0};
    int rc = -1;

    buf_init(&before, REVIEW_BYTES_MAX);
    buf_init(&now, REVIEW_BYTES_MAX);
    if (bytes)
        buf_put(&now, buf_text(bytes), bytes->len);
    if (s->blob(s->arg, base->blob, &before) < 0 || (!bytes && s->blob(s->arg, a->blob, &now) < 0))
        workbench_notice(w, ROLE_ERROR, "the artifact could not be read from the history");
    else
        rc = review_init(&w->choose.review, a->kind, buf_text(&before), before.len, buf_text(&now), now.len, &err);
    if (err.code)
        workbench_error(w, &err);
    buf_done(&before);
    buf_done(&now);
    if (rc < 0) {
        review_done(&w->choose.review);
        return rc;
    }
    str_copy(w->choose.attempt, sizeof(w->choose.attempt), a->id);
    str_copy(w->choose.sha, sizeof(w->choose.sha), a->sha);
    return rc;
}

static void show(struct workbench *w)
{
    w->choose.open = true;
    w->overlay = VIEW_HOME;
    w->zoom = false;
    w->tab = w->focus = VIEW_REVIEW;
    w->context.review = &w->choose.review;
}

void choose_outside(struct workbench *w, const struct attempt *a, const struct buf *bytes)
{
    const struct attempt *base = state_base_attempt(w->project.state, a->step, 0);

    if (choose_draft(w, NULL) && !w->choose.outside) {
        workbench_notice(w, ROLE_WARNING, "your choice in %s is not sent yet: send or drop it first", w->choose.attempt);
        return;
    }
    choose_drop(w);
    if (!base || begin(w, a, base, bytes) < 0)
        return;
    for (size_t i = 0; i < w->project.state->attempts.n; i++) {
        if (w->project.state->attempts.items[i] == a)
            workbench_choose(w, a->stage, (int)i);
    }
    w->follow = false;
    w->choose.outside = true;
    show(w);
}

static bool start(struct workbench *w, const struct attempt *a)
{
    const struct attempt *base = state_base_attempt(w->project.state, a->step, a->number);

    if (!base) {
        workbench_notice(w, ROLE_TEXT, "this is the first artifact of the step: there are no hunks yet; e edits it, x rejects it");
        return false;
    }
    choose_drop(w);
    if (begin(w, a, base, NULL) < 0)
        return false;
    if (w->choose.review.choices.n == 0) {
        workbench_notice(w, ROLE_TEXT, "%s has the same bytes as %s: there are no hunks", a->id, base->id);
        review_done(&w->choose.review);
        return false;
    }
    return true;
}

void choose_open(struct workbench *w)
{
    const struct attempt *a = workbench_attempt(w);

    if (w->home || !a || a->state != ATTEMPT_WAITING || !a->blob[0]) {
        workbench_notice(w, ROLE_TEXT, "hunks are chosen of what waits for you: W goes there");
        return;
    }
    if (w->tab == VIEW_REVIEW) {
        choose_back(w);
        return;
    }
    if (choose_draft(w, NULL) && !choose_draft(w, a)) {
        workbench_notice(w, ROLE_WARNING, "your choice in %s is not sent yet: go there and send or drop it", w->choose.attempt);
        return;
    }
    if (!(w->choose.open && about(w) == a && still_waits(w, a)) && !start(w, a))
        return;
    show(w);
}

bool choose_back(struct workbench *w)
{
    if (w->tab != VIEW_REVIEW || w->overlay != VIEW_HOME || w->focus != VIEW_REVIEW)
        return false;
    if (choose_draft(w, NULL))
        confirm_ask(&w->confirm, CONFIRM_CHOICE, os_mono_ms(), w->choose.outside ? "Leave it? Your file in out/ stays as it is." : "Drop your choice and its reasons? All hunks are taken again.");
    else
        choose_drop(w);
    return true;
}

/* ---- one hunk ---- */

static void split(struct workbench *w, int hunk)
{
    int n = review_split(&w->choose.review, hunk);

    if (n > 1)
        workbench_notice(w, ROLE_TEXT, "now %d hunks", n);
    else
        workbench_notice(w, ROLE_TEXT, "this hunk stays whole: no unchanged line stands inside%s",
                         w->choose.review.choices.items[hunk].edited ? ", or you wrote it" : "");
}

static void ask_reason(struct workbench *w, int hunk)
{
    const char *note = w->choose.review.choices.items[hunk].note;
    char title[160];

    snprintf(title, sizeof(title), "Why is hunk %d left out? It goes into the next prompt", hunk + 1);
    question_hide(&w->question);
    w->reason_verb = DECISION_HUNKS;
    w->choose.hunk = hunk;
    reason_open(&w->reason, title, true);
    if (note)
        reason_press(&w->reason, REASON_TEXT, note, strlen(note));
}

void choose_reason(struct workbench *w, const char *text)
{
    if (w->choose.open && w->choose.hunk < (int)w->choose.review.choices.n)
        review_note(&w->choose.review, w->choose.hunk, text);
}

void choose_edited(struct workbench *w, const struct buf *text)
{
    const struct external *x = &w->external;

    if (!w->choose.open || !str_eq(w->choose.attempt, x->attempt) || !str_eq(w->choose.sha, x->identity) ||
        x->hunk >= (int)w->choose.review.choices.n)
        workbench_notice(w, ROLE_WARNING, "%s changed meanwhile: your text was not taken", x->attempt);
    else if (review_edit(&w->choose.review, x->hunk, buf_text(text), text->len) < 0)
        workbench_notice(w, ROLE_ERROR, "your text was not taken: it is too long, or no text");
}

/* ---- sending ---- */

static void prepare_question(struct workbench *w)
{
    str_copy(w->asked_id, sizeof(w->asked_id), w->choose.attempt);
    str_copy(w->asked_sha, sizeof(w->asked_sha), w->choose.sha);
    w->asked_group = 0;
}

/* Nothing is taken: that is a rejection, and it needs its reason. */
static void reject(struct workbench *w)
{
    char title[160], reasons[REASON_CAP];

    prepare_question(w);
    w->reason_verb = DECISION_REJECT;
    snprintf(title, sizeof(title), "You take nothing of it. Why is %s rejected? It goes into the next prompt", w->asked_id);
    reason_open(&w->reason, title, true);
    review_reasons(&w->choose.review, reasons, sizeof(reasons));
    reason_press(&w->reason, REASON_TEXT, reasons, strlen(reasons));
}

static void send(struct workbench *w)
{
    const struct attempt *a = about(w);
    struct review *r = &w->choose.review;
    struct command c = {.kind = COMMAND_DECIDE, .attempt = w->choose.attempt, .verb = DECISION_HUNKS, .sha256 = w->choose.sha,
                        .bytes = buf_text(&r->result), .len = r->result.len, .looked_ms = os_mono_ms() - w->asked_ms};
    char reasons[REASON_CAP];
    struct buf refused;

    buf_init(&refused, 4 * REVIEW_BYTES_MAX);
    if (!a || review_refused(r, a->name, &refused) < 0) {
        workbench_notice(w, ROLE_ERROR, "your choice could not be written down: there is no memory left");
    } else {
        c.refused = buf_text(&refused);
        c.reason = review_reasons(r, reasons, sizeof(reasons));
        c.reason = c.reason[0] ? c.reason : NULL;
        if (workbench_send(w, &c) >= 0) {
            choose_drop(w);
            w->follow = true;
            w->followed[0] = '\0';
            workbench_notice(w, ROLE_TEXT, "checked: the question is about exactly the bytes you chose");
        }
    }
    buf_done(&refused);
}

static void take_over(struct workbench *w)
{
    const struct review *r = &w->choose.review;
    struct command c = {.kind = COMMAND_DECIDE, .attempt = w->choose.attempt, .verb = DECISION_TAKE_OVER,
                        .sha256 = w->choose.sha, .bytes = buf_text(&r->result), .len = r->result.len,
                        .reason = "changed in out/ by another program"};

    if (review_empty(r)) {
        workbench_notice(w, ROLE_TEXT, "you take nothing of it: your file in out/ stays as it is");
    } else if (workbench_send(w, &c) >= 0) {
        choose_drop(w);
        w->follow = true;
        w->followed[0] = '\0';
        workbench_notice(w, ROLE_TEXT, "your version is checked now; it waits for its own decision");
    }
}

void choose_act(struct workbench *w, int hunk, enum action a)
{
    struct review *r = &w->choose.review;

    if (!w->choose.open || hunk < 0 || hunk >= (int)r->choices.n)
        return;
    switch (a) {
    case ACTION_HUNK_TAKE: review_take(r, hunk, !r->choices.items[hunk].take); break;
    case ACTION_HUNK_SPLIT: split(w, hunk); break;
    case ACTION_HUNK_EDIT: external_hunk(w, hunk); break;
    case ACTION_HUNK_REASON:
        if (!w->choose.outside) /* nobody asked for a reason: it is the person's own file */
            ask_reason(w, hunk);
        break;
    default:
        if (w->choose.outside)
            take_over(w);
        else if (!review_touched(r))
            workbench_notice(w, ROLE_TEXT, "all of it is taken: a, then Enter, approves it as it is");
        else if (review_empty(r))
            reject(w);
        else
            send(w);
    }
}

/* ---- the box that stands in the question's place ---- */

static void add_key(struct workbench *w, struct canvas *in, enum action a, const char *word)
{
    char key[32];

    canvas_addf(in, ROLE_KEY, "%s", keymap_key(&w->keymap, a, key, sizeof(key)));
    canvas_addf(in, ROLE_TEXT, in->at.cols >= 100 ? " %s   " : " %s  ", word);
}

void choose_draw(struct workbench *w, struct canvas *c)
{
    const struct review *r = &w->choose.review;
    const struct attempt *a = about(w);
    struct canvas in = canvas_inside(c);
    char sha[32];

    canvas_frame(c, true, NULL, w->notice[0] ? w->notice : "nothing runs: what you chose is checked, then asked about");
    if (w->choose.outside)
        canvas_putf(c, 0, 1, ROLE_QUESTION, " %s as another program left it: %d lines, %zu of %zu changes taken  %s ",
                    a ? a->name : "it", r->lines, r->choices.n - (size_t)r->left, r->choices.n,
                    in.at.cols >= 90 ? format_sha(r->sha, sha, sizeof(sha)) : "");
    else if (review_empty(r))
        canvas_putf(c, 0, 1, ROLE_QUESTION, " You take nothing of %s: reject it? ", a ? a->name : "it");
    else
        canvas_putf(c, 0, 1, ROLE_QUESTION, " Your choice of %s: %d lines, %d of %zu hunks left out  %s ", a ? a->name : "it",
                    r->lines, r->left, r->choices.n, in.at.cols >= 90 ? format_sha(r->sha, sha, sizeof(sha)) : "");
    canvas_at(&in, 0, 1);
    if (w->tab != VIEW_REVIEW) {
        add_key(w, &in, ACTION_REVIEW, "goes on with it; no question is open meanwhile");
        return;
    }
    add_key(w, &in, ACTION_OPEN, w->choose.outside ? "take over" : review_empty(r) ? "reject" : "check and ask");
    add_key(w, &in, ACTION_HUNK_TAKE, "take/leave");
    add_key(w, &in, ACTION_HUNK_SPLIT, "split");
    add_key(w, &in, ACTION_HUNK_EDIT, "edit");
    if (!w->choose.outside)
        add_key(w, &in, ACTION_HUNK_REASON, "why not");
    add_key(w, &in, ACTION_BACK, w->choose.outside ? "leave it" : "drop");
}
