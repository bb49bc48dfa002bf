/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The body of a Chat Completions request. Parameters that not every server knows are rows of a table, so that a
 * refusal which names one can be answered by leaving it out.
 */
#ifndef CORE_LLM_OPENAI_REQUEST_H
#define CORE_LLM_OPENAI_REQUEST_H

#include "core/base/buf.h"
#include "core/llm/fault.h"
#include "core/llm/provider.h"

enum { OPENAI_REQUEST_CAP = 16 * 1024 * 1024 };

/* left_out: bits of parameters that are not to be sent, see openai_request_refused; *ret_sent gets those that are.
 * official: the vendor's own server. Appends to out; negative when the schema is no JSON or the request too large. */
int openai_request_put(const struct provider_request *r, const char *model, bool official,
                       unsigned left_out, struct buf *out, unsigned *ret_sent, struct err *err);

/* The parameter of sent that f complains about, as a bit to add to left_out; 0 when it is none of them.
 * *ret_name gets its name. */
unsigned openai_request_refused(const struct fault *f, unsigned sent, const char **ret_name);

#endif
