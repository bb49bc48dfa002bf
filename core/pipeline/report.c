/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/report.h"

#include "core/base/clock.h"
#include "core/base/str.h"

static void put_stages(const struct state *s, struct buf *out)
{
    char span[32];

    buf_puts(out, "## Stages\n\n| stage | state | result | attempts | time |\n| --- | --- | --- | --- | --- |\n");
    for (int i = 0; i < s->n_stages; i++) {
        const struct stage_state *g = &s->stages[i];
        size_t attempts = 0;
        for (size_t k = 0; k < g->steps.n; k++)
            attempts += s->steps.items[g->steps.items[k]].attempts.n;
        buf_putf(out, "| %s | %s | %s | %zu | %s |\n", g->id, stage_status_table[g->status].word, g->result,
                 attempts, clock_span(g->ms, span, sizeof(span)));
    }
}

static void put_metrics(const struct state *s, struct buf *out)
{
    buf_puts(out, "\n## Figures\n\n| attempt | figure | value | limit |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < s->attempts.n; i++) {
        const struct attempt *a = s->attempts.items[i];
        if (a->state != ATTEMPT_PASSED || s->steps.items[a->step].retired)
            continue;
        for (int k = 0; k < a->n_metrics; k++) {
            const struct state_metric *m = &a->metrics[k];
            buf_putf(out, "| %s | %s | %.10g %s | ", a->id, m->name, m->value, m->unit);
            if (m->limit > 0)
                buf_putf(out, "%.10g %s |\n", m->limit, m->unit);
            else
                buf_puts(out, "|\n");
        }
    }
}

static void put_decisions(const struct state *s, struct buf *out)
{
    char when[40];

    buf_puts(out, "\n## Decisions\n\nNames are claims of the installation that wrote them; they are not signed.\n\n"
                  "| attempt | artifact | decision | by | rule or reason | when | SHA-256 |\n"
                  "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < s->attempts.n; i++) {
        const struct attempt *a = s->attempts.items[i];
        if (a->decision.verb == DECISION_NONE)
            continue;
        buf_putf(out, "| %s | %s | %s | %s (%s) | %s%s | %s | `%s` |\n", a->id, a->name,
                 decision_table[a->decision.verb].past, a->decision.by, a->decision.via, a->decision.rule,
                 a->decision.reason, clock_iso(a->decision.wall_ms, when, sizeof(when)), a->decision.sha);
    }
}

static void put_attempts(const struct state *s, struct buf *out)
{
    buf_puts(out, "\n## Attempts\n\n");
    for (size_t i = 0; i < s->attempts.n; i++) {
        const struct attempt *a = s->attempts.items[i];
        buf_putf(out, "- **%s** %s, written by %s: %s%s%s\n", a->id, attempt_state_table[a->state].word,
                 a->author[0] ? a->author : "nobody (an execution)", a->outcome,
                 a->repairs[0] ? "; repaired without a model call: " : "", a->repairs);
        for (size_t k = 0; k < a->findings.v.n; k++) {
            const struct finding *f = &a->findings.v.items[k];
            buf_putf(out, "  - %s %s %s%s%s:%d %s\n", finding_severity_name(f->severity), f->gate,
                     finding_categories[f->category].id, f->category ? " " : "", f->file, f->line, f->message);
        }
    }
}

int report_write(const struct state *s, struct buf *out, struct err *err)
{
    buf_putf(out, "# %s\n\n%s\n\nBoard: %s. Model provider: %s. Policy: %s. Sandbox: %s.\n\n", s->project, s->task,
             s->board_name, s->provider, s->policy, s->box);
    put_stages(s, out);
    put_metrics(s, out);
    put_decisions(s, out);
    put_attempts(s, out);
    return out->broken ? err_set(err, ERR_MACHINE, "The report is larger than %zu bytes.", out->cap) : 0;
}
