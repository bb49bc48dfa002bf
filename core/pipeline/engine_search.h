/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Full text over prompts and replies. Nothing is indexed while a reply streams: the first search begins the
 * index, one blob a turn of the loop, and it is kept in the history's file.
 */
#ifndef CORE_PIPELINE_ENGINE_SEARCH_H
#define CORE_PIPELINE_ENGINE_SEARCH_H

#include <stdint.h>

struct engine;

/* For state.search. */
int engine_search(void *engine, const char *words, int *ret_attempts, int max, int64_t *ret_left);
void engine_search_stop(struct engine *e);

#endif
