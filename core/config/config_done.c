/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/config/config.h"

static void free_strings(struct config_strings *s)
{
    for (int i = 0; i < s->n; i++)
        free(s->items[i]);
    free(s->items);
    memset(s, 0, sizeof(*s));
}

static void free_pairs(struct config_pairs *m)
{
    for (int i = 0; i < m->n; i++) {
        free(m->items[i].key);
        free(m->items[i].value);
    }
    free(m->items);
    memset(m, 0, sizeof(*m));
}

static void free_list(struct config_list *l, const struct config_field *row)
{
    for (int i = 0; i < l->n; i++)
        config_done(row->section, (char *)l->items + (size_t)i * row->size);
    free(l->items);
    memset(l, 0, sizeof(*l));
}

void config_done(const struct config_field *rows, void *target)
{
    for (const struct config_field *row = rows; row->key; row++) {
        void *at = (char *)target + row->offset;
        if (row->forbidden)
            continue;
        if (row->type == CONFIG_STRING) {
            free(*(char **)at);
            *(char **)at = NULL;
        } else if (row->type == CONFIG_STRINGS) {
            free_strings(at);
        } else if (row->type == CONFIG_MAP) {
            free_pairs(at);
        } else if (row->type == CONFIG_SECTION) {
            config_done(row->section, at);
        } else if (row->type == CONFIG_LIST) {
            free_list(at, row);
        }
    }
}
