/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Jobs that the sandbox stopped → findings with one wording for build and run. Private to core/board.
 */
#ifndef CORE_BOARD_STOPS_H
#define CORE_BOARD_STOPS_H

#include "core/base/job.h"
#include "core/finding/finding.h"

/* Adds an error when the box stopped the job or it could not start; true when it did. what starts the sentence:
 * "The build of the sketch". Nothing is added for a job that ended by itself or that the person canceled. */
bool stops_add(struct finding_list *out, const char *gate, const char *what, const struct job_result *r);

#endif
