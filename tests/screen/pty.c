/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screen/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"

#define ASAN_LOG "/tmp/tinywright-screen-asan"

static void reply(const char *s, size_t len, void *user)
{
    struct pty *p = user;

    if (write(p->fd, s, len) < 0)
        return;
}

static void child(const char *const *env, const char *const *argv)
{
    clearenv();
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TERM", "xterm-256color", 1);
    setenv("TZ", "UTC", 1);
    setenv("PATH", "/usr/bin:/bin", 1);
    setenv("ASAN_OPTIONS", "log_path=" ASAN_LOG ":handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0", 1);
    setenv("UBSAN_OPTIONS", "log_path=" ASAN_LOG, 1);
    for (; env && *env; env++)
        putenv(strdup(*env));
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

void pty_start(struct pty *p, int cols, int rows, const char *const *env, const char *const *argv)
{
    struct winsize w = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

    memset(p, 0, sizeof(*p));
    p->rows = rows;
    p->cols = cols;
    buf_init(&p->raw, PTY_RAW_CAP);
    for (int i = 0; argv[i]; i++) {
        if (strcmp(argv[i], "--log") == 0)
            snprintf(p->log, sizeof(p->log), "%s", argv[i + 1]);
    }
    if (p->log[0])
        unlink(p->log);
    p->vt = vterm_new(rows, cols);
    vterm_set_utf8(p->vt, 1);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_output_set_callback(p->vt, reply, p);
    vterm_screen_reset(p->screen, 1);
    p->pid = forkpty(&p->fd, NULL, NULL, &w);
    if (p->pid == 0)
        child(env, argv);
    assert_true(p->pid > 0);
    fcntl(p->fd, F_SETFL, O_NONBLOCK);
}

static void note_end(struct pty *p)
{
    if (!p->ended && waitpid(p->pid, &p->status, WNOHANG) == p->pid)
        p->ended = true;
}

/* One step: waits at most ms for bytes; true when some came. */
static bool step(struct pty *p, int ms)
{
    struct pollfd f = {.fd = p->fd, .events = POLLIN};
    char bytes[16384];
    ssize_t n;

    if (poll(&f, 1, ms) <= 0)
        return false;
    n = read(p->fd, bytes, sizeof(bytes));
    if (n <= 0) {
        if (n < 0 && errno == EAGAIN)
            return false;
        note_end(p);
        return false;
    }
    buf_put(&p->raw, bytes, (size_t)n);
    vterm_input_write(p->vt, bytes, (size_t)n);
    vterm_screen_flush_damage(p->screen);
    return true;
}

void pty_pump(struct pty *p, int ms)
{
    int64_t end = os_mono_ms() + ms;

    while (os_mono_ms() < end && !p->ended)
        step(p, (int)(end - os_mono_ms()));
}

size_t pty_quiet(struct pty *p, int ms)
{
    size_t before = p->raw.len;

    pty_pump(p, ms);
    return p->raw.len - before;
}

void pty_row(struct pty *p, int row, char *dst, size_t size)
{
    size_t len = 0, keep = 0;

    for (int col = 0; col < p->cols && len + 24 < size; col++) {
        VTermScreenCell cell;
        VTermPos at = {row, col};
        if (!vterm_screen_get_cell(p->screen, at, &cell) || cell.chars[0] == (uint32_t)-1)
            continue;
        if (!cell.chars[0])
            dst[len++] = ' ';
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            len += utf8_encode(cell.chars[i], dst + len);
        if (cell.chars[0] && cell.chars[0] != ' ')
            keep = len;
    }
    dst[keep] = '\0';
}

void pty_print(struct pty *p)
{
    char row[8192];

    fprintf(stderr, "---- the screen, %dx%d\n", p->cols, p->rows);
    for (int i = 0; i < p->rows; i++) {
        pty_row(p, i, row, sizeof(row));
        fprintf(stderr, "%s\n", row);
    }
    fprintf(stderr, "----\n");
}

bool pty_shows(struct pty *p, const char *text)
{
    char row[8192];

    for (int i = 0; i < p->rows; i++) {
        pty_row(p, i, row, sizeof(row));
        if (strstr(row, text))
            return true;
    }
    return false;
}

static void until(struct pty *p, const char *text, bool want)
{
    int64_t end = os_mono_ms() + PTY_BOUND_MS;

    while (pty_shows(p, text) != want) {
        int64_t left = end - os_mono_ms();
        if (left <= 0 || p->ended) {
            fprintf(stderr, "%s: \"%s\"\n", want ? "never shown" : "never gone", text);
            pty_print(p);
            pty_stop(p);
            fail();
        }
        step(p, (int)left);
    }
}

void pty_expect(struct pty *p, const char *text)
{
    until(p, text, true);
}

void pty_expect_not(struct pty *p, const char *text)
{
    until(p, text, false);
}

void pty_sendn(struct pty *p, const char *bytes, size_t n)
{
    int64_t end = os_mono_ms() + PTY_BOUND_MS;

    while (n > 0 && os_mono_ms() < end) {
        ssize_t w = write(p->fd, bytes, n > 512 ? 512 : n);
        if (w > 0) {
            bytes += w;
            n -= (size_t)w;
        } else {
            step(p, 10);
        }
    }
    assert_int_equal(n, 0);
}

void pty_send(struct pty *p, const char *bytes)
{
    pty_sendn(p, bytes, strlen(bytes));
}

void pty_expect_end(struct pty *p, int code)
{
    int64_t end = os_mono_ms() + PTY_BOUND_MS;

    while (!p->ended && os_mono_ms() < end) {
        if (!step(p, 20))
            note_end(p);
    }
    while (step(p, 0))
        ;
    if (!p->ended || !WIFEXITED(p->status) || WEXITSTATUS(p->status) != code) {
        fprintf(stderr, "ended %d status %x, wanted exit code %d\n", p->ended, p->status, code);
        pty_print(p);
        pty_stop(p);
        fail();
    }
}

bool pty_log_has(struct pty *p, const char *text)
{
    struct buf b;
    bool has;

    buf_init(&b, 1 << 20);
    path_read(p->log, &b, NULL);
    has = strstr(buf_text(&b), text) != NULL;
    buf_done(&b);
    return has;
}

void pty_expect_log(struct pty *p, const char *text)
{
    int64_t end = os_mono_ms() + PTY_BOUND_MS;

    while (!pty_log_has(p, text)) {
        if (os_mono_ms() > end) {
            fprintf(stderr, "no command \"%s\" was sent\n", text);
            pty_print(p);
            pty_stop(p);
            fail();
        }
        step(p, 20);
    }
}

void pty_resize(struct pty *p, int cols, int rows)
{
    struct winsize w = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

    p->rows = rows;
    p->cols = cols;
    vterm_set_size(p->vt, rows, cols);
    ioctl(p->fd, TIOCSWINSZ, &w);
}

/* What a sanitizer said about the program fails the test. */
static void check_sanitizer(struct pty *p)
{
    char path[64];
    struct buf b;

    snprintf(path, sizeof(path), ASAN_LOG ".%d", (int)p->pid);
    buf_init(&b, 1 << 20);
    if (path_read(path, &b, NULL) >= 0) {
        fprintf(stderr, "%s\n", buf_text(&b));
        unlink(path);
        buf_done(&b);
        fail();
    }
    buf_done(&b);
}

void pty_stop(struct pty *p)
{
    if (!p->ended && p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, &p->status, 0);
    }
    if (p->log[0])
        unlink(p->log);
    if (p->vt)
        vterm_free(p->vt);
    p->vt = NULL;
    close(p->fd);
    buf_done(&p->raw);
    check_sanitizer(p);
}
