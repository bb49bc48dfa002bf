/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A yes-or-no about something the person just asked for. `y` is yes; everything else is no. Pure.
 */
#ifndef PROMPTS_HUMAN_CONFIRM_H
#define PROMPTS_HUMAN_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

enum { CONFIRM_QUIET_MS = 150 }; /* a y sooner than this was not meant for it */

struct confirm {
    bool open;
    int what; /* the caller's name for what is confirmed */
    int64_t asked_ms;
    char text[200];
};

void confirm_ask(struct confirm *c, int what, int64_t now_ms, const char *text);

/* One key; returns what when it was confirmed, else 0. It is closed afterwards either way. */
int confirm_press(struct confirm *c, uint32_t cp, int64_t now_ms);

#endif
