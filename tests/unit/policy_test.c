/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies from YAML: what matches, what no rule can approve by leaving something out, and errors with their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/pipeline/policy.h"

static struct config_errors errors;
static struct finding_list findings;

static struct policy_facts clean(void)
{
    finding_list_reset(&findings);
    return (struct policy_facts){.stage = "sketch", .mode = MODE_FREEFORM, .findings = &findings, .author = "model",
                                 .provider_kind = "remote", .provider = "openai:gpt-5", .box = EXEC_FULL,
                                 .board_virtual = true};
}

static void add(enum finding_severity severity, enum finding_category category, const char *cause)
{
    struct finding *f = finding_add(&findings, "compile", severity, category, "Something is %s.", "odd");

    assert_non_null(f);
    str_copy(f->cause, sizeof(f->cause), cause);
}

static struct policy *read_or_fail(const char *text)
{
    struct policy *p = policy_read("t.yaml", text, strlen(text), &errors);

    if (!p)
        fail_msg("%s", errors.items[0].msg);
    return p;
}

static void expect(const struct policy *p, const struct policy_facts *f, enum policy_verdict v, const char *rule)
{
    const char *named;
    enum policy_verdict got = policy_decide(p, f, &named);

    if (got != v || !str_eq(named, rule))
        fail_msg("%s by \"%s\", wanted %s by \"%s\"", policy_verdict_name(got), named, policy_verdict_name(v), rule);
}

#define CLEAN "trust-clean: no findings, full sandbox, virtual board"

static void builtins(void **state)
{
    struct policy *ask = policy_load("ask", NULL), *trust = policy_load("trust-clean", NULL);
    struct policy_facts f = clean();
    struct err err = {0};

    (void)state;
    expect(ask, &f, POLICY_ASK, "none matched");
    expect(NULL, &f, POLICY_ASK, "none matched");
    expect(trust, &f, POLICY_APPROVE, CLEAN);
    add(FINDING_NOTE, FINDING_NONE, "");
    expect(trust, &f, POLICY_APPROVE, CLEAN);
    add(FINDING_WARNING, FINDING_NONE, "");
    expect(trust, &f, POLICY_ASK, "none matched");
    add(FINDING_ERROR, FINDING_C2, "flash-overflow");
    expect(trust, &f, POLICY_REFUSE, "trust-clean: the gates found errors");
    f = clean();
    f.board_virtual = false;
    expect(trust, &f, POLICY_ASK, "none matched");
    f = clean();
    f.box = EXEC_PARTIAL;
    expect(trust, &f, POLICY_ASK, "none matched");
    f = clean();
    f.over_budget = true;
    expect(trust, &f, POLICY_ASK, "none matched");
    assert_null(policy_load("trust-claen", &err));
    assert_non_null(strstr(err.hint, "Did you mean trust-clean?"));
    policy_free(ask);
    policy_free(trust);
}

static void first_match_wins_and_is_named(void **state)
{
    struct policy *p = read_or_fail("rules:\n"
                                    "  - {name: no drafts, decide: refuse, stage: [sketch], cause: [reply-elided]}\n"
                                    "  - {name: my model, decide: approve, provider: [openai:gpt-5, recorded]}\n"
                                    "  - {name: look, decide: ask, stage: [sketch, train]}\n"
                                    "  - {name: rest, decide: refuse}\n");
    struct policy_facts f = clean();

    (void)state;
    expect(p, &f, POLICY_APPROVE, "t.yaml: my model");
    add(FINDING_WARNING, FINDING_A2, "reply-elided");
    expect(p, &f, POLICY_REFUSE, "t.yaml: no drafts");
    f = clean();
    f.provider = "openai:gpt-4";
    expect(p, &f, POLICY_ASK, "t.yaml: look");
    f.provider_kind = "recorded";
    expect(p, &f, POLICY_APPROVE, "t.yaml: my model");
    f.provider_kind = "remote";
    f.stage = "data";
    expect(p, &f, POLICY_REFUSE, "t.yaml: rest");
    policy_free(p);
}

