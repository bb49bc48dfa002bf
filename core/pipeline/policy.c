/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/policy.h"

#include <stdlib.h>

#include "core/base/os.h"
#include "core/base/str.h"

struct policy_rule {
    const char *name, *help;
    enum policy_verdict verdict;
    bool (*matches)(const struct policy_facts *f);
};

struct policy {
    const char *name, *help;
    const struct policy_rule *rules; /* first match wins; ended by a NULL name */
};

static bool is_clean(const struct policy_facts *f)
{
    return f->errors == 0 && f->warnings == 0 && f->box_full && f->board_virtual && !f->over_budget;
}

static bool has_errors(const struct policy_facts *f)
{
    return f->errors > 0;
}

static const struct policy_rule trust_clean[] = {
    {"trust-clean: no findings, full sandbox, virtual board", "approves", POLICY_APPROVE, is_clean},
    {"trust-clean: the gates found errors", "the findings go into the next attempt", POLICY_REFUSE, has_errors},
    {NULL, NULL, POLICY_ASK, NULL},
};

static const struct policy_rule ask[] = {{NULL, NULL, POLICY_ASK, NULL}};

static const struct policy builtin[] = {
    {"ask", "a person decides everything", ask},
    {"trust-clean", "approves an attempt without findings for the full sandbox and a virtual board", trust_clean},
};

enum { BUILTINS = sizeof(builtin) / sizeof(*builtin) };

struct policy *policy_load(const char *name, struct err *err)
{
    const char *names[BUILTINS];

    for (int i = 0; i < BUILTINS; i++) {
        names[i] = builtin[i].name;
        if (str_eq(name, names[i])) {
            struct policy *p = os_alloc(sizeof(*p));
            if (p)
                *p = builtin[i];
            else
                err_set(err, ERR_MACHINE, "There is no memory left for a policy.");
            return p;
        }
    }
    err_set(err, ERR_USAGE, "There is no policy named %s.", name);
    if (str_nearest(name, names, BUILTINS))
        err_hint(err, "Did you mean %s?", str_nearest(name, names, BUILTINS));
    else
        err_hint(err, "The built-in policies are ask and trust-clean.");
    return NULL;
}

void policy_free(struct policy *p)
{
    free(p);
}

const char *policy_name(const struct policy *p)
{
    return p ? p->name : "ask";
}

enum policy_verdict policy_decide(const struct policy *p, const struct policy_facts *f, const char **ret_rule)
{
    *ret_rule = "none matched";
    for (const struct policy_rule *r = p ? p->rules : ask; r->name; r++) {
        if (r->matches(f)) {
            *ret_rule = r->name;
            return r->verdict;
        }
    }
    return POLICY_ASK;
}
