/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reviewer's choice among the hunks of an artifact: taken or left out, split, written anew, with a reason each; and what
 * follows from it: the resulting bytes with their identity, and what goes back to whoever wrote them. Pure.
 */
#ifndef CORE_ARTIFACT_REVIEW_H
#define CORE_ARTIFACT_REVIEW_H

#include "core/artifact/artifact.h"
#include "core/artifact/diff.h"
#include "core/base/err.h"
#include "core/base/sha256.h"

enum { REVIEW_BYTES_MAX = 4 * 1024 * 1024, REVIEW_NOTE_MAX = 400 };

struct review_choice {
    bool take;
    bool edited; /* a person wrote it differently; cannot be split any more */
    char *note;  /* owned: why it is left out, one line; NULL = none */
    int grown;   /* lines that edits added to its new side */
};

struct review {
    enum artifact_kind kind;
    struct buf old_text, new_text; /* the diff borrows from both */
    struct diff diff;              /* old to new with the edits */
    VEC(struct review_choice) choices; /* one per hunk of diff; all are taken at first */
    struct buf result;             /* the bytes that the choice makes, up to date after each call */
    char sha[SHA256_HEX];          /* their identity; "" when it cannot be had */
    int lines, added, deleted;     /* of the result, against the old text */
    int left;                      /* hunks left out */
};

/* Compares old with what was proposed; both are copied. 0, or negative: too large, not text, no memory. Release with
 * review_done either way; a zeroed struct may be released too. */
int review_init(struct review *r, enum artifact_kind kind, const void *old_bytes, size_t n_old, const void *bytes, size_t n,
                struct err *err);
void review_done(struct review *r);

/* h must be a hunk. All return 0 or more, -1 without memory. */
int review_take(struct review *r, int h, bool take);
int review_split(struct review *r, int h); /* hunks it is now; 1: there is nowhere to split it */
int review_edit(struct review *r, int h, const char *text, size_t n); /* takes it, with text as its new side */
int review_note(struct review *r, int h, const char *text); /* leaves it out for that reason; text is copied */

bool review_touched(const struct review *r); /* the result is not simply what was proposed */
bool review_empty(const struct review *r);   /* there are hunks, and none is taken */

/* Header numbers of hunk h as if it were taken, after those before it as they are chosen. */
struct diff_hunk review_header(const struct review *r, int h);

/* Line of what was proposed that row i of the diff shows; 0 when it shows none, or a line that a person wrote. */
int review_line(const struct review *r, int i);

/* The hunk that adds that line of what was proposed; -1 when none does. */
int review_hunk_of(const struct review *r, int line);

/* Appends the change from the result to what was proposed: what the person refused, a comment line with the reason of each
 * hunk first. A patch of the result; nothing when nothing was refused. */
int review_refused(const struct review *r, const char *name, struct buf *out);

/* The reasons on one line, for the record of the decision; returns dst. */
const char *review_reasons(const struct review *r, char *dst, size_t size);

#endif
