/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/term/keys.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/utf8.h"

enum { GROUND, UTF8, ESCAPE, CSI, SS3, STRING, STRING_ESCAPE, SKIP, PASTE };

static const char paste_end[] = "\x1b[201~";

static const char *const names[KEYS_CODES] = {
    [KEYS_ENTER] = "Enter", [KEYS_TAB] = "Tab", [KEYS_BACKTAB] = "S-Tab", [KEYS_ESCAPE] = "Esc",
    [KEYS_BACKSPACE] = "Backspace", [KEYS_UP] = "Up", [KEYS_DOWN] = "Down", [KEYS_LEFT] = "Left",
    [KEYS_RIGHT] = "Right", [KEYS_HOME] = "Home", [KEYS_END] = "End", [KEYS_PAGE_UP] = "PgUp",
    [KEYS_PAGE_DOWN] = "PgDn", [KEYS_INSERT] = "Ins", [KEYS_DELETE] = "Del", [KEYS_PASTE] = "Paste",
};

void keys_init(struct keys *k)
{
    memset(k, 0, sizeof(*k));
    buf_init(&k->paste, KEYS_PASTE_CAP);
    k->escaped_ms = -KEYS_LATE_MS;
}

void keys_done(struct keys *k)
{
    buf_done(&k->paste);
}

static void emit(keys_fn *fn, void *arg, int code, uint32_t cp, int mods)
{
    struct key key = {code, cp, mods};

    fn(arg, &key);
}

static void emit_byte(keys_fn *fn, void *arg, unsigned char c, int mods)
{
    if (c == '\r')
        emit(fn, arg, KEYS_ENTER, 0, mods);
    else if (c == '\t')
        emit(fn, arg, KEYS_TAB, 0, mods);
    else if (c == 0x7F || c == 0x08)
        emit(fn, arg, KEYS_BACKSPACE, 0, mods);
    else if (c == 0)
        emit(fn, arg, KEYS_TEXT, ' ', mods | KEYS_CTRL);
    else if (c < 0x1B)
        emit(fn, arg, KEYS_TEXT, (uint32_t)(c - 1 + 'a'), mods | KEYS_CTRL);
    else if (c < 0x20)
        emit(fn, arg, KEYS_TEXT, (uint32_t)(c + 0x40), mods | KEYS_CTRL);
    else
        emit(fn, arg, KEYS_TEXT, c, mods);
}

/* Parameters of a CSI sequence: "1;5" → {1, 5}; -1 where absent. */
static int params(const struct keys *k, int *ret, int max)
{
    int n = 0, value = -1;

    for (int i = 0; i < k->n_seq; i++) {
        unsigned char c = k->seq[i];
        if (c >= '0' && c <= '9') {
            value = (value < 0 ? 0 : value) * 10 + (c - '0');
            if (value > 0x10FFFF)
                value = 0x10FFFF;
        } else if (c == ';' || c == ':') {
            if (n < max)
                ret[n++] = value;
            value = -1;
        } else {
            return -1; /* private or intermediate: a reply, not a key */
        }
    }
    if (n < max)
        ret[n++] = value;
    return n;
}

static int mods_of(int p)
{
    int m = p > 1 ? p - 1 : 0;

    return (m & 1 ? KEYS_SHIFT : 0) | (m & 2 ? KEYS_ALT : 0) | (m & 4 ? KEYS_CTRL : 0);
}

static int letter_code(unsigned char c)
{
    static const struct { char c; int code; } table[] = {
        {'A', KEYS_UP}, {'B', KEYS_DOWN}, {'C', KEYS_RIGHT}, {'D', KEYS_LEFT}, {'H', KEYS_HOME},
        {'F', KEYS_END}, {'P', KEYS_F1}, {'Q', KEYS_F1 + 1}, {'R', KEYS_F1 + 2}, {'S', KEYS_F1 + 3},
        {'Z', KEYS_BACKTAB}, {'M', KEYS_ENTER},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        if (table[i].c == (char)c)
            return table[i].code;
    }
    return KEYS_NONE;
}

