/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys do not reach the history. What is only read (prompts, replies, what tools print) loses known keys and all that
 * has the shape of one; what is executed or parsed (artifacts, bodies of events) loses known keys only, since a name
 * that looks like a key must not change.
 */
#include "core/pipeline/engine_private.h"

enum { TEXT_CAP = 64 * 1024 * 1024 };

void engine_learn_key(struct engine *e)
{
    if (e->redact && e->provider && e->provider->key)
        (void)redact_add(e->redact, e->provider->key);
}

int engine_put_text(struct engine *e, struct json_object *body, const char *key, const char *text, size_t n,
                    struct err *err)
{
    struct buf clean;
    int r;

    buf_init(&clean, TEXT_CAP);
    r = redact_put(e->redact, &clean, text, n)
            ? err_set(err, ERR_MACHINE, "There is no memory left to keep %zu bytes of text.", n)
            : engine_put_blob(e, body, key, buf_text(&clean), clean.len, err);
    buf_done(&clean);
    return r;
}

int engine_redact_known(struct engine *e, struct buf *b, struct err *err)
{
    struct buf clean;
    int r = 0;

    buf_init(&clean, b->cap);
    if (redact_put_known(e->redact, &clean, buf_text(b), b->len))
        r = err_set(err, ERR_MACHINE, "There is no memory left for a reply of %zu bytes.", b->len);
    buf_reset(b);
    if (r == 0)
        buf_put(b, buf_text(&clean), clean.len);
    buf_done(&clean);
    return r;
}
