/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/curl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static struct curl table;
static bool opened;

#define ROW(name) {"curl_" #name, offsetof(struct curl, name)}

static const struct {
    const char *symbol;
    size_t offset;
} rows[] = {
    ROW(global_init),       ROW(easy_init),      ROW(easy_cleanup),   ROW(easy_setopt),
    ROW(easy_getinfo),      ROW(easy_pause),     ROW(easy_header),    ROW(easy_strerror),
    ROW(slist_append),      ROW(slist_free_all), ROW(multi_init),     ROW(multi_cleanup),
    ROW(multi_add_handle),  ROW(multi_perform),  ROW(multi_poll),     ROW(multi_info_read),
    ROW(multi_remove_handle),
};

static int fill(void *library, struct err *err)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        void *found = dlsym(library, rows[i].symbol);
        if (!found) {
            err_set(err, ERR_TOOL, "This libcurl is too old: it has no %s.", rows[i].symbol);
            err_hint(err, "Version 7.85 or newer is needed (Debian: apt install libcurl4).");
            return -ERR_TOOL;
        }
        memcpy((char *)&table + rows[i].offset, &found, sizeof(found));
    }
    return 0;
}

const struct curl *curl_open(struct err *err)
{
    void *library;

    if (opened)
        return &table;
    library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        err_set(err, ERR_TOOL, "libcurl, which talks to model providers, is not installed.");
        err_hint(err, "Debian: apt install libcurl4. Recorded sessions and symbolic mode work without it.");
        return NULL;
    }
    /* never closed again: its TLS library has hooks that run at exit */
    if (fill(library, err))
        return NULL;
    if (table.global_init(CURL_GLOBAL_DEFAULT)) {
        err_set(err, ERR_MACHINE, "libcurl could not be set up.");
        return NULL;
    }
    opened = true;
    return &table;
}