static int tilde_code(int p)
{
    static const int table[] = {
        [1] = KEYS_HOME, [2] = KEYS_INSERT, [3] = KEYS_DELETE, [4] = KEYS_END, [5] = KEYS_PAGE_UP,
        [6] = KEYS_PAGE_DOWN, [7] = KEYS_HOME, [8] = KEYS_END, [11] = KEYS_F1, [12] = KEYS_F1 + 1,
        [13] = KEYS_F1 + 2, [14] = KEYS_F1 + 3, [15] = KEYS_F1 + 4, [17] = KEYS_F1 + 5,
        [18] = KEYS_F1 + 6, [19] = KEYS_F1 + 7, [20] = KEYS_F1 + 8, [21] = KEYS_F1 + 9,
        [23] = KEYS_F1 + 10, [24] = KEYS_F12,
    };

    return p > 0 && p < (int)(sizeof(table) / sizeof(*table)) ? table[p] : KEYS_NONE;
}

static void begin_paste(struct keys *k)
{
    buf_reset(&k->paste);
    k->paste_lines = 0;
    k->paste_cut = false;
    k->marker = 0;
    k->seq[0] = 0;
    k->state = PASTE;
}

static void csi_key(struct keys *k, unsigned char final, keys_fn *fn, void *arg)
{
    int p[4] = {-1, -1, -1, -1}, n, code;

    if (k->n_seq < 0 || (n = params(k, p, 4)) < 0)
        return;
    if (final == '~' && p[0] == 200) {
        begin_paste(k);
    } else if (final == '~' && p[0] == 27 && p[2] >= 0x20) {
        emit(fn, arg, KEYS_TEXT, (uint32_t)p[2], mods_of(p[1]));
    } else if (final == '~') {
        if ((code = tilde_code(p[0])))
            emit(fn, arg, code, 0, mods_of(p[1]));
    } else if (final == 'u' && p[0] >= 0x20 && p[0] != 0x7F) {
        emit(fn, arg, KEYS_TEXT, (uint32_t)p[0], mods_of(p[1]));
    } else if (final == 'u' && p[0] > 0) {
        if (p[0] == 27)
            emit(fn, arg, KEYS_ESCAPE, 0, mods_of(p[1]));
        else
            emit_byte(fn, arg, (unsigned char)p[0], mods_of(p[1]));
    } else if (final != 'R' && final != 'M' && (code = letter_code(final))) {
        emit(fn, arg, code, 0, mods_of(p[1])); /* CSI … R is a cursor report */
    }
}

static void in_csi(struct keys *k, unsigned char c, keys_fn *fn, void *arg)
{
    if (c == 0x1B) {
        k->state = ESCAPE;
    } else if (c == '[' && k->n_seq == 0) {
        k->state = SKIP; /* the Linux console's function keys: one more byte */
        k->skip = 1;
    } else if (c >= 0x40 && c < 0x7F) {
        k->state = GROUND;
        if (c == 'M' && k->n_seq == 0) {
            k->state = SKIP; /* old mouse report: three raw bytes follow */
            k->skip = 3;
        } else {
            csi_key(k, c, fn, arg);
        }
    } else if (c < 0x20 || c >= 0x7F) {
        k->state = GROUND;
    } else if (k->n_seq >= 0) {
        if (k->n_seq < (int)sizeof(k->seq))
            k->seq[k->n_seq++] = c;
        else
            k->n_seq = -1; /* too long to be a key: swallow on */
    }
}

static void in_escape(struct keys *k, unsigned char c, keys_fn *fn, void *arg)
{
    k->n_seq = 0;
    if (c == '[') {
        k->state = CSI;
    } else if (c == 'O') {
        k->state = SS3;
    } else if (strchr("]PX^_", c) && c) {
        k->state = STRING;
        k->seq[0] = c;
    } else if (c == 0x1B) {
        emit(fn, arg, KEYS_ESCAPE, 0, 0);
    } else {
        k->state = GROUND;
        if (c < 0x80)
            emit_byte(fn, arg, c, KEYS_ALT);
    }
}

