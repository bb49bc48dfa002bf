/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompts/human/linear.h"

#include <string.h>

#include "core/base/text.h"

const struct linear_row linear_table[LINEAR_CHOICES] = {
    [LINEAR_NONE] = {0, "", DECISION_NONE},
    [LINEAR_APPROVE] = {'1', "approve (1, then Enter)", DECISION_APPROVE},
    [LINEAR_EDIT] = {'2', "edit", DECISION_EDIT},
    [LINEAR_READ] = {'3', "read it", DECISION_NONE},
    [LINEAR_DIFF] = {'4', "diff to the attempt before", DECISION_NONE},
    [LINEAR_REJECT] = {'5', "reject with reason", DECISION_REJECT},
    [LINEAR_REGENERATE] = {'6', "regenerate", DECISION_REGENERATE},
    [LINEAR_LATER] = {'7', "later", DECISION_LATER},
    [LINEAR_QUIT] = {'8', "quit", DECISION_NONE},
};

void linear_init(struct linear *l)
{
    memset(l, 0, sizeof(*l));
    l->live_attempt = -1;
}

enum linear_choice linear_find(char key)
{
    for (int i = 1; i < LINEAR_CHOICES; i++) {
        if (linear_table[i].key == key)
            return (enum linear_choice)i;
    }
    return LINEAR_NONE;
}

const char *linear_keys(void)
{
    return "2345678";
}

/* Text that may not be sanitized yet is, here: this is the last stop before the terminal. */
static void put_line(struct buf *out, const char *text)
{
    text_sanitize(out, text, strlen(text), TEXT_ONE_LINE);
}

static void stages(struct linear *l, const struct state *s, struct buf *out)
{
    for (int i = 0; i < s->n_stages; i++) {
        const struct stage_state *g = &s->stages[i];
        if (l->stages[i] == g->status + 1)
            continue;
        if (l->stages[i] || g->status != STAGE_IDLE) {
            buf_putf(out, "Stage %s: %s", g->id, stage_status_table[g->status].word);
            if (g->why[0] || g->result[0]) {
                buf_puts(out, ", ");
                put_line(out, g->why[0] ? g->why : g->result);
            }
            buf_putc(out, '\n');
        }
        l->stages[i] = (unsigned char)(g->status + 1);
    }
}

static void findings(const struct attempt *a, struct buf *out)
{
    if (a->findings.v.n == 0)
        buf_puts(out, "Findings: none\n");
    for (size_t i = 0; i < a->findings.v.n; i++) {
        const struct finding *f = &a->findings.v.items[i];
        buf_putf(out, "Finding: %s", finding_severity_name(f->severity));
        if (f->line)
            buf_putf(out, " in line %d", f->line);
        if (f->category != FINDING_NONE)
            buf_putf(out, ", %s", finding_categories[f->category].id);
        buf_puts(out, ": ");
        put_line(out, f->message);
        if (f->fix[0]) {
            buf_puts(out, " Fix: ");
            put_line(out, f->fix);
        }
        buf_putc(out, '\n');
    }
}

static void attempts(struct linear *l, const struct state *s, struct buf *out)
{
    for (size_t i = 0; i < s->attempts.n && i < LINEAR_ATTEMPTS; i++) {
        const struct attempt *a = s->attempts.items[i];
        if (l->attempts[i] == a->state + 1)
            continue;
        l->attempts[i] = (unsigned char)(a->state + 1);
        buf_putf(out, "Attempt %s: %s", a->id, attempt_state_table[a->state].word);
        if (a->outcome[0]) {
            buf_puts(out, ", ");
            put_line(out, a->outcome);
        }
        buf_putc(out, '\n');
        if (a->state == ATTEMPT_FAILED)
            findings(a, out);
    }
}

static void messages(struct linear *l, const struct state *s, struct buf *out)
{
    for (; l->messages < s->messages.n; l->messages++) {
        buf_puts(out, s->messages.items[l->messages].severity == FINDING_ERROR ? "Error: " : "Note: ");
        put_line(out, s->messages.items[l->messages].text);
        buf_putc(out, '\n');
    }
}

/* Whole lines only, so that a reader does not stumble over halves. */
static void reply(struct linear *l, const struct state *s, struct buf *out)
{
    const char *text = buf_text(&s->live.text), *end;

    if (s->live.attempt != l->live_attempt) {
        l->live_attempt = s->live.attempt;
        l->live = 0;
        if (s->live.attempt >= 0)
            buf_putf(out, "Assistant, %s:\n", s->attempts.items[s->live.attempt]->id);
    }
    if (s->live.attempt < 0 || s->live.text.len <= l->live)
        return;
    end = memrchr(text + l->live, '\n', s->live.text.len - l->live);
    if (!end)
        return;
    text_sanitize(out, text + l->live, (size_t)(end + 1 - text) - l->live, TEXT_TABS);
    l->live = (size_t)(end + 1 - text);
}

void linear_changes(struct linear *l, const struct state *s, struct buf *out)
{
    stages(l, s, out);
    reply(l, s, out);
    attempts(l, s, out);
    messages(l, s, out);
}

void linear_question(const struct state *s, const struct attempt *a, struct buf *out)
{
    buf_putf(out, "[stage %s, attempt %d, provider ", s->stages[a->stage].id, a->number);
    put_line(out, a->provider);
    buf_putf(out, ", %s, box %s]\n", state_mode_name(a->mode), s->box[0] ? s->box : "not used yet");
    findings(a, out);
    buf_puts(out, "Waiting for you: approve ");
    put_line(out, a->name);
    buf_putf(out, ", %d lines, sha256 %.8s…%.4s\n ", a->lines, a->sha, a->sha[0] ? a->sha + 60 : "");
    for (int i = 1; i < LINEAR_CHOICES; i++)
        buf_putf(out, " %c %s  ", linear_table[i].key, linear_table[i].label);
    buf_puts(out, "\n> ");
}
