/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/board/tools.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"

enum { BUILD_TXT_CAP = 64 << 10, CONTRACT = 1 };

#define HOW "Call ./run once: it installs the toolchain (about 430 MB to fetch, 2.6 GB on disk) and builds the runtime. " \
            "On Debian the packages are gcc-arm-none-eabi libnewlib-arm-none-eabi " \
            "libstdc++-arm-none-eabi-newlib qemu-system-arm."

enum key_kind { ONE, MANY, NUMBER };

#define KEY(key, kind, member) {key, kind, offsetof(struct board_tools, member)}

static const struct {
    const char *name;
    enum key_kind kind;
    size_t at;
} keys[] = {
    KEY("cxx", ONE, cxx),
    KEY("size", ONE, size),
    KEY("qemu", ONE, qemu),
    KEY("script", ONE, script),
    KEY("pch", ONE, pch),
    KEY("pch_tflm", ONE, pch_tflm),
    KEY("pch_tflm_when", ONE, pch_tflm_when),
    KEY("flag", MANY, flags),
    KEY("cxxflag", MANY, cxxflags),
    KEY("include", MANY, includes),
    KEY("include_after", MANY, include_after),
    KEY("link", MANY, link),
    KEY("archive", MANY, archives),
    KEY("library", MANY, libraries),
    KEY("qemu_arg", MANY, qemu_args),
    KEY("version", MANY, versions),
    KEY("flash_bytes", NUMBER, flash),
    KEY("ram_bytes", NUMBER, ram),
};

enum { KEYS = sizeof(keys) / sizeof(*keys) };

static void *member(struct board_tools *t, size_t i)
{
    return (char *)t + keys[i].at;
}

static int put_one(char **at, const char *value)
{
    free(*at);
    *at = os_dup(value, strlen(value));
    return *at ? 0 : -1;
}

static int put_many(struct tools_words *w, const char *value)
{
    if (w->n == TOOLS_WORDS_MAX)
        return -1;
    w->words[w->n] = os_dup(value, strlen(value));
    return w->words[w->n++] ? 0 : -1;
}

static int put_value(struct board_tools *t, size_t i, const char *value)
{
    if (keys[i].kind == ONE)
        return put_one(member(t, i), value);
    if (keys[i].kind == MANY)
        return put_many(member(t, i), value);
    return str_to_long(value, member(t, i)) ? 0 : -1;
}

/* KEY=VALUE; unknown keys are for other programs, or for a newer one. */
static int put_line(struct board_tools *t, char *line)
{
    char *value = strchr(line, '=');
    int64_t contract;

    if (!*line || *line == '#')
        return 0;
    if (!value)
        return -1;
    *value++ = '\0';
    if (str_eq(line, "contract"))
        return str_to_long(value, &contract) && contract == CONTRACT ? 0 : -1;
    if (str_eq(line, "board"))
        return !t->board || str_eq(value, t->board->id) ? 0 : -1;
    for (size_t i = 0; i < KEYS; i++) {
        if (str_eq(line, keys[i].name))
            return put_value(t, i, value);
    }
    return 0;
}

static int check_complete(const struct board_tools *t, struct err *err)
{
    const char *const paths[] = {t->cxx, t->size, t->qemu, t->script, t->pch, t->pch_tflm};
    int rc = 0;

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths) && !rc; i++)
        rc = !paths[i] || paths[i][0] != '/';
    if (!rc && t->flags.n && t->archives.n && t->qemu_args.n && t->pch_tflm_when && t->flash > 0 && t->ram > 0)
        return 0;
    rc = err_set(err, ERR_TOOL, "The installed board runtime is incomplete.");
    err_hint(err, HOW);
    return rc;
}

int tools_parse(struct board_tools *t, const char *text, struct err *err)
{
    char line[2048];
    int n = 1, rc;

    for (; *text; n++, text += strcspn(text, "\n"), text += *text == '\n') {
        size_t len = strcspn(text, "\n");

        if (len < sizeof(line)) {
            memcpy(line, text, len);
            line[len] = '\0';
        }
        if (len >= sizeof(line) || put_line(t, line)) {
            rc = err_at(err, ERR_TOOL, "build.txt", n, 0, "The installed board runtime does not fit this program.");
            err_hint(err, HOW);
            return rc;
        }
    }
    return check_complete(t, err);
}

void tools_done(struct board_tools *t)
{
    for (size_t i = 0; i < KEYS; i++) {
        if (keys[i].kind == ONE)
            free(*(char **)member(t, i));
        if (keys[i].kind == MANY) {
            struct tools_words *w = member(t, i);

            while (w->n)
                free(w->words[--w->n]);
        }
    }
}

static int check_programs(const struct board_tools *t, struct err *err)
{
    const struct {
        const char *what, *path;
    } rows[] = {
        {"compiler", t->cxx}, {"size tool", t->size}, {"emulator", t->qemu}, {"precompiled header", t->pch},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        int rc;

        if (path_exists(rows[i].path))
            continue;
        rc = err_set(err, ERR_TOOL, "The %s for the board %s is not there (%s).", rows[i].what, t->board->id,
                     rows[i].path);
        err_hint(err, HOW);
        return rc;
    }
    return 0;
}

static void write_versions(struct board_tools *t)
{
    struct buf b;

    buf_init(&b, sizeof(t->text));
    for (int i = 0; i < t->versions.n; i++)
        buf_putf(&b, "%s, ", t->versions.words[i]);
    buf_putf(&b, "runtime %s", path_base(t->folder));
    str_copy(t->text, sizeof(t->text), buf_text(&b));
    buf_done(&b);
}

static int read_build_txt(struct board_tools *t, const char *runtime_folder, struct err *err)
{
    char path[PATH_CAP], real[PATH_MAX];
    struct buf text;
    int rc;

    if (snprintf(path, sizeof(path), "%s/board-%s", runtime_folder, t->board->id) >= (int)sizeof(path) ||
        !realpath(path, real) || !str_copy(t->folder, sizeof(t->folder), real) ||
        !path_join(path, sizeof(path), t->folder, "build.txt") || !path_exists(path)) {
        rc = err_set(err, ERR_TOOL, "The runtime of the board %s is not installed in %.200s.", t->board->id,
                     runtime_folder);
        err_hint(err, HOW);
        return rc;
    }
    buf_init(&text, BUILD_TXT_CAP);
    rc = path_read(path, &text, err);
    if (!rc)
        rc = tools_parse(t, buf_text(&text), err);
    buf_done(&text);
    return rc;
}

struct board_tools *board_tools_new(const struct board *b, const char *runtime_folder, struct err *err)
{
    struct board_tools *t = os_alloc(sizeof(*t));

    if (!t) {
        err_set(err, ERR_MACHINE, "There is no memory left to look for the board's tools.");
        return NULL;
    }
    t->board = b;
    if (read_build_txt(t, runtime_folder, err) || check_programs(t, err)) {
        board_tools_free(t);
        return NULL;
    }
    write_versions(t);
    return t;
}

void board_tools_free(struct board_tools *t)
{
    if (!t)
        return;
    tools_done(t);
    free(t);
}

const char *board_tools_versions(const struct board_tools *t)
{
    return t->text;
}