static void in_ss3(struct keys *k, unsigned char c, keys_fn *fn, void *arg)
{
    int code = letter_code(c);

    if (c >= '0' && c <= '9')
        return; /* modifiers of some terminals */
    k->state = c == 0x1B ? ESCAPE : GROUND;
    if (code)
        emit(fn, arg, code, 0, 0);
}

static void end_paste(struct keys *k, keys_fn *fn, void *arg)
{
    k->state = GROUND;
    if (k->paste.broken)
        k->paste_cut = true;
    emit(fn, arg, KEYS_PASTE, 0, 0);
    buf_done(&k->paste); /* a large paste is not kept */
    buf_init(&k->paste, KEYS_PASTE_CAP);
}

static void paste_byte(struct keys *k, char c)
{
    if (c == '\n' && k->seq[0] == '\r') {
        k->seq[0] = 0;
        return;
    }
    k->seq[0] = (unsigned char)c;
    if (c == '\r')
        c = '\n';
    k->paste_lines += c == '\n';
    buf_putc(&k->paste, c);
}

static void in_paste(struct keys *k, unsigned char c, keys_fn *fn, void *arg)
{
    if (c == (unsigned char)paste_end[k->marker]) {
        if (!paste_end[++k->marker])
            end_paste(k, fn, arg);
        return;
    }
    for (int i = 0; i < k->marker; i++)
        paste_byte(k, paste_end[i]);
    k->marker = c == 0x1B;
    if (!k->marker)
        paste_byte(k, (char)c);
}

static void in_utf8(struct keys *k, unsigned char c, keys_fn *fn, void *arg)
{
    uint32_t cp;
    size_t n;

    if ((c & 0xC0) != 0x80) {
        k->state = GROUND; /* broken sequence: dropped */
        return;
    }
    k->seq[k->n_seq++] = c;
    if (utf8_whole((const char *)k->seq, (size_t)k->n_seq) != (size_t)k->n_seq)
        return;
    k->state = GROUND;
    n = utf8_decode((const char *)k->seq, (size_t)k->n_seq, &cp);
    if (n == (size_t)k->n_seq && cp != UTF8_BAD && cp >= 0xA0)
        emit(fn, arg, KEYS_TEXT, cp, 0);
}

static void in_ground(struct keys *k, unsigned char c, int64_t now, keys_fn *fn, void *arg)
{
    bool late = now - k->escaped_ms < KEYS_LATE_MS;

    k->escaped_ms = -KEYS_LATE_MS;
    k->n_seq = 0;
    if (c == 0x1B) {
        k->state = ESCAPE;
    } else if (late && (c == '[' || c == 'O')) {
        k->state = c == '[' ? CSI : SS3; /* the rest of a sequence whose ESC timed out */
    } else if (c >= 0xC2 && c < 0xF5) {
        k->seq[k->n_seq++] = c;
        k->state = UTF8;
    } else if (c < 0x80) {
        emit_byte(fn, arg, c, 0);
    }
}

static void in_string(struct keys *k, unsigned char c)
{
    if (c == '\a' || (k->state == STRING_ESCAPE && c == '\\'))
        k->state = GROUND;
    else
        k->state = c == 0x1B ? STRING_ESCAPE : STRING;
    k->n_seq = 1;
}

