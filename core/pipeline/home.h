/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The home list: the bundled examples and the projects this user opened lately (one path a line in the state folder).
 */
#ifndef CORE_PIPELINE_HOME_H
#define CORE_PIPELINE_HOME_H

#include <stdbool.h>

struct home_project {      /* borrowed for the call */
    char name[64], folder[4096], what[160]; /* sanitized */
    int waits;             /* decisions that wait, -1 unknown */
    bool example;
};

typedef void home_fn(void *arg, const struct home_project *p);

void home_each(home_fn *fn, void *arg); /* recent projects first, then the examples */
void home_remember(const char *folder); /* to the top of the list; failure is no error */

#endif
