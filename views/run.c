/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "views/format.h"
#include "views/rows.h"
#include "views/views.h"

struct run {
    struct rows rows;   /* of rows.csv */
    struct buf serial;
    VEC(size_t) lines;  /* starts in serial */
    char key[STATE_ID + 2 * SHA256_HEX];
    bool shown;         /* there is a run to show */
};

enum { SERIAL_CAP = 4 * 1024 * 1024, LINES_MAX = 100000, BEFORE = 3 };

static void open(struct view *v)
{
    struct run *m = v->model;

    rows_init(&m->rows);
    buf_init(&m->serial, SERIAL_CAP);
}

static void done(struct view *v)
{
    struct run *m = v->model;

    rows_done(&m->rows);
    buf_done(&m->serial);
    vec_done(&m->lines);
}

/* The chosen attempt if it ran, else the newest one of its stage or later that did. */
static const struct attempt *find(const struct view_context *at)
{
    const struct attempt *a = format_attempt(at);

    if (a && state_output(a, "rows.csv"))
        return a;
    for (size_t i = at->state ? at->state->attempts.n : 0; a && i > 0; i--) {
        const struct attempt *b = at->state->attempts.items[i - 1];
        if (b->stage >= a->stage && state_output(b, "rows.csv"))
            return b;
    }
    return NULL;
}

static void index_lines(struct run *m)
{
    m->lines.n = 0;
    for (size_t i = 0; i < m->serial.len;) {
        const char *end = memchr(m->serial.data + i, '\n', m->serial.len - i);
        vec_push(&m->lines, i, LINES_MAX);
        i = end ? (size_t)(end - m->serial.data) + 1 : m->serial.len;
    }
}

static void reload(struct view *v)
{
    struct run *m = v->model;
    const struct attempt *a = find(v->context);
    const struct state_output *o = a ? state_output(a, "rows.csv") : NULL;
    char key[sizeof(m->key)];
    struct buf csv;

    snprintf(key, sizeof(key), "%s %s %s", a ? a->id : "", o ? o->sha : "", a ? a->out_blob : "");
    if (str_eq(key, m->key))
        return;
    str_copy(m->key, sizeof(m->key), key);
    m->shown = o != NULL;
    buf_reset(&m->serial);
    rows_reset(&m->rows);
    v->top = 0;
    if (!o)
        return;
    buf_init(&csv, SERIAL_CAP);
    if (format_blob(v->context->state, o->sha, &csv) == 0)
        rows_parse(&m->rows, buf_text(&csv), csv.len);
    buf_done(&csv);
    format_blob(v->context->state, a->out_blob, &m->serial);
    index_lines(m);
}

/* Verdict, blank, table head, table, blank, matrix head, matrix, blank, serial head, serial. */
static int table_at(void)
{
    return BEFORE;
}

static int matrix_at(const struct run *m)
{
    return table_at() + (int)m->rows.items.n + 1;
}

static int serial_at(const struct run *m)
{
    return matrix_at(m) + (m->rows.n_classes ? m->rows.n_classes + 2 : 0);
}

static int64_t count(struct view *v)
{
    const struct run *m = v->model;

    return m->shown ? serial_at(m) + 1 + (int64_t)m->lines.n : 0;
}

static void draw_verdict(struct view *v, struct canvas *c, int y)
{
    const struct run *m = v->model;
    bool right = m->rows.items.n > 0 && m->rows.right == (int)m->rows.items.n;

    canvas_at(c, y, 1);
    canvas_addf(c, right ? ROLE_PASSED : ROLE_FAILED, "%s %d of %zu rows right", right ? "✓" : "✗", m->rows.right,
                m->rows.items.n);
    canvas_add(c, right ? ROLE_PASSED : ROLE_FAILED, right ? ", so: verified" : ", so: not verified");
    canvas_addf(c, ROLE_DIM, "   on %s", v->context->state->board_name);
}

/* Column starts for the table: row, fed, expected, printed, instructions. */
static void columns(const struct canvas *c, int col[5])
{
    int fed = c->at.cols - 6 - 14 - 14 - 14;

    fed = fed > 40 ? 40 : fed < 10 ? 10 : fed;
    col[0] = 1;
    col[1] = 6;
    col[2] = 6 + fed;
    col[3] = col[2] + 14;
    col[4] = col[3] + 14;
}

static void put_field(struct canvas *c, int y, const int col[5], int i, int role, const char *text)
{
    struct canvas in = *c;

    if (i < 4 && in.at.cols > col[i + 1] - 1)
        in.at.cols = col[i + 1] - 1;
    canvas_put(&in, y, col[i], role, text);
}

static void draw_head(struct canvas *c, int y)
{
    static const char *const names[] = {"row", "fed", "expected", "printed", "instructions"};
    int col[5];

    columns(c, col);
    for (int i = 0; i < 5; i++)
        put_field(c, y, col, i, ROLE_HEADING, names[i]);
}

