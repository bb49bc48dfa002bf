/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables for the screen: profiled at first need, one piece a turn of the loop, and kept while there is room.
 */
#ifndef CORE_PIPELINE_ENGINE_TABLE_H
#define CORE_PIPELINE_ENGINE_TABLE_H

#include "core/pipeline/table.h"

struct engine;
struct engine_tables;

/* For state.table; the engine frees what it made with engine_tables_free. */
const struct table *engine_table(void *engine, const char *sha);
void engine_tables_free(struct engine *e);

#endif
