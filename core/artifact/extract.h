/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes exactly one complete artifact out of a model's reply, or says in findings (category A2) why not:
 * none, several, unclosed fence, alternatives, prose mixed in, cut off. It never guesses.
 */
#ifndef CORE_ARTIFACT_EXTRACT_H
#define CORE_ARTIFACT_EXTRACT_H

#include "core/artifact/artifact.h"
#include "core/finding/finding.h"

/* 0 with the artifact's bytes appended to out; 1 with at least one error finding added. <think> spans are
 * dropped first. reply is untrusted raw text. */
int extract_artifact(enum artifact_kind kind, const char *reply, size_t n, struct buf *out,
                     struct finding_list *findings);

#endif
