/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/stage.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"

enum { SPEC_CAP = 256 * 1024 };

struct stage_step *stage_plan_add(struct stage_plan *p, const char *id, const char *name,
                                  enum artifact_kind kind, enum state_mode mode)
{
    struct stage_step *s;

    if (p->n >= STATE_STEPS_MAX)
        return NULL;
    if (!p->steps)
        p->steps = os_alloc(STATE_STEPS_MAX * sizeof(*p->steps));
    if (!p->steps)
        return NULL;
    s = &p->steps[p->n++];
    str_copy(s->id, sizeof(s->id), id);
    str_copy(s->name, sizeof(s->name), name);
    s->kind = kind;
    s->mode = mode;
    buf_init(&s->spec, SPEC_CAP);
    return s;
}

void stage_plan_done(struct stage_plan *p)
{
    for (int i = 0; i < p->n; i++)
        buf_done(&p->steps[i].spec);
    free(p->steps);
    memset(p, 0, sizeof(*p));
}

int stage_inputs_add(struct stage_inputs *in, const char *name, const char *sha, struct err *err)
{
    if (in->n >= STATE_INPUTS_MAX)
        return err_set(err, ERR_MACHINE, "A step has more than %d inputs.", STATE_INPUTS_MAX);
    str_copy(in->items[in->n].name, sizeof(in->items[0].name), name);
    str_copy(in->items[in->n].sha, sizeof(in->items[0].sha), sha);
    in->n++;
    return 0;
}

void stage_metric_add(struct stage_settlement *s, const char *name, double value, double limit,
                      const char *unit)
{
    struct state_metric *m;

    if (s->n_metrics >= STATE_METRICS_MAX)
        return;
    m = &s->metrics[s->n_metrics++];
    str_copy(m->name, sizeof(m->name), name);
    str_copy(m->unit, sizeof(m->unit), unit);
    m->value = value;
    m->limit = limit;
}

static const struct attempt *last_good(const struct stage_context *c, const char *stage)
{
    int at = state_find_stage(c->state, stage);
    const struct stage_state *g;
    const struct attempt *a;

    if (at < 0 || c->state->stages[at].steps.n == 0)
        return NULL;
    g = &c->state->stages[at];
    a = state_last_attempt(c->state, g->steps.items[g->steps.n - 1]);
    return a && (a->state == ATTEMPT_PASSED || a->state == ATTEMPT_APPROVED) ? a : NULL;
}

const struct attempt *stage_approved(const struct stage_context *c, const char *stage)
{
    return last_good(c, stage);
}

const struct state_output *stage_upstream(const struct stage_context *c, const char *stage,
                                          const char *name)
{
    const struct attempt *a = last_good(c, stage);

    return a ? state_output(a, name) : NULL;
}

int stage_upstream_bytes(const struct stage_context *c, const char *stage, const char *name,
                         struct buf *out, struct err *err)
{
    const struct state_output *o = stage_upstream(c, stage, name);

    if (!o)
        return err_set(err, ERR_STAGE, "The stage %s has not made %s yet.", stage, name);
    return store_get_blob(c->store, o->sha, out, err);
}
