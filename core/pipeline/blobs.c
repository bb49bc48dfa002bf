/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/blobs.h"

#include "core/base/str.h"
#include "core/pipeline/event.h"
#include "core/pipeline/json.h"

/* Where bodies name blobs: a key of the body, or of the objects in an array of it. */
static const struct {
    enum event_kind kind;
    const char *array; /* NULL = the body itself */
    const char *key, *role;
} rows[] = {
    {EVENT_RUN_STARTED, NULL, "policy_text", "policy"},
    {EVENT_STAGE_PLANNED, "steps", "spec", "spec"},
    {EVENT_ATTEMPT_PROMPTED, NULL, "prompt", "prompt"},
    {EVENT_ATTEMPT_REPLIED, NULL, "reply", "reply"},
    {EVENT_ATTEMPT_ARTIFACT, NULL, "blob", "artifact"},
    {EVENT_DECISION, NULL, "refused", "refused"},
    {EVENT_EXECUTION_FINISHED, NULL, "out", "out"},
    {EVENT_EXECUTION_FINISHED, NULL, "err", "err"},
    {EVENT_ATTEMPT_SETTLED, "outputs", "sha", "output"},
};

static int one(struct json_object *o, const char *key, const char *role, blobs_fn *fn, void *arg)
{
    char sha[SHA256_HEX];

    json_get_sha(o, key, sha);
    return sha[0] ? fn(arg, role, sha) : 0;
}

int blobs_each(const struct store_event *e, blobs_fn *fn, void *arg, struct err *err)
{
    enum event_kind kind = event_find(e->kind);
    struct json_object *o = NULL;
    int r = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && r == 0; i++) {
        struct json_object *array;
        if (rows[i].kind != kind)
            continue;
        if (!o)
            o = json_read(e->body, e->body_len, err);
        if (!o)
            return -ERR_INVALID;
        if (!rows[i].array) {
            r = one(o, rows[i].key, rows[i].role, fn, arg);
            continue;
        }
        array = json_get_array(o, rows[i].array);
        for (size_t k = 0; array && k < json_object_array_length(array) && r == 0; k++)
            r = one(json_at(array, k), rows[i].key, rows[i].role, fn, arg);
    }
    json_object_put(o);
    return r;
}
