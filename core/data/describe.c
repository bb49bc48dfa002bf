/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A profile as text, for prompts and for the screen: sanitized, bounded. */
#include "core/base/text.h"
#include "core/data/profile.h"

enum { COLUMNS_SHOWN = 40, VALUES_SHOWN = 12, CELL_SHOWN = 24 };

static const char *const type_names[] = {"empty", "integer", "number", "number with unit", "text"};

const char *profile_type_name(enum profile_type t)
{
    return type_names[t];
}

static void put_cell(struct buf *out, const char *text)
{
    char line[CELL_SHOWN * 4];

    text_line(line, sizeof(line), text);
    for (const char *c = line; *c; c++)
        if (*c == '|') /* would end the cell of the Markdown table */
            buf_puts(out, "\\|");
        else
            buf_putc(out, *c);
}

static void put_column(struct buf *out, const struct profile *p, int i)
{
    const struct profile_column *c = &p->columns.items[i];

    buf_puts(out, "| ");
    put_cell(out, c->name);
    buf_putf(out, " | %s | %lld | %lld%s | ", type_names[c->type], (long long)c->missing, (long long)c->distinct,
             c->distinct_more ? "+" : "");
    if (c->type == PROFILE_TEXT || c->type == PROFILE_EMPTY)
        buf_puts(out, "| | ");
    else
        buf_putf(out, "%.6g … %.6g | %.6g ± %.6g | ", c->min, c->max, c->mean, c->std);
    put_cell(out, c->unit);
    buf_puts(out, i == p->label ? " | label |\n" : " | |\n");
}

static void put_classes(struct buf *out, const struct profile *p)
{
    const struct profile_column *c;

    if (p->label < 0)
        return;
    c = &p->columns.items[p->label];
    buf_puts(out, "\nClasses (rows): ");
    for (int i = 0; i < c->n_values && i < VALUES_SHOWN; i++) {
        put_cell(out, c->values[i].text);
        buf_putf(out, " (%lld)%s", (long long)c->values[i].count, i + 1 < c->n_values ? ", " : "");
    }
    buf_puts(out, c->n_values > VALUES_SHOWN ? "…\n" : "\n");
}

static void put_first(struct buf *out, const struct profile *p)
{
    buf_puts(out, "\nFirst rows:\n");
    for (int r = 0; r < p->n_first; r++) {
        const char *cell = p->first[r];
        for (size_t i = 0; i < p->columns.n && i < COLUMNS_SHOWN; i++) {
            buf_puts(out, i ? ", " : "  ");
            put_cell(out, cell);
            cell += strlen(cell) + 1;
        }
        buf_putc(out, '\n');
    }
}

int profile_describe(const struct profile *p, struct buf *out)
{
    int n = (int)p->columns.n;

    buf_putf(out, "%lld rows, %d columns, %lld repeated rows%s", (long long)p->rows, n, (long long)p->duplicates,
             p->duplicates_more ? " or more" : "");
    if (p->windows)
        buf_putf(out, ", %lld windows of %lld rows", (long long)p->windows, (long long)p->window_length);
    buf_puts(out, "\n\n| column | type | missing | distinct | range | mean ± std | unit | role |\n"
                  "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (int i = 0; i < n && i < COLUMNS_SHOWN; i++)
        put_column(out, p, i);
    if (n > COLUMNS_SHOWN)
        buf_putf(out, "\n%d more columns are not shown.\n", n - COLUMNS_SHOWN);
    put_classes(out, p);
    put_first(out, p);
    return out->broken ? -1 : 0;
}
