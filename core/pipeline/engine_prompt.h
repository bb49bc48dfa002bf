/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prompts of an attempt: template + project + what happened to the attempts before it.
 */
#ifndef CORE_PIPELINE_ENGINE_PROMPT_H
#define CORE_PIPELINE_ENGINE_PROMPT_H

#include "core/pipeline/engine_private.h"

/* Builds the prompt, records it and starts the stream. */
int engine_prompt_start(struct engine *e, struct attempt *a, struct err *err);

/* engine_attempt.c: what a finished reply makes of the attempt. */
int engine_reply_done(struct engine *e, struct attempt *a, const struct buf *raw,
                      const struct provider_outcome *o, struct err *err);

#endif
