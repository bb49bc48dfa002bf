/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/cassette_file.h"

#include <json-c/json.h>
#include <string.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/llm/base64.h"
#include "core/llm/wire.h"

enum { UNTIL_CAP = 64, SENTENCE_SPEED = 60 };

struct reader {
    struct cassette_file *file;
    const char *name;
    const char *p, *end;
    int line;                  /* of the line last taken */
    struct wire wire;
    struct cassette_reply *open; /* a raw reply that still takes chunks; owned by file */
    char until[UNTIL_CAP];     /* an authored reply that takes text up to this line */
};

static struct cassette_reply *reply_new(int line)
{
    struct cassette_reply *r = os_alloc(sizeof(*r));

    if (!r)
        return NULL;
    buf_init(&r->bytes, CASSETTE_FILE_CAP);
    r->line = line;
    r->usage = (struct provider_usage){-1, -1, -1, -1};
    return r;
}

static void reply_free(struct cassette_reply *r)
{
    buf_done(&r->bytes);
    vec_done(&r->chunks);
    free(r);
}

void cassette_file_done(struct cassette_file *f)
{
    for (size_t i = 0; i < f->replies.n; i++)
        reply_free(f->replies.items[i]);
    vec_done(&f->replies);
}

const struct cassette_reply *cassette_file_find(const struct cassette_file *f, const char *subject)
{
    for (size_t i = 0; i < f->replies.n; i++) {
        if (str_eq(f->replies.items[i]->subject, subject))
            return f->replies.items[i];
    }
    return NULL;
}

static int bad(struct reader *d, struct err *err, const char *what)
{
    err_at(err, ERR_INVALID, d->name, d->line, 0, "%s", what);
    err_hint(err, "The format is described in docs/internals/cassette.md.");
    return -ERR_INVALID;
}

/* The next line without its end; false at the end of the file. */
static bool next_line(struct reader *d, const char **ret, size_t *ret_len)
{
    const char *lf;

    if (d->p >= d->end)
        return false;
    lf = memchr(d->p, '\n', (size_t)(d->end - d->p));
    *ret = d->p;
    *ret_len = (size_t)((lf ? lf : d->end) - d->p);
    d->p = lf ? lf + 1 : d->end;
    d->line++;
    return true;
}

static int read_header(struct reader *d, struct json_object *o, struct err *err)
{
    struct cassette_file *f = d->file;
    char format[40];

    wire_field(o, "format", format, sizeof(format));
    if (!str_eq(format, "tinywright-cassette/1"))
        return bad(d, err, "The file does not start with a cassette header of a known version.");
    wire_field(o, "origin", f->origin, sizeof(f->origin));
    if (!str_eq(f->origin, "authored") && !str_eq(f->origin, "recorded"))
        return bad(d, err, "The origin of a cassette is \"authored\" or \"recorded\".");
    wire_field(o, "model", f->model, sizeof(f->model));
    wire_field(o, "date", f->date, sizeof(f->date));
    wire_field(o, "note", f->note, sizeof(f->note));
    if (str_eq(f->origin, "recorded") && (!f->model[0] || !f->date[0]))
        return bad(d, err, "A recorded cassette names its model and date.");
    return 0;
}

static void read_usage(struct cassette_reply *r, struct json_object *o)
{
    struct json_object *usage = wire_object(o, "usage");

    wire_int(usage, "input", &r->usage.input_tokens);
    wire_int(usage, "output", &r->usage.output_tokens);
    wire_int(usage, "cached", &r->usage.cached_tokens);
    wire_int(usage, "reasoning", &r->usage.reasoning_tokens);
}

static int read_raw(struct reader *d, struct cassette_reply *r, struct json_object *o, struct err *err)
{
    char dialect[16];
    int64_t status = 200;

    wire_field(o, "dialect", dialect, sizeof(dialect));
    if (!str_eq(dialect, "openai"))
        return bad(d, err, "The only dialect that a recording can have is \"openai\".");
    wire_int(o, "status", &status);
    if (status < 100 || status > 999)
        return bad(d, err, "An HTTP status has three digits.");
    r->raw = true;
    r->status = (int)status;
    wire_field(o, "content_type", r->content_type, sizeof(r->content_type));
    d->open = r;
    return 0;
}

static int read_authored(struct reader *d, struct cassette_reply *r, struct json_object *o,
                         struct err *err)
{
    const char *text;
    size_t n;

    r->tokens_per_second = SENTENCE_SPEED;
    if (wire_number(o, "tokens_per_second", &r->tokens_per_second) &&
        !(r->tokens_per_second >= 1 && r->tokens_per_second <= 1e6))
        return bad(d, err, "tokens_per_second lies between 1 and 1000000.");
    if (wire_int(o, "first_token_ms", &r->first_token_ms) && r->first_token_ms > 600000)
        return bad(d, err, "first_token_ms is at most 600000.");
    if (!wire_field(o, "finish", r->finish, sizeof(r->finish)))
        str_copy(r->finish, sizeof(r->finish), "stop");
    wire_field(o, "fail", r->fail, sizeof(r->fail));
    read_usage(r, o);
    wire_field(o, "until", d->until, sizeof(d->until));
    if (wire_text(o, "text", &text, &n))
        return buf_put(&r->bytes, text, n) ? bad(d, err, "The reply is too long.") : 0;
    if (!d->until[0] && !r->fail[0])
        return bad(d, err, "An authored reply has \"text\", or \"until\" and its lines below, or \"fail\".");
    return 0;
}

