/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/csv.h"

#include "core/base/str.h"
#include "core/base/utf8.h"

enum { AT_START, IN_CELL, IN_QUOTES, AFTER_QUOTE };

void csv_init(struct csv *c, const char *name, csv_record_fn *fn, void *arg)
{
    memset(c, 0, sizeof(*c));
    c->fn = fn;
    c->arg = arg;
    str_copy(c->name, sizeof(c->name), name);
    c->line = c->begin = 1;
    c->in_head = true;
    buf_init(&c->head, CSV_RECORD_MAX);
    buf_init(&c->text, 2 * CSV_RECORD_MAX);
}

void csv_done(struct csv *c)
{
    buf_done(&c->head);
    buf_done(&c->text);
    vec_done(&c->starts);
    vec_done(&c->cells);
}

static int too_long(struct csv *c, struct err *err)
{
    if (c->quote_line) {
        err_at(err, ERR_INVALID, c->name, (int)c->quote_line, 0,
               "A quote opens here and is not closed within %d KiB.", CSV_RECORD_MAX / 1024);
        err_hint(err, "Write \"\" for a quote inside of a quoted cell, or remove the lone quote.");
    } else {
        err_at(err, ERR_INVALID, c->name, (int)c->begin, 0, "This line is longer than %d KiB.",
               CSV_RECORD_MAX / 1024);
        err_hint(err, "Check that this is a CSV file with one sample on each line.");
    }
    return -ERR_INVALID;
}

/* Trims ASCII space on both sides and checks the encoding. */
static int cell_clean(struct csv *c, char **cell, struct err *err)
{
    char *s = *cell, *end;

    while (*s == ' ' || *s == '\t')
        s++;
    end = s + strlen(s);
    while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = '\0';
    *cell = s;
    for (size_t i = 0, n = (size_t)(end - s); i < n;) {
        uint32_t cp;
        size_t used = (unsigned char)s[i] < 0x80 ? 1 : utf8_decode(s + i, n - i, &cp);

        if ((unsigned char)s[i] >= 0x80 && cp == UTF8_BAD && !(used == 3 && !memcmp(s + i, "\xef\xbf\xbd", 3))) {
            err_at(err, ERR_INVALID, c->name, (int)c->begin, 0, "This line has bytes that are not UTF-8.");
            err_hint(err, "Save the file as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv");
            return -ERR_INVALID;
        }
        i += used;
    }
    return 0;
}

static int cell_begin(struct csv *c)
{
    return vec_push(&c->starts, c->text.len, CSV_COLUMNS_MAX);
}

static int record_end(struct csv *c, struct err *err)
{
    struct csv_record r = {.line = c->begin};
    bool blank;
    int rc = 0;

    buf_putc(&c->text, '\0');
    if (c->text.broken || c->text.len > CSV_RECORD_MAX)
        return too_long(c, err);
    c->cells.n = 0;
    for (size_t i = 0; i < c->starts.n && !rc; i++) {
        char *cell = c->text.data + c->starts.items[i];
        rc = cell_clean(c, &cell, err);
        if (!rc && vec_push(&c->cells, (const char *)cell, CSV_COLUMNS_MAX))
            rc = err_set(err, ERR_MACHINE, "There is not enough memory to read %s.", c->name);
    }
    r.cells = c->cells.items;
    r.n = (int)c->cells.n;
    blank = r.n == 0 || (r.n == 1 && !*r.cells[0]);
    if (!rc && !blank)
        rc = c->fn(c->arg, &r, err);
    buf_reset(&c->text);
    c->starts.n = 0;
    c->state = AT_START;
    return rc;
}

static int newline(struct csv *c, struct err *err)
{
    return c->starts.n ? record_end(c, err) : 0;
}

static int cell_next(struct csv *c, struct err *err)
{
    buf_putc(&c->text, '\0');
    c->state = AT_START;
    if (!cell_begin(c))
        return 0;
    err_at(err, ERR_INVALID, c->name, (int)c->begin, 0, "This line has more than %d columns.", CSV_COLUMNS_MAX);
    err_hint(err, "Long recordings need one line per moment, not one column per moment.");
    return -ERR_INVALID;
}

static int byte_in(struct csv *c, char b, struct err *err)
{
    bool quoted = c->state == IN_QUOTES;

    if (c->state == IN_QUOTES && b == '"') {
        c->state = AFTER_QUOTE;
        c->quote_line = 0;
        return 0;
    }
    if (!quoted && (b == '\n' || b == '\r'))
        return newline(c, err);
    if (!c->starts.n)
        cell_begin(c);
    if (!quoted && b == c->separator)
        return cell_next(c, err);
    if (c->state == AT_START && b == ' ')
        return 0;
    if (b == '"' && (c->state == AT_START || c->state == AFTER_QUOTE)) {
        if (c->state == AFTER_QUOTE)
            buf_putc(&c->text, '"');
        c->state = IN_QUOTES;
        c->quote_line = c->line;
        return 0;
    }
    if (!quoted)
        c->state = IN_CELL;
    buf_putc(&c->text, b);
    return c->text.len > CSV_RECORD_MAX ? too_long(c, err) : 0;
}

