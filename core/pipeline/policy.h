/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Policies: written rules that may decide in a person's place; first match wins, the decision names the rule.
 * `trust-clean` approves an attempt without findings for the full sandbox and a virtual board, never a real
 * one; the default asks; a YAML file holds own rules (policy_fields).
 *
 * What no rule can do by leaving something out: an approving rule needs the full sandbox, a virtual board and
 * the limits kept unless it names another `box`, `board` or `budget`, and it covers an error-level finding only
 * when `errors` names its root cause.
 */
#ifndef CORE_PIPELINE_POLICY_H
#define CORE_PIPELINE_POLICY_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/config/config.h"
#include "core/exec/exec.h"
#include "core/pipeline/state.h"

struct policy;

enum policy_verdict { POLICY_ASK, POLICY_APPROVE, POLICY_REFUSE };

struct policy_facts { /* all pointers borrowed */
    const char *stage;
    enum state_mode mode;
    const struct finding_list *findings;
    const char *author;            /* "model", "generator", "person", "repair" */
    const char *provider_kind;     /* "none", "recorded", "local", "remote" */
    const char *provider;          /* its label */
    enum exec_level box;
    bool board_virtual;
    bool over_budget;              /* a figure is above its limit */
    bool author_is_decider;        /* names are claims: a hint against oversight, no protection against fraud */
};

/* What the rules may look at; box is the level that would run it, who would decide. */
struct policy_facts policy_facts_of(const struct state *s, const struct attempt *a, enum exec_level box,
                                    const char *who);

/* "trust-clean", "ask", or the path of a YAML file; NULL + err otherwise (nearest known name, or the place). */
struct policy *policy_load(const char *name, struct err *err);
/* The same for the name in the user's configuration: a relative path begins in the configuration's folder. */
struct policy *policy_load_configured(const char *name, struct err *err);
/* From text; name says what decisions call it. */
struct policy *policy_read(const char *name, const char *text, size_t n, struct config_errors *errors);
void policy_free(struct policy *p);
const char *policy_name(const struct policy *p); /* "ask" for NULL */
const char *policy_about(const struct policy *p); /* one sentence, "" when the file has none */
const char *policy_text(const struct policy *p); /* its YAML, "" for NULL */
/* True when the author of an edit or of bytes written by hand may not be the only one who approves them. */
bool policy_second_reviewer(const struct policy *p);

/* *ret_rule: the rule's name, borrowed from p; "none matched" when the default decided. */
enum policy_verdict policy_decide(const struct policy *p, const struct policy_facts *f, const char **ret_rule);
const char *policy_verdict_name(enum policy_verdict v); /* "ask", "approve", "refuse" */

/* One line for each rule: what it would do, or why it does not match. */
void policy_explain(const struct policy *p, const struct policy_facts *f, struct buf *out);

extern const struct config_field policy_fields[]; /* of a policy file, for the docs */
extern const char *const policy_builtins[];       /* names, NULL-terminated */

#endif
