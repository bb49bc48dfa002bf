/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One table is read at a time, a piece of a few kilobytes each turn, so that keys never wait. The project's CSV
 * comes from its file; a stored table comes from the store at once, since its hash has to be right.
 */
#include "core/pipeline/engine_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/data/profile.h"
#include "core/pipeline/engine_private.h"

enum { KEPT = 8, PIECE = 16 * 1024, STORED_CAP = 64 * 1024 * 1024 };

struct engine_tables {
    struct engine *engine;
    struct table items[KEPT];
    int64_t used[KEPT], clock;
    int n;
    int defer_id;              /* 0 = no work under way */
    struct profiler *profiler; /* of the table that is read, NULL = none */
    struct table *reading;
    bool labeled;              /* it is read with the project's label */
    int fd;                    /* the project's CSV, -1 = bytes */
    struct buf bytes;
    size_t at;
};

static void go_on(void *tables);

static void stop(struct engine_tables *t)
{
    profiler_free(t->profiler);
    t->profiler = NULL;
    t->reading = NULL;
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
    buf_done(&t->bytes);
    buf_init(&t->bytes, STORED_CAP);
}

static void next(struct engine_tables *t)
{
    t->defer_id = loop_defer(t->engine->loop, go_on, t);
}

static void settle(struct engine_tables *t, const struct err *why)
{
    if (why)
        table_fail(t->reading, why);
    stop(t);
    t->engine->state.generation++;
    next(t);
}

static int open_source(struct engine_tables *t, struct err *err)
{
    struct project *p = t->engine->project;

    if (t->reading->sha[0])
        return store_get_blob(t->engine->store, t->reading->sha, &t->bytes, err);
    t->fd = path_open_beneath(p->folder_fd, p->config.data, err);
    return t->fd < 0 ? t->fd : 0;
}

static int begin(struct engine_tables *t, bool labeled, struct err *err)
{
    t->labeled = labeled;
    t->at = 0;
    profiler_free(t->profiler);
    t->profiler = profiler_new(t->reading->name, labeled ? t->engine->project->config.label : NULL);
    return t->profiler ? 0 : err_set(err, ERR_MACHINE, "There is no memory left to read %s.", t->reading->name);
}

/* 1 more to come, 0 all of it was read. */
static int feed(struct engine_tables *t, struct err *err)
{
    char piece[PIECE];
    ssize_t n = (ssize_t)(t->bytes.len - t->at < PIECE ? t->bytes.len - t->at : PIECE);
    int r;

    if (t->fd >= 0)
        n = read(t->fd, piece, sizeof(piece));
    if (n < 0)
        return errno == EINTR ? 1 : err_sys(err, ERR_INVALID, "The file %s cannot be read", t->reading->name);
    r = n ? profiler_feed(t->profiler, t->fd >= 0 ? piece : t->bytes.data + t->at, (size_t)n, err) : 0;
    t->at += (size_t)n;
    return r ? r : n > 0;
}

/* A table between the steps need not have the label under its name: then it is read again without one. */
static void finish(struct engine_tables *t, int r, struct err *err)
{
    struct profile p = {0};

    if (r == 0)
        r = profiler_finish(t->profiler, &p, err);
    if (r && t->labeled && t->fd < 0) {
        err_reset(err);
        if (begin(t, false, err) == 0) {
            next(t);
            return;
        }
    }
    if (r == 0)
        table_take(t->reading, &p);
    profile_done(&p);
    settle(t, r ? err : NULL);
}

static struct table *waiting(struct engine_tables *t)
{
    for (int i = 0; i < t->n; i++) {
        if (t->items[i].phase == TABLE_READING)
            return &t->items[i];
    }
    return NULL;
}

static void go_on(void *tables)
{
    struct engine_tables *t = tables;
    struct err err = {0};
    int r;

    t->defer_id = 0;
    if (!t->profiler) {
        t->reading = waiting(t);
        if (!t->reading)
            return;
        if (open_source(t, &err) || begin(t, true, &err)) {
            settle(t, &err);
            return;
        }
    }
    r = feed(t, &err);
    if (r > 0)
        next(t);
    else
        finish(t, r, &err);
}

static struct table *place(struct engine_tables *t)
{
    int oldest = -1;

    if (t->n < KEPT)
        return &t->items[t->n++];
    for (int i = 0; i < t->n; i++) {
        if (&t->items[i] != t->reading && (oldest < 0 || t->used[i] < t->used[oldest]))
            oldest = i;
    }
    table_done(&t->items[oldest]);
    return &t->items[oldest];
}

static struct engine_tables *tables_of(struct engine *e)
{
    if (!e->tables && (e->tables = os_alloc(sizeof(*e->tables)))) {
        e->tables->engine = e;
        e->tables->fd = -1;
        buf_init(&e->tables->bytes, STORED_CAP);
    }
    return e->tables;
}

const struct table *engine_table(void *engine, const char *sha)
{
    struct engine *e = engine;
    struct engine_tables *t = tables_of(e);
    struct table *made;

    if (!t)
        return NULL;
    for (int i = 0; i < t->n; i++) {
        if (str_eq(t->items[i].sha, sha)) {
            t->used[i] = ++t->clock;
            return &t->items[i];
        }
    }
    made = place(t);
    str_copy(made->sha, sizeof(made->sha), sha);
    text_line(made->name, sizeof(made->name), sha[0] ? "data.csv" : e->project->config.data);
    t->used[made - t->items] = ++t->clock;
    if (!t->defer_id)
        next(t);
    return made;
}

void engine_tables_free(struct engine *e)
{
    struct engine_tables *t = e->tables;

    if (!t)
        return;
    if (t->defer_id)
        loop_remove(e->loop, t->defer_id);
    stop(t);
    buf_done(&t->bytes);
    for (int i = 0; i < t->n; i++)
        table_done(&t->items[i]);
    free(t);
    e->tables = NULL;
}
