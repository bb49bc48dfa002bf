/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands: the only way in. Screen, command line and the second process's socket issue the same ones.
 */
#ifndef CORE_PIPELINE_COMMAND_H
#define CORE_PIPELINE_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/sha256.h"
#include "core/pipeline/decision.h"

enum command_kind {
    COMMAND_RUN,    /* runs stages from..until (empty = all) until done or a question */
    COMMAND_DECIDE, /* a decision about an attempt */
    COMMAND_CANCEL, /* stops the stream or job at once; the attempt is marked canceled */
};

struct command {
    enum command_kind kind;
    const char *from, *until;   /* stage ids or NULL */
    const char *attempt;        /* "sketch/2"; for COMMAND_DECIDE */
    enum decision_verb verb;
    const char *sha256;         /* what was looked at; must match for approve */
    const char *reason;         /* free text or NULL */
    const char *bytes; size_t len; /* DECISION_EDIT, HUNKS, TAKE_OVER */
    const char *refused;        /* DECISION_HUNKS: unified diff of what was left out, for the next prompt; or NULL */
    const char *via;            /* "screen", "cli", "script" */
    int64_t looked_ms;          /* how long the question was shown, 0 unknown */
    int group;                  /* nonzero: decide all of the attempt's group */
};

struct engine;
struct attempt;

/* What approving a group names: SHA-256 over "ID SHA\n" of each waiting member, oldest first. */
void engine_group_hash(const struct attempt *const *members, int n, char ret_hex[SHA256_HEX]);

/* 0 when accepted (effects follow as events), negative otherwise. All pointers are borrowed for the call. */
int engine_command(struct engine *e, const struct command *c, struct err *err);

#endif