static void leaving_out_approves_nothing_bad(void **state)
{
    struct policy *p = read_or_fail("rules:\n  - {name: all, decide: approve}\n");
    struct policy_facts f = clean();

    (void)state;
    expect(p, &f, POLICY_APPROVE, "t.yaml: all");
    f.board_virtual = false;
    expect(p, &f, POLICY_ASK, "none matched");
    f = clean();
    f.box = EXEC_PARTIAL;
    expect(p, &f, POLICY_ASK, "none matched");
    f = clean();
    f.over_budget = true;
    expect(p, &f, POLICY_ASK, "none matched");
    f = clean();
    add(FINDING_ERROR, FINDING_C2, "flash-overflow");
    expect(p, &f, POLICY_ASK, "none matched");
    policy_free(p);

    p = read_or_fail("rules:\n  - name: said\n    decide: approve\n    board: [real]\n    box: [partial, full]\n"
                     "    budget: [over, within]\n    errors: [flash-overflow]\n");
    f = clean();
    expect(p, &f, POLICY_ASK, "none matched"); /* it is for real boards only */
    f.board_virtual = false;
    f.box = EXEC_PARTIAL;
    f.over_budget = true;
    add(FINDING_ERROR, FINDING_C2, "flash-overflow");
    expect(p, &f, POLICY_APPROVE, "t.yaml: said");
    add(FINDING_ERROR, FINDING_C2, "ram-overflow");
    expect(p, &f, POLICY_ASK, "none matched");
    finding_list_reset(&findings);
    add(FINDING_ERROR, FINDING_C2, ""); /* an error without a cause is named by nothing */
    expect(p, &f, POLICY_ASK, "none matched");
    policy_free(p);
}

/* Every combination of facts against a permissive and a random-looking policy: the invariant, not the examples. */
static void no_rule_approves_an_unnamed_error(void **state)
{
    static const char *const policies[] = {
        "rules:\n  - {name: a, decide: approve}\n",
        "rules:\n  - {name: a, decide: approve, worst: [none, note, warning]}\n"
        "  - {name: b, decide: approve, category: [C2, C1]}\n  - {name: c, decide: approve, cause: [ram-overflow]}\n",
        "rules:\n  - {name: a, decide: approve, worst: [error], errors: [flash-overflow], board: [real, virtual],"
        " box: [full, partial], budget: [over, within]}\n",
    };
    int approved = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
        struct policy *p = read_or_fail(policies[i]);
        for (unsigned bits = 0; bits < 256; bits++) {
            struct policy_facts f = clean();
            const char *rule;
            bool unnamed = bits & 1 || (i < 2 && bits & 2);
            if (bits & 1)
                add(FINDING_ERROR, FINDING_C2, bits & 4 ? "ram-overflow" : "");
            if (bits & 2)
                add(FINDING_ERROR, FINDING_C1, "flash-overflow");
            f.board_virtual = bits & 8;
            f.box = bits & 16 ? EXEC_FULL : EXEC_PARTIAL;
            f.over_budget = bits & 32;
            f.stage = bits & 64 ? "run" : "data";
            if (policy_decide(p, &f, &rule) != POLICY_APPROVE)
                continue;
            approved++;
            assert_false(unnamed);
            assert_true(i == 2 || (f.board_virtual && f.box == EXEC_FULL && !f.over_budget));
        }
        policy_free(p);
    }
    assert_true(approved > 0);
}

static void four_eyes(void **state)
{
    struct policy *p = read_or_fail("second_reviewer: true\nrules:\n  - {name: all, decide: approve}\n");
    struct policy_facts f = clean();

    (void)state;
    assert_true(policy_second_reviewer(p));
    expect(p, &f, POLICY_APPROVE, "t.yaml: all");
    f.author_is_decider = true;
    expect(p, &f, POLICY_ASK, "none matched");
    policy_free(p);
    p = read_or_fail("rules:\n  - {name: own, decide: ask, author_is_decider: [true]}\n  - {name: all, decide: approve}\n");
    expect(p, &f, POLICY_ASK, "t.yaml: own");
    policy_free(p);
}

