/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/config/config.h"

enum { WRAP = 96 };

/* Words of text as comment lines. */
static void put_comment(struct buf *out, int indent, const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t n = strcspn(text, " ");
        if (column > 0 && column + 1 + n > WRAP) {
            buf_putc(out, '\n');
            column = 0;
        }
        if (column == 0) {
            buf_putf(out, "%*s#", indent, "");
            column = (size_t)indent + 1;
        }
        buf_putc(out, ' ');
        buf_put(out, text, n);
        column += n + 1;
        text += n;
        text += strspn(text, " ");
    }
    buf_putc(out, '\n');
}

static void put_limits(struct buf *line, const struct config_field *row)
{
    if (row->required)
        buf_puts(line, " Required.");
    if (row->type == CONFIG_CHOICE) {
        for (int i = 0; row->choices[i]; i++)
            buf_putf(line, "%s%s", i ? ", " : " One of: ", row->choices[i]);
        buf_putc(line, '.');
    }
    if (row->min != 0 || row->max != 0)
        buf_putf(line, " From %.10g to %.10g.", row->min, row->max);
}

static const char *example(const struct config_field *row)
{
    switch (row->type) {
    case CONFIG_BOOL:
        return "false";
    case CONFIG_INT:
    case CONFIG_NUMBER:
        return "0";
    case CONFIG_CHOICE:
        return row->choices[0];
    case CONFIG_STRINGS:
        return "[]";
    case CONFIG_MAP:
        return "{}";
    default:
        return "\"\"";
    }
}

static void put_rows(const struct config_field *rows, int indent, struct buf *out)
{
    struct buf line;

    for (const struct config_field *row = rows; row->key; row++) {
        if (row->forbidden)
            continue;
        buf_init(&line, 4096);
        buf_puts(&line, row->help ? row->help : "");
        put_limits(&line, row);
        put_comment(out, indent, buf_text(&line));
        buf_done(&line);
        if (row->type == CONFIG_SECTION) {
            buf_putf(out, "#%*s%s:\n", indent, "", row->key);
            put_rows(row->section, indent + 2, out);
        } else if (row->type == CONFIG_LIST) {
            buf_putf(out, "#%*s%s: # a list; each entry begins with a dash and has\n", indent, "", row->key);
            put_rows(row->section, indent + 2, out);
        } else {
            buf_putf(out, "#%*s%s: %s\n", indent, "", row->key, row->preset ? row->preset : example(row));
        }
        if (indent == 0)
            buf_putc(out, '\n');
    }
}

int config_document(const struct config_field *rows, struct buf *out)
{
    put_rows(rows, 0, out);
    return out->broken ? -1 : 0;
}
