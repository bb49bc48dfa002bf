/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fenced code blocks of a reply, as CommonMark has them (``` and ~~~, longer fences around shorter
 * ones), with two liberties that replies need: a fence may be indented as deep as a list makes it,
 * and spans of reasoning
 * (<think>…</think>) are not part of the reply at all.
 */
#ifndef CORE_ARTIFACT_FENCE_H
#define CORE_ARTIFACT_FENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/vec.h"

enum { FENCE_BLOCKS_MAX = 256, FENCE_WORD = 32 };

struct fence_block {
    char word[FENCE_WORD]; /* first word of the info string, lower case; "" when untagged */
    const char *text;      /* borrowed: first byte after the opening line */
    size_t len;            /* up to the closing fence */
    size_t indent;         /* columns to strip from each line */
    int line;              /* 1-based, of the opening fence */
    bool closed;
    int nested_line; /* line of an opening fence of the same length inside, 0 when there is none */
};

struct fence_prose { /* a line outside of every block and of all reasoning */
    const char *text;
    size_t len;
    int line;
};

struct fence_reply {
    VEC(struct fence_block) blocks;
    VEC(struct fence_prose) prose;
    bool thinking; /* reasoning that never ends */
    bool too_many; /* more blocks or lines than can be looked at */
};

/* text is borrowed for the life of r. */
int fence_read(struct fence_reply *r, const char *text, size_t n);
void fence_done(struct fence_reply *r);

#endif
