/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/box_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

/* Each returns true when the level holds. Cheap: all of them together are well under a millisecond. */

static bool check_user(const struct box *b)
{
    (void)b;
    return getuid() != 0 && geteuid() != 0;
}

static bool check_privileges(const struct box *b)
{
    (void)b;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static bool writable(const char *folder, const char *name)
{
    char path[4096];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    close(fd);
    unlink(path);
    return true;
}

static bool check_work(const struct box *b)
{
    return writable(b->work, ".probe") && writable(b->tmp, ".probe");
}

static bool check_outside(const struct box *b)
{
    static const char *const folders[] = {"/", "/usr", "/etc", "/var/tmp", "/dev", "/dev/shm", "/proc/self/.."};

    (void)b;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (!strcmp(folders[i], "/dev/shm") && !(b->spec->flags & BOX_PARTIAL))
            continue; /* there the sandbox has its own, with a size */
        if (writable(folders[i], ".tinywright-probe"))
            return false;
    }
    return true;
}

static bool check_homes(const struct box *b)
{
    static const char *const folders[] = {"/root", "/home", "/var/lib", "/etc/ssl"};

    (void)b;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        DIR *d = opendir(folders[i]);
        if (d) {
            closedir(d);
            return false;
        }
    }
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0;
}

static bool check_sockets(const struct box *b)
{
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET};

    (void)b;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (socket(families[i], SOCK_STREAM, 0) >= 0 || socket(families[i], SOCK_DGRAM, 0) >= 0)
            return false;
    }
    return true;
}

static bool check_kernel(const struct box *b)
{
    (void)b;
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 && unshare(CLONE_NEWUSER) < 0 && memfd_create("x", 0) < 0;
}

/* Signal 0 asks only; as pid 1's namespace hides everybody, the parent there is the box itself. */
static bool check_signals(const struct box *b)
{
    return !(b->spec->flags & BOX_PARTIAL) || kill(getppid(), 0) < 0;
}

static bool check_memory(const struct box *b)
{
    void *p = mmap(NULL, (size_t)b->spec->memory, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED;
}

static bool (*const checks[])(const struct box *) = {
    [BOX_CHECK_USER] = check_user,
    [BOX_CHECK_PRIVILEGES] = check_privileges,
    [BOX_CHECK_WORK] = check_work,
    [BOX_CHECK_OUTSIDE] = check_outside,
    [BOX_CHECK_HOMES] = check_homes,
    [BOX_CHECK_SOCKETS] = check_sockets,
    [BOX_CHECK_KERNEL] = check_kernel,
    [BOX_CHECK_SIGNALS] = check_signals,
    [BOX_CHECK_MEMORY] = check_memory,
};

int box_check(const struct box *b)
{
    for (int i = BOX_CHECK_USER; i <= BOX_CHECK_MEMORY; i++) {
        if (!checks[i](b))
            return i;
    }
    return 0;
}
