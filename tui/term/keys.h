/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes of the terminal to keys: a state machine of its own. UTF-8, CSI and SS3 keys, Alt, bracketed paste
 * with split markers, a cap and a timeout. Sequences it does not know are swallowed to their end, so that a
 * terminal's reply never becomes a key. Pure: time comes in as milliseconds of a monotonic clock.
 */
#ifndef TUI_TERM_KEYS_H
#define TUI_TERM_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

enum keys_code {
    KEYS_NONE, KEYS_TEXT, KEYS_ENTER, KEYS_TAB, KEYS_BACKTAB, KEYS_ESCAPE, KEYS_BACKSPACE,
    KEYS_UP, KEYS_DOWN, KEYS_LEFT, KEYS_RIGHT, KEYS_HOME, KEYS_END, KEYS_PAGE_UP, KEYS_PAGE_DOWN,
    KEYS_INSERT, KEYS_DELETE, KEYS_F1, KEYS_F12 = KEYS_F1 + 11, KEYS_PASTE, KEYS_CODES
};

enum { KEYS_CTRL = 1, KEYS_ALT = 2, KEYS_SHIFT = 4 };
enum { KEYS_ESCAPE_MS = 25, KEYS_LATE_MS = 150, KEYS_SEQUENCE_MS = 1000, KEYS_PASTE_MS = 2000 };
enum { KEYS_PASTE_CAP = 1024 * 1024 };

struct key {
    int code;    /* enum keys_code */
    uint32_t cp; /* KEYS_TEXT: the code point; with KEYS_CTRL the lower-case letter */
    int mods;
};

/* Called for each key while bytes are fed. For KEYS_PASTE the text is in keys.paste until return. */
typedef void keys_fn(void *arg, const struct key *k);

struct keys {
    int state;
    unsigned char seq[64]; /* of the sequence under way */
    int n_seq, skip;
    int64_t last_ms, escaped_ms;
    struct buf paste;      /* LF line ends, raw otherwise: sanitize before use */
    int paste_lines;
    bool paste_cut;        /* longer than the cap, or its end marker never came */
    int marker;
};

void keys_init(struct keys *k);
void keys_done(struct keys *k);
void keys_feed(struct keys *k, const char *bytes, size_t n, int64_t now_ms, keys_fn *fn, void *arg);

/* Milliseconds until keys_tick has something to do; -1 = never. */
int keys_wait(const struct keys *k, int64_t now_ms);
void keys_tick(struct keys *k, int64_t now_ms, keys_fn *fn, void *arg);

/* "C-x", "Enter", "M-a", "?" …: the name used in tables, help and configuration; returns dst. */
const char *keys_name(const struct key *k, char *dst, size_t size);
bool keys_parse(const char *name, struct key *ret); /* the way back; false when unknown */

#endif
