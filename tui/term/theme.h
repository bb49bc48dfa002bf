/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Themes: role → colors for RGB, 256, 16 colors and none. The files are themes/NAME.yaml, built in.
 * The 256-color level is the nearest of the RGB level unless the theme has its own; a theme without mono rows
 * takes those of the theme "default".
 */
#ifndef TUI_TERM_THEME_H
#define TUI_TERM_THEME_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "tui/term/role.h"

enum theme_level { THEME_MONO, THEME_16, THEME_256, THEME_RGB, THEME_LEVELS };
enum { THEME_BOLD = 1, THEME_DIM = 2, THEME_ITALIC = 4, THEME_UNDERLINE = 8, THEME_REVERSE = 16 };

struct theme_style {
    int fg, bg; /* -1 = the terminal's own; else palette index, or 0xRRGGBB at THEME_RGB */
    int attr;   /* THEME_BOLD … */
};

struct theme {
    char name[24], help[160];
    int background, text; /* 0xRRGGBB the RGB level was made for */
    bool has[THEME_LEVELS];
    struct theme_style styles[THEME_LEVELS][ROLES];
};

/* Reads a theme's YAML; 0, or negative with file:line:column and the nearest known role. */
int theme_read(struct theme *t, const char *name, const char *yaml, size_t n, struct err *err);

/* A built-in one; ERR_USAGE with the list when there is no such name. */
int theme_load(struct theme *t, const char *name, struct err *err);
const char *const *theme_names(void); /* NULL-terminated */

/* The level to use where the theme lacks one: next lower it has. */
const struct theme_style *theme_style(const struct theme *t, enum theme_level level, enum role role);

/* WCAG contrast ratio of two 0xRRGGBB colors, 1…21. */
double theme_contrast(int a, int b);

int theme_nearest_256(int rgb); /* of the fixed part of the palette, 16…255 */

#endif
