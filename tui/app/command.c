/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/app/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/config/project.h"
#include "tui/app/workbench_private.h"
#include "tui/term/clipboard.h"

enum { LINE_CAP = 2000, WORDS_MAX = 24, BYTES_CAP = 64 * 1024 * 1024 };

/* ---- the pipeline ---- */

static void run_from(struct workbench *w, const char *stage)
{
    struct command go = {.kind = COMMAND_RUN, .from = stage[0] ? stage : NULL};

    if (!w->project.state)
        workbench_notice(w, ROLE_TEXT, "no project is open");
    else if (workbench_send(w, &go) >= 0)
        w->follow = true;
}

static void choose_stage(struct workbench *w, const char *stage)
{
    const struct state *s = w->project.state;
    int i = s ? state_find_stage(s, stage) : -1;

    if (i < 0) {
        workbench_notice(w, ROLE_ERROR, "there is no stage \"%s\"", stage);
        return;
    }
    w->follow = false;
    workbench_choose(w, i, -1);
}

/* ---- projects ---- */

/* "~/x" as a shell would read it; returns dst. */
static const char *at_home(const char *path, char *dst, size_t size)
{
    const char *home = getenv("HOME");

    if (!str_starts(path, "~/") || !home || !path_join(dst, size, home, path + 2))
        str_copy(dst, size, path);
    return dst;
}

static void open_folder(struct workbench *w, const char *argument)
{
    char folder[PATH_CAP], file[PATH_CAP];

    at_home(argument, folder, sizeof(folder));
    for (size_t n = strlen(folder); n > 1 && folder[n - 1] == '/'; n--)
        folder[n - 1] = '\0';
    if (!path_join(file, sizeof(file), folder, PROJECT_FILE) || !path_exists(file))
        workbench_notice(w, ROLE_ERROR, "there is no project in %s: it has no %s", argument, PROJECT_FILE);
    else if (w->project.state && w->project.state->busy)
        workbench_notice(w, ROLE_WARNING, "something runs here: C-c stops it, then open the other project");
    else
        workbench_open(w, folder);
}

/* ---- what is shown ---- */

static void show_theme(struct workbench *w, const char *name)
{
    if (name[0])
        workbench_theme(w, name);
    else
        input_act(w, ACTION_THEME);
}

static void show_keys(struct workbench *w, const char *none)
{
    (void)none;
    w->overlay = VIEW_HELP;
}

/* The action that shows a view has the view's name, or that of the tab; NONE = it cannot be shown by itself. */
static enum action action_of(enum view_id id)
{
    const char *name = view_table[id]->id;

    return str_eq(name, "run") ? ACTION_RUN_VIEW : action_find(name);
}

/* The ids of views that an action shows, with NULL after them; returns how many. */
static int view_names(const char *ret[VIEWS + 1])
{
    int n = 0;

    for (int i = 0; i < VIEWS; i++) {
        if (action_of((enum view_id)i) != ACTION_NONE)
            ret[n++] = view_table[i]->id;
    }
    ret[n] = NULL;
    return n;
}

static void show_view(struct workbench *w, const char *name)
{
    const char *names[VIEWS + 1], *near;

    for (int i = 0; i < VIEWS; i++) {
        if (!str_eq(view_table[i]->id, name) || action_of((enum view_id)i) == ACTION_NONE)
            continue;
        if (w->overlay != (enum view_id)i) /* shown already: the action would close it */
            input_act(w, action_of((enum view_id)i));
        return;
    }
    near = str_nearest(name, names, (size_t)view_names(names));
    workbench_notice(w, ROLE_ERROR, "there is no view \"%s\"%s%s%s", name, near ? "; did you mean \"" : "", near ? near : "",
                     near ? "\"?" : "; Tab lists them");
}

/* ---- bytes out ---- */

/* The chosen attempt's artifact into out; it, or NULL with a notice. */
static const struct attempt *take_artifact(struct workbench *w, struct buf *out)
{
    const struct attempt *a = workbench_attempt(w);

    buf_init(out, BYTES_CAP);
    if (!a || !a->blob[0])
        workbench_notice(w, ROLE_ERROR, "there is no artifact here yet");
    else if (w->project.state->blob(w->project.state->arg, a->blob, out) < 0)
        workbench_notice(w, ROLE_ERROR, "the artifact could not be read from the history");
    else
        return a;
    return NULL;
}

static void write_file(struct workbench *w, const char *argument, bool replace)
{
    char path[PATH_CAP];
    struct buf bytes;
    struct err err = {0};
    const struct attempt *a = take_artifact(w, &bytes);
    struct stat st;

    at_home(argument, path, sizeof(path));
    if (a && !argument[0])
        workbench_notice(w, ROLE_ERROR, "write to which file?");
    else if (a && lstat(path, &st) == 0 && (!replace || !S_ISREG(st.st_mode)))
        workbench_notice(w, ROLE_ERROR, "%s exists; %s", argument,
                         S_ISREG(st.st_mode) ? ":replace FILE overwrites a file" : "and is no file");
    else if (a && path_write(path, buf_text(&bytes), bytes.len, 0644, &err) < 0)
        workbench_error(w, &err);
    else if (a)
        workbench_notice(w, ROLE_PASSED, "%zu bytes of %s are in %s", bytes.len, a->id, argument);
    buf_done(&bytes);
}

