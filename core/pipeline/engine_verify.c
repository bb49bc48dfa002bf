/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the chain cannot tell: that every blob an event names was stored, that an artifact is what its hash says, and
 * that a decision is about bytes the attempt had.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/pipeline/blobs.h"
#include "core/pipeline/engine_private.h"
#include "core/pipeline/verify.h"

struct known { char id[STATE_ID], sha[SHA256_HEX]; };

struct walk {
    struct engine *e;
    struct verify_result *result;
    const struct store_event *event;
    VEC(struct known) artifacts; /* every artifact there was, in order */
    struct err *err;
    int code;
};

static int damaged(struct walk *w, const char *what)
{
    w->code = err_set(w->err, ERR_DAMAGED, "Event %lld (%.40s %.40s) %s.", (long long)w->event->seq, w->event->kind,
                      w->event->subject, what);
    err_hint(w->err, "The history was put together outside of tinywright: keep it as evidence, go back to a copy.");
    return 1;
}

static int check_blob(void *arg, const char *role, const char *sha)
{
    struct walk *w = arg;
    char what[120];
    int r = store_has_blob(w->e->store, sha, NULL, w->err);

    if (r < 0) {
        w->code = r;
        return 1;
    }
    w->result->named++;
    if (r > 0)
        return 0;
    snprintf(what, sizeof(what), "names a blob (%s %.12s…) that was never stored", role, sha);
    return damaged(w, what);
}

/* The identity under which it was decided is that of the stored bytes. */
static int check_artifact(struct walk *w, struct json_object *o)
{
    char blob[SHA256_HEX], sha[SHA256_HEX], found[SHA256_HEX] = "", kind[16];
    struct known known;
    struct buf bytes;
    int there;

    json_get_sha(o, "blob", blob);
    json_get_sha(o, "sha", sha);
    json_get_line(o, "kind", kind, sizeof(kind));
    str_copy(known.id, sizeof(known.id), w->event->subject);
    str_copy(known.sha, sizeof(known.sha), sha);
    if (vec_push(&w->artifacts, known, 1000000))
        return damaged(w, "is one artifact too many");
    buf_init(&bytes, ENGINE_BLOB_CAP);
    there = store_get_blob(w->e->store, blob, &bytes, NULL) == 0; /* a pruned one cannot be looked at */
    for (int k = 0; there && k < ARTIFACT_KINDS; k++) {
        if (str_eq(artifact_kinds[k].id, kind))
            (void)artifact_identity((enum artifact_kind)k, buf_text(&bytes), bytes.len, found, NULL);
    }
    buf_done(&bytes);
    return there && !str_eq(found, sha) ? damaged(w, "gives its artifact another hash than its bytes have") : 0;
}

static int check_decision(struct walk *w, struct json_object *o)
{
    char verb[24], sha[SHA256_HEX];
    const struct attempt *a = state_find_attempt(&w->e->state, w->event->subject);

    json_get_line(o, "verb", verb, sizeof(verb));
    json_get_sha(o, "sha256", sha);
    w->result->decisions++;
    if (decision_find(verb) != DECISION_APPROVE)
        return 0;
    if (a && !w->e->state.here(w->e->state.arg, sha, w->e->state.stages[a->stage].id))
        w->result->claims++;
    for (size_t i = w->artifacts.n; i-- > 0;) {
        if (str_eq(w->artifacts.items[i].id, w->event->subject))
            return str_eq(w->artifacts.items[i].sha, sha) ? 0 : damaged(w, "approves a hash that the attempt did not have");
    }
    return damaged(w, "approves an attempt that had no artifact");
}

static int check_event(void *arg, const struct store_event *event)
{
    struct walk *w = arg;
    enum event_kind kind = event_find(event->kind);
    struct json_object *o;
    int r;

    w->event = event;
    r = blobs_each(event, check_blob, w, NULL);
    if (r < 0)
        return damaged(w, "has a body that cannot be read");
    if (r || (kind != EVENT_ATTEMPT_ARTIFACT && kind != EVENT_DECISION))
        return r;
    o = json_read(event->body, event->body_len, NULL);
    if (!o)
        return damaged(w, "has a body that cannot be read");
    r = kind == EVENT_DECISION ? check_decision(w, o) : check_artifact(w, o);
    json_object_put(o);
    return r;
}

int engine_verify_events(struct engine *e, struct verify_result *ret, struct err *err)
{
    struct walk w = {.e = e, .result = ret, .err = err};
    int r = store_each(e->store, 0, check_event, &w, err);

    vec_done(&w.artifacts);
    return r ? r : w.code;
}
