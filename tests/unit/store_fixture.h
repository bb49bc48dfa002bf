/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A history in a folder of its own with an odd name, and what the tests of core/store do with it.
 */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/store/store.h"
#include "core/store/store_db.h"

struct fixture {
    char root[64], folder[128], file[160];
};

static inline int set_up(void **state)
{
    struct fixture *f = os_alloc(sizeof(*f));

    assert_non_null(f);
    str_copy(f->root, sizeof(f->root), "/tmp/tw-store-XXXXXX");
    assert_non_null(mkdtemp(f->root));
    snprintf(f->folder, sizeof(f->folder), "%s/odd ?#%%'\"name/.tinywright", f->root);
    snprintf(f->file, sizeof(f->file), "%s/history.db", f->folder);
    *state = f;
    return 0;
}

static inline void remove_tree(const char *path)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;

    remove_tree(f->root);
    free(f);
    return 0;
}

static inline struct store *open_or_fail(const struct fixture *f, enum store_mode mode)
{
    struct err err = {0};
    struct store *s = store_open(f->folder, mode, &err);

    if (!s)
        fail_msg("%s", err.msg);
    return s;
}

static inline int64_t add(struct store *s, const char *kind, const char *body)
{
    struct store_event e = {.version = 1, .wall_ms = 1000, .kind = kind, .subject = "sketch/1",
                            .body = body, .body_len = strlen(body)};
    struct err err = {0};
    int64_t seq = 0;

    if (store_append(s, &e, STORE_NORMAL, NULL, NULL, &seq, &err))
        fail_msg("%s", err.msg);
    return seq;
}

/* Runs SQL on the file behind the store's back. */
static inline void tamper(const struct fixture *f, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    assert_int_equal(sqlite3_open(f->file, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    sqlite3_close(db);
}

static inline void make_history(const struct fixture *f, char hex[SHA256_HEX])
{
    struct store *s = open_or_fail(f, STORE_WRITE);

    for (int i = 0; i < 5; i++)
        add(s, "k", "{\"n\":1}");
    assert_int_equal(store_put_blob(s, "first", 5, hex, NULL), 0);
    assert_int_equal(store_put_blob(s, "other", 5, hex, NULL), 0);
    assert_int_equal(store_close(s, NULL), 0);
}

static inline int verify(const struct fixture *f, struct store_verdict *v, struct err *err)
{
    struct store *s = open_or_fail(f, STORE_READ);
    int r = store_verify(s, v, err);

    store_close(s, NULL);
    return r;
}

#endif
