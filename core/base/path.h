/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files by path: capped reads, atomic writes, folders, and opening inside a project without being led out.
 */
#ifndef CORE_BASE_PATH_H
#define CORE_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum { PATH_CAP = 4096 };

/* "a/b" into dst; returns dst, or NULL when it does not fit. */
const char *path_join(char *dst, size_t size, const char *a, const char *b);
const char *path_base(const char *path); /* borrowed: the part after the last '/' */
bool path_exists(const char *path);

/* Makes all missing folders of path with mode; 0 or negative. */
int path_make(const char *path, mode_t mode, struct err *err);

/* Appends a regular file to out (whose cap bounds it); ERR_INVALID when missing, not a file or too large. */
int path_read(const char *path, struct buf *out, struct err *err);

/* Opens a project-relative path read-only below root_fd: no "..", no symbolic links, no leaving the root
 * (openat2 BENEATH | NO_SYMLINKS). Returns a close-on-exec descriptor that the caller closes, or negative. */
int path_open_beneath(int root_fd, const char *relative, struct err *err);

/* Writes via a temporary file in the same folder, fsync and rename; 0 or negative (ERR_MACHINE). */
int path_write(const char *path, const void *bytes, size_t n, mode_t mode, struct err *err);

/* The user's folders, no trailing slash; made on demand by the caller. kind: 'c' config, 's' state, 'd' data
 * (runtimes; /var/lib/tinywright for root, see docs). Returns dst or NULL when it does not fit. */
const char *path_user(char kind, char *dst, size_t size);

#endif
