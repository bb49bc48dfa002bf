/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/llm/provider.h"

int provider_start(struct provider *p, const struct provider_request *r,
                   const struct provider_events *ev, void *arg, struct err *err)
{
    return p->ops->start(p, r, ev, arg, err);
}

void provider_cancel(struct provider *p)
{
    p->ops->cancel(p);
}

void provider_free(struct provider *p)
{
    if (p)
        p->ops->free(p);
}
