/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The real engine and the real workbench on a tiny project: what it makes is text, its "compiler" is grep in the sandbox,
 * which wants a line that begins with "sorted". The provider is a table of replies: synthetic.
 * walk_app [FILE]: the project is made in a folder of its own, which is written into FILE and goes when the screen is left.
 */
#include "tests/unit/tiny_project.h"

#include "tui/app/workbench.h"

static const char *const replies[] = {
    "```text\nfruit\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nlast\n```\n",
    "```text\nfruit, loud\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nlast 🍋\n```\n",
    "```text\nsorted fruit\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nlast 🍋\n```\n",
};

static int start(struct provider *provider, const struct provider_request *r, const struct provider_events *ev, void *arg,
                 struct err *err)
{
    struct tiny_provider *p = (struct tiny_provider *)provider;
    size_t n = sizeof(replies) / sizeof(*replies), i = (size_t)p->calls;
    int rc = tiny_start(provider, r, ev, arg, err);

    snprintf(p->reply, sizeof(p->reply), "%s", replies[i < n ? i : n - 1]);
    return rc;
}

static const struct provider_ops ops = {"table", start, tiny_cancel, tiny_free};

static int plan(struct stage_context *c, struct stage_plan *ret, struct err *err)
{
    (void)c;
    return tiny_plan_one("sketch", "tiny.ino", MODE_FREEFORM, ret, err);
}

static int job(struct stage_context *c, const struct attempt *a, int phase, const struct job_result *last, struct job **ret,
               struct err *err)
{
    struct job *j = phase ? NULL : job_new("look");
    struct buf bytes;
    int r = 0;

    (void)last;
    if (!j)
        return 0;
    buf_init(&bytes, 65536);
    r = stage_artifact(c, a, &bytes, err);
    if (r == 0)
        r = job_file(j, "in.txt", buf_text(&bytes), bytes.len, err);
    if (r == 0)
        r = job_arg(j, "/usr/bin/grep", err);
    if (r == 0)
        r = job_arg(j, "^sorted", err);
    if (r == 0)
        r = job_arg(j, "/in/in.txt", err);
    buf_done(&bytes);
    if (r)
        job_free(j);
    else
        *ret = j;
    return r;
}

static int send_command(void *arg, const struct command *c, struct err *err)
{
    return engine_command(arg, c, err);
}

int main(int argc, char **argv)
{
    static struct tiny t;
    static struct stage_ops write;
    static const struct stage_ops *const stages[] = {&write, NULL};
    struct engine_options o = {.mode = -1, .who = "reviewer", .stages = stages, .runtime_folder = "/nonexistent"};
    struct workbench_options w = {.begin = true};
    struct err err = {0};
    int rc;

    tiny_make_project(&t);
    if (argc > 1)
        path_write(argv[1], t.folder, strlen(t.folder), 0600, NULL);
    write = *tiny_stages[1];
    write.id = "sketch";
    write.out_files = tiny_out_draw;
    write.plan = plan;
    write.inputs = tiny_inputs_make;
    write.job = job;
    t.loop = loop_new(&err);
    if (!t.loop)
        return 1;
    t.provider.base.ops = &ops;
    t.provider.loop = t.loop;
    o.folder = t.folder;
    o.loop = t.loop;
    o.provider = &t.provider.base;
    t.engine = engine_open(&o, &err);
    if (!t.engine) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    w.loop = t.loop;
    w.project = (struct workbench_project){engine_state(t.engine), send_command, t.engine};
    rc = workbench_run(&w, &err);
    engine_close(t.engine, NULL);
    loop_free(t.loop);
    tiny_remove(t.root);
    return rc < 0 ? -rc : rc;
}
