/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/home.h"

#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/config/project.h"
#include "core/pipeline/example.h"

enum { LIST_CAP = 256 * 1024, RECENT_MAX = 40 };

static const char *list_path(char *dst, size_t size)
{
    char folder[PATH_CAP];

    return path_user('s', folder, sizeof(folder)) ? path_join(dst, size, folder, "recent") : NULL;
}

static void read_list(struct buf *out)
{
    char path[PATH_CAP];

    buf_init(out, LIST_CAP);
    if (list_path(path, sizeof(path)))
        (void)path_read(path, out, NULL);
}

/* fn for each line that is still a project; returns how many there were. */
static int each_line(const struct buf *list, void (*fn)(void *arg, const char *folder), void *arg)
{
    char folder[PATH_CAP], path[PATH_CAP];
    int n = 0;

    for (const char *p = buf_text(list), *end; *p && n < RECENT_MAX; p = end + (*end == '\n')) {
        end = strchr(p, '\n') ? strchr(p, '\n') : p + strlen(p);
        if ((size_t)(end - p) >= sizeof(folder) || end == p)
            continue;
        memcpy(folder, p, (size_t)(end - p));
        folder[end - p] = '\0';
        if (!path_join(path, sizeof(path), folder, PROJECT_FILE) || !path_exists(path))
            continue;
        fn(arg, folder);
        n++;
    }
    return n;
}

static bool is_example(const char *folder)
{
    char own[PATH_CAP];

    for (const struct example *x = example_table; x->name; x++) {
        if (example_folder(x, own, sizeof(own)) && str_eq(own, folder))
            return true;
    }
    return false;
}

struct listing {
    home_fn *fn;
    void *arg;
};

static void list_project(void *arg, const char *folder)
{
    const struct listing *l = arg;
    static struct config_errors errors;
    struct project_config config;
    struct home_project p = {.waits = -1};

    if (is_example(folder))
        return;
    if (project_config_load(folder, &config, &errors) == 0) {
        text_line(p.name, sizeof(p.name), config.name);
        text_line(p.what, sizeof(p.what), config.task ? config.task : config.board);
    } else {
        text_line(p.name, sizeof(p.name), path_base(folder));
        text_line(p.what, sizeof(p.what), errors.items[0].msg);
    }
    str_copy(p.folder, sizeof(p.folder), folder);
    l->fn(l->arg, &p);
    project_config_done(&config);
}

static void list_examples(const struct listing *l)
{
    for (const struct example *x = example_table; x->name; x++) {
        struct home_project p = {.waits = -1, .example = true};
        if (!example_folder(x, p.folder, sizeof(p.folder)))
            continue;
        str_copy(p.name, sizeof(p.name), x->name);
        str_copy(p.what, sizeof(p.what), x->what);
        l->fn(l->arg, &p);
    }
}

void home_each(home_fn *fn, void *arg)
{
    struct listing l = {fn, arg};
    struct buf list;

    read_list(&list);
    each_line(&list, list_project, &l);
    buf_done(&list);
    list_examples(&l);
}

struct remembering {
    struct buf out;
    const char *first;
};

static void keep(void *arg, const char *folder)
{
    struct remembering *r = arg;

    if (!str_eq(folder, r->first))
        buf_putf(&r->out, "%s\n", folder);
}

void home_remember(const char *folder)
{
    struct remembering r = {.first = folder};
    char path[PATH_CAP];
    struct buf list;

    if (strchr(folder, '\n') || !list_path(path, sizeof(path)))
        return;
    read_list(&list);
    buf_init(&r.out, LIST_CAP);
    buf_putf(&r.out, "%s\n", folder);
    each_line(&list, keep, &r);
    (void)path_write(path, buf_text(&r.out), r.out.len, 0600, NULL);
    buf_done(&r.out);
    buf_done(&list);
}
