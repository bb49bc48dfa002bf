/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"
#include "core/base/text.h"
#include "core/pipeline/policy_fact.h"

enum { RULES_MAX = 200 };

struct rule {
    struct config_place place; /* first: see CONFIG_LIST */
    char *name;
    int decide;                /* enum policy_verdict */
    struct config_strings wanted[POLICY_FACTS]; /* one of these words; none = any */
    struct config_strings errors;               /* root causes of errors that an approving rule covers */
    char label[64];            /* "POLICY: RULE", as decisions call it */
};

struct file {
    char *about;
    bool second_reviewer;
    struct config_list rules;
};

struct policy {
    char name[48];
    char *text;
    struct file file;
};

static const char *const verdicts[] = {"ask", "approve", "refuse", NULL};

static const char *check_some(const char *value)
{
    return *value ? NULL : "it cannot be empty.";
}

#define WANTED(FACT, KEY, CHECK, HELP)                                                                        \
    {.key = KEY, .type = CONFIG_STRINGS, .offset = offsetof(struct rule, wanted[FACT]), .check = CHECK, .help = HELP}

static const struct config_field rule_fields[] = {
    {.key = "name", .type = CONFIG_STRING, .offset = offsetof(struct rule, name), .required = true,
     .check = check_some, .help = "What the rule is called; every decision by it says so."},
    {.key = "decide", .type = CONFIG_CHOICE, .offset = offsetof(struct rule, decide), .required = true,
     .choices = verdicts, .help = "What the first rule that matches does."},
    WANTED(POLICY_STAGE, "stage", policy_check_stage, "Stages, as in [data, train]; left out: any, as below."),
    WANTED(POLICY_MODE, "mode", policy_check_mode, "How the artifact came to be: symbolic, freeform, guided, manual."),
    WANTED(POLICY_WORST, "worst", policy_check_worst, "The worst finding: none, note, warning, error."),
    WANTED(POLICY_CATEGORY, "category", policy_check_category, "A finding has one of these categories, A1 to E4."),
    WANTED(POLICY_CAUSE, "cause", policy_check_cause, "A finding has one of these root causes."),
    WANTED(POLICY_BUDGET, "budget", policy_check_budget,
           "within or over the limits of figures that are known; approving rules: within unless said."),
    WANTED(POLICY_PROVIDER, "provider", check_some,
           "Who was asked: none, recorded, local, remote, or a provider as status names it."),
    WANTED(POLICY_BOX, "box", policy_check_box, "Sandbox level: full, partial; approving rules: full unless said."),
    WANTED(POLICY_BOARD, "board", policy_check_board,
           "virtual or real; approving rules: virtual unless said."),
    WANTED(POLICY_AUTHOR, "author", policy_check_author, "Who wrote the bytes: model, generator, person, repair."),
    WANTED(POLICY_AUTHOR_IS_DECIDER, "author_is_decider", policy_check_flag,
           "true: the name that wrote the bytes is the name that decides. Names are claims."),
    {.key = "errors", .type = CONFIG_STRINGS, .offset = offsetof(struct rule, errors), .check = policy_check_cause,
     .help = "Root causes of error-level findings that an approving rule covers; it covers no others."},
    {.key = NULL},
};

const struct config_field policy_fields[] = {
    {.key = "about", .type = CONFIG_STRING, .offset = offsetof(struct file, about), .help = "One sentence for people."},
    {.key = "second_reviewer", .type = CONFIG_BOOL, .offset = offsetof(struct file, second_reviewer), .preset = "false",
     .help = "The author of an edit or of bytes written by hand cannot be the only one who approves them. "
             "Names are claims until decisions are signed."},
    {.key = "rules", .type = CONFIG_LIST, .offset = offsetof(struct file, rules), .size = sizeof(struct rule),
     .section = rule_fields, .required = true, .help = "The first rule that matches decides; without one you are asked."},
    {.key = NULL},
};

static const struct {
    const char *name, *text;
} builtin[] = {
    {"ask", "about: A person decides everything.\n"
            "rules: []\n"},
    {"trust-clean",
     "about: Approves an attempt without findings for the full sandbox and a virtual board.\n"
     "rules:\n"
     "  - name: no findings, full sandbox, virtual board\n"
     "    decide: approve\n"
     "    worst: [none, note]\n"
     "    box: [full]\n"
     "    board: [virtual]\n"
     "    budget: [within]\n"
     "  - name: the gates found errors\n"
     "    decide: refuse\n"
     "    worst: [error]\n"},
};

enum { BUILTINS = sizeof(builtin) / sizeof(*builtin) };

const char *const policy_builtins[] = {"ask", "trust-clean", NULL};

static struct rule *rule_at(const struct policy *p, int i)
{
    return (struct rule *)p->file.rules.items + i;
}

/* ---- reading ---- */

