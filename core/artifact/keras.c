/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/keras.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/vec.h"

enum {
    LOCAL_SIZE = 30,
    CENTRAL_SIZE = 46,
    END_SIZE = 22,
    MEMBERS_MAX = 4096,
    IDS_MAX = 4096,
    ID_DIGITS = 24,
};

#define LOCAL_MAGIC "PK\3\4"
#define CENTRAL_MAGIC "PK\1\2"
#define END_MAGIC "PK\5\6"

struct archive {
    const unsigned char *bytes;
    size_t n;
    size_t central, central_end; /* offsets of the central directory */
    int members;
};

struct member {
    const unsigned char *head; /* central header, CENTRAL_SIZE bytes and its variable part */
    size_t head_len;
    const unsigned char *local;
    size_t local_len; /* fixed part, name and extra field */
    const unsigned char *data;
    size_t size;
    const char *name;
    size_t name_len;
};

static unsigned get16(const unsigned char *p)
{
    return (unsigned)p[0] | (unsigned)p[1] << 8;
}

static size_t get32(const unsigned char *p)
{
    return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

/* An end record at the very end, and a central directory that touches it. */
static bool archive_open(struct archive *a, const void *bytes, size_t n)
{
    const unsigned char *end;

    memset(a, 0, sizeof(*a));
    a->bytes = bytes;
    a->n = n;
    if (n < END_SIZE)
        return false;
    end = a->bytes + n - END_SIZE;
    if (memcmp(end, END_MAGIC, 4) || get16(end + 4) || get16(end + 6) || get16(end + 20) ||
        get16(end + 8) != get16(end + 10))
        return false;
    a->members = (int)get16(end + 10);
    a->central = get32(end + 16);
    a->central_end = n - END_SIZE;
    return a->members > 0 && a->members <= MEMBERS_MAX && a->central <= a->central_end &&
           a->central_end - a->central == get32(end + 12);
}

/* Local sizes are those of the directory, or all ones where Keras forces a zip64 extra field. */
static bool sizes_agree(const unsigned char *local, const unsigned char *head)
{
    bool forced = get32(local + 18) == 0xFFFFFFFFu && get32(local + 22) == 0xFFFFFFFFu;

    return forced || !memcmp(local + 18, head + 20, 8);
}

/* Reads the member whose central header is at *at and whose data must begin at *expect. */
static bool member_read(const struct archive *a, size_t *at, size_t *expect, struct member *m)
{
    size_t left = a->central_end - *at, extra;

    if (left < CENTRAL_SIZE || memcmp(a->bytes + *at, CENTRAL_MAGIC, 4))
        return false;
    m->head = a->bytes + *at;
    m->name_len = get16(m->head + 28);
    m->head_len = CENTRAL_SIZE + m->name_len + get16(m->head + 30) + get16(m->head + 32);
    m->size = get32(m->head + 20);
    if (m->head_len > left || (get16(m->head + 8) & 8) || m->size == 0xFFFFFFFFu ||
        get32(m->head + 42) != *expect)
        return false;
    m->name = (const char *)m->head + CENTRAL_SIZE;
    m->local = a->bytes + *expect;
    left = a->central - *expect;
    if (left < LOCAL_SIZE || memcmp(m->local, LOCAL_MAGIC, 4))
        return false;
    extra = get16(m->local + 28);
    m->local_len = LOCAL_SIZE + m->name_len + extra;
    if (get16(m->local + 26) != m->name_len || m->local_len > left ||
        m->size > left - m->local_len || memcmp(m->local + LOCAL_SIZE, m->name, m->name_len) ||
        memcmp(m->local + 6, m->head + 8, 4) || memcmp(m->local + 14, m->head + 16, 4) ||
        !sizes_agree(m->local, m->head))
        return false;
    m->data = m->local + m->local_len;
    *at += m->head_len;
    *expect += m->local_len + m->size;
    return true;
}

static bool member_is(const struct member *m, const char *name)
{
    return get16(m->head + 10) == 0 && m->name_len == strlen(name) &&
           !memcmp(m->name, name, m->name_len);
}

/* Object numbers of one config.json in order of appearance. */
struct id_table {
    char id[IDS_MAX][ID_DIGITS];
    int n;
};

static int id_ordinal(struct id_table *t, const char *digits, size_t n)
{
    if (!n || n >= ID_DIGITS)
        return -1;
    for (int i = 0; i < t->n; i++) {
        if (!strncmp(t->id[i], digits, n) && !t->id[i][n])
            return i;
    }
    if (t->n == IDS_MAX)
        return -1;
    memcpy(t->id[t->n], digits, n);
    t->id[t->n][n] = '\0';
    return t->n++;
}

static size_t span_of(const char *p, const char *end, const char *accept)
{
    size_t n = 0;

    while (p + n < end && p[n] && strchr(accept, p[n]))
        n++;
    return n;
}

static void put_date_free(const char *p, const char *end, struct buf *out)
{
    static const char key[] = "\"date_saved\": \"";

    while (p < end) {
        const char *hit = memmem(p, (size_t)(end - p), key, sizeof(key) - 1);
        if (!hit)
            break;
        hit += sizeof(key) - 1;
        buf_put(out, p, (size_t)(hit - p));
        p = hit + span_of(hit, end, "0123456789-:@T.Z+");
    }
    buf_put(out, p, (size_t)(end - p));
}

static void put_ids_renamed(const char *p, const char *end, struct buf *out)
{
    static const char key[] = "\"shared_object_id\": ";
    struct id_table *ids = os_alloc(sizeof(*ids));

    while (ids && p < end) {
        const char *hit = memmem(p, (size_t)(end - p), key, sizeof(key) - 1);
        size_t digits;
        int ordinal;
        if (!hit)
            break;
        hit += sizeof(key) - 1;
        digits = span_of(hit, end, "0123456789");
        ordinal = id_ordinal(ids, hit, digits);
        buf_put(out, p, (size_t)(hit - p));
        if (ordinal >= 0) /* '#' against '!': no original text can pass for a renamed number */
            buf_putf(out, "#%d", ordinal);
        else
            buf_putf(out, "!%.*s", (int)digits, hit);
        p = hit + digits;
    }
    buf_put(out, p, (size_t)(end - p));
    free(ids);
}

/* A fixed-width length before each part, so that no two archives can flow into the same form. */
static void put_part(struct buf *out, const void *bytes, size_t n)
{
    buf_putf(out, "%016zx:", n);
    buf_put(out, bytes, n);
}

static void put_headers(struct buf *out, const struct member *m, bool rewritten)
{
    unsigned char head[CENTRAL_SIZE], local[LOCAL_SIZE];

    memcpy(head, m->head, sizeof(head));
    memcpy(local, m->local, sizeof(local));
    memset(head + 12, 0, 4); /* time and date */
    memset(local + 10, 0, 4);
    memset(head + 42, 0, 4); /* offset: follows from the order */
    if (rewritten) {         /* checksum and sizes belong to the bytes with the date in them */
        memset(head + 16, 0, 12);
        memset(local + 14, 0, 12);
    }
    put_part(out, head, sizeof(head));
    put_part(out, m->head + CENTRAL_SIZE, m->head_len - CENTRAL_SIZE);
    put_part(out, local, sizeof(local));
    put_part(out, m->local + LOCAL_SIZE, m->local_len - LOCAL_SIZE);
}

static void put_member(struct buf *out, const struct member *m)
{
    const char *p = (const char *)m->data;
    bool meta = member_is(m, "metadata.json"), config = member_is(m, "config.json");
    struct buf text;

    put_headers(out, m, meta || config);
    if (!meta && !config) {
        put_part(out, m->data, m->size);
        return;
    }
    buf_init(&text, m->size + 16);
    if (meta)
        put_date_free(p, p + m->size, &text);
    else
        put_ids_renamed(p, p + m->size, &text);
    if (text.broken)
        out->broken = true;
    put_part(out, buf_text(&text), text.len);
    buf_done(&text);
}

static bool put_archive(struct buf *out, const struct archive *a)
{
    size_t at = a->central, expect = 0;
    struct member m;

    buf_puts(out, "keras archive, form 1\n");
    for (int i = 0; i < a->members; i++) {
        if (!member_read(a, &at, &expect, &m))
            return false;
        put_member(out, &m);
    }
    return at == a->central_end && expect == a->central;
}

int keras_normalize(const void *bytes, size_t n, struct buf *out, struct err *err)
{
    size_t before = out->len;
    struct archive a;

    if (n < 4 || memcmp(bytes, LOCAL_MAGIC, 4)) {
        err_set(err, ERR_INVALID, "This is not a .keras file: it is no zip archive.");
        err_hint(err, "Save the model with model.save(\"NAME.keras\").");
        return -ERR_INVALID;
    }
    if (!archive_open(&a, bytes, n) || !put_archive(out, &a)) {
        if (out->len > before)
            out->data[out->len = before] = '\0';
        buf_put(out, bytes, n);
    }
    if (out->broken)
        return err_set(err, ERR_MACHINE, "The model file is too large to be normalized.");
    return 0;
}
