/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What hostile code tries in the sandbox: each row is Python that raises when it was stopped and ends
 * quietly when it got through. Known names: HOST (a folder outside), PARENT, BOX, VICTIM (process ids), PORT
 * (a listener on loopback), NAME (its abstract sibling), SHM (a System V segment), sys_ (a checked system
 * call), denied (what a stopped attempt raises), os, ctypes, socket, struct.
 */
#ifndef TESTS_FAULT_SANDBOX_ATTEMPTS_H
#define TESTS_FAULT_SANDBOX_ATTEMPTS_H

struct attempt {
    const char *name, *code;
    const char *gap; /* level partial: the row of exec_gaps that says it gets through; else NULL */
};

extern const struct attempt sandbox_attempts[]; /* ends with a NULL name */
extern const char sandbox_prelude[];            /* defines the names above from sys.argv */

#endif
