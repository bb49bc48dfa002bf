/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a person left the panes of a project, in the user's state folder: a line for each project, the newest
 * first. It is convenience: what cannot be read or written is forgotten without a word.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "tui/app/workbench_private.h"

enum { FILE_CAP = 64 * 1024, LINES_MAX = 200, ID_MIN = 8 };

/* Ids of foreign projects are texts of strangers: only what we make ourselves is a key. */
static bool is_key(const char *id)
{
    size_t n = strspn(id, "0123456789abcdef");

    return n >= ID_MIN && id[n] == '\0';
}

static const char *file_path(char *dst, size_t size)
{
    char folder[PATH_CAP];

    return path_user('s', folder, sizeof(folder)) ? path_join(dst, size, folder, "layout") : NULL;
}

static void read_lines(struct buf *out)
{
    char path[PATH_CAP];

    buf_init(out, FILE_CAP);
    if (file_path(path, sizeof(path)))
        (void)path_read(path, out, NULL);
}

static void put_line(const struct workbench *w, struct buf *out)
{
    buf_putf(out, "%s %s %s %s ,", w->project.state->project_id, w->zoom ? "zoom" : "panes", view_table[w->tab]->id,
             view_table[w->focus]->id);
    for (int i = 0; i < VIEWS; i++) {
        if (w->views[i].ops && w->views[i].wrap != w->views[i].ops->wraps)
            buf_putf(out, "%s,", w->views[i].ops->id);
    }
    buf_putc(out, '\n');
}

void remember_save(struct workbench *w)
{
    char path[PATH_CAP], folder[PATH_CAP];
    struct buf old, out;
    size_t n;
    int lines = 0;

    if (!w->project.state || w->home || !is_key(w->project.state->project_id) || !file_path(path, sizeof(path)))
        return;
    read_lines(&old);
    buf_init(&out, FILE_CAP);
    put_line(w, &out);
    for (const char *p = buf_text(&old); *p && lines < LINES_MAX; p += n + (p[n] == '\n'), lines++) {
        n = strcspn(p, "\n");
        if (!str_starts(p, w->project.state->project_id))
            buf_putf(&out, "%.*s\n", (int)n, p);
    }
    if (path_user('s', folder, sizeof(folder)) && path_make(folder, 0700, NULL) == 0)
        (void)path_write(path, buf_text(&out), out.len, 0600, NULL);
    buf_done(&old);
    buf_done(&out);
}

static enum view_id view_by_id(const char *id, enum view_id preset)
{
    for (int i = 0; i < VIEWS; i++) {
        if (str_eq(view_table[i]->id, id))
            return (enum view_id)i;
    }
    return preset;
}

static void apply_wraps(struct workbench *w, const char *list)
{
    char word[48];

    for (int i = 0; i < VIEWS; i++) {
        snprintf(word, sizeof(word), ",%s,", view_table[i]->id);
        if (view_table[i]->wraps && strstr(list, word))
            workbench_view(w, (enum view_id)i)->wrap = false;
    }
}

void remember_apply(struct workbench *w)
{
    const struct state *s = w->project.state;
    char zoom[8], tab[24], focus[24], wraps[200];
    enum view_id id;
    const char *line;
    struct buf lines;
    int waits[1];

    if (!s || !is_key(s->project_id))
        return;
    read_lines(&lines);
    line = strstr(buf_text(&lines), s->project_id);
    if (line && sscanf(line + strlen(s->project_id), " %7s %23s %23s %199s", zoom, tab, focus, wraps) == 4) {
        w->zoom = str_eq(zoom, "zoom");
        id = view_by_id(tab, w->tab);
        if (id >= VIEW_STREAM && id <= VIEW_RUN && state_waiting(s, waits, 1) == 0)
            w->tab = id; /* what waits for a person chooses its tab itself */
        id = view_by_id(focus, w->tab);
        w->focus = id == VIEW_STAGES || id == VIEW_ATTEMPTS ? id : w->tab;
        apply_wraps(w, wraps);
    }
    buf_done(&lines);
}
