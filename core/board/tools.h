/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one installation says about how to compile, link and run for a board: the keys of its build.txt,
 * written by core/board/setup/build-runtime. Private to core/board.
 */
#ifndef CORE_BOARD_TOOLS_H
#define CORE_BOARD_TOOLS_H

#include <stdint.h>

#include "core/board/board.h"

enum { TOOLS_WORDS_MAX = 96 };

/* Values of one key, in order; each is one argument. */
struct tools_words {
    char *words[TOOLS_WORDS_MAX]; /* owned */
    int n;
};

struct board_tools {
    const struct board *board;
    char folder[512]; /* the installation, links resolved: shown to the box */
    char *cxx, *size, *qemu, *script, *pch, *pch_tflm, *pch_tflm_when;
    struct tools_words flags, cxxflags, includes, include_after, link, archives, libraries, qemu_args, versions;
    int64_t flash, ram;
    char text[512];   /* board_tools_versions */
};

/* Reads the text of a build.txt into t (zeroed before, done by tools_done); ERR_TOOL names the line. */
int tools_parse(struct board_tools *t, const char *text, struct err *err);
void tools_done(struct board_tools *t);

#endif
