/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ledger of this installation: which decisions were made here. Decisions from elsewhere do not execute.
 * One 0600 file in the user's state folder, append-only lines, fsynced; outside every project.
 *
 * A file or folder that somebody else could have written is refused (ERR_INVALID). Lines carry a checksum
 * against torn writes, not against forgery: the protection is the folder. Several processes may hold it open.
 */
#ifndef CORE_STORE_LEDGER_H
#define CORE_STORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

struct ledger;

struct ledger *ledger_open(const char *state_folder, struct err *err); /* NULL on failure */
void ledger_free(struct ledger *l);

/* Records that sha256 of project was approved here for executor; durable when it returns 0. */
int ledger_add(struct ledger *l, const char *project_id, const char *sha256, const char *executor,
               struct err *err);
/* Records that the approval does not count any more. */
int ledger_revoke(struct ledger *l, const char *project_id, const char *sha256, const char *executor,
                  struct err *err);
/* Reads what other processes added meanwhile; false also when the file is gone. */
bool ledger_has(const struct ledger *l, const char *project_id, const char *sha256,
                const char *executor);

/* Changes with every line about that project: what was derived from the ledger holds while this is the same. */
uint64_t ledger_mark(const struct ledger *l, const char *project_id);

/* A random secret of this installation, made at first need; never leaves the state folder. */
int ledger_secret(struct ledger *l, uint8_t ret[32], struct err *err);

#endif
