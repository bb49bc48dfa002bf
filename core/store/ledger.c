/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/sha256.h"
#include "core/base/str.h"
#include "core/base/vec.h"

enum {
    WORD_MAX = 128,         /* bytes of a project id or executor */
    LINE_MAX_LEN = 512,
    FILE_MAX = 64 * 1024 * 1024,
    ENTRIES_MAX = 1000000,
    CHECK_LEN = 16,         /* digits of a line's checksum */
};

struct entry {
    bool approved;
    char sha256[SHA256_HEX];
    char project[WORD_MAX + 1], executor[WORD_MAX + 1];
};

struct entries {
    VEC(struct entry) v;
    int64_t offset; /* bytes of the file taken in so far, whole lines */
};

struct ledger {
    int fd;
    char folder[PATH_CAP];
    struct entries *state; /* owned; behind a pointer because looking something up may read the file */
};

static int check_private(int fd, const char *path, bool folder, struct err *err)
{
    struct stat st;
    mode_t forbidden = folder ? 022 : 077;

    if (fstat(fd, &st) < 0)
        return err_sys(err, ERR_MACHINE, "%s cannot be looked at", path);
    if (folder ? !S_ISDIR(st.st_mode) : (!S_ISREG(st.st_mode) || st.st_nlink != 1))
        return err_set(err, ERR_INVALID, "%s is a link or not a %s.", path, folder ? "folder" : "file");
    if (st.st_uid != geteuid() || (st.st_mode & forbidden)) {
        err_set(err, ERR_INVALID, "Others could have written %s, so approvals in it cannot be trusted.",
                path);
        err_hint(err, "If it is yours alone: chown it to yourself, then chmod %s it.",
                 folder ? "700" : "600");
        return -ERR_INVALID;
    }
    return 0;
}

static int check_folder(const char *folder, struct err *err)
{
    int r, fd;

    if (path_make(folder, 0700, err))
        return -ERR_MACHINE;
    fd = os.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return err_sys(err, ERR_MACHINE, "The folder %s cannot be opened", folder);
    r = check_private(fd, folder, true, err);
    close(fd);
    return r;
}

/* 64 hexadecimal digits of the line, cut to CHECK_LEN. */
static void line_check(const char *line, size_t n, char ret[CHECK_LEN + 1])
{
    char hex[SHA256_HEX];

    sha256_of(line, n, hex);
    memcpy(ret, hex, CHECK_LEN);
    ret[CHECK_LEN] = '\0';
}

/* "v1 add MS PROJECT SHA256 EXECUTOR CHECK": false for anything else, a torn line above all. */
static bool parse_line(const char *line, size_t n, struct entry *ret)
{
    char text[LINE_MAX_LEN], check[CHECK_LEN + 1], *field[7], *rest;
    int fields = 0;

    if (n >= sizeof(text) || n < CHECK_LEN + 1 || memchr(line, '\0', n))
        return false;
    memcpy(text, line, n);
    text[n] = '\0';
    line_check(text, n - CHECK_LEN - 1, check);
    rest = text;
    for (; fields < 7 && rest; fields++) {
        field[fields] = rest;
        rest = strchr(rest, ' ');
        if (rest)
            *rest++ = '\0';
    }
    if (fields != 7 || rest || !str_eq(field[0], "v1") || !str_eq(field[6], check) ||
        !sha256_valid(field[4]))
        return false;
    if (!str_eq(field[1], "add") && !str_eq(field[1], "revoke"))
        return false;
    memset(ret, 0, sizeof(*ret));
    ret->approved = str_eq(field[1], "add");
    memcpy(ret->sha256, field[4], SHA256_HEX);
    return str_copy(ret->project, sizeof(ret->project), field[3]) &&
           str_copy(ret->executor, sizeof(ret->executor), field[5]);
}

static int take_lines(struct entries *e, const struct buf *b, struct err *err)
{
    const char *p = buf_text(b), *end = p + b->len, *newline;
    struct entry entry;

    for (; p < end && (newline = memchr(p, '\n', (size_t)(end - p))) != NULL; p = newline + 1) {
        e->offset += newline + 1 - p;
        if (parse_line(p, (size_t)(newline - p), &entry) && vec_push(&e->v, entry, ENTRIES_MAX))
            return err_set(err, ERR_MACHINE, "The ledger has too many entries to be read.");
    }
    return 0;
}

/* Takes in what was appended since the last time. */
static int refresh(const struct ledger *l, struct err *err)
{
    struct entries *e = l->state;
    struct stat st;
    struct buf b;
    char piece[16384];
    ssize_t n;
    int64_t at = e->offset;
    int r = 0;

    if (fstat(l->fd, &st) < 0 || st.st_nlink != 1 || st.st_size < e->offset)
        return err_set(err, ERR_INVALID, "The ledger of approvals was replaced while it was open.");
    if (st.st_size == e->offset)
        return 0;
    buf_init(&b, FILE_MAX);
    while ((n = pread(l->fd, piece, sizeof(piece), at)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || buf_put(&b, piece, (size_t)n))
            break;
        at += n;
    }
    r = n ? err_set(err, ERR_MACHINE, "The ledger of approvals cannot be read.") : take_lines(e, &b, err);
    buf_done(&b);
    return r;
}

