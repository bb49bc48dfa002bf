/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/fence.h"

#include <ctype.h>
#include <string.h>

enum { PROSE_MAX = 100000, FENCE_MIN = 3 };

struct mark { /* what a line says as a fence */
    char c;   /* '`' or '~', 0 for an ordinary line */
    size_t run, indent;
    const char *info;
    size_t info_len;
};

static size_t trim_end(const char *p, size_t n)
{
    while (n && isspace((unsigned char)p[n - 1]))
        n--;
    return n;
}

static struct mark mark_of(const char *line, size_t n)
{
    struct mark m = {0};
    size_t i = 0;

    n = trim_end(line, n);
    while (i < n && (line[i] == ' ' || line[i] == '\t'))
        i++;
    m.indent = i;
    if (i == n || (line[i] != '`' && line[i] != '~'))
        return m;
    while (i + m.run < n && line[i + m.run] == line[i])
        m.run++;
    m.info = line + i + m.run;
    m.info_len = n - i - m.run;
    while (m.info_len && (*m.info == ' ' || *m.info == '\t')) {
        m.info++;
        m.info_len--;
    }
    if (m.run >= FENCE_MIN && (line[i] == '~' || !memchr(m.info, '`', m.info_len)))
        m.c = line[i];
    return m;
}

static bool starts(const char *line, size_t n, const char *word)
{
    size_t len = strlen(word);

    while (n && (*line == ' ' || *line == '\t')) {
        line++;
        n--;
    }
    return n >= len && !memcmp(line, word, len);
}

/* The start of what is not reasoning: a span that opens a line is dropped, and so is all before a
 * lone close. */
static const char *after_lone_close(const char *p, const char *end)
{
    const char *close = memmem(p, (size_t)(end - p), "</think>", 8);
    const char *open = memmem(p, (size_t)(end - p), "<think>", 7);

    if (!close || (open && open < close))
        return p;
    if (close > p && close[-1] != '\n')
        return p; /* inside a line: may be part of a string */
    return close + 8;
}

static void set_word(struct fence_block *b, const struct mark *m)
{
    size_t n = 0;

    while (n < m->info_len && n < FENCE_WORD - 1 && !isspace((unsigned char)m->info[n]) &&
           m->info[n] != ',' && m->info[n] != '{' && m->info[n] != ':') {
        b->word[n] = (char)tolower((unsigned char)m->info[n]);
        n++;
    }
    b->word[n] = '\0';
}

struct walk {
    struct fence_reply *r;
    struct fence_block block;
    struct mark open;
    bool in_block;
};

static int block_line(struct walk *w, const struct mark *m, const char *line, int number)
{
    if (m->c == w->open.c && m->run >= w->open.run && !m->info_len) {
        w->block.closed = true;
        w->block.len = (size_t)(line - w->block.text);
        w->in_block = false;
        return vec_push(&w->r->blocks, w->block, FENCE_BLOCKS_MAX);
    }
    if (m->c == w->open.c && m->run >= w->open.run && !w->block.nested_line)
        w->block.nested_line = number;
    return 0;
}

static int outer_line(struct walk *w, const struct mark *m, const char *line, size_t n, int number)
{
    struct fence_prose p = {line, trim_end(line, n), number};

    if (!m->c)
        return vec_push(&w->r->prose, p, PROSE_MAX);
    memset(&w->block, 0, sizeof(w->block));
    w->block.text = line + n;
    w->block.indent = m->indent;
    w->block.line = number;
    set_word(&w->block, m);
    w->open = *m;
    w->in_block = true;
    return 0;
}

int fence_read(struct fence_reply *r, const char *text, size_t n)
{
    struct walk w = {.r = r};
    const char *end = text + n, *p = after_lone_close(text, end);
    int number = 1, rc = 0;

    memset(r, 0, sizeof(*r));
    for (const char *q = text; q < p; q++)
        number += *q == '\n';
    while (p < end && !rc) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t len = nl ? (size_t)(nl - p) + 1 : (size_t)(end - p);
        struct mark m = mark_of(p, len);
        if (!w.in_block && starts(p, len, "<think>")) {
            const char *close = memmem(p, (size_t)(end - p), "</think>", 8);
            r->thinking = !close;
            close = close ? close + 8 : end;
            for (; p < close; p++)
                number += *p == '\n';
            continue;
        }
        rc = w.in_block ? block_line(&w, &m, p, number) : outer_line(&w, &m, p, len, number);
        p += len;
        number++;
    }
    if (w.in_block && !rc) {
        w.block.len = (size_t)(end - w.block.text);
        rc = vec_push(&r->blocks, w.block, FENCE_BLOCKS_MAX);
    }
    r->too_many = rc != 0;
    return rc;
}

void fence_done(struct fence_reply *r)
{
    vec_done(&r->blocks);
    vec_done(&r->prose);
}
