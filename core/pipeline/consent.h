/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Consent to send prompts to a host: asked once per host before the first call, kept in the ledger of this
 * installation and never in a project. Hosts of this machine (loopback) need none.
 */
#ifndef CORE_PIPELINE_CONSENT_H
#define CORE_PIPELINE_CONSENT_H

#include "core/base/err.h"
#include "core/store/ledger.h"

/* 0, or ERR_DECISION with what would leave the machine and the command that allows it. host "" is always fine. */
int consent_check(const struct ledger *l, const char *host, struct err *err);
int consent_give(struct ledger *l, const char *host, struct err *err);
int consent_withdraw(struct ledger *l, const char *host, struct err *err);

#endif
