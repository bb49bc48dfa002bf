/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands from a second process: a 0600 Unix socket in the project's .tinywright folder, one JSON line in, one
 * out, the peer's uid checked. The first process stays the only writer of the history.
 */
#ifndef CORE_PIPELINE_REMOTE_H
#define CORE_PIPELINE_REMOTE_H

#include "core/base/err.h"
#include "core/loop/loop.h"
#include "core/pipeline/command.h"

struct remote;

enum { REMOTE_NOBODY = 1 };

/* Listens for engine's project; NULL + err. engine and loop are borrowed for its life. */
struct remote *remote_listen(struct loop *l, struct engine *engine, const char *folder, struct err *err);
void remote_free(struct remote *r);

/* 0 done, REMOTE_NOBODY when no process listens, negative with err when it refused. Waits at most 10 s. */
int remote_send(const char *folder, const struct command *c, struct err *err);

#endif
