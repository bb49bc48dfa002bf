/* SPDX-License-Identifier: GPL-3.0-or-later */
/* provider.key_command of the user's configuration: an argv of the user's own that prints the key. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/cli/commands.h"
#include "core/config/config.h"
#include "core/loop/loop.h"

enum { KEY_MAX = 4096, LIMIT_MS = 10000 };

static void child(char **argv, int out)
{
    int null = open("/dev/null", O_RDWR);

    loop_child_reset();
    setpgid(0, 0);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
        _exit(126);
    if (close_range(STDERR_FILENO + 1, ~0U, 0) < 0)
        _exit(126);
    execvp(argv[0], argv);
    _exit(errno == ENOENT ? 127 : 126);
}

/* All that it prints until it closes its output, at most KEY_MAX bytes and LIMIT_MS. */
static int collect(int fd, struct buf *out, struct err *err)
{
    int64_t end = os_mono_ms() + LIMIT_MS;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char piece[512];

    for (;;) {
        int64_t left = end - os_mono_ms();
        ssize_t n;
        if (left <= 0 || poll(&p, 1, (int)left) == 0)
            return err_set(err, ERR_PROVIDER, "The key command did not end within %d seconds.", LIMIT_MS / 1000);
        n = read(fd, piece, sizeof(piece));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, ERR_MACHINE, "The output of the key command cannot be read");
        if (n == 0)
            return 0;
        if (buf_put(out, piece, (size_t)n))
            return err_set(err, ERR_PROVIDER, "The key command printed more than %d bytes, which is no key.", KEY_MAX);
        explicit_bzero(piece, sizeof(piece));
    }
}

static int ended_well(const char *program, int status, struct err *err)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return err_set(err, ERR_PROVIDER, "The key command %.100s is not there.", program);
    if (WIFEXITED(status))
        return err_set(err, ERR_PROVIDER, "The key command %.100s ended with code %d.", program, WEXITSTATUS(status));
    return err_set(err, ERR_PROVIDER, "The key command %.100s was ended by signal %d.", program, WTERMSIG(status));
}

static int check_key(struct buf *out, struct err *err)
{
    while (out->len > 0 && strchr(" \t\r\n", out->data[out->len - 1]))
        out->data[--out->len] = '\0';
    if (out->len == 0 || memchr(out->data, '\n', out->len) || memchr(out->data, '\0', out->len))
        return err_set(err, ERR_PROVIDER, "The key command did not print one line with a key.");
    return 0;
}

/* Until the child is gone; what it left behind in its group is ended with it. */
static int reap(pid_t pid)
{
    int status = 0;

    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static int wait_end(pid_t pid, int64_t end, int *ret_status)
{
    while (waitpid(pid, ret_status, WNOHANG) == 0) {
        if (os_mono_ms() >= end)
            return -1;
        poll(NULL, 0, 5); /* it closed its output: it is about to end */
    }
    kill(-pid, SIGKILL); /* what it left behind */
    return 0;
}

int cli_key_command(const struct config_strings *command, struct buf *out, struct err *err)
{
    int pipes[2], status = 0, r;
    pid_t pid;

    if (pipe2(pipes, O_CLOEXEC) < 0)
        return err_sys(err, ERR_MACHINE, "The key command cannot be started");
    pid = os.fork();
    if (pid == 0)
        child(command->items, pipes[1]);
    close(pipes[1]);
    if (pid < 0) {
        close(pipes[0]);
        return err_sys(err, ERR_MACHINE, "The key command cannot be started");
    }
    setpgid(pid, pid);
    out->cap = KEY_MAX;
    r = collect(pipes[0], out, err);
    close(pipes[0]);
    if (r || wait_end(pid, os_mono_ms() + LIMIT_MS, &status)) {
        status = reap(pid);
        return r ? r : err_set(err, ERR_PROVIDER, "The key command did not end within %d seconds.", LIMIT_MS / 1000);
    }
    r = ended_well(command->items[0], status, err);
    return r ? r : check_key(out, err);
}
