/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What can be typed after ":": the commands of this table, and every action by its name.
 */
#ifndef TUI_APP_COMMAND_H
#define TUI_APP_COMMAND_H

#include "tui/widget/view.h"

const struct view_word *command_words(void); /* for the help screen; static */

/* For completion: all first words; what may stand after one (NULL = file names). Ends with NULL. */
const char *const *command_first_words(void);
const char *const *command_more_words(void *workbench, const char *first);

#endif