static int consume(struct csv *c, const char *bytes, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        bool after_cr = c->pending_cr;
        int rc;

        c->pending_cr = bytes[i] == '\r';
        if (after_cr && bytes[i] == '\n' && c->state != IN_QUOTES) { /* CRLF: its CR ended the line */
            c->crlf = true;
            continue;
        }
        rc = byte_in(c, bytes[i], err);
        if (rc)
            return rc;
        if (bytes[i] == '\r' || (bytes[i] == '\n' && !after_cr)) {
            c->line++;
            c->begin = c->state == IN_QUOTES ? c->begin : c->line;
        }
    }
    return 0;
}

/* The separator is the candidate that the first record has most of, outside of quotes. */
static char separator_of(const char *s, size_t n)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    int count[sizeof(candidates)] = {0}, best = 0;
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        quoted ^= s[i] == '"';
        for (size_t k = 0; k < sizeof(candidates) && !quoted; k++)
            count[k] += s[i] == candidates[k];
    }
    for (int k = 1; k < (int)sizeof(candidates); k++)
        if (count[k] > count[best])
            best = k;
    return candidates[best];
}

static int head_end(struct csv *c, struct err *err)
{
    size_t skip = 0;

    if (c->head.len >= 3 && !memcmp(c->head.data, "\xef\xbb\xbf", 3)) {
        c->bom = true;
        skip = 3;
    }
    c->in_head = false;
    c->separator = separator_of(buf_text(&c->head) + skip, c->head.len - skip);
    return c->head.len > skip ? consume(c, c->head.data + skip, c->head.len - skip, err) : 0;
}

/* Collects the first record that is not blank; *used says how many bytes it took. */
static int head_in(struct csv *c, const char *bytes, size_t n, size_t *used, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (buf_putc(&c->head, bytes[i]))
            return too_long(c, err);
        if (bytes[i] == '"' && c->state == IN_QUOTES)
            c->state = AT_START;
        else if (bytes[i] == '"' && (c->head.len < 2 || strchr(",;\t| \"\n\r", c->head.data[c->head.len - 2])))
            c->state = IN_QUOTES;
        else if (bytes[i] > ' ' && c->state == AT_START)
            c->pending_cr = true; /* something is on the line */
        if ((bytes[i] == '\n' || bytes[i] == '\r') && c->state != IN_QUOTES && c->pending_cr) {
            *used = i + 1;
            c->state = AT_START;
            c->pending_cr = false;
            return head_end(c, err);
        }
    }
    *used = n;
    return 0;
}

static int refuse_nul(struct csv *c, const char *bytes, const char *nul, struct err *err)
{
    int64_t line = c->line;
    bool utf16 = c->bytes + (nul - bytes) < 4; /* every second byte of ASCII text in UTF-16 is zero */

    for (size_t i = 0; c->in_head && i < c->head.len; i++)
        line += c->head.data[i] == '\n';
    for (const char *p = bytes; p < nul; p++)
        line += *p == '\n';
    err_at(err, ERR_INVALID, c->name, (int)line, 0, "This line has a NUL byte: the file is not plain text.");
    err_hint(err, utf16 ? "It looks like UTF-16: save it as UTF-8."
                        : "Check that it is a CSV file and was copied completely.");
    return -ERR_INVALID;
}

int csv_feed(struct csv *c, const char *bytes, size_t n, struct err *err)
{
    const char *nul = n ? memchr(bytes, '\0', n) : NULL;
    size_t used = 0;
    int rc = 0;

    if (nul)
        return refuse_nul(c, bytes, nul, err);
    c->bytes += (int64_t)n;
    if (c->in_head)
        rc = head_in(c, bytes, n, &used, err);
    if (!rc && !c->in_head)
        rc = consume(c, bytes + used, n - used, err);
    return rc;
}

int csv_finish(struct csv *c, struct err *err)
{
    int rc = 0;

    if (c->in_head) {
        c->state = AT_START;
        c->pending_cr = false;
        rc = head_end(c, err);
    }
    if (!rc && c->state == IN_QUOTES) {
        err_at(err, ERR_INVALID, c->name, (int)c->quote_line, 0, "A quote opens here and is never closed.");
        err_hint(err, "Write \"\" for a quote inside of a quoted cell, or remove the lone quote.");
        return -ERR_INVALID;
    }
    if (!rc && c->starts.n)
        rc = record_end(c, err);
    return rc;
}
