/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sketch in out/ is a plain file that other programs may change. A change is noticed, shown as a diff, and taken over
 * only when the person says so; it is never overwritten (core/pipeline/engine_out.c keeps it aside).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "tui/app/workbench_private.h"

static int sketch_step(const struct state *s)
{
    int stage = s ? state_find_stage(s, "sketch") : -1;

    return stage >= 0 && s->stages[stage].steps.n ? s->stages[stage].steps.items[0] : -1;
}

static bool place_of(const struct state *s, char *dst, size_t size)
{
    return snprintf(dst, size, "out/%s/%s.ino", s->project, s->project) < (int)size;
}

static int read_all(int fd, struct buf *out)
{
    char bytes[16384];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return -1;
    while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
        if (buf_put(out, bytes, (size_t)n))
            return -1;
    }
    return n < 0 ? -1 : 0;
}

/* The project may be somebody else's: no link leads out of it. */
static int read_sketch(const struct state *s, struct buf *out)
{
    int root = open(s->folder, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1, rc = -1;
    char place[400];

    if (root >= 0 && place_of(s, place, sizeof(place)))
        fd = path_open_beneath(root, place, NULL);
    if (fd >= 0)
        rc = read_all(fd, out);
    if (fd >= 0)
        close(fd);
    if (root >= 0)
        close(root);
    return rc;
}

/* Bytes that the history has are its own, of this run or an older one. */
static bool is_foreign(const struct state *s, const struct buf *bytes)
{
    char hex[SHA256_HEX];
    struct buf known;
    bool found;

    sha256_of(buf_text(bytes), bytes->len, hex);
    buf_init(&known, REVIEW_BYTES_MAX);
    found = s->blob && s->blob(s->arg, hex, &known) >= 0;
    buf_done(&known);
    return !found;
}

static void look(struct workbench *w)
{
    const struct state *s = w->project.state;
    bool was = w->outside.changed;
    char key[32];
    struct buf bytes;

    buf_init(&bytes, REVIEW_BYTES_MAX);
    w->outside.changed = s && read_sketch(s, &bytes) == 0 && is_foreign(s, &bytes);
    buf_done(&bytes);
    if (w->outside.changed && !was)
        workbench_notice(w, ROLE_WARNING, "%s.ino was changed outside: %s shows the difference and takes it over", s->project,
                         keymap_key(&w->keymap, ACTION_OUTSIDE, key, sizeof(key)));
}

static void on_change(void *arg, const char *path)
{
    struct workbench *w = arg;

    (void)path;
    look(w);
    w->dirty = true;
}

void outside_forget(struct workbench *w)
{
    if (w->outside.watch > 0)
        loop_remove(w->loop, w->outside.watch);
    memset(&w->outside, 0, sizeof(w->outside));
}

void outside_sync(struct workbench *w)
{
    const struct state *s = w->project.state;
    char place[400], path[PATH_CAP];

    if (!s || s->last_seq == w->outside.seen_seq)
        return;
    w->outside.seen_seq = s->last_seq;
    if (!w->outside.watch && sketch_step(s) >= 0 && place_of(s, place, sizeof(place)) &&
        path_join(path, sizeof(path), s->folder, place) && path_exists(path)) {
        w->outside.watch = loop_add_watch(w->loop, path, on_change, w);
        look(w);
    } else if (w->outside.changed) {
        look(w); /* what was taken over is in the history now */
    }
}

void outside_open(struct workbench *w)
{
    const struct state *s = w->project.state;
    int step = sketch_step(s);
    const struct attempt *a = step >= 0 ? state_last_attempt(s, step) : NULL;
    struct buf bytes;

    look(w);
    if (!w->outside.changed || !a) {
        workbench_notice(w, ROLE_TEXT, "no other program changed the sketch in out/");
        return;
    }
    buf_init(&bytes, REVIEW_BYTES_MAX);
    if (read_sketch(s, &bytes) < 0)
        workbench_notice(w, ROLE_ERROR, "the sketch in out/ cannot be read, or is too large");
    else
        choose_outside(w, a, &bytes);
    buf_done(&bytes);
}
