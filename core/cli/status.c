/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tinywright status: where a project stands; works beside a process that has it open. */
#include <stdio.h>

#include "core/cli/commands.h"
#include "core/pipeline/json.h"

static const struct cli_option options[] = {
    {"--json", NULL, "as JSON, stable for scripts"},
    {NULL, NULL, NULL},
};

static struct json_object *attempt_json(const struct state *s, const struct attempt *a)
{
    struct json_object *o = json_object_new_object(), *metrics = json_object_new_object();

    json_put_text(o, "id", a->id);
    json_put_text(o, "state", attempt_state_table[a->state].word);
    json_put_flag(o, "waits", a->state == ATTEMPT_WAITING);
    json_put_text(o, "mode", state_mode_name(a->mode));
    json_put_text(o, "provider", a->provider);
    json_put_text(o, "name", a->name);
    json_put_text(o, "sha256", a->sha);
    json_put_int(o, "lines", a->lines);
    json_put_text(o, "outcome", a->outcome);
    json_put_text(o, "repairs", a->repairs);
    if (a->decision.verb != DECISION_NONE) {
        json_put_text(o, "decision", decision_table[a->decision.verb].id);
        json_put_text(o, "by", a->decision.by);
        json_put_text(o, "rule", a->decision.rule);
        json_put_flag(o, "verified_here", a->decision.here);
    }
    json_object_object_add(o, "findings", json_from_findings(&a->findings));
    for (int i = 0; i < a->n_metrics; i++)
        json_put_number(metrics, a->metrics[i].name, a->metrics[i].value);
    json_object_object_add(o, "metrics", metrics);
    (void)s;
    return o;
}

static struct json_object *stage_json(const struct state *s, const struct stage_state *g)
{
    struct json_object *o = json_object_new_object(), *attempts = json_object_new_array();

    json_put_text(o, "id", g->id);
    json_put_text(o, "state", stage_status_table[g->status].word);
    json_put_text(o, "result", g->result);
    json_put_text(o, "why", g->why);
    json_put_int(o, "ms", g->ms);
    for (size_t k = 0; k < g->steps.n; k++) {
        const struct step *p = &s->steps.items[g->steps.items[k]];
        for (size_t i = 0; i < p->attempts.n; i++)
            json_object_array_add(attempts, attempt_json(s, s->attempts.items[p->attempts.items[i]]));
    }
    json_object_object_add(o, "attempts", attempts);
    return o;
}

static void print_json(const struct state *s)
{
    struct json_object *o = json_object_new_object(), *stages = json_object_new_array();
    struct json_object *waiting = json_object_new_array();
    int waits[STATE_STEPS_MAX], n = state_waiting(s, waits, STATE_STEPS_MAX);

    json_put_text(o, "project", s->project);
    json_put_text(o, "board", s->board);
    json_put_text(o, "provider", s->provider);
    json_put_text(o, "policy", s->policy);
    json_put_flag(o, "busy", s->busy);
    json_put_text(o, "interrupted", s->interrupted);
    json_put_int(o, "tokens_in", s->tokens_in);
    json_put_int(o, "tokens_out", s->tokens_out);
    if (!s->money_unknown)
        json_put_number(o, "dollars", s->money);
    json_put_int(o, "events", s->last_seq);
    for (int i = 0; i < s->n_stages; i++)
        json_object_array_add(stages, stage_json(s, &s->stages[i]));
    json_object_object_add(o, "stages", stages);
    for (int i = 0; i < n; i++)
        json_object_array_add(waiting, json_object_new_string(s->attempts.items[waits[i]]->id));
    json_object_object_add(o, "waiting", waiting);
    cli_print_json(o);
}

static void print_attempt(const struct attempt *a)
{
    printf("      %s %-10s %-14s %s%s%s\n", attempt_state_table[a->state].symbol, a->id,
           attempt_state_table[a->state].word, a->name, a->outcome[0] ? ": " : "", a->outcome);
    if (a->decision.verb == DECISION_APPROVE && !a->decision.here)
        printf("        %s, claimed by %s, not verified here\n", decision_table[a->decision.verb].past,
               a->decision.by);
    if (a->state == ATTEMPT_WAITING)
        printf("        sha256 %s\n", a->sha);
}

static void print_text(const struct state *s)
{
    printf("%s on %s, provider %s, policy %s\n", s->project, s->board, s->provider[0] ? s->provider : "none",
           s->policy[0] ? s->policy : "ask");
    if (s->interrupted[0])
        printf("%s\n", s->interrupted);
    for (int i = 0; i < s->n_stages; i++) {
        const struct stage_state *g = &s->stages[i];
        printf("%s %-8s %-14s %s%s%s\n", stage_status_table[g->status].symbol, g->id,
               stage_status_table[g->status].word, g->result, g->why[0] ? "  " : "", g->why);
        for (size_t k = 0; k < g->steps.n; k++) {
            const struct step *p = &s->steps.items[g->steps.items[k]];
            for (size_t n = 0; n < p->attempts.n; n++)
                print_attempt(s->attempts.items[p->attempts.items[n]]);
        }
    }
}

static int run(const struct cli_args *a, struct err *err)
{
    struct cli_session session;
    int r = cli_open(&session, cli_project(a, 0), true, NULL, err);

    if (r)
        return r;
    if (cli_has(a, "--json"))
        print_json(engine_state(session.engine));
    else
        print_text(engine_state(session.engine));
    return cli_close(&session, err);
}

const struct cli_command cli_status_command = {
    .name = "status",
    .synopsis = "[PROJECT] [--json]",
    .help = "shows where a project stands, also while another process has it open",
    .options = options,
    .max_words = 1,
    .run = run,
};
