/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/artifact/review.h"

#include <stdio.h>
#include <string.h>

#include "core/artifact/hunk.h"
#include "core/base/os.h"
#include "core/base/str.h"

enum { RESULT_MAX = 2 * REVIEW_BYTES_MAX };

/* Which hunks the result has; owned by the caller, NULL without memory. */
static bool *flags(const struct review *r)
{
    bool *take = os_alloc(r->choices.n + 1);

    for (size_t i = 0; take && i < r->choices.n; i++)
        take[i] = r->choices.items[i].take;
    return take;
}

static void count(struct review *r)
{
    r->added = r->deleted = r->lines = r->left = 0;
    for (size_t i = 0; i < r->choices.n; i++)
        r->left += !r->choices.items[i].take;
    for (size_t i = 0; i < r->diff.rows.n; i++) {
        const struct diff_row *row = &r->diff.rows.items[i];
        bool on = row->hunk >= 0 && r->choices.items[row->hunk].take;
        r->added += on && row->op == DIFF_ADD;
        r->deleted += on && row->op == DIFF_DEL;
        r->lines += row->op == DIFF_SAME || (row->op == DIFF_ADD) == on;
    }
}

static int update(struct review *r)
{
    bool *take = flags(r);
    int rc = -1;

    buf_reset(&r->result);
    r->sha[0] = '\0';
    count(r);
    if (take && diff_apply(&r->diff, take, &r->result) == 0)
        rc = 0;
    if (rc == 0)
        artifact_identity(r->kind, buf_text(&r->result), r->result.len, r->sha, NULL);
    free(take);
    return rc;
}

static int add_choices(struct review *r, int at, int n)
{
    struct review_choice none = {.take = true};

    if (n == 0)
        return 0;
    for (int i = 0; i < n; i++) {
        if (vec_push(&r->choices, none, DIFF_ROWS_MAX))
            return -1;
    }
    memmove(r->choices.items + at + n, r->choices.items + at, (r->choices.n - (size_t)at - (size_t)n) * sizeof(none));
    for (int i = at; i < at + n; i++)
        r->choices.items[i] = none;
    return 0;
}

int review_init(struct review *r, enum artifact_kind kind, const void *old_bytes, size_t n_old, const void *bytes, size_t n,
                struct err *err)
{
    memset(r, 0, sizeof(*r));
    r->kind = kind;
    buf_init(&r->old_text, REVIEW_BYTES_MAX);
    buf_init(&r->new_text, REVIEW_BYTES_MAX);
    buf_init(&r->result, RESULT_MAX);
    if (memchr(old_bytes, 0, n_old) || memchr(bytes, 0, n))
        return err_set(err, ERR_INVALID, "The artifact is not text: it has no lines to choose from.");
    if (n_old > REVIEW_BYTES_MAX || n > REVIEW_BYTES_MAX)
        return err_set(err, ERR_INVALID, "The artifact is larger than %d bytes: too large to choose lines from.", REVIEW_BYTES_MAX);
    if (buf_put(&r->old_text, old_bytes, n_old) || buf_put(&r->new_text, bytes, n) ||
        diff_init(&r->diff, buf_text(&r->old_text), n_old, buf_text(&r->new_text), n, DIFF_CONTEXT) ||
        add_choices(r, 0, (int)r->diff.hunks.n) || update(r))
        return err_set(err, ERR_MACHINE, "There is no memory left to compare the artifact.");
    return 0;
}

void review_done(struct review *r)
{
    for (size_t i = 0; i < r->choices.n; i++)
        free(r->choices.items[i].note);
    vec_done(&r->choices);
    diff_done(&r->diff);
    buf_done(&r->old_text);
    buf_done(&r->new_text);
    buf_done(&r->result);
    memset(r, 0, sizeof(*r));
}

int review_take(struct review *r, int h, bool take)
{
    r->choices.items[h].take = take;
    return update(r);
}

/* The parts are chosen as the whole was; its reason stays with the first. */
int review_split(struct review *r, int h)
{
    bool take = r->choices.items[h].take;
    int n = r->choices.items[h].edited ? 1 : hunk_split(&r->diff, h);

    if (n <= 1)
        return n;
    if (add_choices(r, h + 1, n - 1))
        return -1;
    for (int i = h + 1; i < h + n; i++)
        r->choices.items[i].take = take;
    return update(r) ? -1 : n;
}

