/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/wire.h"

#include <ctype.h>
#include <json-c/json.h>
#include <string.h>

#include "core/base/text.h"
#include "core/base/utf8.h"

static const char replacement[] = "\xEF\xBF\xBD";

void wire_init(struct wire *w)
{
    memset(w, 0, sizeof(*w));
    buf_init(&w->mended, WIRE_CAP);
}

void wire_done(struct wire *w)
{
    if (w->tokener)
        json_tokener_free(w->tokener);
    buf_done(&w->mended);
    wire_init(w);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The code unit of a \uXXXX at s, or 0 when there is none. */
static uint32_t unit_at(const char *s, size_t n)
{
    uint32_t unit = 0;

    if (n < 6 || s[0] != '\\' || s[1] != 'u')
        return 0;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(s[i]);
        if (digit < 0)
            return 0;
        unit = unit << 4 | (uint32_t)digit;
    }
    return unit;
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

static void put_surrogate(struct buf *out, uint32_t unit)
{
    char bytes[3] = {(char)(0xE0 | unit >> 12), (char)(0x80 | (unit >> 6 & 0x3F)),
                     (char)(0x80 | (unit & 0x3F))};

    buf_put(out, bytes, sizeof(bytes));
}

/* Bytes of a valid sequence at s, 0 when the first byte is invalid there. */
static size_t valid_at(const char *s, size_t n)
{
    uint32_t cp;
    size_t used = utf8_decode(s, n, &cp);

    if (used == 1 || (cp >= 0xD800 && cp <= 0xDFFF))
        return 0;
    return used;
}

/* An escape at s: bytes to step over; *ret_unit is set when they are one lone surrogate. */
static size_t escape_at(const char *s, size_t n, uint32_t *ret_unit)
{
    uint32_t unit = unit_at(s, n);

    *ret_unit = 0;
    if (!unit)
        return n < 2 ? 1 : 2;
    if (is_high(unit) && is_low(unit_at(s + 6, n - 6)))
        return 12;
    if (is_high(unit) || is_low(unit))
        *ret_unit = unit;
    return 6;
}

/* Copies only from the first byte on that has to change; NULL when nothing has. */
static const char *mend(struct buf *out, const char *s, size_t n, size_t *ret_len)
{
    size_t from = 0, i = 0;

    buf_reset(out);
    while (i < n) {
        uint32_t unit = 0;
        size_t step;
        bool bad = false;
        if ((unsigned char)s[i] < 0x80 && s[i] != '\\') {
            i++;
            continue;
        }
        if (s[i] == '\\') {
            step = escape_at(s + i, n - i, &unit);
        } else {
            step = valid_at(s + i, n - i);
            bad = step == 0;
            step += bad;
        }
        if (unit || bad) {
            buf_put(out, s + from, i - from);
            if (bad)
                buf_puts(out, replacement);
            else
                put_surrogate(out, unit);
            from = i + step;
        }
        i += step;
    }
    if (from == 0)
        return NULL;
    buf_put(out, s + from, n - from);
    *ret_len = out->len;
    return buf_text(out);
}

struct json_object *wire_parse(struct wire *w, const char *bytes, size_t n)
{
    struct json_object *o;
    const char *text;

    if (!w->tokener) {
        w->tokener = json_tokener_new_ex(WIRE_DEPTH);
        if (!w->tokener)
            return NULL;
        json_tokener_set_flags(w->tokener, JSON_TOKENER_STRICT);
    }
    if (n > WIRE_CAP)
        return NULL;
    text = mend(&w->mended, bytes, n, &n);
    if (!text)
        text = bytes;
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        n--;
    json_tokener_reset(w->tokener);
    o = json_tokener_parse_ex(w->tokener, text, (int)n);
    if (json_tokener_get_error(w->tokener) != json_tokener_success ||
        json_tokener_get_parse_end(w->tokener) != n) {
        json_object_put(o);
        return NULL;
    }
    return o;
}

static struct json_object *member(struct json_object *o, const char *key, enum json_type type)
{
    struct json_object *v;

    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
        return NULL;
    return v && json_object_is_type(v, type) ? v : NULL;
}

struct json_object *wire_object(struct json_object *o, const char *key)
{
    return member(o, key, json_type_object);
}

struct json_object *wire_array(struct json_object *o, const char *key)
{
    return member(o, key, json_type_array);
}

bool wire_text(struct json_object *o, const char *key, const char **ret, size_t *ret_len)
{
    struct json_object *v = member(o, key, json_type_string);

    if (!v)
        return false;
    *ret = json_object_get_string(v);
    *ret_len = (size_t)json_object_get_string_len(v);
    return true;
}

bool wire_number(struct json_object *o, const char *key, double *ret)
{
    struct json_object *v = member(o, key, json_type_double);
    double d;

    if (!v)
        v = member(o, key, json_type_int);
    if (!v)
        return false;
    d = json_object_get_double(v);
    if (!(d > -1e18 && d < 1e18))
        return false;
    *ret = d;
    return true;
}

bool wire_int(struct json_object *o, const char *key, int64_t *ret)
{
    struct json_object *v = member(o, key, json_type_int);
    double d;

    if (v && json_object_get_int64(v) >= 0) {
        *ret = json_object_get_int64(v);
        return true;
    }
    if (v || !wire_number(o, key, &d) || d < 0 || d > 9e15 || d != (double)(int64_t)d)
        return false;
    *ret = (int64_t)d; /* some servers write counts as 12.0 */
    return true;
}

bool wire_field(struct json_object *o, const char *key, char *dst, size_t size)
{
    const char *text;
    size_t n;

    dst[0] = '\0';
    if (!wire_text(o, key, &text, &n))
        return false;
    text_line(dst, size, text);
    return true;
}

int wire_valid(const char *in, size_t n, struct buf *out)
{
    size_t from = 0, i = 0;

    while (i < n) {
        size_t step = (unsigned char)in[i] < 0x80 ? 1 : valid_at(in + i, n - i);
        if (step == 0) {
            buf_put(out, in + from, i - from);
            buf_puts(out, replacement);
            from = i + 1;
            step = 1;
        }
        i += step;
    }
    return buf_put(out, in + from, n - from);
}

void wire_joiner_init(struct wire_joiner *j)
{
    j->high = 0;
    buf_init(&j->out, WIRE_CAP);
}

void wire_joiner_done(struct wire_joiner *j)
{
    buf_done(&j->out);
    j->high = 0;
}

/* The surrogate in its three byte form at s, or 0. */
static uint32_t surrogate_at(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;

    if (n < 3 || u[0] != 0xED || u[1] < 0xA0 || (u[2] & 0xC0) != 0x80)
        return 0;
    return 0xD000U | (u[1] & 0x3FU) << 6 | (u[2] & 0x3FU);
}

static void put_pair(struct wire_joiner *j, uint32_t low)
{
    char bytes[4];
    uint32_t cp = 0x10000 + ((j->high - 0xD800) << 10) + (low - 0xDC00);

    buf_put(&j->out, bytes, utf8_encode(cp, bytes));
    j->high = 0;
}

static void join_surrogate(struct wire_joiner *j, uint32_t unit)
{
    if (j->high && is_low(unit)) {
        put_pair(j, unit);
        return;
    }
    if (j->high || is_low(unit))
        buf_puts(&j->out, replacement);
    j->high = is_high(unit) ? unit : 0;
}

const char *wire_join(struct wire_joiner *j, const char *bytes, size_t n, size_t *ret_len)
{
    size_t i = 0;

    *ret_len = n;
    if (n == 0 || (!j->high && !memchr(bytes, 0xED, n)))
        return bytes;
    buf_reset(&j->out);
    while (i < n) {
        uint32_t unit = surrogate_at(bytes + i, n - i);
        if (unit) {
            join_surrogate(j, unit);
            i += 3;
            continue;
        }
        if (j->high) {
            buf_puts(&j->out, replacement);
            j->high = 0;
        }
        buf_putc(&j->out, bytes[i++]);
    }
    *ret_len = j->out.len;
    return buf_text(&j->out);
}

const char *wire_join_end(struct wire_joiner *j)
{
    bool waiting = j->high != 0;

    j->high = 0;
    return waiting ? replacement : "";
}
