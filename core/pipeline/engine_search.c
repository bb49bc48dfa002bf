/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/engine_search.h"

#include "core/base/str.h"
#include "core/pipeline/engine_private.h"

enum { TEXT_CAP = 8 * 1024 * 1024, HITS_MAX = 1000, NONE_MAX = 200 };

static const char marker[] = "search"; /* derived value: its number is that of the last event in the index */

struct slice {
    struct engine *engine;
    int64_t seq;
    char sha[SHA256_HEX];
    int seen;
};

static bool says_something(const char *kind)
{
    return event_find(kind) == EVENT_ATTEMPT_PROMPTED || event_find(kind) == EVENT_ATTEMPT_REPLIED;
}

/* Stops at the first event that names a text, or after enough that name none. */
static int find_text(void *arg, const struct store_event *event)
{
    struct slice *s = arg;
    struct json_object *o;

    s->seq = event->seq;
    if (!says_something(event->kind))
        return ++s->seen >= NONE_MAX;
    o = json_read(event->body, event->body_len, NULL);
    json_get_sha(o, event_find(event->kind) == EVENT_ATTEMPT_PROMPTED ? "prompt" : "reply", s->sha);
    json_object_put(o);
    return 1;
}

static void index_one(struct engine *e, const struct slice *s)
{
    struct buf text;

    buf_init(&text, TEXT_CAP);
    if (s->sha[0] && store_get_blob(e->store, s->sha, &text, NULL) == 0)
        (void)store_index(e->store, s->seq, buf_text(&text), text.len, NULL); /* a text that is missed is no harm */
    buf_done(&text);
    (void)store_put_derived(e->store, marker, s->seq, "", 0, NULL);
}

static void index_some(void *engine)
{
    struct engine *e = engine;
    struct slice s = {.engine = e};

    e->search.defer_id = 0;
    if (store_each(e->store, e->search.seq, find_text, &s, NULL) || s.seq == 0)
        return;
    index_one(e, &s);
    e->search.seq = s.seq;
    if (e->search.seq < e->state.last_seq)
        e->search.defer_id = loop_defer(e->loop, index_some, e);
    else
        e->state.generation++;
}

static void begin(struct engine *e)
{
    struct buf nothing;

    if (e->read_only || e->search.defer_id)
        return;
    if (!e->search.seq) {
        buf_init(&nothing, 1);
        if (store_get_derived(e->store, marker, &e->search.seq, &nothing, NULL))
            e->search.seq = 0;
        buf_done(&nothing);
    }
    if (e->search.seq < e->state.last_seq)
        e->search.defer_id = loop_defer(e->loop, index_some, e);
}

struct hits {
    const struct state *state;
    int *attempts;
    int n, max;
};

static int take_hit(void *arg, const struct store_event *event)
{
    struct hits *h = arg;

    for (size_t i = h->state->attempts.n; i-- > 0;) {
        if (!str_eq(h->state->attempts.items[i]->id, event->subject))
            continue;
        for (int k = 0; k < h->n; k++) {
            if (h->attempts[k] == (int)i)
                return 0; /* prompt and reply of one call */
        }
        h->attempts[h->n++] = (int)i;
        return h->n == h->max;
    }
    return 0;
}

int engine_search(void *engine, const char *words, int *ret_attempts, int max, int64_t *ret_left)
{
    struct engine *e = engine;
    struct hits h = {&e->state, ret_attempts, 0, max};
    int r;

    begin(e);
    *ret_left = e->search.defer_id ? e->state.last_seq - e->search.seq : 0;
    r = store_search(e->store, words, HITS_MAX, take_hit, &h, NULL);
    return r ? r : h.n;
}

void engine_search_stop(struct engine *e)
{
    if (e->search.defer_id)
        loop_remove(e->loop, e->search.defer_id);
    e->search.defer_id = 0;
}
