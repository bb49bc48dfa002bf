/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/json.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

struct scan {
    const char *p;
    size_t n, i;
};

static void skip_space(struct scan *s)
{
    while (s->i < s->n && s->p[s->i] && strchr(" \t\r\n", s->p[s->i]))
        s->i++;
}

static bool scan_string(struct scan *s)
{
    for (s->i++; s->i < s->n; s->i++) {
        unsigned char c = (unsigned char)s->p[s->i];
        if (c == '"') {
            s->i++;
            return true;
        }
        if (c < 0x20)
            return false;
        if (c == '\\') {
            if (++s->i >= s->n || !s->p[s->i] || !strchr("\"\\/bfnrtu", s->p[s->i]))
                return false;
            for (int k = 0; s->p[s->i] == 'u' && k < 4; k++)
                if (s->i + 1 + (size_t)k >= s->n ||
                    !isxdigit((unsigned char)s->p[s->i + 1 + (size_t)k]))
                    return false;
        }
    }
    return false;
}

static bool scan_digits(struct scan *s)
{
    size_t from = s->i;

    while (s->i < s->n && isdigit((unsigned char)s->p[s->i]))
        s->i++;
    return s->i > from;
}

static bool scan_number(struct scan *s)
{
    size_t first;

    if (s->p[s->i] == '-')
        s->i++;
    first = s->i;
    if (!scan_digits(s) || (s->p[first] == '0' && s->i > first + 1))
        return false;
    if (s->i < s->n && s->p[s->i] == '.') {
        s->i++;
        if (!scan_digits(s))
            return false;
    }
    if (s->i < s->n && (s->p[s->i] | 32) == 'e') {
        s->i++;
        if (s->i < s->n && (s->p[s->i] == '+' || s->p[s->i] == '-'))
            s->i++;
        return scan_digits(s);
    }
    return true;
}

static bool scan_scalar(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    char c = s->p[s->i];

    if (c == '"')
        return scan_string(s);
    if (c == '-' || isdigit((unsigned char)c))
        return scan_number(s);
    for (int k = 0; k < 3; k++) {
        size_t len = strlen(words[k]);
        if (s->n - s->i >= len && !memcmp(s->p + s->i, words[k], len)) {
            s->i += len;
            return true;
        }
    }
    return false;
}

static bool scan_key(struct scan *s)
{
    skip_space(s);
    if (s->i >= s->n || s->p[s->i] != '"' || !scan_string(s))
        return false;
    skip_space(s);
    if (s->i >= s->n || s->p[s->i] != ':')
        return false;
    s->i++;
    return true;
}

/* Opens containers until a scalar or an empty container was read; depth grows by what stays open.
 */
static bool scan_value(struct scan *s, char *stack, int *depth)
{
    for (;;) {
        char c, close;
        skip_space(s);
        if (s->i >= s->n)
            return false;
        c = s->p[s->i];
        if (c != '{' && c != '[')
            return scan_scalar(s);
        if (*depth == JSON_DEPTH_MAX)
            return false;
        close = c == '{' ? '}' : ']';
        s->i++;
        skip_space(s);
        if (s->i < s->n && s->p[s->i] == close) {
            s->i++;
            return true;
        }
        stack[(*depth)++] = close;
        if (c == '{' && !scan_key(s))
            return false;
    }
}

static bool scan_object(struct scan *s)
{
    char stack[JSON_DEPTH_MAX];
    int depth = 0;

    do {
        if (!scan_value(s, stack, &depth))
            return false;
        for (; depth; depth--) {
            skip_space(s);
            if (s->i >= s->n || s->p[s->i] != stack[depth - 1])
                break;
            s->i++;
        }
        if (!depth)
            return true;
        if (s->i >= s->n || s->p[s->i] != ',')
            return false;
        s->i++;
        if (stack[depth - 1] == '}' && !scan_key(s))
            return false;
    } while (true);
}

size_t json_object_span(const char *p, size_t n, size_t *ret_bad)
{
    struct scan s = {p, n, 0};
    bool ok = n && p[0] == '{' && scan_object(&s);

    if (ret_bad)
        *ret_bad = s.i;
    return ok ? s.i : 0;
}
