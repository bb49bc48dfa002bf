/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a reply costs, from the prices in the user's configuration (model -> "INPUT OUTPUT" or "INPUT OUTPUT CACHED",
 * US dollars per million tokens). There is no built-in list: an old price is worse than none, and unknown is said.
 */
#ifndef CORE_LLM_PRICE_H
#define CORE_LLM_PRICE_H

#include <stdbool.h>

#include "core/config/config.h"
#include "core/llm/provider.h"

struct price { /* US dollars per million tokens */
    double input, output, cached; /* cached: of input tokens the server had already; as input when not given */
};

/* The price of the model, or of the model without a trailing date ("gpt-5-2025-08-07" is "gpt-5"). False when
 * there is none or it cannot be read. */
bool price_find(const struct config_pairs *prices, const char *model, struct price *ret);

/* False when the server did not report both token counts. */
bool price_cost(const struct price *p, const struct provider_usage *u, double *ret_dollars);

#endif