static bool names_word(const struct config_strings *l, const char *word)
{
    for (int i = 0; i < l->n; i++) {
        if (str_eq(l->items[i], word))
            return true;
    }
    return false;
}

static void check_rule(const struct policy *p, int i, struct config_errors *errors)
{
    const struct rule *rule = rule_at(p, i);
    const struct config_place *at = &rule->place;

    for (int k = 0; k < i && rule->name; k++) {
        if (str_eq(rule_at(p, k)->name, rule->name))
            config_errors_add(errors, p->name, at->line, at->column, "There is a rule '%.48s' already, on line %d.",
                              rule->name, rule_at(p, k)->place.line);
    }
    if (rule->decide != POLICY_APPROVE && rule->errors.n)
        config_errors_add(errors, p->name, at->line, at->column, "'errors' is for rules that approve; use 'cause' here.");
    if (rule->decide == POLICY_APPROVE && names_word(&rule->wanted[POLICY_WORST], "error") && !rule->errors.n)
        config_errors_add(errors, p->name, at->line, at->column,
                          "The rule approves what has errors without naming them: list their root causes in 'errors'.");
}

static void set_label(const struct policy *p, struct rule *rule)
{
    char text[400];

    snprintf(text, sizeof(text), "%s: %s", p->name, rule->name ? rule->name : "");
    text_line(rule->label, sizeof(rule->label), text);
}

static int check_rules(struct policy *p, struct config_errors *errors)
{
    if (p->file.rules.n > RULES_MAX)
        return config_errors_add(errors, p->name, 1, 1, "A policy has at most %d rules.", RULES_MAX);
    for (int i = 0; i < p->file.rules.n; i++) {
        check_rule(p, i, errors);
        set_label(p, rule_at(p, i));
    }
    return errors->n ? -ERR_INVALID : 0;
}

struct policy *policy_read(const char *name, const char *text, size_t n, struct config_errors *errors)
{
    struct policy *p = os_alloc(sizeof(*p));

    errors->n = 0;
    if (p)
        p->text = os_dup(text, n);
    if (!p || !p->text) {
        errors->n = 1;
        err_set(&errors->items[0], ERR_MACHINE, "There is no memory left for a policy.");
        policy_free(p);
        return NULL;
    }
    str_copy(p->name, sizeof(p->name), name);
    if (config_read(name, text, n, policy_fields, &p->file, errors) || check_rules(p, errors)) {
        policy_free(p);
        return NULL;
    }
    return p;
}

static bool is_file(const char *name)
{
    return strchr(name, '/') || str_ends(name, ".yaml") || str_ends(name, ".yml");
}

/* A policy decides in a person's place: only files that nobody else could have written. */
static int check_owner(const char *path, struct err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return err_sys(err, ERR_INVALID, "The policy %s cannot be opened", path);
    if ((st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022)) {
        err_set(err, ERR_INVALID, "Others could have written the policy %s.", path);
        err_hint(err, "Look at what it says; if it is right, make it yours and chmod 600 it.");
        return -ERR_INVALID;
    }
    return 0;
}

static struct policy *read_or_say(const char *name, const char *text, size_t n, struct err *err)
{
    static struct config_errors errors; /* one thread; large for a stack */
    struct policy *p = policy_read(name, text, n, &errors);

    if (!p && err)
        *err = errors.items[0];
    return p;
}

static struct policy *load_file(const char *path, struct err *err)
{
    struct policy *p = NULL;
    struct buf text;

    buf_init(&text, CONFIG_SIZE_MAX);
    if (check_owner(path, err) == 0 && path_read(path, &text, err) == 0)
        p = read_or_say(path_base(path), buf_text(&text), text.len, err);
    buf_done(&text);
    return p;
}

struct policy *policy_load(const char *name, struct err *err)
{
    for (int i = 0; i < BUILTINS; i++) {
        if (str_eq(name, builtin[i].name))
            return read_or_say(name, builtin[i].text, strlen(builtin[i].text), err);
    }
    if (is_file(name))
        return load_file(name, err);
    err_set(err, ERR_USAGE, "There is no policy named %s.", name);
    if (str_nearest(name, policy_builtins, BUILTINS))
        err_hint(err, "Did you mean %s?", str_nearest(name, policy_builtins, BUILTINS));
    else
        err_hint(err, "The built-in policies are ask and trust-clean; the path of a file ends in .yaml.");
    return NULL;
}

struct policy *policy_load_configured(const char *name, struct err *err)
{
    char folder[PATH_CAP], path[PATH_CAP];

    if (!is_file(name) || *name == '/')
        return policy_load(name, err);
    /* Not from the current folder: that may be somebody else's project. */
    if (!path_user('c', folder, sizeof(folder)) || !path_join(path, sizeof(path), folder, name)) {
        err_set(err, ERR_INVALID, "The path of the policy %s is too long.", name);
        return NULL;
    }
    return policy_load(path, err);
}

