/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompts/human/confirm.h"

#include "core/base/str.h"

void confirm_ask(struct confirm *c, int what, int64_t now_ms, const char *text)
{
    c->open = true;
    c->what = what;
    c->asked_ms = now_ms;
    str_copy(c->text, sizeof(c->text), text);
}

int confirm_press(struct confirm *c, uint32_t cp, int64_t now_ms)
{
    if (now_ms - c->asked_ms < CONFIRM_QUIET_MS)
        return 0;
    c->open = false;
    return cp == 'y' ? c->what : 0;
}
