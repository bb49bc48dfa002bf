/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/box_parts.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Debian 12's header stops at version 1; the numbers are the kernel's, Documentation/userspace-api/landlock. */
enum {
    CALL_CREATE = 444, CALL_ADD = 445, CALL_RESTRICT = 446,
    GET_VERSION = 1, PATH_BENEATH = 1,
    FS_EXECUTE = 1 << 0, FS_WRITE_FILE = 1 << 1, FS_READ_FILE = 1 << 2, FS_READ_DIR = 1 << 3,
    FS_MAKE_CHAR = 1 << 6, FS_MAKE_SOCK = 1 << 9, FS_MAKE_BLOCK = 1 << 11,
    FS_REFER = 1 << 13, FS_TRUNCATE = 1 << 14, FS_IOCTL_DEV = 1 << 15,
    NET_BIND_CONNECT = 3, SCOPE_ABSTRACT_AND_SIGNALS = 3,
};

struct ruleset {
    uint64_t fs, net, scope;
};

struct rule {
    uint64_t access;
    int32_t parent;
} __attribute__((packed));

int box_landlock_abi(void)
{
    return (int)syscall(CALL_CREATE, NULL, 0, GET_VERSION);
}

static int allow(int rules, const char *path, uint64_t access)
{
    const uint64_t for_files = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
    struct stat st;
    struct rule r = {.access = access};
    int failed;

    r.parent = open(path, O_PATH | O_CLOEXEC);
    if (r.parent < 0)
        return 0; /* not there: nothing to allow */
    if (!fstat(r.parent, &st) && !S_ISDIR(st.st_mode))
        r.access &= for_files;
    failed = syscall(CALL_ADD, rules, PATH_BENEATH, &r, 0) != 0;
    close(r.parent);
    return failed ? -1 : 0;
}

int box_landlock(const struct box *b)
{
    static const char *const system_paths[] = {
        "/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/alternatives",
        "/dev/urandom", "/dev/random", "/dev/zero", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
        "/sys/devices/system/cpu",
    };
    int abi = box_landlock_abi();
    uint64_t all = (FS_REFER << 1) - 1 + FS_TRUNCATE + (abi >= 5 ? FS_IOCTL_DEV : 0);
    uint64_t look = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR;
    struct ruleset set = {all, NET_BIND_CONNECT, SCOPE_ABSTRACT_AND_SIGNALS};
    size_t size = abi >= 6 ? sizeof(set) : sizeof(set) - sizeof(set.scope);
    int rules = abi < 4 ? -1 : (int)syscall(CALL_CREATE, &set, size, 0);
    int bad = rules < 0 ? -1 : 0;

    for (size_t i = 0; !bad && i < sizeof(system_paths) / sizeof(system_paths[0]); i++)
        bad = allow(rules, system_paths[i], look);
    for (uint32_t i = 0; !bad && i < b->spec->n_paths; i++)
        bad = allow(rules, b->paths[i], look);
    if (!bad)
        bad = allow(rules, "/dev/null", FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE);
    all &= ~(uint64_t)(FS_MAKE_CHAR | FS_MAKE_SOCK | FS_MAKE_BLOCK | FS_IOCTL_DEV);
    if (!bad)
        bad = allow(rules, b->work, all) || allow(rules, b->tmp, all);
    if (!bad)
        bad = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(CALL_RESTRICT, rules, 0);
    if (rules >= 0)
        close(rules);
    return bad ? -1 : 0;
}
