/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scripted server as a program, for shell tests: stub_server SCRIPT [SEED [PORT [LOG]]]
 * Prints its port and serves until it is killed.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/protocol/stub.h"

static char script[8 << 20];

int main(int argc, char **argv)
{
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
    unsigned seed = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    int port = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 0;
    int log_fd = argc > 4 ? open(argv[4], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    int fd;

    if (!f) {
        fprintf(stderr, "usage: stub_server SCRIPT [SEED [PORT [LOG]]]\n");
        return 2;
    }
    script[fread(script, 1, sizeof(script) - 1, f)] = '\0';
    fclose(f);
    fd = stub_listen(port, &port);
    if (fd < 0) {
        perror("stub_server");
        return 1;
    }
    printf("%d\n", port);
    fflush(stdout);
    signal(SIGPIPE, SIG_IGN);
    return stub_serve(fd, log_fd, script, seed) ? 1 : 0;
}
