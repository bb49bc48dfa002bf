/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/cassette_record.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/os.h"
#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/llm/base64.h"
#include "core/llm/cassette_file.h"
#include "core/llm/wire.h"

enum { SECRETS_MAX = 4, SECRET_MIN = 8 };

struct piece {
    int64_t ms;
    size_t start, len;
};

struct cassette_record {
    struct provider_tap tap;
    struct buf text;
    char *secrets[SECRETS_MAX];
    int n_secrets;
    char last_subject[64];   /* of the reply that entered last, and where it starts in text */
    size_t last_start;
    /* the reply that is being recorded */
    char subject[64], content_type[96];
    int status;
    struct buf bytes;
    VEC(struct piece) pieces;
};

static void put_json(struct buf *out, struct json_object *o)
{
    buf_puts(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
                                                        JSON_C_TO_STRING_NOSLASHESCAPE));
    buf_putc(out, '\n');
    json_object_put(o);
}

static void add_text(struct json_object *o, const char *key, const char *text, size_t n)
{
    json_object_object_add(o, key, json_object_new_string_len(text, (int)n));
}

static void on_begin(void *arg, const char *subject)
{
    struct cassette_record *r = arg;

    str_copy(r->subject, sizeof(r->subject), subject);
    r->content_type[0] = '\0';
    r->status = 0;
    buf_reset(&r->bytes);
    r->pieces.n = 0;
}

static void on_head(void *arg, int status, const char *content_type)
{
    struct cassette_record *r = arg;

    r->status = status;
    str_copy(r->content_type, sizeof(r->content_type), content_type);
}

static void on_bytes(void *arg, int64_t ms, const char *bytes, size_t n)
{
    struct cassette_record *r = arg;
    struct piece p = {.ms = ms, .start = r->bytes.len, .len = n};

    if (buf_put(&r->bytes, bytes, n) || vec_push(&r->pieces, p, CASSETTE_CHUNKS_MAX))
        r->bytes.broken = true;
}

static void redact(struct cassette_record *r)
{
    for (int i = 0; i < r->n_secrets; i++) {
        size_t n = strlen(r->secrets[i]);
        char *p = r->bytes.data;
        while (p && (p = memmem(p, r->bytes.len - (size_t)(p - r->bytes.data), r->secrets[i], n)) != NULL)
            memset(p, '*', n);
    }
}

static bool plain(const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        size_t used = utf8_decode(s + i, n - i, &cp);
        if (cp == UTF8_BAD || s[i] == '\0')
            return false;
        i += used;
    }
    return true;
}

static void put_piece(struct cassette_record *r, const struct piece *p)
{
    struct json_object *o = json_object_new_object();
    const char *bytes = buf_text(&r->bytes) + p->start;
    struct buf text;

    json_object_object_add(o, "ms", json_object_new_int64(p->ms));
    if (plain(bytes, p->len)) {
        add_text(o, "data", bytes, p->len);
    } else {
        buf_init(&text, CASSETTE_FILE_CAP * 2UL);
        base64_put(&text, bytes, p->len);
        add_text(o, "base64", buf_text(&text), text.len);
        buf_done(&text);
    }
    put_json(&r->text, o);
}

/* A subject has one reply: of several tries the last one. */
static void replace_last(struct cassette_record *r)
{
    if (str_eq(r->subject, r->last_subject)) {
        r->text.len = r->last_start;
        r->text.data[r->text.len] = '\0';
    }
    str_copy(r->last_subject, sizeof(r->last_subject), r->subject);
    r->last_start = r->text.len;
}

/* Only here does a reply enter the cassette: by now every secret in it can be found whole. */
static void on_end(void *arg, bool whole)
{
    struct cassette_record *r = arg;
    struct json_object *o;

    if (r->bytes.broken)
        r->text.broken = true; /* a recording with a hole is none */
    if (r->text.broken || r->status == 0)
        return;
    redact(r);
    replace_last(r);
    o = json_object_new_object();
    add_text(o, "subject", r->subject, strlen(r->subject));
    add_text(o, "dialect", "openai", 6);
    json_object_object_add(o, "status", json_object_new_int(r->status));
    add_text(o, "content_type", r->content_type, strlen(r->content_type));
    put_json(&r->text, o);
    for (size_t i = 0; i < r->pieces.n; i++)
        put_piece(r, &r->pieces.items[i]);
    buf_putf(&r->text, "{\"end\":\"%s\"}\n", whole ? "whole" : "cut");
}

static void put_header(struct cassette_record *r, const char *model, const char *note, int64_t wall_ms)
{
    struct json_object *o = json_object_new_object();
    char date[32];

    clock_iso(wall_ms, date, sizeof(date));
    add_text(o, "format", "tinywright-cassette/1", 21);
    add_text(o, "origin", "recorded", 8);
    add_text(o, "model", model, strlen(model));
    add_text(o, "date", date, 10);
    add_text(o, "note", note, strlen(note));
    put_json(&r->text, o);
}

struct cassette_record *cassette_record_new(const char *model, const char *note, int64_t wall_ms,
                                            struct err *err)
{
    struct cassette_record *r = os_alloc(sizeof(*r));

    if (!r) {
        err_set(err, ERR_MACHINE, "There is no memory left for a recording.");
        return NULL;
    }
    r->tap = (struct provider_tap){.begin = on_begin, .head = on_head, .bytes = on_bytes, .end = on_end,
                                   .arg = r};
    buf_init(&r->text, CASSETTE_FILE_CAP);
    buf_init(&r->bytes, CASSETTE_FILE_CAP / 4);
    put_header(r, model && model[0] ? model : "unknown model", note ? note : "", wall_ms);
    return r;
}

void cassette_record_free(struct cassette_record *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->n_secrets; i++) {
        explicit_bzero(r->secrets[i], strlen(r->secrets[i]));
        free(r->secrets[i]);
    }
    buf_done(&r->text);
    buf_done(&r->bytes);
    vec_done(&r->pieces);
    free(r);
}

int cassette_record_secret(struct cassette_record *r, const char *secret, struct err *err)
{
    char *copy;

    if (strlen(secret) < SECRET_MIN)
        return err_set(err, ERR_INVALID, "A secret of fewer than %d bytes cannot be kept out of a recording.",
                       SECRET_MIN);
    copy = r->n_secrets < SECRETS_MAX ? os_dup(secret, strlen(secret)) : NULL;
    if (!copy)
        return err_set(err, ERR_MACHINE, "The recorder cannot keep track of one more secret.");
    r->secrets[r->n_secrets++] = copy;
    return 0;
}

const struct provider_tap *cassette_record_tap(struct cassette_record *r)
{
    return &r->tap;
}

int cassette_record_text(struct cassette_record *r, const char **ret, size_t *ret_len, struct err *err)
{
    if (r->text.broken)
        return err_set(err, ERR_CAP, "The recording grew past %d bytes.", CASSETTE_FILE_CAP);
    *ret = buf_text(&r->text);
    *ret_len = r->text.len;
    return 0;
}
