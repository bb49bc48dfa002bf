/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/price.h"

#include <string.h>

#include "core/base/str.h"

static bool read_price(const char *text, struct price *ret)
{
    double values[3];
    int n = 0;

    while (*text && n < 3) {
        char word[32];
        size_t len = strcspn(text, " ");
        if (len >= sizeof(word))
            return false;
        memcpy(word, text, len);
        word[len] = '\0';
        if (!str_to_double(word, &values[n]) || values[n] < 0)
            return false;
        n++;
        text += len;
        text += strspn(text, " ");
    }
    if (n < 2 || *text)
        return false;
    *ret = (struct price){values[0], values[1], n == 3 ? values[2] : values[0]};
    return true;
}

/* "-2025-08-07" or "-20250807" at the end. */
static bool is_date(const char *text)
{
    static const char *const shapes[] = {"-dddd-dd-dd", "-dddddddd"};

    for (int s = 0; s < 2; s++) {
        size_t i = 0;
        while (shapes[s][i] && text[i] && (shapes[s][i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == '-'))
            i++;
        if (!shapes[s][i] && !text[i])
            return true;
    }
    return false;
}

bool price_find(const struct config_pairs *prices, const char *model, struct price *ret)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < prices->n; i++) {
            const char *key = prices->items[i].key;
            const char *rest = str_starts(model, key) ? model + strlen(key) : NULL;
            if (rest && (pass ? is_date(rest) : !*rest))
                return read_price(prices->items[i].value, ret);
        }
    }
    return false;
}

bool price_cost(const struct price *p, const struct provider_usage *u, double *ret_dollars)
{
    int64_t cached = u->cached_tokens > 0 ? u->cached_tokens : 0;

    if (u->input_tokens < 0 || u->output_tokens < 0)
        return false;
    if (cached > u->input_tokens)
        cached = u->input_tokens;
    *ret_dollars = ((double)(u->input_tokens - cached) * p->input + (double)cached * p->cached +
                    (double)u->output_tokens * p->output) / 1e6;
    return true;
}