static int read_reply(struct reader *d, struct json_object *o, struct err *err)
{
    struct cassette_reply *r = reply_new(d->line);
    char dialect[16];

    if (!r || vec_push(&d->file->replies, r, CASSETTE_REPLIES_MAX)) {
        if (r)
            reply_free(r);
        return bad(d, err, "The cassette has too many replies.");
    }
    if (!wire_field(o, "subject", r->subject, sizeof(r->subject)) || !r->subject[0])
        return bad(d, err, "A reply has a \"subject\", such as \"sketch/1\".");
    if (cassette_file_find(d->file, r->subject) != r)
        return bad(d, err, "This subject has a reply already.");
    if (wire_field(o, "dialect", dialect, sizeof(dialect)))
        return read_raw(d, r, o, err);
    return read_authored(d, r, o, err);
}

static int read_chunk(struct reader *d, struct json_object *o, struct err *err)
{
    struct cassette_reply *r = d->open;
    struct cassette_chunk c = {.start = r->bytes.len};
    const char *text;
    size_t n;
    bool ok = wire_int(o, "ms", &c.ms) && c.ms <= 24 * 3600 * 1000;

    if (ok && wire_text(o, "data", &text, &n))
        buf_put(&r->bytes, text, n);
    else if (ok && wire_text(o, "base64", &text, &n))
        ok = base64_read(&r->bytes, text, n) == 0;
    else
        ok = false;
    if (!ok || r->bytes.broken)
        return bad(d, err, "A chunk has \"ms\" and \"data\" or \"base64\".");
    c.len = r->bytes.len - c.start;
    if (r->chunks.n > 0 && c.ms < r->chunks.items[r->chunks.n - 1].ms)
        return bad(d, err, "The times of a reply's chunks go forward only.");
    if (vec_push(&r->chunks, c, CASSETTE_CHUNKS_MAX))
        return bad(d, err, "The reply has too many chunks.");
    return 0;
}

static int read_end(struct reader *d, struct json_object *o, struct err *err)
{
    char how[16];

    wire_field(o, "end", how, sizeof(how));
    if (!str_eq(how, "whole") && !str_eq(how, "cut"))
        return bad(d, err, "A recorded reply ends in \"whole\" or \"cut\".");
    d->open->ended = str_eq(how, "whole");
    d->open = NULL;
    return 0;
}

static int read_object(struct reader *d, struct json_object *o, struct err *err)
{
    if (!d->file->origin[0])
        return read_header(d, o, err);
    if (d->open && json_object_object_get_ex(o, "end", NULL))
        return read_end(d, o, err);
    if (d->open && json_object_object_get_ex(o, "ms", NULL))
        return read_chunk(d, o, err);
    if (d->open)
        return bad(d, err, "The recorded reply before this line has no end.");
    return read_reply(d, o, err);
}

/* Takes the lines of an authored text up to the line that ends it. */
static int read_lines(struct reader *d, struct err *err)
{
    struct cassette_reply *r = d->file->replies.items[d->file->replies.n - 1];
    const char *line;
    size_t n;
    int start = d->line;

    while (next_line(d, &line, &n)) {
        if (n == strlen(d->until) && memcmp(line, d->until, n) == 0) {
            d->until[0] = '\0';
            return 0;
        }
        buf_put(&r->bytes, line, n);
        if (buf_putc(&r->bytes, '\n'))
            return bad(d, err, "The reply is too long.");
    }
    d->line = start;
    return bad(d, err, "The line that ends this text (\"until\") never comes.");
}

static int read_line(struct reader *d, const char *line, size_t n, struct err *err)
{
    struct json_object *o;
    int r;

    if (n == 0 || line[0] == '#' || strspn(line, " \t\r") >= n)
        return 0;
    o = wire_parse(&d->wire, line, n);
    if (!json_object_is_type(o, json_type_object))
        r = bad(d, err, "This line is not a JSON object.");
    else
        r = read_object(d, o, err);
    json_object_put(o);
    if (r == 0 && d->until[0])
        r = read_lines(d, err);
    return r;
}

int cassette_file_read(struct cassette_file *f, const char *bytes, size_t n, const char *name,
                       struct err *err)
{
    struct reader d = {.file = f, .name = name, .p = bytes, .end = bytes + n};
    const char *line;
    size_t len;
    int r = 0;

    memset(f, 0, sizeof(*f));
    wire_init(&d.wire);
    if (n > CASSETTE_FILE_CAP)
        r = bad(&d, err, "The cassette is too large.");
    while (r == 0 && next_line(&d, &line, &len))
        r = read_line(&d, line, len, err);
    if (r == 0 && !f->origin[0])
        r = bad(&d, err, "The file is empty: it has no cassette header.");
    if (r == 0 && d.open)
        d.open->ended = false; /* the recorder was stopped: plays as a stream that was cut */
    wire_done(&d.wire);
    return r;
}
