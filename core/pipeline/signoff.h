/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review record of a project: every decision with who, when, why, about which bytes, by which rule, what was shown
 * and how long it was looked at; the head of the chain and what verify says. Names are claims: nothing is signed.
 */
#ifndef CORE_PIPELINE_SIGNOFF_H
#define CORE_PIPELINE_SIGNOFF_H

#include <json-c/json.h>

#include "core/pipeline/engine.h"
#include "core/pipeline/verify.h"

struct signoff_decision {
    int64_t seq, wall_ms, looked_ms;  /* looked 0 = unknown */
    char attempt[STATE_ID], artifact[64], author[24], author_by[64];
    enum decision_verb verb;
    char by[64], via[16], reason[400], rule[64];
    char sha[SHA256_HEX];             /* "" = it is about no bytes */
    int errors, warnings;             /* that were shown */
    struct json_object *findings;     /* owned; the ones that were shown, NULL = none */
    bool by_author;                   /* the name that decided is the name that wrote the bytes */
    bool here;                        /* in this installation's ledger: it counts for execution */
};

struct signoff {
    char project[120], project_id[40], board[120];
    int64_t wall_ms;                  /* when it was read */
    VEC(struct signoff_decision) decisions;
    int own_only;                     /* approvals of a person's bytes that nobody else has approved too */
    struct verify_result verify;
    struct err verdict;               /* code 0 = verify found nothing */
};

/* ret: release it with signoff_done either way. Damage is part of the record, no failure. */
int signoff_read(struct engine *e, struct signoff *ret, struct err *err);
void signoff_done(struct signoff *s);

void signoff_put_markdown(const struct signoff *s, struct buf *out);
struct json_object *signoff_to_json(const struct signoff *s); /* caller puts it */

#endif
