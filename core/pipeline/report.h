/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report of a project as Markdown: what was made, checked, decided and run. Pure: state in, text out.
 */
#ifndef CORE_PIPELINE_REPORT_H
#define CORE_PIPELINE_REPORT_H

#include "core/pipeline/state.h"

int report_write(const struct state *s, struct buf *out, struct err *err);

#endif
