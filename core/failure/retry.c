/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/failure/retry.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/str.h"

__attribute__((format(printf, 3, 4))) static void choose(struct retry_choice *c,
                                                         enum retry_action a, const char *fmt, ...)
{
    va_list ap;

    c->action = a;
    va_start(ap, fmt);
    vsnprintf(c->why, sizeof(c->why), fmt, ap);
    va_end(ap);
}

static const char *cause_of(const struct retry_attempt *a)
{
    return a->cause && a->cause[0] ? a->cause : "an unknown cause";
}

static bool same(const struct retry_attempt *a, const struct retry_attempt *b)
{
    return a->category == b->category && str_eq(a->cause ? a->cause : "", b->cause ? b->cause : "");
}

/* Failures of the model server or a stopped back end are not the model's: asking again changes
 * nothing. */
static bool is_backend(const struct retry_attempt *a)
{
    return a->category == FINDING_B1;
}

/* Error prompts since the last fresh start. */
static int corrections(const struct retry_attempt *a, int n)
{
    int count = 0;

    while (n-- > 0 && a[n].how != RETRY_FRESH)
        count += a[n].how == RETRY_ERROR;
    return count;
}

void retry_choose(const struct retry_attempt *attempts, int n, const struct retry_limits *limits,
                  struct retry_choice *ret)
{
    const struct retry_attempt *last = n ? &attempts[n - 1] : NULL;
    int cap = limits->attempts > 0 ? limits->attempts : RETRY_ATTEMPTS_DEFAULT;

    if (!last)
        choose(ret, RETRY_FRESH, "Nothing was tried yet.");
    else if (last->category == FINDING_NONE)
        choose(ret, RETRY_DONE, "The last attempt passed.");
    else if (is_backend(last))
        choose(ret, RETRY_ASK, "The back end failed (%s), not the model's work.", cause_of(last));
    else if (last->blame && last->blame[0])
        choose(ret, RETRY_ASK, "The step %s has to change first (%s).", last->blame,
               cause_of(last));
    else if (n > 1 && same(last, &attempts[n - 2]))
        choose(ret, RETRY_ASK, "Two attempts in a row failed with %s (%s).",
               finding_categories[last->category].id, cause_of(last));
    else if (n >= cap)
        choose(ret, RETRY_ASK, "All %d attempts are used up.", cap);
    else if (limits->repairs && last->repairable && last->how != RETRY_REPAIR)
        choose(ret, RETRY_REPAIR, "A repair is known for %s.", cause_of(last));
    else if (corrections(attempts, n) < 2 && last->category != FINDING_A2)
        choose(ret, RETRY_ERROR, "The model is shown its code and the error (%s).", cause_of(last));
    else if (last->category == FINDING_A2)
        choose(ret, RETRY_FRESH,
               "The reply had no usable shape (%s), so the question is asked anew.",
               cause_of(last));
    else
        choose(ret, RETRY_FRESH, "Two corrections did not help; the model starts afresh.");
}

const char *retry_action_name(enum retry_action a)
{
    static const char *const names[] = {"repair", "error prompt", "fresh start", "ask", "done"};

    return names[a];
}
