/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/exec/box_parts.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "core/exec: no system call filter for this processor yet"
#endif

enum {
    NEWEST = 450, /* calls younger than the list below do not exist for a job: libraries fall back */
    NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | 0x80,
    PROGRAM_MAX = 400,
};

/* Calls that no compiler, interpreter or emulator needs, and that reach other processes, the kernel's own
 * objects, the network, or memory that no limit counts (memfd, System V). */
static const int denied[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd, SYS_process_madvise,
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick,
    SYS_move_mount, SYS_open_tree, SYS_mount_setattr, SYS_swapon, SYS_swapoff, SYS_reboot,
    SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_add_key, SYS_request_key, SYS_keyctl, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
    SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_unshare, SYS_setns,
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_personality,
    SYS_acct, SYS_quotactl, SYS_syslog, SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex,
    SYS_sethostname, SYS_setdomainname, SYS_vhangup, SYS_fanotify_init, SYS_fanotify_mark, SYS_lookup_dcookie,
    SYS_socket, SYS_bind, SYS_connect, SYS_listen, SYS_accept, SYS_accept4,
    SYS_shmget, SYS_shmat, SYS_msgget, SYS_semget, SYS_mq_open, SYS_mq_unlink,
    SYS_move_pages, SYS_migrate_pages, SYS_setfsuid, SYS_setfsgid,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_quotactl_fd
    SYS_quotactl_fd,
#endif
#ifdef SYS_iopl
    SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_ustat, SYS_sysfs, SYS__sysctl, SYS_create_module,
    SYS_get_kernel_syms, SYS_query_module, SYS_nfsservctl,
#endif
};

/* Calls for which "there is no such call" is the answer that makes libraries take another way. */
static const int absent[] = {
    SYS_clone3, /* its flags lie in memory, where a filter cannot look */
    SYS_memfd_create,
#ifdef SYS_memfd_secret
    SYS_memfd_secret,
#endif
};

enum how { MASKED, EQUALS, DIFFERS };

/* Calls allowed but for some arguments (the low 32 bits of argument `arg`). */
static const struct {
    int nr, arg;
    enum how how;
    uint32_t mask, value;
} partly[] = {
    {SYS_clone, 0, MASKED, NAMESPACES, 0},
    {SYS_prlimit64, 0, DIFFERS, ~0u, 0},         /* limits of another process */
    {SYS_ioctl, 1, EQUALS, ~0u, TIOCSTI},        /* keystrokes into a terminal */
    {SYS_ioctl, 1, EQUALS, ~0u, 0x541c},         /* TIOCLINUX: paste into a console */
    {SYS_socketpair, 0, DIFFERS, ~0u, AF_UNIX},
    {SYS_socketpair, 1, EQUALS, 0xf, SOCK_DGRAM}, /* could still be sent to any address */
#ifdef SYS_chmod
    {SYS_chmod, 1, MASKED, S_ISUID | S_ISGID, 0},
#endif
    {SYS_fchmod, 1, MASKED, S_ISUID | S_ISGID, 0},
    {SYS_fchmodat, 2, MASKED, S_ISUID | S_ISGID, 0},
};

struct program {
    struct sock_filter code[PROGRAM_MAX];
    unsigned short n;
};

static void put(struct program *p, unsigned short code, unsigned char yes, unsigned char no, uint32_t k)
{
    p->code[p->n++] = (struct sock_filter){code, yes, no, k};
}

static void put_load(struct program *p, size_t offset)
{
    put(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void put_return(struct program *p, uint32_t action)
{
    put(p, BPF_RET | BPF_K, 0, 0, action);
}

static void put_deny(struct program *p, const int *calls, size_t n, int error)
{
    for (size_t i = 0; i < n; i++) {
        put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)calls[i]);
        put_return(p, SECCOMP_RET_ERRNO | (uint32_t)error);
    }
}

/* if nr == call { A = arg; test ? EPERM : A = nr } */
static void put_partly(struct program *p, int nr, int arg, enum how how, uint32_t mask, uint32_t value)
{
    size_t low = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4;

    put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 5, (uint32_t)nr);
    put_load(p, offsetof(struct seccomp_data, args) + 8 * (size_t)arg + low);
    put(p, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
    if (how == EQUALS)
        put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
    else /* MASKED: anything left; DIFFERS: anything but value */
        put(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, how == MASKED ? 0 : value);
    put_return(p, SECCOMP_RET_ERRNO | EPERM);
    put_load(p, offsetof(struct seccomp_data, nr));
}

static void build(struct program *p)
{
    put_load(p, offsetof(struct seccomp_data, arch));
    put(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCH);
    put_return(p, SECCOMP_RET_KILL_PROCESS);
    put_load(p, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
    put(p, BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000); /* the x32 numbers of the same calls */
    put_return(p, SECCOMP_RET_KILL_PROCESS);
#endif
    put(p, BPF_JMP | BPF_JGT | BPF_K, 0, 1, NEWEST);
    put_return(p, SECCOMP_RET_ERRNO | ENOSYS);
    put_deny(p, denied, sizeof(denied) / sizeof(denied[0]), EPERM);
    put_deny(p, absent, sizeof(absent) / sizeof(absent[0]), ENOSYS);
    for (size_t i = 0; i < sizeof(partly) / sizeof(partly[0]); i++)
        put_partly(p, partly[i].nr, partly[i].arg, partly[i].how, partly[i].mask, partly[i].value);
}

int box_seccomp(bool own_signals_only)
{
    static struct program p;
    struct sock_fprog prog;
    uint32_t self = (uint32_t)getpid();

    build(&p);
    if (own_signals_only) { /* kernels whose Landlock does not scope signals yet */
        put_partly(&p, SYS_kill, 0, DIFFERS, ~0u, self);
        put_partly(&p, SYS_tgkill, 0, DIFFERS, ~0u, self);
        put_partly(&p, SYS_tkill, 0, DIFFERS, ~0u, self);
        put_partly(&p, SYS_rt_sigqueueinfo, 0, DIFFERS, ~0u, self);
        put_partly(&p, SYS_rt_tgsigqueueinfo, 0, DIFFERS, ~0u, self);
        put_deny(&p, (const int[]){SYS_pidfd_send_signal}, 1, EPERM);
    }
    put_return(&p, SECCOMP_RET_ALLOW);
    prog = (struct sock_fprog){.len = p.n, .filter = p.code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}