static void write_new(struct workbench *w, const char *file)
{
    write_file(w, file, false);
}

static void write_over(struct workbench *w, const char *file)
{
    write_file(w, file, true);
}

static void copy(struct workbench *w, const char *none)
{
    struct buf bytes;
    const struct attempt *a = take_artifact(w, &bytes);

    (void)none;
    if (a && w->o->linear)
        workbench_notice(w, ROLE_WARNING, "nothing is sent to the terminal in linear mode; :write FILE saves it");
    else if (a && clipboard_send(buf_text(&bytes), bytes.len) < 0)
        workbench_notice(w, ROLE_ERROR, "%zu bytes are too many for a terminal's clipboard; :write FILE saves them", bytes.len);
    else if (a)
        workbench_notice(w, ROLE_TEXT, "sent to terminal: %zu bytes of %s; whether it took them only it knows", bytes.len, a->id);
    buf_done(&bytes);
}

static void quit(struct workbench *w, const char *none)
{
    (void)none;
    input_act(w, ACTION_QUIT);
}

static const struct command_word {
    struct view_word word; /* argument "" = none */
    void (*run)(struct workbench *w, const char *argument);
} table[] = {
    {{"run", "", "Runs the pipeline until it is done or a question comes up."}, run_from},
    {{"from", "STAGE", "Runs from that stage on."}, run_from},
    {{"stage", "STAGE", "Chooses a stage."}, choose_stage},
    {{"open", "DIR", "Opens another project."}, open_folder},
    {{"theme", "NAME", "Another color theme, at once."}, show_theme},
    {{"keys", "", "The keys and what they do."}, show_keys},
    {{"view", "NAME", "Shows a view by its name."}, show_view},
    {{"write", "FILE", "Saves a copy of the chosen attempt's artifact to a new file."}, write_new},
    {{"replace", "FILE", "As write, over a file that is there."}, write_over},
    {{"copy", "", "Sends the artifact to the terminal's clipboard (OSC 52)."}, copy},
    {{"quit", "", "Leaves; asks first while something runs."}, quit},
    {{NULL, NULL, NULL}, NULL},
};

/* ---- words ---- */

const struct view_word *command_words(void)
{
    static struct view_word words[sizeof(table) / sizeof(*table)];

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        words[i] = table[i].word;
    return words;
}

static const struct command_word *find(const char *word)
{
    for (const struct command_word *c = table; c->run; c++) {
        if (str_eq(c->word.id, word))
            return c;
    }
    return NULL;
}

const char *const *command_first_words(void)
{
    static const char *words[ACTIONS + WORDS_MAX];
    int n = 0;

    for (const struct command_word *c = table; c->run; c++)
        words[n++] = c->word.id;
    for (int i = 1; i < ACTIONS; i++) {
        if (!find(action_table[i].id))
            words[n++] = action_table[i].id;
    }
    words[n] = NULL;
    return words;
}

const char *const *command_more_words(void *workbench, const char *first)
{
    static const char *words[VIEWS + STATE_STAGES_MAX + 1]; /* one of both at a time */
    const struct workbench *w = workbench;
    const struct state *s = w->project.state;
    int n = 0;

    if (str_eq(first, "theme"))
        return theme_names();
    if (str_eq(first, "open") || str_eq(first, "write") || str_eq(first, "replace"))
        return NULL;
    for (int i = 0; (str_eq(first, "from") || str_eq(first, "stage") || str_eq(first, "go")) && s && i < s->n_stages; i++)
        words[n++] = s->stages[i].id;
    if (str_eq(first, "view"))
        n = view_names(words);
    words[n] = NULL;
    return words;
}

static void unknown(struct workbench *w, const char *word)
{
    const char *const *words = command_first_words(), *near;
    size_t n = 0;

    while (words[n])
        n++;
    near = str_nearest(word, words, n);
    workbench_notice(w, ROLE_ERROR, "there is no command \"%s\"%s%s%s", word, near ? "; did you mean \"" : "",
                     near ? near : "", near ? "\"?" : "; ? lists them");
}

static void carry_out(struct workbench *w, const char *word, const char *argument)
{
    const struct command_word *c = find(str_eq(word, "q") ? "quit" : str_eq(word, "go") ? "from" : word);
    enum action a = action_find(word);

    if (c && c->word.argument[0] && !argument[0] && c->run != show_theme && c->run != run_from)
        workbench_notice(w, ROLE_ERROR, ":%s needs %s. %s", c->word.id, c->word.argument, c->word.help);
    else if (c && !c->word.argument[0] && argument[0])
        workbench_notice(w, ROLE_ERROR, ":%s takes nothing after it", c->word.id);
    else if (c)
        c->run(w, argument);
    else if (a != ACTION_NONE && !argument[0])
        input_act(w, a);
    else
        unknown(w, word);
}

void input_command(struct workbench *w, const char *line)
{
    char word[LINE_CAP], *rest, *end;

    while (*line == ' ')
        line++;
    str_copy(word, sizeof(word), line);
    for (end = word + strlen(word); end > word && end[-1] == ' '; end--)
        end[-1] = '\0';
    if (!word[0])
        return;
    rest = word + strcspn(word, " ");
    while (*rest == ' ')
        *rest++ = '\0';
    w->dirty = w->urgent = true;
    carry_out(w, word, rest);
}
