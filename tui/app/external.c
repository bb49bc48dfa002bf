/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/artifact/hunk.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "tui/app/workbench_private.h"

enum { ARGS_MAX = 16, FILE_CAP = 8 * 1024 * 1024, WORD_CAP = 512 };

struct command_line {
    char words[WORD_CAP];
    char *args[ARGS_MAX + 2];
    int n;
};

static bool on_path(const char *program)
{
    static const char *const folders[] = {"/usr/bin", "/bin", "/usr/local/bin"};
    char path[PATH_CAP];

    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        if (path_join(path, sizeof(path), folders[i], program) && access(path, X_OK) == 0)
            return true;
    }
    return false;
}

/* Splits at spaces; there is no shell and no quoting. */
static void split(struct command_line *l, const char *text)
{
    char *at;

    str_copy(l->words, sizeof(l->words), text);
    for (at = l->words; *at && l->n < ARGS_MAX;) {
        while (*at == ' ')
            *at++ = '\0';
        if (*at)
            l->args[l->n++] = at;
        while (*at && *at != ' ')
            at++;
    }
}

static void choose(struct command_line *l, const struct config_strings *configured, const char *const *variables,
                   const char *const *programs)
{
    for (int i = 0; configured && i < configured->n && l->n < ARGS_MAX; i++)
        l->args[l->n++] = configured->items[i];
    for (; l->n == 0 && *variables; variables++) {
        const char *text = getenv(*variables);
        if (text)
            split(l, text);
    }
    for (; l->n == 0 && *programs; programs++) {
        if (on_path(*programs))
            split(l, *programs);
    }
}

