/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ctrl-Z and fg, with a tiny shell in between: it gives the program its own foreground process group, reports
 * stops, takes the terminal back and continues it on a line.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/screen/pty.h"

#define APP BUILD_FOLDER "/tests/fake_app"

/* Runs argv[2…] as a job; "STOPPED n" when it stops, "fg" on a line of input continues it. */
static int shell(char **argv)
{
    char line[64];
    int status, stops = 0;
    pid_t pid;

    signal(SIGTTOU, SIG_IGN);
    pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
        execv(argv[0], argv);
        _exit(127);
    }
    setpgid(pid, pid);
    while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
        tcsetpgrp(STDIN_FILENO, getpgrp());
        dprintf(STDOUT_FILENO, "STOPPED %d\r\n", stops++);
        if (!fgets(line, sizeof(line), stdin))
            break;
        tcsetpgrp(STDIN_FILENO, pid);
        kill(-pid, SIGCONT);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void test_suspend(void **state)
{
    const char *argv[] = {"/proc/self/exe", "--shell", APP, "waiting", NULL};
    struct termios modes;
    struct pty p;
    char stopped[24];

    (void)state;
    pty_start(&p, 100, 30, NULL, argv);
    for (int round = 0; round < 3; round++) {
        pty_expect(&p, "Approve fruit.ino");
        pty_send(&p, "\x1a");
        snprintf(stopped, sizeof(stopped), "STOPPED %d", round);
        pty_expect(&p, stopped);
        tcgetattr(p.fd, &modes);
        assert_true((modes.c_lflag & ICANON) && (modes.c_lflag & ECHO));
        if (round == 1)
            pty_resize(&p, 80, 24);
        pty_send(&p, "fg\n");
    }
    pty_expect(&p, "Approve fruit.ino");
    pty_expect(&p, "✓ data  ✓ train"); /* the size from while it slept */
    pty_expect(&p, "armed");
    pty_send(&p, "q");
    pty_expect(&p, "put off");
    pty_send(&p, "q");
    pty_expect_end(&p, 0);
    pty_stop(&p);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_suspend)};

    if (argc > 2 && strcmp(argv[1], "--shell") == 0)
        return shell(argv + 2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
