/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/str.h"

const char *path_join(char *dst, size_t size, const char *a, const char *b)
{
    const char *slash = *a && !str_ends(a, "/") ? "/" : "";
    int n = snprintf(dst, size, "%s%s%s", a, slash, b);

    return n >= 0 && (size_t)n < size ? dst : NULL;
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool path_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

int path_make(const char *path, mode_t mode, struct err *err)
{
    char part[PATH_CAP];

    if (!str_copy(part, sizeof(part), path))
        return err_set(err, ERR_INVALID, "The path is longer than %d bytes.", PATH_CAP);
    for (char *p = part + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(part, mode) < 0 && errno != EEXIST)
            return err_sys(err, ERR_MACHINE, "The folder %s cannot be made", part);
        *p = '/';
    }
    if (mkdir(part, mode) < 0 && errno != EEXIST)
        return err_sys(err, ERR_MACHINE, "The folder %s cannot be made", part);
    return 0;
}

static int read_fd(int fd, const char *path, struct buf *out, struct err *err)
{
    char piece[65536];
    ssize_t n;

    while ((n = read(fd, piece, sizeof(piece))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, ERR_MACHINE, "The file %s cannot be read", path);
        if (buf_put(out, piece, (size_t)n))
            return err_set(err, ERR_INVALID, "The file %s is larger than %zu bytes.", path,
                           out->cap);
    }
    return 0;
}

int path_read(const char *path, struct buf *out, struct err *err)
{
    struct stat st;
    int fd = os.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    int r;

    if (fd < 0)
        return err_sys(err, ERR_INVALID, "The file %s cannot be opened", path);
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        r = err_set(err, ERR_INVALID, "%s is not a regular file.", path);
    else
        r = read_fd(fd, path, out, err);
    close(fd);
    return r;
}

int path_open_beneath(int root_fd, const char *relative, struct err *err)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    long fd = syscall(SYS_openat2, root_fd, relative, &how, sizeof(how));

    if (fd >= 0)
        return (int)fd;
    if (errno == EXDEV || errno == ELOOP)
        return err_set(err, ERR_INVALID, "The path %s leads out of the project or over a link.",
                       relative);
    return err_sys(err, ERR_INVALID, "The file %s of the project cannot be opened", relative);
}

static int sync_folder(const char *path)
{
    char folder[PATH_CAP];
    char *slash;
    int fd, r;

    str_copy(folder, sizeof(folder), path);
    slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    else
        str_copy(folder, sizeof(folder), ".");
    fd = os.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    r = os.fsync(fd);
    close(fd);
    return r;
}

int path_write(const char *path, const void *bytes, size_t n, mode_t mode, struct err *err)
{
    char temp[PATH_CAP];
    int fd, bad;

    if (snprintf(temp, sizeof(temp), "%s.%d.tmp", path, (int)getpid()) >= (int)sizeof(temp))
        return err_set(err, ERR_INVALID, "The path is longer than %d bytes.", PATH_CAP);
    fd = os.open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return err_sys(err, ERR_MACHINE, "The file %s cannot be written", path);
    bad = os_write_all(fd, bytes, n) < 0 || os.fsync(fd) < 0;
    if (close(fd) < 0 || bad || os.rename(temp, path) < 0) {
        int saved = errno;
        os.unlink(temp);
        errno = saved;
        return err_sys(err, ERR_MACHINE, "The file %s cannot be written", path);
    }
    sync_folder(path);
    return 0;
}

static const struct {
    char kind;
    const char *variable, *under_home;
} user_folders[] = {
    {'c', "XDG_CONFIG_HOME", ".config"},
    {'s', "XDG_STATE_HOME", ".local/state"},
    {'d', "XDG_DATA_HOME", ".local/share"},
};

const char *path_user(char kind, char *dst, size_t size)
{
    char base[PATH_CAP];
    const char *home = getenv("HOME");

    for (size_t i = 0; i < sizeof(user_folders) / sizeof(*user_folders); i++) {
        const char *set = getenv(user_folders[i].variable);
        if (user_folders[i].kind != kind)
            continue;
        if (set && set[0] == '/')
            return path_join(dst, size, set, "tinywright");
        if (kind == 'd' && geteuid() == 0)
            return str_copy(dst, size, "/var/lib/tinywright") ? dst : NULL;
        if (!path_join(base, sizeof(base), home && *home ? home : "/", user_folders[i].under_home))
            return NULL;
        return path_join(dst, size, base, "tinywright");
    }
    return NULL;
}
