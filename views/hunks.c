/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "views/hunks.h"

#include "core/base/text.h"

enum { WORDS_MAX = 16, TEXT_COLUMN = 13 };

int hunks_text(const struct diff_row *r, struct buf *out)
{
    size_t n = r->len, from = out->len;
    int rc;

    while (n > 0 && (r->text[n - 1] == '\n' || r->text[n - 1] == '\r'))
        n--;
    rc = text_sanitize(out, r->text, n, TEXT_TABS);
    for (size_t i = from; i < out->len; i++) {
        if (out->data[i] == '\n') /* a lone carriage return inside the line */
            out->data[i] = ' ';
    }
    return rc;
}

/* The line that replaces, or is replaced by, row i: the n-th removed goes with the n-th added. */
static int partner(const struct diff *d, int i)
{
    enum diff_op op = d->rows.items[i].op;
    int first = i, dels = 0, adds = 0, start;

    while (first > 0 && d->rows.items[first - 1].op != DIFF_SAME)
        first--;
    for (start = first; start < (int)d->rows.n && d->rows.items[start].op == DIFF_DEL; start++)
        dels++;
    while (start + adds < (int)d->rows.n && d->rows.items[start + adds].op == DIFF_ADD)
        adds++;
    if (op == DIFF_DEL)
        return i - first < adds ? start + (i - first) : -1;
    return i - start < dels ? first + (i - start) : -1;
}

/* The marks of row i, whose shown text is own, when its partner is like it. */
static int word_marks(const struct diff *d, int i, const struct buf *own, struct diff_word *marks)
{
    struct diff_word del[WORDS_MAX], add[WORDS_MAX];
    int n_del = 0, n_add = 0, p = d->rows.items[i].op == DIFF_SAME ? -1 : partner(d, i);
    bool is_del = d->rows.items[i].op == DIFF_DEL;
    struct buf other;
    struct diff_row mine, theirs;

    if (p < 0)
        return 0;
    buf_init(&other, HUNKS_LINE_CAP);
    hunks_text(&d->rows.items[p], &other);
    mine = (struct diff_row){.text = buf_text(own), .len = own->len};
    theirs = (struct diff_row){.text = buf_text(&other), .len = other.len};
    diff_words(is_del ? &mine : &theirs, is_del ? &theirs : &mine, del, &n_del, add, &n_add, WORDS_MAX);
    buf_done(&other);
    for (int k = 0; k < (is_del ? n_del : n_add); k++)
        marks[k] = is_del ? del[k] : add[k];
    return is_del ? n_del : n_add;
}

static bool ends_crlf(const struct diff_row *r)
{
    return r->len > 1 && r->text[r->len - 1] == '\n' && r->text[r->len - 2] == '\r';
}

static void draw_text(struct canvas *c, const struct diff *d, int i, int role, bool quiet)
{
    const struct diff_row *r = &d->rows.items[i];
    struct diff_word marks[WORDS_MAX];
    struct buf line;
    int n, under = c->under;
    size_t at = 0;

    buf_init(&line, HUNKS_LINE_CAP);
    hunks_text(r, &line);
    n = quiet ? 0 : word_marks(d, i, &line, marks);
    for (int k = 0; k < n && at < line.len; k++) {
        size_t start = marks[k].start < line.len ? marks[k].start : line.len, end = marks[k].start + marks[k].len;
        if (end > line.len)
            end = line.len;
        canvas_addn(c, role, buf_text(&line) + at, start - at);
        c->under = r->op == DIFF_DEL ? ROLE_DEL_WORD : ROLE_ADD_WORD;
        canvas_addn(c, role, buf_text(&line) + start, end - start);
        c->under = under;
        at = end;
    }
    canvas_addn(c, role, buf_text(&line) + at, line.len - at);
    if (r->no_newline)
        canvas_add(c, ROLE_DIM, "  (no line end)");
    else if (r->op != DIFF_SAME && ends_crlf(r))
        canvas_add(c, ROLE_DIM, "  (CR LF)");
    buf_done(&line);
}

void hunks_draw(struct canvas *c, int y, const struct diff *d, int i, bool quiet)
{
    const struct diff_row *r = &d->rows.items[i];
    int role = quiet ? ROLE_DIM : r->op == DIFF_ADD ? ROLE_ADD : r->op == DIFF_DEL ? ROLE_DEL : ROLE_TEXT;
    struct canvas text = *c;

    if (r->old_line && r->op != DIFF_ADD)
        canvas_putf(c, y, 0, ROLE_NUMBER_LINE, "%5d", r->old_line);
    if (r->new_line && r->op != DIFF_DEL)
        canvas_putf(c, y, 5, ROLE_NUMBER_LINE, "%5d", r->new_line);
    canvas_putf(c, y, 11, role, "%c", r->op == DIFF_SAME ? ' ' : (char)r->op);
    text.at.col += TEXT_COLUMN;
    text.at.cols -= TEXT_COLUMN;
    canvas_at(&text, y, 0);
    if (text.at.cols > 0)
        draw_text(&text, d, i, role, quiet);
}