static int write_copy(struct external *x, const char *name, const char *bytes, size_t n)
{
    const char *run = getenv("XDG_RUNTIME_DIR");
    int fd;

    if (run && strlen(run) > sizeof(x->folder) - 20)
        run = NULL;
    snprintf(x->folder, sizeof(x->folder), "%s/tinywright-XXXXXX", run && *run ? run : "/tmp");
    if (!mkdtemp(x->folder))
        return -1;
    snprintf(x->file, sizeof(x->file), "%s/%s", x->folder, name);
    fd = open(x->file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    int rc = os_write_all(fd, bytes, n);
    close(fd);
    return rc;
}

static void clean_up(struct external *x)
{
    unlink(x->file);
    rmdir(x->folder);
    memset(x, 0, sizeof(*x));
}

static void send_edit(struct workbench *w, const struct buf *bytes)
{
    struct external *x = &w->external;
    struct command c = {
        .kind = COMMAND_DECIDE, .attempt = x->attempt, .verb = x->verb, .sha256 = x->identity,
        .bytes = buf_text(bytes), .len = bytes->len, .looked_ms = os_mono_ms() - w->asked_ms,
    };

    if (workbench_send(w, &c) >= 0) {
        w->follow = true;
        workbench_notice(w, ROLE_TEXT, "your text is checked now; it waits for its own decision");
    }
}

static void take_back(struct workbench *w, int status)
{
    struct external *x = &w->external;
    struct buf bytes;
    struct err err = {0};
    char hex[SHA256_HEX];

    buf_init(&bytes, FILE_CAP);
    if (x->verb == DECISION_NONE)
        w->dirty = true;
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        workbench_notice(w, ROLE_WARNING, "the editor ended with an error: nothing was changed");
    else if (path_read(x->file, &bytes, &err) < 0)
        workbench_error(w, &err);
    else if (sha256_of(bytes.data ? bytes.data : "", bytes.len, hex), str_eq(hex, x->sha))
        workbench_notice(w, ROLE_TEXT, "nothing was changed");
    else if (x->verb == DECISION_HUNKS)
        choose_edited(w, &bytes);
    else
        send_edit(w, &bytes);
    buf_done(&bytes);
}

static void give_terminal(struct workbench *w)
{
    loop_set_events(w->loop, w->input_id, 0);
    if (w->term)
        term_pause(w->term);
    else
        linear_pause();
}

static void take_terminal(struct workbench *w)
{
    if (w->term)
        term_resume(w->term);
    else
        linear_resume();
    loop_set_events(w->loop, w->input_id, LOOP_READ);
}

static void on_exit_child(void *arg, pid_t pid, int status)
{
    struct workbench *w = arg;

    (void)pid;
    w->external.pid = 0;
    take_terminal(w);
    take_back(w, status);
    clean_up(&w->external);
    w->dirty = w->urgent = true;
}

static void start(struct workbench *w, struct command_line *l)
{
    struct external *x = &w->external;
    pid_t pid;

    l->args[l->n++] = x->file;
    l->args[l->n] = NULL;
    give_terminal(w);
    pid = os.fork();
    if (pid == 0) {
        loop_child_reset();
        signal(SIGPIPE, SIG_DFL);
        signal(SIGTTOU, SIG_DFL);
        close_range(3, ~0U, 0);
        execvp(l->args[0], l->args);
        dprintf(STDERR_FILENO, "tinywright: %s: %s\n", l->args[0], strerror(errno));
        _exit(127);
    }
    x->pid = pid;
    if (pid > 0 && loop_add_child(w->loop, pid, on_exit_child, w) > 0)
        return;
    x->pid = 0;
    take_terminal(w);
    workbench_notice(w, ROLE_ERROR, "%s could not be started: %s", l->args[0], strerror(errno));
    clean_up(x);
}

static const char *file_name(const struct attempt *a)
{
    return a->name[0] && !strchr(a->name, '/') && a->name[0] != '.' ? a->name : "artifact.txt";
}

/* The editor with a copy of bytes, which are a's or a part of them. */
static void edit_copy(struct workbench *w, const struct attempt *a, enum decision_verb verb, const char *name,
                      const struct buf *bytes)
{
    static const char *const variables[] = {"VISUAL", "EDITOR", NULL}, *const programs[] = {"vi", "nano", NULL};
    struct command_line l = {0};

    choose(&l, w->o->editor, variables, programs);
    if (l.n == 0) {
        workbench_notice(w, ROLE_ERROR, "no editor: set EDITOR, or editor: in config.yaml");
    } else if (write_copy(&w->external, name, buf_text(bytes), bytes->len) < 0) {
        workbench_notice(w, ROLE_ERROR, "no copy for the editor could be written: %s", strerror(errno));
    } else {
        str_copy(w->external.attempt, sizeof(w->external.attempt), a->id);
        str_copy(w->external.identity, sizeof(w->external.identity), a->sha);
        w->external.verb = verb;
        sha256_of(buf_text(bytes), bytes->len, w->external.sha);
        start(w, &l);
    }
}

void external_edit(struct workbench *w, enum decision_verb verb)
{
    const struct attempt *a = workbench_attempt(w);
    struct buf bytes;

    if (!a) {
        workbench_notice(w, ROLE_ERROR, "there is nothing to edit");
        return;
    }
    buf_init(&bytes, FILE_CAP);
    if (a->blob[0] && w->project.state->blob(w->project.state->arg, a->blob, &bytes) < 0)
        workbench_notice(w, ROLE_ERROR, "the artifact could not be read from the history");
    else
        edit_copy(w, a, verb, file_name(a), &bytes);
    buf_done(&bytes);
}

void external_hunk(struct workbench *w, int hunk)
{
    const struct attempt *a = workbench_attempt(w);
    char name[96];
    struct buf bytes;

    buf_init(&bytes, FILE_CAP);
    if (a && hunk_text(&w->choose.review.diff, hunk, &bytes) == 0) {
        snprintf(name, sizeof(name), "hunk-%d-%s", hunk + 1, file_name(a));
        w->external.hunk = hunk;
        edit_copy(w, a, DECISION_HUNKS, name, &bytes);
    }
    buf_done(&bytes);
}

void external_page(struct workbench *w)
{
    static const char *const variables[] = {"PAGER", NULL}, *const programs[] = {"less", "more", NULL};
    struct view *v = workbench_focused(w);
    struct command_line l = {0};
    struct buf text;
    int64_t rows = view_rows(v);

    choose(&l, w->o->pager, variables, programs);
    if (l.n == 0 || !v->ops->text) {
        workbench_notice(w, ROLE_WARNING, l.n ? "this pane has no text for a pager" : "no pager: set PAGER");
        return;
    }
    buf_init(&text, FILE_CAP);
    for (int64_t row = 0; row < rows; row++) {
        v->ops->text(v, row, &text);
        buf_putc(&text, '\n');
    }
    w->external.verb = DECISION_NONE;
    if (write_copy(&w->external, "pane.txt", buf_text(&text), text.len) == 0)
        start(w, &l);
    buf_done(&text);
}
