/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clipboard by OSC 52: the terminal is told to take the bytes. Nothing says whether it did.
 */
#ifndef TUI_TERM_CLIPBOARD_H
#define TUI_TERM_CLIPBOARD_H

#include <stddef.h>

enum { CLIPBOARD_MAX = 72 * 1024 }; /* common terminals drop more than 100,000 letters of base64 */

/* 0 when the bytes were sent; -1 when they are too many or the terminal is gone. */
int clipboard_send(const void *bytes, size_t n);

#endif
