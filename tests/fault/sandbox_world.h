/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What hostile code in the sandbox could harm or reach on this machine, made for the test and looked at
 * afterwards: files of every mode, a process, listeners of every kind, shared memory.
 */
#ifndef TESTS_FAULT_SANDBOX_WORLD_H
#define TESTS_FAULT_SANDBOX_WORLD_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/exec/exec.h"

#define SECRET "the secret that must not leave"

struct sandbox_world {
    char dir[64], abstract[64];
    pid_t victim, rewriter;
    int tcp, udp, path, name, dgram, shm;
    int port;
    struct loop *loop;
    struct exec *exec;
    struct job_result result;
    bool ended;
};

/* cmocka's setup and teardown: *state is a struct sandbox_world. Teardown fails when a file was left. */
int sandbox_world_open(void **state, enum exec_level level);
int sandbox_world_close(void **state);

/* Asserts that nothing was changed, nobody was signaled and nobody called. */
void sandbox_world_check(struct sandbox_world *w);

#endif
