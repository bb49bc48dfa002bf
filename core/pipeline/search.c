/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/search.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/base/str.h"
#include "core/base/text.h"
#include "core/pipeline/blobs.h"
#include "core/store/store.h"

enum { TEXT_CAP = 16 * 1024 * 1024, BEFORE = 60 };

struct walk {
    struct store *store;
    const struct store_event *event;
    const char *const *words;
    int n;
    search_fn *fn;
    void *arg;
    int stop;
};

/* No NUL ends it: texts of others hold everything. */
static const char *find(const char *text, size_t n, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; len && i + len <= n; i++) {
        if (tolower((unsigned char)text[i]) == tolower((unsigned char)*word) && strncasecmp(text + i, word, len) == 0)
            return text + i;
    }
    return NULL;
}

static void cut_line(const char *text, size_t n, const char *at, char *dst, size_t size)
{
    const char *from = at, *end = at;
    char line[400];
    size_t len;

    while (from > text && from[-1] != '\n' && at - from < BEFORE)
        from--;
    while (end < text + n && *end != '\n' && end - from < (int)sizeof(line) - 1)
        end++;
    len = (size_t)(end - from);
    memcpy(line, from, len);
    line[len] = '\0';
    text_line(dst, size, line);
}

static int look(struct walk *w, const char *role, const char *text, size_t n)
{
    struct search_hit hit = {.seq = w->event->seq, .wall_ms = w->event->wall_ms, .kind = w->event->kind,
                             .attempt = w->event->subject, .role = role};
    const char *first = NULL;

    for (int i = 0; i < w->n; i++) {
        const char *at = find(text, n, w->words[i]);
        if (!at)
            return 0;
        if (i == 0)
            first = at;
    }
    if (!first)
        return 0;
    cut_line(text, n, first, hit.line, sizeof(hit.line));
    w->stop = w->fn(w->arg, &hit);
    return w->stop;
}

static int look_in_blob(void *arg, const char *role, const char *sha)
{
    struct walk *w = arg;
    struct buf text;
    int r = 0;

    if (str_eq(role, "output")) /* data and models */
        return 0;
    buf_init(&text, TEXT_CAP);
    if (store_get_blob(w->store, sha, &text, NULL) == 0)
        r = look(w, role, buf_text(&text), text.len);
    buf_done(&text);
    return r;
}

static int take_event(void *arg, const struct store_event *e)
{
    struct walk *w = arg;

    w->event = e;
    if (look(w, "event", e->body, e->body_len))
        return 1;
    return blobs_each(e, look_in_blob, w, NULL) > 0;
}

int search_history(struct engine *e, const char *const *words, int n, search_fn *fn, void *arg, struct err *err)
{
    struct walk w = {.store = engine_store(e), .words = words, .n = n, .fn = fn, .arg = arg};

    return store_each(w.store, 0, take_event, &w, err);
}
