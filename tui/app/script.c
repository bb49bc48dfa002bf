/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Script mode, test build only: a file of lines drives the screen as a person would. A line is keys by name
 * ("j j Tab", "a", "Enter"), "type TEXT", or a command: ":wait TEXT", ":dump-screen FILE", ":dump-state FILE",
 * any other ":command". A line runs only when the screen is idle and nothing is under way, so nothing sleeps.
 */
#ifdef TINYWRIGHT_TESTS
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/utf8.h"
#include "tui/app/workbench_private.h"

enum { SCRIPT_CAP = 256 * 1024, DUMP_CAP = 4 * 1024 * 1024, WAIT_MS = 60000, APART_MS = QUESTION_APART_MS + 10 };

struct script {
    struct buf text;
    size_t at;
    int64_t waits_since, not_before;
    bool waited; /* the line before was :wait, the next one may run while work is under way */
};

struct script *script_open(struct workbench *w, const char *path, struct err *err)
{
    struct script *s = os_alloc(sizeof(*s));

    (void)w;
    if (!s)
        return NULL;
    buf_init(&s->text, SCRIPT_CAP);
    if (path_read(path, &s->text, err) < 0) {
        script_free(s);
        return NULL;
    }
    return s;
}

void script_free(struct script *s)
{
    if (!s)
        return;
    buf_done(&s->text);
    free(s);
}

static void screen_text(struct workbench *w, struct buf *out)
{
    struct grid *g = term_grid(w->term);

    for (int row = 0; row < g->rows; row++) {
        grid_row_text(g, row, out);
        buf_putc(out, '\n');
    }
}

static bool on_screen(struct workbench *w, const char *text)
{
    struct buf out;
    bool found;

    buf_init(&out, DUMP_CAP);
    screen_text(w, &out);
    found = strstr(buf_text(&out), text) != NULL;
    buf_done(&out);
    return found;
}

static void state_text(struct workbench *w, struct buf *out)
{
    const struct state *s = w->project.state;

    buf_putf(out, "home %d tab %s focus %s question %d waiting %d\n", w->home, view_table[w->tab]->id,
             view_table[w->focus]->id, w->question.phase, decide_waiting(w));
    for (int i = 0; s && i < s->n_stages; i++)
        buf_putf(out, "stage %s %s %s\n", s->stages[i].id, stage_status_table[s->stages[i].status].word, s->stages[i].result);
    for (size_t i = 0; s && i < s->attempts.n; i++) {
        const struct attempt *a = s->attempts.items[i];
        buf_putf(out, "attempt %s %s %s\n", a->id, attempt_state_table[a->state].word, a->sha);
    }
}

static void dump(struct workbench *w, const char *path, void (*text)(struct workbench *w, struct buf *out))
{
    struct buf out;
    struct err err = {0};

    buf_init(&out, DUMP_CAP);
    text(w, &out);
    if (path_write(path, buf_text(&out), out.len, 0644, &err) < 0)
        workbench_error(w, &err);
    buf_done(&out);
}

/* One key the way a terminal's read would bring it. */
static void press(struct workbench *w, const char *name)
{
    struct key k;
    char byte;
    int64_t now = os_mono_ms();

    if (!keys_parse(name, &k))
        return;
    byte = k.code == KEYS_ENTER ? '\r' : k.code == KEYS_TEXT && k.cp < 0x80 && !k.mods ? (char)k.cp : 0;
    if (question_read(&w->question, &byte, 1, now)) {
        w->dirty = w->urgent = true;
        w->script->not_before = now + APART_MS;
        return;
    }
    input_key(w, &k);
}

static void type(struct workbench *w, const char *text)
{
    for (size_t i = 0, n = strlen(text); i < n;) {
        struct key k = {.code = KEYS_TEXT};
        i += utf8_decode(text + i, n - i, &k.cp);
        input_key(w, &k);
    }
}

static void keys(struct workbench *w, char *line)
{
    while (*line) {
        size_t n = strcspn(line, " ");
        char more = line[n];
        line[n] = '\0';
        if (n)
            press(w, line);
        line += n + (more != '\0');
    }
}

/* True when the line is done, false when it has to be tried again. */
static bool run_line(struct workbench *w, char *line, int64_t now)
{
    struct script *s = w->script;

    if (str_starts(line, ":wait ")) {
        if (!s->waits_since)
            s->waits_since = now;
        if (!on_screen(w, line + 6)) {
            if (now - s->waits_since > WAIT_MS) {
                fprintf(stderr, "script: waited in vain for \"%s\"\n", line + 6);
                workbench_quit(w, ERR_STAGE);
            }
            return false;
        }
        s->waits_since = 0;
        s->waited = true;
        return true;
    }
    s->waited = false;
    if (str_starts(line, ":dump-screen "))
        dump(w, line + 13, screen_text);
    else if (str_starts(line, ":dump-state "))
        dump(w, line + 12, state_text);
    else if (str_starts(line, "type "))
        type(w, line + 5);
    else if (line[0] == ':' && line[1])
        input_command(w, line + 1);
    else if (line[0] != '#')
        keys(w, line);
    return true;
}

static bool may_run(struct workbench *w, int64_t now, const char *line)
{
    const struct state *s = w->project.state;

    if (w->dirty || w->external.pid || now < w->script->not_before)
        return false;
    if (str_starts(line, ":wait ") || w->script->waited)
        return true;
    return workbench_idle(w, now) && !(s && (s->busy || s->live.attempt >= 0));
}

int script_step(struct workbench *w, int64_t now_ms)
{
    struct script *s = w->script;
    char line[1024];
    size_t n;

    if (s->at >= s->text.len)
        return -1;
    n = strcspn(buf_text(&s->text) + s->at, "\n");
    snprintf(line, sizeof(line), "%.*s", (int)n, buf_text(&s->text) + s->at);
    if (!may_run(w, now_ms, line) || !run_line(w, line, now_ms))
        return 10;
    s->at += n + 1;
    return 0;
}
#else
typedef int script_is_for_tests; /* ISO C wants something here */
#endif