int review_edit(struct review *r, int h, const char *text, size_t n)
{
    int before = r->diff.hunks.items[h].new_count;

    if (memchr(text, 0, n) || hunk_edit(&r->diff, h, text, n))
        return -1;
    r->choices.items[h].grown += r->diff.hunks.items[h].new_count - before;
    r->choices.items[h].take = true;
    r->choices.items[h].edited = true;
    return update(r);
}

int review_note(struct review *r, int h, const char *text)
{
    size_t n = strnlen(text, REVIEW_NOTE_MAX - 1);
    char *copy = os_dup(text, n);

    if (!copy)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)copy[i] < 0x20)
            copy[i] = ' ';
    }
    free(r->choices.items[h].note);
    r->choices.items[h].note = copy;
    return review_take(r, h, false);
}

bool review_touched(const struct review *r)
{
    return r->result.len != r->new_text.len ||
           memcmp(buf_text(&r->result), buf_text(&r->new_text), r->result.len) != 0;
}

bool review_empty(const struct review *r)
{
    return r->choices.n > 0 && (size_t)r->left == r->choices.n;
}

struct diff_hunk review_header(const struct review *r, int h)
{
    struct diff_hunk ret = r->diff.hunks.items[h];
    int before = ret.old_start - (ret.old_count > 0);

    for (int i = 0; i < h; i++) {
        const struct diff_hunk *k = &r->diff.hunks.items[i];
        if (r->choices.items[i].take)
            before += k->new_count - k->old_count;
    }
    ret.new_start = before + (ret.new_count > 0);
    return ret;
}

int review_line(const struct review *r, int i)
{
    const struct diff_row *row = &r->diff.rows.items[i];
    int line = row->new_line;

    if (row->op == DIFF_DEL || (row->hunk >= 0 && r->choices.items[row->hunk].edited))
        return 0;
    for (size_t h = 0; h < r->choices.n && r->diff.hunks.items[h].first_row + r->diff.hunks.items[h].n_rows <= i; h++)
        line -= r->choices.items[h].grown;
    return line;
}

int review_hunk_of(const struct review *r, int line)
{
    for (size_t i = 0; line > 0 && i < r->diff.rows.n; i++) {
        if (r->diff.rows.items[i].op == DIFF_ADD && review_line(r, (int)i) == line)
            return r->diff.rows.items[i].hunk;
    }
    return -1;
}

/* The line of the result at which hunk h changes, or would change, something. */
static int line_of(const struct review *r, int h)
{
    const struct diff_hunk k = review_header(r, h);
    int i = k.first_row;

    while (i < k.first_row + k.n_rows && r->diff.rows.items[i].op == DIFF_SAME)
        i++;
    return k.new_start - (k.new_count > 0) + (i - k.first_row) + 1;
}

static void put_notes(const struct review *r, struct buf *out)
{
    for (size_t i = 0; i < r->choices.n; i++) {
        const struct review_choice *c = &r->choices.items[i];
        if (!c->take)
            buf_putf(out, "# line %d, left out: %s\n", line_of(r, (int)i), c->note ? c->note : "no reason given");
        else if (c->edited)
            buf_putf(out, "# line %d, a person wrote this differently\n", line_of(r, (int)i));
    }
}

int review_refused(const struct review *r, const char *name, struct buf *out)
{
    struct diff d;
    int rc;

    if (!review_touched(r))
        return 0;
    if (diff_init(&d, buf_text(&r->result), r->result.len, buf_text(&r->new_text), r->new_text.len, DIFF_CONTEXT))
        return -1;
    put_notes(r, out);
    rc = diff_unified(&d, name, name, out);
    diff_done(&d);
    return rc;
}

const char *review_reasons(const struct review *r, char *dst, size_t size)
{
    size_t used = 0;

    dst[0] = '\0';
    for (size_t i = 0; i < r->choices.n && used < size; i++) {
        const struct review_choice *c = &r->choices.items[i];
        if (!c->take && c->note)
            used += (size_t)snprintf(dst + used, size - used, "%shunk %zu: %s", used ? "; " : "", i + 1, c->note);
    }
    return dst;
}
