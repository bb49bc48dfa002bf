/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/box_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int box_write(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;

    while (n > 0) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -1;
        p += w;
        n -= (size_t)w;
    }
    return 0;
}

int box_tell(const struct box *b, enum box_tag tag, uint32_t at, int64_t value)
{
    struct box_head h = {.tag = tag, .at = at, .value = value};

    return box_write(b->report, &h, sizeof(h));
}

static int open_output(int folder, const char *name)
{
    struct open_how how = {
        .flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };

    return (int)syscall(SYS_openat2, folder, name, &how, sizeof(how));
}

/* All processes of the job are dead by now: nothing changes between the look and the read. */
static int refusal(int fd, int open_error, int64_t cap, struct stat *st)
{
    if (fd < 0 && open_error == ENOENT)
        return BOX_MISSING;
    if (fd < 0)
        return open_error == ELOOP || open_error == EXDEV ? BOX_LINKED : BOX_UNREADABLE;
    if (fstat(fd, st))
        return BOX_UNREADABLE;
    if (!S_ISREG(st->st_mode))
        return BOX_NOT_A_FILE;
    if (st->st_nlink != 1)
        return BOX_LINKED;
    return st->st_size > cap ? BOX_TOO_LARGE : 0;
}

static void send_bytes(const struct box *b, int fd, int64_t left)
{
    static char bytes[1 << 16];

    while (left > 0) {
        size_t want = left < (int64_t)sizeof(bytes) ? (size_t)left : sizeof(bytes);
        ssize_t n = read(fd, bytes, want);
        if (n <= 0 || box_write(b->report, bytes, (size_t)n))
            _exit(1); /* the promised length cannot be kept: no end record, the program sees that */
        left -= n;
    }
}

void box_send_outputs(const struct box *b)
{
    int folder = open(b->work, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int64_t room = b->spec->work;

    for (uint32_t i = 0; i < b->spec->n_outputs; i++) {
        struct stat st = {0};
        int fd = open_output(folder, b->outputs[i]);
        int why = refusal(fd, errno, room < b->spec->file ? room : b->spec->file, &st);
        if (why) {
            box_tell(b, BOX_REFUSED, i, why);
        } else {
            box_tell(b, BOX_OUTPUT, i, st.st_size);
            send_bytes(b, fd, st.st_size);
            room -= st.st_size;
        }
        if (fd >= 0)
            close(fd);
    }
    close(folder);
}