static void errors_have_their_place(void **state)
{
    static const struct {
        const char *text;
        int line, column;
        const char *says, *hint;
    } rows[] = {
        {"", 1, 1, "lacks the key 'rules'", ""},
        {"rules: 7\n", 1, 8, "takes a list", "dash"},
        {"rules:\n  - x\n", 2, 5, "Entry 1 of 'rules' takes keys", ""},
        {"rules:\n  - {name: a, decide: ask}\n  - {nome: b, decide: ask}\n", 3, 6, "no key 'nome'", "Did you mean name?"},
        {"rules:\n  - {name: a, decide: aprove}\n", 2, 23, "cannot be 'aprove'", "Did you mean approve?"},
        {"rules:\n  - {name: a}\n", 2, 5, "lacks the key 'decide'", ""},
        {"rules:\n  - {name: a, decide: ask, stage: [skech]}\n", 2, 36, "did you mean sketch?", ""},
        {"rules:\n  - {name: a, decide: ask, mode: [freefrom]}\n", 2, 35, "did you mean freeform?", ""},
        {"rules:\n  - {name: a, decide: ask, cause: [flash-overfow]}\n", 2, 36, "did you mean flash-overflow?", ""},
        {"rules:\n  - {name: a, decide: ask, category: [Z9]}\n", 2, 39, "it is one of A1, A2", ""},
        {"rules:\n  - {name: a, decide: ask, board: virtual}\n", 2, 35, "takes a list", "[one, two]"},
        {"rules:\n  - {name: a, decide: ask, author_is_decider: [yes]}\n", 2, 48, "true, false", ""},
        {"rules:\n  - {name: a, decide: refuse, errors: [flash-overflow]}\n", 2, 5, "'errors' is for rules that approve", ""},
        {"rules:\n  - {name: a, decide: approve, worst: [error]}\n", 2, 5, "without naming them", ""},
        {"rules:\n  - {name: a, decide: ask}\n  - {name: a, decide: ask}\n", 3, 5, "already, on line 2", ""},
        {"rules:\n  - &x {name: a, decide: ask}\n", 2, 5, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct err *e = &errors.items[0];
        assert_null(policy_read("t.yaml", rows[i].text, strlen(rows[i].text), &errors));
        if (e->line != rows[i].line || e->column != rows[i].column || !strstr(e->msg, rows[i].says) ||
            !strstr(e->hint, rows[i].hint))
            fail_msg("%s\n%s:%d:%d: %s (%s), wanted %d:%d %s", rows[i].text, e->file, e->line, e->column, e->msg, e->hint,
                     rows[i].line, rows[i].column, rows[i].says);
    }
}

static void explains_each_rule(void **state)
{
    struct policy *p = read_or_fail("rules:\n  - {name: one, decide: approve, stage: [data, train]}\n"
                                    "  - {name: two, decide: approve}\n  - {name: three, decide: refuse, worst: [error]}\n"
                                    "  - {name: four, decide: ask}\n");
    struct policy_facts f = clean();
    struct buf out;

    (void)state;
    add(FINDING_ERROR, FINDING_C2, "flash-overflow");
    buf_init(&out, 10000);
    policy_explain(p, &f, &out);
    assert_string_equal(buf_text(&out), "  1. one: no, stage is sketch, not data or train\n"
                                        "  2. two: no, an error is not named in 'errors': flash-overflow\n"
                                        "  3. three: matches: refuse\n"
                                        "  4. four: matches, but an earlier rule decided\n");
    buf_done(&out);
    policy_free(p);
}

static void files(void **state)
{
    char root[] = "/tmp/tw-policy-XXXXXX", path[128], folder[128];
    static const char text[] = "rules:\n  - {name: a, decide: ask}\n";
    struct err err = {0};
    struct policy *p;

    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(folder, sizeof(folder), "%s/tinywright", root);
    snprintf(path, sizeof(path), "%s/lab.yaml", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(path_write(path, text, strlen(text), 0600, NULL), 0);
    p = policy_load(path, &err);
    assert_non_null(p);
    assert_string_equal(policy_name(p), "lab.yaml");
    policy_free(p);
    assert_int_equal(chmod(path, 0666), 0);
    assert_null(policy_load(path, &err));
    assert_non_null(strstr(err.msg, "Others could have written"));
    assert_int_equal(chmod(path, 0600), 0);
    /* A relative path in the configuration is not looked for in the current folder. */
    setenv("XDG_CONFIG_HOME", root, 1);
    assert_int_equal(chdir("/"), 0);
    p = policy_load_configured("lab.yaml", &err);
    assert_non_null(p);
    policy_free(p);
    assert_int_equal(chdir(folder), 0);
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    assert_null(policy_load_configured("lab.yaml", &err));
    assert_int_equal(chdir("/"), 0);
    unlink(path);
    rmdir(folder);
    rmdir(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtins),
        cmocka_unit_test(first_match_wins_and_is_named),
        cmocka_unit_test(leaving_out_approves_nothing_bad),
        cmocka_unit_test(no_rule_approves_an_unnamed_error),
        cmocka_unit_test(four_eyes),
        cmocka_unit_test(errors_have_their_place),
        cmocka_unit_test(explains_each_rule),
        cmocka_unit_test(files),
    };
    int r;

    finding_list_init(&findings);
    r = cmocka_run_group_tests(tests, NULL, NULL);
    finding_list_done(&findings);
    return r;
}
