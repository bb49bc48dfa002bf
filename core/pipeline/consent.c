/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/consent.h"

#include <string.h>

#include "core/base/sha256.h"

static const char project[] = "hosts", executor[] = "prompts";

int consent_check(const struct ledger *l, const char *host, struct err *err)
{
    char hex[SHA256_HEX];

    if (!host[0])
        return 0;
    sha256_of(host, strlen(host), hex);
    if (l && ledger_has(l, project, hex, executor))
        return 0;
    err_set(err, ERR_DECISION, "Prompts would leave this machine for %s: the task, column names with ranges and sample "
                               "rows, earlier code, findings and the output of tools.", host);
    err_hint(err, "tinywright allow %s permits it for this installation; --mode symbolic needs no model.", host);
    return -ERR_DECISION;
}

int consent_give(struct ledger *l, const char *host, struct err *err)
{
    char hex[SHA256_HEX];

    sha256_of(host, strlen(host), hex);
    return ledger_has(l, project, hex, executor) ? 0 : ledger_add(l, project, hex, executor, err);
}

int consent_withdraw(struct ledger *l, const char *host, struct err *err)
{
    char hex[SHA256_HEX];

    sha256_of(host, strlen(host), hex);
    return ledger_revoke(l, project, hex, executor, err);
}
