/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Category (Table I of arXiv 2509.10946) and root cause of a finding, from its message; independent of the order of
 * the rows: the most specific root cause wins.
 */
#ifndef CORE_FAILURE_CLASSIFY_H
#define CORE_FAILURE_CLASSIFY_H

#include "core/finding/finding.h"

/* Fills category, cause, blame and fix where they are empty; what a gate has set stays. */
void failure_classify(struct finding *f);

#endif