static void draw_row(const struct rows_item *r, struct canvas *c, int y)
{
    int col[5];
    char number[24], printed[80];

    columns(c, col);
    put_field(c, y, col, 0, ROLE_NUMBER_LINE, r->row);
    put_field(c, y, col, 1, ROLE_TEXT, r->fed);
    put_field(c, y, col, 2, ROLE_TEXT, r->expected);
    snprintf(printed, sizeof(printed), "%s%s", r->printed[0] ? r->printed : "nothing", r->ok ? "" : " ✗");
    put_field(c, y, col, 3, r->ok ? ROLE_TEXT : ROLE_FAILED, printed);
    if (r->instructions > 0)
        put_field(c, y, col, 4, ROLE_DIM, format_count(r->instructions, number, sizeof(number)));
}

static void draw_matrix(const struct rows *r, struct canvas *c, int y, int line)
{
    if (line == 0) {
        canvas_put(c, y, 1, ROLE_HEADING, "expected ↓  printed →");
        for (int i = 0; i < r->n_classes; i++)
            canvas_putf(c, y, 24 + 11 * i, ROLE_HEADING, "%10.10s", r->classes[i]);
        return;
    }
    canvas_putf(c, y, 1, ROLE_TEXT, "%.20s", r->classes[line - 1]);
    for (int i = 0; i < r->n_classes; i++) {
        int n = r->matrix[line - 1][i];
        int role = n == 0 ? ROLE_DIM : i == line - 1 ? ROLE_PASSED : ROLE_FAILED;
        canvas_putf(c, y, 24 + 11 * i, role, "%10d", n);
    }
}

static void draw_serial(const struct run *m, struct canvas *c, int y, size_t i)
{
    size_t start = m->lines.items[i], end = i + 1 < m->lines.n ? m->lines.items[i + 1] : m->serial.len;

    while (end > start && m->serial.data[end - 1] == '\n')
        end--;
    canvas_at(c, y, 3);
    canvas_addn(c, ROLE_TEXT, m->serial.data + start, end - start);
}

static void draw(struct view *v, struct canvas *c, int y, int64_t row)
{
    const struct run *m = v->model;
    int at = (int)row;

    if (at == 0)
        draw_verdict(v, c, y);
    else if (at == 2)
        draw_head(c, y);
    else if (at >= table_at() && at < table_at() + (int)m->rows.items.n)
        draw_row(&m->rows.items.items[at - table_at()], c, y);
    else if (m->rows.n_classes && at >= matrix_at(m) && at <= matrix_at(m) + m->rows.n_classes)
        draw_matrix(&m->rows, c, y, at - matrix_at(m));
    else if (at == serial_at(m))
        canvas_putf(c, y, 1, ROLE_HEADING, "Serial output, %zu lines", m->lines.n);
    else if (at > serial_at(m))
        draw_serial(m, c, y, (size_t)(at - serial_at(m) - 1));
}

static int64_t mark(struct view *v, int64_t row, int step)
{
    const struct run *m = v->model;

    for (row += step; row >= 0 && row < table_at() + (int64_t)m->rows.items.n; row += step) {
        if (row >= table_at() && !m->rows.items.items[row - table_at()].ok)
            return row;
    }
    return step > 0 && row < serial_at(m) ? serial_at(m) : -1;
}

static int text(struct view *v, int64_t row, struct buf *out)
{
    const struct run *m = v->model;
    int64_t i = row - table_at(), line = row - serial_at(m) - 1;

    if (i >= 0 && i < (int64_t)m->rows.items.n)
        return buf_putf(out, "%s %s %s %s", m->rows.items.items[i].row, m->rows.items.items[i].fed,
                        m->rows.items.items[i].expected, m->rows.items.items[i].printed);
    if (line >= 0 && line < (int64_t)m->lines.n)
        return buf_putf(out, "%.*s", (int)strcspn(m->serial.data + m->lines.items[line], "\n"),
                        m->serial.data + m->lines.items[line]);
    return 0;
}

static void foot(struct view *v, char *dst, size_t size)
{
    const struct run *m = v->model;
    const struct attempt *a = find(v->context);

    dst[0] = '\0';
    if (m->shown && a)
        snprintf(dst, size, "%s · J K next wrong row", a->id);
}

const struct view_ops run_ops = {
    .id = "run", .title = "Run", .help = "The run on the board: expected against printed rows, and the serial output.",
    .of_attempt = true, .size = sizeof(struct run), .empty = "This attempt has not run on a board. \"Compiles\" is not \"works\".",
    .open = open, .done = done, .reload = reload, .rows = count, .draw = draw, .mark = mark, .text = text, .foot = foot,
};
