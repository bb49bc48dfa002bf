/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "views/views.h"

#include <string.h>

/* Pairs of a word and what it means; an empty word continues, both empty is a blank row. */
static const char *const lines[][2] = {
    {"data", "profiles your CSV; each step is a script you read before it runs"},
    {"train", "a small network; its accuracy on held-out rows is recorded"},
    {"convert", "int8 for the board; every operator checked against its runtime"},
    {"sketch", "the firmware, written by a model, a generator or you"},
    {"compile", "diagnostics, flash, RAM; \"compiles\" is never shown as \"works\""},
    {"run", "rows through the board's sensors; every printed class compared"},
    {"", ""},
    {"you", "decide: nothing runs before you approved exactly those bytes"},
    {"", "the examples need no key and no network"},
};

static int64_t rows(struct view *v)
{
    (void)v;
    return sizeof(lines) / sizeof(*lines);
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    (void)v;
    canvas_put(c, y, 3, strcmp(lines[row][0], "you") == 0 ? ROLE_WAITS : ROLE_ACTIVE, lines[row][0]);
    canvas_put(c, y, 13, ROLE_TEXT, lines[row][1]);
}

const struct view_ops welcome_ops = {
    .id = "welcome", .title = "From a CSV to verified firmware", .help = "What the stages do and what is asked of you.",
    .rows = rows, .draw = draw,
};