static int open_file(struct ledger *l, const char *folder, struct err *err)
{
    char path[PATH_CAP];
    int fd, r = check_folder(folder, err);
    bool made;

    if (r)
        return r;
    if (!str_copy(l->folder, sizeof(l->folder), folder) ||
        !path_join(path, sizeof(path), folder, "ledger"))
        return err_set(err, ERR_INVALID, "The path of the state folder is too long.");
    l->fd = os.open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    made = l->fd < 0 && errno == ENOENT;
    if (made)
        l->fd = os.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (l->fd < 0)
        return err_sys(err, ERR_MACHINE, "The ledger %s cannot be opened", path);
    r = check_private(l->fd, path, false, err);
    if (r)
        return r;
    fd = made ? os.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) : -1;
    if (fd >= 0) {
        os.fsync(fd); /* the file's name; its lines are synced one by one */
        close(fd);
    }
    return refresh(l, err);
}

struct ledger *ledger_open(const char *state_folder, struct err *err)
{
    struct ledger *l = os_alloc(sizeof(*l));

    if (l)
        l->fd = -1;
    if (!l || !(l->state = os_alloc(sizeof(*l->state)))) {
        err_set(err, ERR_MACHINE, "There is not enough memory to open the ledger.");
        ledger_free(l);
        return NULL;
    }
    if (open_file(l, state_folder, err)) {
        ledger_free(l);
        return NULL;
    }
    return l;
}

void ledger_free(struct ledger *l)
{
    if (!l)
        return;
    if (l->fd >= 0)
        close(l->fd);
    if (l->state)
        vec_done(&l->state->v);
    free(l->state);
    free(l);
}

static bool word_fits(const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i < n; i++) {
        if (word[i] <= ' ' || word[i] >= 0x7F)
            return false;
    }
    return n > 0 && n <= WORD_MAX;
}

/* A torn line of a killed process must not swallow ours. */
static bool needs_newline(int fd)
{
    struct stat st;
    char last = '\n';

    if (fstat(fd, &st) == 0 && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) != 1)
        return true;
    return last != '\n';
}

static int append_line(struct ledger *l, const char *line, size_t n, struct err *err)
{
    int r = 0;

    if (flock(l->fd, LOCK_EX) < 0)
        return err_sys(err, ERR_MACHINE, "The ledger of approvals cannot be locked");
    if ((needs_newline(l->fd) && os_write_all(l->fd, "\n", 1) < 0) ||
        os_write_all(l->fd, line, n) < 0 || os.fsync(l->fd) < 0)
        r = err_sys(err, ERR_MACHINE, "The ledger of approvals cannot be written");
    flock(l->fd, LOCK_UN);
    return r;
}

static int record(struct ledger *l, const char *verb, const char *project, const char *sha256,
                  const char *executor, struct err *err)
{
    char line[LINE_MAX_LEN], check[CHECK_LEN + 1];
    int n, r;

    if (!sha256_valid(sha256) || !word_fits(project) || !word_fits(executor))
        return err_set(err, ERR_USAGE, "An approval needs a project id, a SHA-256 and an executor.");
    n = snprintf(line, sizeof(line) - CHECK_LEN - 2, "v1 %s %lld %s %s %s", verb,
                 (long long)os.wall_ms(), project, sha256, executor);
    line_check(line, (size_t)n, check);
    n += snprintf(line + n, sizeof(line) - (size_t)n, " %s\n", check);
    r = append_line(l, line, (size_t)n, err);
    return r ? r : refresh(l, err);
}

int ledger_add(struct ledger *l, const char *project_id, const char *sha256, const char *executor,
               struct err *err)
{
    return record(l, "add", project_id, sha256, executor, err);
}

int ledger_revoke(struct ledger *l, const char *project_id, const char *sha256, const char *executor,
                  struct err *err)
{
    return record(l, "revoke", project_id, sha256, executor, err);
}

uint64_t ledger_mark(const struct ledger *l, const char *project_id)
{
    const struct entries *e = l->state;
    uint64_t h = 0xcbf29ce484222325;

    (void)refresh(l, NULL);
    for (size_t i = 0; i < e->v.n; i++) {
        const struct entry *x = &e->v.items[i];
        if (!str_eq(x->project, project_id))
            continue;
        for (const char *p = x->sha256; *p; p++)
            h = (h ^ (unsigned char)*p) * 0x100000001b3;
        for (const char *p = x->executor; *p; p++)
            h = (h ^ (unsigned char)*p) * 0x100000001b3;
        h = (h ^ x->approved) * 0x100000001b3;
    }
    return h;
}

bool ledger_has(const struct ledger *l, const char *project_id, const char *sha256,
                const char *executor)
{
    if (refresh(l, NULL))
        return false;
    for (size_t i = l->state->v.n; i-- > 0;) {
        const struct entry *e = &l->state->v.items[i];
        if (str_eq(e->sha256, sha256) && str_eq(e->project, project_id) &&
            str_eq(e->executor, executor))
            return e->approved;
    }
    return false;
}

static int read_secret(int fd, const char *path, uint8_t ret[32], struct err *err)
{
    int r = check_private(fd, path, false, err);

    if (r == 0 && pread(fd, ret, 32, 0) != 32)
        r = err_set(err, ERR_INVALID, "The file %s does not hold a secret of this installation.", path);
    return r;
}

int ledger_secret(struct ledger *l, uint8_t ret[32], struct err *err)
{
    char path[PATH_CAP];
    int fd, r;

    if (!path_join(path, sizeof(path), l->folder, "secret"))
        return err_set(err, ERR_INVALID, "The path of the state folder is too long.");
    if (!path_exists(path)) {
        if (os.random(ret, 32))
            return err_sys(err, ERR_MACHINE, "There is no randomness to be had");
        r = path_write(path, ret, 32, 0600, err);
        if (r)
            return r;
    }
    fd = os.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
    if (fd < 0)
        return err_sys(err, ERR_MACHINE, "The file %s cannot be opened", path);
    r = read_secret(fd, path, ret, err);
    close(fd);
    return r;
}
