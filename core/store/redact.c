/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/redact.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/vec.h"

enum { SECRETS_MAX = 64, SECRET_MIN = 8, SECRET_MAX = 4096 };

struct redact {
    VEC(char *) secrets;
};

struct redact *redact_new(void)
{
    return os_alloc(sizeof(struct redact));
}

void redact_free(struct redact *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->secrets.n; i++) {
        explicit_bzero(r->secrets.items[i], strlen(r->secrets.items[i]));
        free(r->secrets.items[i]);
    }
    vec_done(&r->secrets);
    free(r);
}

static int add_one(struct redact *r, const char *text, size_t n)
{
    char *copy = os_dup(text, n);

    if (!copy)
        return -1;
    for (size_t i = 0; i < r->secrets.n; i++) {
        if (str_eq(r->secrets.items[i], copy)) {
            free(copy);
            return 0;
        }
    }
    if (vec_push(&r->secrets, copy, SECRETS_MAX) == 0)
        return 0;
    free(copy);
    return -1;
}

static int add_escaped(struct redact *r, const char *secret, bool url)
{
    struct buf b;
    int bad;

    buf_init(&b, 6 * SECRET_MAX);
    for (const char *p = secret; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (url && !isalnum(c) && !strchr("-._~", c))
            buf_putf(&b, "%%%02X", c);
        else if (!url && (c == '"' || c == '\\' || c == '/'))
            buf_putf(&b, "\\%c", c);
        else
            buf_putc(&b, (char)c);
    }
    bad = b.broken || add_one(r, buf_text(&b), b.len);
    if (b.data)
        explicit_bzero(b.data, b.room);
    buf_done(&b);
    return bad ? -1 : 0;
}

int redact_add(struct redact *r, const char *secret)
{
    size_t n = strlen(secret);

    if (n < SECRET_MIN || n > SECRET_MAX)
        return -1;
    if (add_one(r, secret, n) || add_escaped(r, secret, false))
        return -1;
    return add_escaped(r, secret, true);
}

/* What keys look like: prefix, then at least this many characters of a key. The prefix itself stays readable. */
static const struct {
    const char *prefix;
    size_t at_least;
    bool any_case;
} shapes[] = {
    {"sk-", 16, false},           /* OpenAI, Anthropic, OpenRouter and others */
    {"sk_live_", 12, false},
    {"Bearer ", 12, true},
    {"Basic ", 16, true},
    {"AKIA", 16, false},          /* Amazon */
    {"ASIA", 16, false},
    {"AIza", 30, false},          /* Google */
    {"ya29.", 20, false},
    {"ghp_", 20, false},          /* GitHub */
    {"gho_", 20, false},
    {"ghs_", 20, false},
    {"github_pat_", 20, false},
    {"glpat-", 16, false},
    {"hf_", 20, false},
    {"gsk_", 20, false},
    {"xoxb-", 16, false},
    {"xoxp-", 16, false},
    {"x-api-key: ", 8, true},
    {"api-key: ", 8, true},
    {"api_key=", 8, true},
    {"-----BEGIN PRIVATE KEY-----", 0, false},
    {"-----BEGIN RSA PRIVATE KEY-----", 0, false},
    {"-----BEGIN EC PRIVATE KEY-----", 0, false},
    {"-----BEGIN OPENSSH PRIVATE KEY-----", 0, false},
};

static bool key_character(char c)
{
    return isalnum((unsigned char)c) || strchr("-_.+/=~", c);
}

static size_t key_length(const char *text, size_t n)
{
    size_t i = 0;

    while (i < n && text[i] && key_character(text[i]))
        i++;
    return i;
}

/* A private key runs to its end line, or to the end of the text. */
static size_t block_length(const char *text, size_t n)
{
    const char *end = memmem(text, n, "-----END", 8);
    const char *close = end ? memmem(end + 8, n - (size_t)(end + 8 - text), "-----", 5) : NULL;

    return close ? (size_t)(close + 5 - text) : n;
}

/* Bytes of a key at text by its shape, 0 when there is none; *ret_keep of them stay. */
static size_t shape_at(const char *text, size_t n, size_t *ret_keep)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
        size_t p = strlen(shapes[i].prefix), length;
        if (n < p || (shapes[i].any_case ? strncasecmp(text, shapes[i].prefix, p)
                                         : memcmp(text, shapes[i].prefix, p)))
            continue;
        *ret_keep = shapes[i].at_least ? p : 0;
        if (shapes[i].at_least == 0)
            return p + block_length(text + p, n - p);
        length = key_length(text + p, n - p);
        if (length >= shapes[i].at_least)
            return p + length;
    }
    return 0;
}

static size_t secret_at(const struct redact *r, const char *text, size_t n)
{
    size_t longest = 0;

    for (size_t i = 0; r && i < r->secrets.n; i++) {
        size_t m = strlen(r->secrets.items[i]);
        if (m <= n && m > longest && memcmp(text, r->secrets.items[i], m) == 0)
            longest = m;
    }
    return longest;
}

/* First bytes of everything looked for, so that most of a text costs one look per byte. */
static void first_bytes(const struct redact *r, bool by_shape, bool ret[256])
{
    memset(ret, 0, 256 * sizeof(*ret));
    for (size_t i = 0; by_shape && i < sizeof(shapes) / sizeof(*shapes); i++) {
        ret[(unsigned char)*shapes[i].prefix] = true;
        if (shapes[i].any_case) {
            ret[tolower((unsigned char)*shapes[i].prefix)] = true;
            ret[toupper((unsigned char)*shapes[i].prefix)] = true;
        }
    }
    for (size_t i = 0; r && i < r->secrets.n; i++)
        ret[(unsigned char)*r->secrets.items[i]] = true;
}

/* A key starts where a word starts: "risk-" and "disk-" hold no "sk-". */
static bool word_start(const char *text, size_t i)
{
    return i == 0 || !isalnum((unsigned char)text[i - 1]);
}

/* Calls through the text; out NULL only looks. True when something was replaced. */
static bool walk(const struct redact *r, bool by_shape, struct buf *out, const char *text, size_t n)
{
    bool found = false, first[256];
    size_t plain = 0, i = 0;

    first_bytes(r, by_shape, first);
    while (i < n) {
        if (!first[(unsigned char)text[i]]) {
            i++;
            continue;
        }
        size_t keep = 0, length = secret_at(r, text + i, n - i);
        if (!length && by_shape && word_start(text, i))
            length = shape_at(text + i, n - i, &keep);
        if (!length) {
            i++;
            continue;
        }
        found = true;
        if (!out)
            return true;
        buf_put(out, text + plain, i + keep - plain);
        buf_puts(out, "[redacted]");
        i += length;
        plain = i;
    }
    if (out)
        buf_put(out, text + plain, n - plain);
    return found;
}

int redact_put(const struct redact *r, struct buf *out, const char *text, size_t n)
{
    walk(r, true, out, text, n);
    return out->broken ? -1 : 0;
}

int redact_put_known(const struct redact *r, struct buf *out, const char *text, size_t n)
{
    walk(r, false, out, text, n);
    return out->broken ? -1 : 0;
}

bool redact_finds(const struct redact *r, const char *text, size_t n)
{
    return walk(r, true, NULL, text, n);
}
