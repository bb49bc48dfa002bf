/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fault/sandbox_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"

static void put_file(const struct sandbox_world *w, const char *name, const char *text, mode_t mode)
{
    char path[128];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", w->dir, name);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(os_write_all(fd, text, strlen(text)), 0);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static int bound(int family, int type, const void *address, socklen_t size)
{
    int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, address, size), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 8), 0);
    return fd;
}

static int bound_abstract(const struct sandbox_world *w, int type, const char *suffix)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int n = snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1, "%s%s", w->abstract, suffix);

    return bound(AF_UNIX, type, &un, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n));
}

static void open_listeners(struct sandbox_world *w)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    socklen_t size = sizeof(in);

    w->tcp = bound(AF_INET, SOCK_STREAM, &in, sizeof(in));
    assert_int_equal(getsockname(w->tcp, (struct sockaddr *)&in, &size), 0);
    w->port = ntohs(in.sin_port);
    w->udp = bound(AF_INET, SOCK_DGRAM, &in, sizeof(in));
    snprintf(un.sun_path, sizeof(un.sun_path), "%.60s/socket", w->dir);
    w->path = bound(AF_UNIX, SOCK_STREAM, &un, sizeof(un));
    assert_int_equal(chmod(un.sun_path, 0777), 0);
    snprintf(w->abstract, sizeof(w->abstract), "tinywright-sandbox-test-%d", getpid());
    w->name = bound_abstract(w, SOCK_STREAM, "");
    w->dgram = bound_abstract(w, SOCK_DGRAM, "d");
}

int sandbox_world_open(void **state, enum exec_level level)
{
    struct sandbox_world *w = calloc(1, sizeof(*w));
    struct err err = {0};

    setenv("TEST_API_KEY", "secret", 1);
    str_copy(w->dir, sizeof(w->dir), "/var/tmp/sandbox_test.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    assert_int_equal(chmod(w->dir, 0777), 0); /* as bad as it gets: only the sandbox protects */
    put_file(w, "victim", "untouched", 0666);
    put_file(w, "secret", SECRET, 0600);
    put_file(w, "public", SECRET, 0644);
    open_listeners(w);
    w->shm = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
    w->victim = fork();
    if (w->victim == 0) {
        for (;;)
            pause();
    }
    w->loop = loop_new(NULL);
    w->exec = exec_new(w->loop, level, &err);
    if (!w->exec)
        print_error("%s\n", err.msg);
    *state = w;
    return w->exec ? 0 : -1;
}

int sandbox_world_close(void **state)
{
    static const char *const names[] = {"victim", "secret", "public", "socket"};
    struct sandbox_world *w = *state;
    const int fds[] = {w->tcp, w->udp, w->path, w->name, w->dgram};
    char path[128];

    if (w->rewriter > 0) {
        kill(w->rewriter, SIGKILL);
        waitpid(w->rewriter, NULL, 0);
    }
    exec_free(w->exec);
    loop_free(w->loop);
    job_result_done(&w->result);
    kill(w->victim, SIGKILL);
    waitpid(w->victim, NULL, 0);
    shmctl(w->shm, IPC_RMID, NULL);
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        close(fds[i]);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", w->dir, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(w->dir), 0); /* fails when an attempt left something */
    free(w);
    return 0;
}

static void nobody_called(int fd)
{
    char byte;

    assert_true(accept(fd, NULL, NULL) < 0);
    assert_true(recv(fd, &byte, 1, MSG_DONTWAIT) < 0);
}

void sandbox_world_check(struct sandbox_world *w)
{
    struct buf text;
    char path[128];
    struct stat st;

    buf_init(&text, 4096);
    snprintf(path, sizeof(path), "%s/victim", w->dir);
    assert_int_equal(path_read(path, &text, NULL), 0);
    assert_string_equal(buf_text(&text), "untouched");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0666);
    assert_int_equal(st.st_nlink, 1);
    buf_done(&text);
    assert_int_equal(waitpid(w->victim, NULL, WNOHANG), 0); /* alive */
    nobody_called(w->tcp);
    nobody_called(w->udp);
    nobody_called(w->path);
    nobody_called(w->name);
    nobody_called(w->dgram);
}
