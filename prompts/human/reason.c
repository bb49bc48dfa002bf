/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompts/human/reason.h"

#include <string.h>

#include "core/base/str.h"
#include "core/base/utf8.h"

const char *const reason_quick[] = {
    "does not follow the task", "uses a library or function that does not exist",
    "uses the wrong data or column", "wrong units or scaling of the inputs",
    "too large for the board", "keep the earlier version and change only what was wrong", NULL,
};

void reason_open(struct reason *r, const char *title, bool required)
{
    memset(r, 0, sizeof(*r));
    r->open = true;
    r->required = required;
    r->quick = -1;
    str_copy(r->title, sizeof(r->title), title);
}

static void insert(struct reason *r, const char *text, size_t n)
{
    if (r->len + n >= sizeof(r->text)) {
        r->complaint = "that is longer than a reason may be";
        return;
    }
    memmove(r->text + r->at + n, r->text + r->at, r->len - r->at + 1);
    memcpy(r->text + r->at, text, n);
    for (size_t i = r->at; i < r->at + n; i++) {
        if (r->text[i] == '\n' || r->text[i] == '\t')
            r->text[i] = ' ';
    }
    r->at += n;
    r->len += n;
    r->quick = -1;
}

static size_t before(const struct reason *r, size_t at)
{
    size_t i = 0, last = 0;
    int w;

    while (i < at) {
        last = i;
        i += utf8_cluster(r->text + i, r->len - i, &w);
    }
    return last;
}

static size_t after(const struct reason *r, size_t at)
{
    int w;

    return at < r->len ? at + utf8_cluster(r->text + at, r->len - at, &w) : at;
}

static void cut(struct reason *r, size_t from, size_t to)
{
    memmove(r->text + from, r->text + to, r->len - to + 1);
    r->len -= to - from;
    r->at = from;
    r->quick = -1;
}

static size_t word_before(const struct reason *r)
{
    size_t i = r->at;

    while (i > 0 && r->text[i - 1] == ' ')
        i--;
    while (i > 0 && r->text[i - 1] != ' ')
        i--;
    return i;
}

static void next_quick(struct reason *r)
{
    if (r->len && r->quick < 0) {
        r->complaint = "Ctrl-U empties the line, then Tab offers quick reasons";
        return;
    }
    r->quick = reason_quick[r->quick + 1] ? r->quick + 1 : 0;
    str_copy(r->text, sizeof(r->text), reason_quick[r->quick]);
    r->len = r->at = strlen(r->text);
}

static enum reason_event send(struct reason *r)
{
    if (r->required && strspn(r->text, " ") == r->len) {
        r->complaint = "a reason is needed: it goes into the next prompt";
        return REASON_NOTHING;
    }
    r->open = false;
    return REASON_SEND;
}

enum reason_event reason_press(struct reason *r, enum reason_key key, const char *text, size_t n)
{
    r->complaint = NULL;
    switch (key) {
    case REASON_TEXT: insert(r, text, n); break;
    case REASON_ENTER: return send(r);
    case REASON_ESCAPE: r->open = false; return REASON_LEAVE;
    case REASON_BACKSPACE: cut(r, before(r, r->at), r->at); break;
    case REASON_DELETE: cut(r, r->at, after(r, r->at)); break;
    case REASON_LEFT: r->at = before(r, r->at); break;
    case REASON_RIGHT: r->at = after(r, r->at); break;
    case REASON_HOME: r->at = 0; break;
    case REASON_END: r->at = r->len; break;
    case REASON_KILL: cut(r, 0, r->at); break;
    case REASON_KILL_WORD: cut(r, word_before(r), r->at); break;
    case REASON_QUICK: next_quick(r); break;
    }
    return REASON_NOTHING;
}
