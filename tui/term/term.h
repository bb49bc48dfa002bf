/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal: the only module that talks curses. It takes a grid and brings the screen there with as few
 * bytes as possible (none when nothing changed), reads raw bytes, and restores the terminal on every way out.
 */
#ifndef TUI_TERM_TERM_H
#define TUI_TERM_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "tui/term/grid.h"
#include "tui/term/theme.h"

struct term;

/* Takes the terminal on stdin and stdout. NULL with ERR_MACHINE when they are none or TERM is unknown.
 * The theme is copied. While a term is active stderr is captured; term_free gives it out again. */
struct term *term_new(const struct theme *theme, struct err *err);
void term_free(struct term *t); /* restores the terminal; NULL is fine */

struct grid *term_grid(struct term *t); /* borrowed: draw here; its size changes with term_resize */
void term_cursor(struct term *t, int row, int col); /* row -1 hides it */

/* Brings the screen to the grid; true when bytes went out. */
bool term_flush(struct term *t);

/* One read of what is there: bytes > 0, 0 nothing there, -1 the terminal is gone. Each call is one read(2). */
ssize_t term_read(struct term *t, char *bytes, size_t size);

bool term_resize(struct term *t); /* asks for the size; true when it changed */
void term_redraw(struct term *t); /* the next flush paints every cell */
void term_set_theme(struct term *t, const struct theme *theme);

void term_pause(struct term *t);  /* gives the terminal back for a child or a stop */
void term_resume(struct term *t); /* takes it again; the next flush paints everything */
void term_stop(struct term *t);   /* Ctrl-Z: pause, stop this process, resume after */

bool term_ascii(const struct term *t); /* glyphs beyond ASCII are replaced */
enum theme_level term_level(const struct term *t);
int term_in(const struct term *t); /* descriptor to poll */

#endif
