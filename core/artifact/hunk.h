/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work on single hunks of a diff, as a reviewer does it: split one at unchanged lines, write
 * another text for it. Hunks after the one concerned move by the number of hunks that were added; a
 * caller who keeps a flag per hunk moves the flags the same way.
 */
#ifndef CORE_ARTIFACT_HUNK_H
#define CORE_ARTIFACT_HUNK_H

#include "core/artifact/diff.h"

/* Splits hunk h wherever unchanged lines stand between its changes. Returns how many hunks it is
 * now (1: it cannot be split), or -1 without memory. */
int hunk_split(struct diff *d, int h);

/* Appends the new side of hunk h (context and added lines): what a person edits. */
int hunk_text(const struct diff *d, int h, struct buf *out);

/* Replaces the new side of hunk h by text (copied); the old side stays. A last line without an end
 * gets one where more lines follow. The hunk stays one hunk, even when nothing of it differs any
 * more. 0 or -1. */
int hunk_edit(struct diff *d, int h, const char *text, size_t n);

#endif
