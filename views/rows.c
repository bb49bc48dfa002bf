/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "views/rows.h"

#include <string.h>

#include "core/base/str.h"

enum { FIELD_CAP = 160, COLUMNS_MAX = 16 };
enum column { COLUMN_ROW, COLUMN_FED, COLUMN_EXPECTED, COLUMN_PRINTED, COLUMN_OK, COLUMN_INSTRUCTIONS, COLUMNS };

static const char *const column_names[COLUMNS] = {"row", "fed", "expected", "printed", "ok", "instructions"};

void rows_init(struct rows *r)
{
    memset(r, 0, sizeof(*r));
}

void rows_done(struct rows *r)
{
    vec_done(&r->items);
}

void rows_reset(struct rows *r)
{
    r->items.n = 0;
    r->right = r->n_classes = 0;
    memset(r->matrix, 0, sizeof(r->matrix));
}

/* One field of a CSV line into dst; returns the position after it and its comma, *ret_end at the line's end. */
static size_t field(const char *s, size_t n, size_t i, char *dst, bool *ret_end)
{
    size_t len = 0;
    bool quoted = i < n && s[i] == '"';

    if (quoted)
        i++;
    for (; i < n; i++) {
        if (quoted && s[i] == '"') {
            if (i + 1 < n && s[i + 1] == '"')
                i++;
            else {
                quoted = false;
                continue;
            }
        } else if (!quoted && (s[i] == ',' || s[i] == '\n')) {
            break;
        }
        if (len + 1 < FIELD_CAP)
            dst[len++] = s[i];
    }
    dst[len] = '\0';
    *ret_end = i >= n || s[i] == '\n';
    return i < n ? i + 1 : i;
}

static int class_index(struct rows *r, const char *name)
{
    for (int i = 0; i < r->n_classes; i++) {
        if (str_eq(r->classes[i], name))
            return i;
    }
    if (r->n_classes >= ROWS_CLASSES_MAX || !name[0])
        return -1;
    str_copy(r->classes[r->n_classes], sizeof(r->classes[0]), name);
    return r->n_classes++;
}

static void put(struct rows_item *item, int column, const char *text)
{
    int64_t n;

    switch (column) {
    case COLUMN_ROW: str_copy(item->row, sizeof(item->row), text); break;
    case COLUMN_FED: str_copy(item->fed, sizeof(item->fed), text); break;
    case COLUMN_EXPECTED: str_copy(item->expected, sizeof(item->expected), text); break;
    case COLUMN_PRINTED: str_copy(item->printed, sizeof(item->printed), text); break;
    case COLUMN_OK: item->ok = str_eq(text, "1") || str_eq(text, "true") || str_eq(text, "yes"); break;
    case COLUMN_INSTRUCTIONS: item->instructions = str_to_long(text, &n) ? n : 0; break;
    default: break;
    }
}

static void count_classes(struct rows *r)
{
    bool fits = true;

    for (size_t i = 0; i < r->items.n; i++) {
        int expected = class_index(r, r->items.items[i].expected), printed = class_index(r, r->items.items[i].printed);
        if (expected >= 0 && printed >= 0)
            r->matrix[expected][printed]++;
        else if (expected < 0)
            fits = false;
    }
    if (!fits)
        r->n_classes = 0;
}

void rows_parse(struct rows *r, const char *text, size_t n)
{
    int map[COLUMNS_MAX], columns = 0;
    char word[FIELD_CAP];
    bool end = false;
    size_t i = 0;

    rows_reset(r);
    while (!end && columns < COLUMNS_MAX) {
        i = field(text, n, i, word, &end);
        map[columns] = -1;
        for (int k = 0; k < COLUMNS; k++) {
            if (str_eq(word, column_names[k]))
                map[columns] = k;
        }
        columns++;
    }
    while (i < n) {
        struct rows_item item = {0};
        end = false;
        for (int k = 0; !end; k++) {
            i = field(text, n, i, word, &end);
            put(&item, k < columns ? map[k] : -1, word);
        }
        if (vec_push(&r->items, item, ROWS_ITEMS_MAX) < 0)
            break;
        r->right += item.ok;
    }
    count_classes(r);
}
