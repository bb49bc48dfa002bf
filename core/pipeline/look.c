/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/store/ledger.h"
#include "core/store/store.h"

enum { SLICE_NS = 1000 * 1000, SLICE_EVENTS = 500 };

struct look {
    char folder[PATH_CAP];
    struct store *store;
    struct ledger *ledger;
    struct state state;
    int64_t until_ns;
    int folded; /* in this slice */
};

struct look *look_new(const char *folder)
{
    struct look *l = os_alloc(sizeof(*l));

    if (!l)
        return NULL;
    state_init(&l->state);
    if (!path_join(l->folder, sizeof(l->folder), folder, ".tinywright"))
        l->folder[0] = '\0';
    return l;
}

void look_free(struct look *l)
{
    if (!l)
        return;
    store_close(l->store, NULL);
    ledger_free(l->ledger);
    state_done(&l->state);
    free(l);
}

static bool made_here(void *arg, const char *sha, const char *executor)
{
    struct look *l = arg;

    return l->ledger && ledger_has(l->ledger, l->state.project_id, sha, executor);
}

static int open_store(struct look *l, struct err *err)
{
    char folder[PATH_CAP];

    l->store = store_open(l->folder, STORE_READ, err);
    if (!l->store)
        return err->code ? -err->code : -ERR_MACHINE;
    if (path_user('s', folder, sizeof(folder)) && path_exists(folder))
        l->ledger = ledger_open(folder, NULL);
    l->state.here = made_here;
    l->state.arg = l;
    return 1;
}

static int fold_one(void *arg, const struct store_event *event)
{
    struct look *l = arg;

    (void)state_fold(&l->state, event, NULL);
    return ++l->folded >= SLICE_EVENTS || os.mono_ns() > l->until_ns;
}

static void take_question(const struct state *s, int index, struct look_question *q)
{
    const struct attempt *a = s->attempts.items[index];

    str_copy(q->attempt, sizeof(q->attempt), a->id);
    str_copy(q->name, sizeof(q->name), a->name);
    str_copy(q->stage, sizeof(q->stage), s->stages[a->stage].id);
    q->since_ms = a->started_ms;
    q->lines = a->lines;
    q->errors = finding_count(&a->findings, FINDING_ERROR);
    q->warnings = finding_count(&a->findings, FINDING_WARNING);
}

static void how_far(const struct state *s, struct look_result *ret)
{
    int passed = 0;

    while (passed < s->n_stages && s->stages[passed].status == STAGE_PASSED)
        passed++;
    if (ret->waits)
        snprintf(ret->word, sizeof(ret->word), "%d decision%s", ret->waits, ret->waits == 1 ? " waits" : "s wait");
    else if (s->attempts.n == 0)
        str_copy(ret->word, sizeof(ret->word), "not started");
    else if (passed == s->n_stages)
        str_copy(ret->word, sizeof(ret->word), "all stages passed");
    else
        snprintf(ret->word, sizeof(ret->word), "stopped at %s", s->stages[passed].id);
}

static void conclude(const struct look *l, struct look_result *ret)
{
    int waiting[STATE_STEPS_MAX];

    ret->waits = state_waiting(&l->state, waiting, STATE_STEPS_MAX);
    for (int i = 0; i < ret->waits && ret->n < LOOK_QUESTIONS_MAX; i++)
        take_question(&l->state, waiting[i], &ret->questions[ret->n++]);
    how_far(&l->state, ret);
}

int look_step(struct look *l, struct look_result *ret, struct err *err)
{
    int r;

    memset(ret, 0, sizeof(*ret));
    if (!l->store && !path_exists(l->folder)) {
        conclude(l, ret);
        return 0;
    }
    if (!l->store)
        return open_store(l, err);
    l->folded = 0;
    l->until_ns = os.mono_ns() + SLICE_NS;
    r = store_each(l->store, l->state.last_seq, fold_one, l, err);
    if (r)
        return r;
    if (l->state.last_seq < store_last_seq(l->store) && l->folded)
        return 1;
    conclude(l, ret);
    return 0;
}
