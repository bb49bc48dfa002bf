/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ASCII stand-ins, one column each, for terminals whose locale is not UTF-8.
 */
#ifndef TUI_TERM_ASCII_H
#define TUI_TERM_ASCII_H

#include <stdint.h>

char ascii_for(uint32_t cp); /* '?' when there is no likeness */

#endif