void policy_free(struct policy *p)
{
    if (!p)
        return;
    config_done(policy_fields, &p->file);
    free(p->text);
    free(p);
}

const char *policy_name(const struct policy *p)
{
    return p ? p->name : "ask";
}

const char *policy_about(const struct policy *p)
{
    return p && p->file.about ? p->file.about : "";
}

const char *policy_text(const struct policy *p)
{
    return p ? p->text : "";
}

bool policy_second_reviewer(const struct policy *p)
{
    return p && p->file.second_reviewer;
}

const char *policy_verdict_name(enum policy_verdict v)
{
    return verdicts[v];
}

/* ---- deciding ---- */

static bool holds(const struct config_strings *wanted, enum policy_fact fact, const struct policy_facts *f)
{
    for (int i = 0; i < wanted->n; i++) {
        if (policy_fact_table[fact].has(f, wanted->items[i]))
            return true;
    }
    return false;
}

static const char *say_other(enum policy_fact fact, const struct policy_facts *f, const char *wanted,
                             struct buf *why)
{
    buf_putf(why, "%s is ", policy_fact_table[fact].key);
    policy_fact_table[fact].show(f, why);
    buf_putf(why, ", not %s", wanted);
    return buf_text(why);
}

/* The error-level finding that an approving rule does not name; NULL when there is none. */
static const struct finding *uncovered(const struct rule *rule, const struct policy_facts *f)
{
    for (size_t i = 0; i < f->findings->v.n; i++) {
        const struct finding *one = &f->findings->v.items[i];
        if (one->severity == FINDING_ERROR && (!one->cause[0] || !names_word(&rule->errors, one->cause)))
            return one;
    }
    return NULL;
}

/* Why an approving rule may not approve this, whatever its conditions say; NULL when it may. */
static const char *forbids(const struct policy *p, const struct rule *rule, const struct policy_facts *f,
                           struct buf *why)
{
    const struct finding *error = uncovered(rule, f);

    if (error) {
        buf_putf(why, "an error is not named in 'errors': %s", error->cause[0] ? error->cause : error->message);
        return buf_text(why);
    }
    if (p->file.second_reviewer && f->author_is_decider)
        return "the author of the bytes would be their only approver (second_reviewer)";
    for (int i = 0; i < POLICY_FACTS; i++) {
        const char *needed = policy_fact_table[i].approving;
        if (needed && rule->wanted[i].n == 0 && !policy_fact_table[i].has(f, needed))
            return say_other((enum policy_fact)i, f, needed, why);
    }
    return NULL;
}

/* Why the rule does not match, in why; NULL when it does. */
static const char *misses(const struct policy *p, const struct rule *rule, const struct policy_facts *f,
                          struct buf *why)
{
    struct buf words;

    for (int i = 0; i < POLICY_FACTS; i++) {
        if (rule->wanted[i].n == 0 || holds(&rule->wanted[i], (enum policy_fact)i, f))
            continue;
        buf_init(&words, 4096);
        for (int k = 0; k < rule->wanted[i].n; k++)
            buf_putf(&words, "%s%s", k ? " or " : "", rule->wanted[i].items[k]);
        say_other((enum policy_fact)i, f, buf_text(&words), why);
        buf_done(&words);
        return buf_text(why);
    }
    return rule->decide == POLICY_APPROVE ? forbids(p, rule, f, why) : NULL;
}

enum policy_verdict policy_decide(const struct policy *p, const struct policy_facts *f, const char **ret_rule)
{
    *ret_rule = "none matched";
    for (int i = 0; p && i < p->file.rules.n; i++) {
        const struct rule *rule = rule_at(p, i);
        struct buf why;
        bool matches;
        buf_init(&why, 8192);
        matches = !misses(p, rule, f, &why);
        buf_done(&why);
        if (!matches)
            continue;
        *ret_rule = rule->label;
        return (enum policy_verdict)rule->decide;
    }
    return POLICY_ASK;
}

void policy_explain(const struct policy *p, const struct policy_facts *f, struct buf *out)
{
    bool decided = false;

    for (int i = 0; p && i < p->file.rules.n; i++) {
        const struct rule *rule = rule_at(p, i);
        const char *no;
        struct buf why;
        buf_init(&why, 8192);
        no = misses(p, rule, f, &why);
        buf_putf(out, "  %d. %s: ", i + 1, rule->name);
        if (no)
            buf_putf(out, "no, %s\n", no);
        else
            buf_putf(out, "matches%s%s\n", decided ? ", but an earlier rule decided" : ": ",
                     decided ? "" : verdicts[rule->decide]);
        decided = decided || !no;
        buf_done(&why);
    }
    if (!decided)
        buf_puts(out, "  no rule matches: ask\n");
}
