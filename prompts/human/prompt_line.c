/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompts/human/prompt_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "core/base/buf.h"

enum { HISTORY_LINES = 200, HINT_CAP = 400 };

static struct {
    bool active, ready;
    const char *const *words, *const *list; /* list: of the word that is completed */
    prompt_line_more_fn *more;
    prompt_line_fn *fn;
    void *arg;
    const char *bytes; /* being fed */
    size_t left;
    struct buf hint;
} line;

static int next_byte(FILE *in)
{
    (void)in;
    if (line.left == 0)
        return EOF;
    line.left--;
    return (unsigned char)*line.bytes++;
}

static int bytes_wait(void)
{
    return line.left > 0;
}

static void no_redisplay(void)
{
}

static void no_prep(int meta)
{
    (void)meta;
}

static char *match(const char *text, int again)
{
    static size_t i, n;

    if (!again) {
        i = 0;
        n = strlen(text);
    }
    while (line.list && line.list[i]) {
        const char *word = line.list[i++];
        if (strncmp(word, text, n) == 0)
            return strdup(word);
    }
    return NULL;
}

static char **complete(const char *text, int start, int end)
{
    (void)end;
    char first[64];

    rl_attempted_completion_over = 1;
    line.list = line.words;
    if (start > 0) {
        snprintf(first, sizeof(first), "%.*s", (int)strcspn(rl_line_buffer, " "), rl_line_buffer);
        if (!line.more)
            return NULL;
        line.list = line.more(line.arg, first);
        if (!line.list)
            return rl_completion_matches(text, rl_filename_completion_function);
    }
    return rl_completion_matches(text, match);
}

static void show_matches(char **matches, int n, int longest)
{
    (void)longest;
    buf_reset(&line.hint);
    for (int i = 1; i <= n; i++)
        buf_putf(&line.hint, "%s%s", i > 1 ? "  " : "", matches[i]);
}

static void finished(char *text)
{
    rl_callback_handler_remove();
    line.active = false;
    if (text && *text) {
        add_history(text);
        stifle_history(HISTORY_LINES);
    }
    line.fn(line.arg, text ? text : NULL);
    free(text);
}

static void prepare(void)
{
    if (line.ready)
        return;
    line.ready = true;
    buf_init(&line.hint, HINT_CAP);
    rl_readline_name = "tinywright";
    rl_catch_signals = rl_catch_sigwinch = rl_change_environment = 0;
    rl_redisplay_function = no_redisplay; /* also keeps readline from touching terminfo */
    rl_getc_function = next_byte;
    rl_input_available_hook = bytes_wait;
    rl_prep_term_function = no_prep;
    rl_deprep_term_function = no_redisplay;
    rl_attempted_completion_function = complete;
    rl_completion_display_matches_hook = show_matches;
    rl_outstream = fopen("/dev/null", "we");
    rl_variable_bind("bell-style", "none");
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_variable_bind("show-all-if-ambiguous", "on");
    using_history();
}

void prompt_line_open(const char *const *words, prompt_line_more_fn *more, prompt_line_fn *fn, void *arg)
{
    prepare();
    line.words = words;
    line.more = more;
    line.fn = fn;
    line.arg = arg;
    line.active = true;
    buf_reset(&line.hint);
    rl_callback_handler_install("", finished);
}

void prompt_line_close(void)
{
    if (!line.active)
        return;
    line.active = false;
    rl_replace_line("", 1);
    rl_callback_handler_remove();
}

bool prompt_line_active(void)
{
    return line.active;
}

void prompt_line_leave(void)
{
    prompt_line_close();
    line.fn(line.arg, NULL);
}

void prompt_line_feed(const char *bytes, size_t n)
{
    buf_reset(&line.hint);
    line.bytes = bytes;
    line.left = n;
    while (line.left > 0 && line.active)
        rl_callback_read_char();
    line.left = 0;
}

const char *prompt_line_text(size_t *ret_cursor)
{
    *ret_cursor = line.active ? (size_t)rl_point : 0;
    return line.active && rl_line_buffer ? rl_line_buffer : "";
}

const char *prompt_line_hint(void)
{
    return buf_text(&line.hint);
}
