/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/retention.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/pipeline/blobs.h"

enum { BLOBS_MAX = 1000000 };

struct named { char sha[SHA256_HEX], role[24]; bool keep; size_t order; };

struct walk {
    const struct state *state;
    VEC(struct named) names;
    bool current; /* the event is about an attempt that counts */
    bool full;
};

/* What passed, waits or is the newest of its step is still worked with. */
static bool is_current(const struct state *s, const char *attempt)
{
    const struct attempt *a = state_find_attempt(s, attempt);

    if (!a || s->steps.items[a->step].retired)
        return false;
    if (a == state_last_attempt(s, a->step))
        return true;
    return a->state == ATTEMPT_PASSED || a->state == ATTEMPT_APPROVED || a->state == ATTEMPT_RUNNING ||
           a->state == ATTEMPT_WAITING;
}

/* Evidence of a decision stays: what was decided about, what was refused, by which rules. */
static bool is_evidence(const char *role)
{
    return str_eq(role, "artifact") || str_eq(role, "refused") || str_eq(role, "policy") || str_eq(role, "spec");
}

static int take_blob(void *arg, const char *role, const char *sha)
{
    struct walk *w = arg;
    struct named one = {.keep = w->current || is_evidence(role), .order = w->names.n};

    str_copy(one.sha, sizeof(one.sha), sha);
    str_copy(one.role, sizeof(one.role), role);
    w->full = vec_push(&w->names, one, BLOBS_MAX) != 0;
    return w->full;
}

static int take_event(void *arg, const struct store_event *e)
{
    struct walk *w = arg;

    w->current = is_current(w->state, e->subject);
    return blobs_each(e, take_blob, w, NULL) > 0;
}

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int c = strcmp(x->sha, y->sha);

    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static struct retention_role *role_of(struct retention *r, const char *name)
{
    for (int i = 0; i < r->n_roles; i++) {
        if (str_eq(r->roles[i].role, name))
            return &r->roles[i];
    }
    if (r->n_roles == RETENTION_ROLES_MAX)
        return &r->roles[RETENTION_ROLES_MAX - 1];
    str_copy(r->roles[r->n_roles].role, sizeof(r->roles[0].role), name);
    return &r->roles[r->n_roles++];
}

static int keep(struct retention *r, const char *sha)
{
    char *copy = os_dup(sha, strlen(sha));

    if (copy && vec_push(&r->keep, copy, BLOBS_MAX) == 0)
        return 0;
    free(copy);
    return -1;
}

static int count_one(struct store *s, struct retention *r, const struct named *first, bool stays, struct err *err)
{
    struct retention_role *role = role_of(r, first->role);
    int64_t size = 0;
    int there = store_has_blob(s, first->sha, &size, err);

    if (there < 0)
        return there;
    if (stays && keep(r, first->sha))
        return err_set(err, ERR_MACHINE, "There is no memory left to look through the history.");
    if (there != 1)
        return 0;
    role->blobs++;
    role->bytes += size;
    if (stays)
        return 0;
    role->may_go++;
    role->may_go_bytes += size;
    r->may_go++;
    r->may_go_bytes += size;
    return 0;
}

static int count_all(struct store *s, struct walk *w, struct retention *r, struct err *err)
{
    int bad = 0;

    if (w->names.n)
        qsort(w->names.items, w->names.n, sizeof(*w->names.items), by_name);
    for (size_t i = 0, end; i < w->names.n && !bad; i = end) {
        bool stays = false;
        for (end = i; end < w->names.n && str_eq(w->names.items[end].sha, w->names.items[i].sha); end++)
            stays = stays || w->names.items[end].keep;
        bad = count_one(s, r, &w->names.items[i], stays, err);
    }
    return bad;
}

int retention_survey(struct engine *e, struct retention *ret, struct err *err)
{
    struct walk w = {.state = engine_state(e)};
    int r;

    memset(ret, 0, sizeof(*ret));
    r = store_get_sizes(engine_store(e), &ret->sizes, err);
    if (r == 0)
        r = store_each(engine_store(e), 0, take_event, &w, err);
    if (r == 0 && w.full)
        r = err_set(err, ERR_MACHINE, "There is no memory left to look through the history.");
    if (r == 0)
        r = count_all(engine_store(e), &w, ret, err);
    vec_done(&w.names);
    return r;
}

int retention_prune(struct engine *e, const struct retention *r, int64_t *ret_freed, struct err *err)
{
    return store_prune_blobs(engine_store(e), (const char *const *)r->keep.items, r->keep.n, ret_freed, err);
}

void retention_done(struct retention *r)
{
    for (size_t i = 0; i < r->keep.n; i++)
        free(r->keep.items[i]);
    vec_done(&r->keep);
}