void keys_feed(struct keys *k, const char *bytes, size_t n, int64_t now_ms, keys_fn *fn, void *arg)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        switch (k->state) {
        case ESCAPE: in_escape(k, c, fn, arg); break;
        case CSI: in_csi(k, c, fn, arg); break;
        case SS3: in_ss3(k, c, fn, arg); break;
        case STRING:
        case STRING_ESCAPE: in_string(k, c); break;
        case SKIP: k->state = --k->skip > 0 ? SKIP : GROUND; break;
        case PASTE: in_paste(k, c, fn, arg); break;
        case UTF8:
            in_utf8(k, c, fn, arg);
            if (k->state == GROUND && (c & 0xC0) != 0x80)
                in_ground(k, c, now_ms, fn, arg);
            break;
        default: in_ground(k, c, now_ms, fn, arg);
        }
    }
    k->last_ms = now_ms;
}

static int limit(const struct keys *k)
{
    switch (k->state) {
    case GROUND: return -1;
    case ESCAPE: return KEYS_ESCAPE_MS;
    case PASTE: return KEYS_PASTE_MS;
    default: return KEYS_SEQUENCE_MS;
    }
}

int keys_wait(const struct keys *k, int64_t now_ms)
{
    int ms = limit(k);
    int64_t left = k->last_ms + ms - now_ms;

    return ms < 0 ? -1 : left < 0 ? 0 : (int)left;
}

void keys_tick(struct keys *k, int64_t now_ms, keys_fn *fn, void *arg)
{
    int state = k->state;

    if (keys_wait(k, now_ms) != 0)
        return;
    k->state = GROUND;
    if (state == ESCAPE) {
        k->escaped_ms = now_ms;
        emit(fn, arg, KEYS_ESCAPE, 0, 0);
    } else if (state == STRING && k->n_seq == 0) {
        emit_byte(fn, arg, k->seq[0], KEYS_ALT);
    } else if (state == PASTE) {
        k->paste_cut = true;
        end_paste(k, fn, arg);
    }
}

const char *keys_name(const struct key *k, char *dst, size_t size)
{
    char text[8] = "";
    const char *word = k->code < KEYS_CODES ? names[k->code] : NULL;

    if (k->code == KEYS_TEXT && k->cp == ' ')
        word = "Space";
    else if (k->code == KEYS_TEXT)
        text[utf8_encode(k->cp, text)] = '\0';
    else if (k->code >= KEYS_F1 && k->code <= KEYS_F12)
        snprintf(text, sizeof(text), "F%d", k->code - KEYS_F1 + 1);
    snprintf(dst, size, "%s%s%s%s", k->mods & KEYS_CTRL ? "C-" : "", k->mods & KEYS_ALT ? "M-" : "",
             k->mods & KEYS_SHIFT && k->code != KEYS_TEXT ? "S-" : "", word ? word : text);
    return dst;
}

static bool parse_word(const char *word, struct key *ret)
{
    int64_t f;
    size_t n = strlen(word);

    for (int i = 1; i < KEYS_CODES; i++) {
        if (names[i] && str_eq(names[i], word)) {
            ret->code = i;
            return true;
        }
    }
    if (word[0] == 'F' && str_to_long(word + 1, &f) && f >= 1 && f <= 12) {
        ret->code = KEYS_F1 + (int)f - 1;
        return true;
    }
    ret->code = KEYS_TEXT;
    if (str_eq(word, "Space")) {
        ret->cp = ' ';
        return true;
    }
    return n > 0 && utf8_decode(word, n, &ret->cp) == n && ret->cp != UTF8_BAD;
}

bool keys_parse(const char *name, struct key *ret)
{
    struct key key = {0};

    if (str_eq(name, "S-Tab")) {
        ret->code = KEYS_BACKTAB;
        ret->cp = 0;
        ret->mods = 0;
        return true;
    }
    while (name[0] && name[1] == '-' && name[2]) {
        if (name[0] == 'C')
            key.mods |= KEYS_CTRL;
        else if (name[0] == 'M')
            key.mods |= KEYS_ALT;
        else if (name[0] == 'S')
            key.mods |= KEYS_SHIFT;
        else
            return false;
        name += 2;
    }
    if (!parse_word(name, &key))
        return false;
    *ret = key;
    return true;
}
