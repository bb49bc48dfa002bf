/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/policy_fact.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/board/board.h"
#include "core/failure/classify.h"
#include "core/pipeline/stage.h"

enum { WORDS_MAX = 200 };

/* ---- what holds ---- */

static const char *worst_word(const struct policy_facts *f)
{
    const struct finding *worst = finding_worst(f->findings);

    return worst ? finding_severity_name(worst->severity) : "none";
}

static bool has_stage(const struct policy_facts *f, const char *word)
{
    return str_eq(f->stage, word);
}

static void show_stage(const struct policy_facts *f, struct buf *out)
{
    buf_puts(out, f->stage);
}

static bool has_mode(const struct policy_facts *f, const char *word)
{
    return str_eq(state_mode_name(f->mode), word);
}

static void show_mode(const struct policy_facts *f, struct buf *out)
{
    buf_puts(out, state_mode_name(f->mode));
}

static bool has_worst(const struct policy_facts *f, const char *word)
{
    return str_eq(worst_word(f), word);
}

static void show_worst(const struct policy_facts *f, struct buf *out)
{
    buf_puts(out, worst_word(f));
}

static bool has_category(const struct policy_facts *f, const char *word)
{
    for (size_t i = 0; i < f->findings->v.n; i++) {
        if (str_eq(finding_categories[f->findings->v.items[i].category].id, word))
            return true;
    }
    return false;
}

static void show_category(const struct policy_facts *f, struct buf *out)
{
    for (size_t i = 0; i < f->findings->v.n; i++)
        buf_putf(out, "%s%s", i ? " " : "", finding_categories[f->findings->v.items[i].category].id);
    if (f->findings->v.n == 0)
        buf_puts(out, "none");
}

static bool has_cause(const struct policy_facts *f, const char *word)
{
    for (size_t i = 0; i < f->findings->v.n; i++) {
        if (str_eq(f->findings->v.items[i].cause, word))
            return true;
    }
    return false;
}

static void show_cause(const struct policy_facts *f, struct buf *out)
{
    for (size_t i = 0; i < f->findings->v.n; i++)
        buf_putf(out, "%s%s", i ? " " : "",
                 f->findings->v.items[i].cause[0] ? f->findings->v.items[i].cause : "unknown");
    if (f->findings->v.n == 0)
        buf_puts(out, "none");
}

static bool has_budget(const struct policy_facts *f, const char *word)
{
    return str_eq(f->over_budget ? "over" : "within", word);
}

static void show_budget(const struct policy_facts *f, struct buf *out)
{
    buf_puts(out, f->over_budget ? "over" : "within");
}

static bool has_provider(const struct policy_facts *f, const char *word)
{
    return str_eq(f->provider_kind, word) || str_eq(f->provider, word);
}

static void show_provider(const struct policy_facts *f, struct buf *out)
{
    buf_putf(out, "%s (%s)", f->provider_kind, f->provider);
}

static bool has_box(const struct policy_facts *f, const char *word)
{
    return str_eq(exec_level_name(f->box), word);
}

static void show_box(const struct policy_facts *f, struct buf *out)
{
    buf_puts(out, exec_level_name(f->box));
}

static bool has_board(const struct policy_facts *f, const char *word)
{
    return str_eq(f->board_virtual ? "virtual" : "real", word);
}

static void show_board(const struct policy_facts *f, struct buf *out)
{
    buf_puts(out, f->board_virtual ? "virtual" : "real");
}

static bool has_author(const struct policy_facts *f, const char *word)
{
    return str_eq(f->author, word);
}

static void show_author(const struct policy_facts *f, struct buf *out)
{
    buf_puts(out, f->author);
}

static bool has_decider(const struct policy_facts *f, const char *word)
{
    return str_eq(f->author_is_decider ? "true" : "false", word);
}

static void show_decider(const struct policy_facts *f, struct buf *out)
{
    buf_puts(out, f->author_is_decider ? "true" : "false");
}

const struct policy_fact_row policy_fact_table[POLICY_FACTS] = {
    [POLICY_STAGE] = {"stage", NULL, has_stage, show_stage},
    [POLICY_MODE] = {"mode", NULL, has_mode, show_mode},
    [POLICY_WORST] = {"worst", NULL, has_worst, show_worst},
    [POLICY_CATEGORY] = {"category", NULL, has_category, show_category},
    [POLICY_CAUSE] = {"cause", NULL, has_cause, show_cause},
    [POLICY_BUDGET] = {"budget", "within", has_budget, show_budget},
    [POLICY_PROVIDER] = {"provider", NULL, has_provider, show_provider},
    [POLICY_BOX] = {"box", "full", has_box, show_box},
    [POLICY_BOARD] = {"board", "virtual", has_board, show_board},
    [POLICY_AUTHOR] = {"author", NULL, has_author, show_author},
    [POLICY_AUTHOR_IS_DECIDER] = {"author_is_decider", NULL, has_decider, show_decider},
};

static bool over_budget(const struct attempt *a)
{
    for (int i = 0; i < a->n_metrics; i++) {
        if (a->metrics[i].limit > 0 && a->metrics[i].value > a->metrics[i].limit)
            return true;
    }
    for (size_t i = 0; i < a->findings.v.n; i++) {
        if (str_eq(a->findings.v.items[i].gate, "budget") && a->findings.v.items[i].severity == FINDING_ERROR)
            return true;
    }
    return false;
}

static const char *provider_kind(const struct state *s, const struct attempt *a)
{
    if (a->mode == MODE_SYMBOLIC || a->mode == MODE_MANUAL || !a->provider[0] || str_eq(a->provider, "none"))
        return "none";
    if (str_starts(a->provider, "recorded"))
        return "recorded";
    return s->provider_remote ? "remote" : "local";
}

struct policy_facts policy_facts_of(const struct state *s, const struct attempt *a, enum exec_level box,
                                    const char *who)
{
    const struct board *board = board_find(s->board);

    return (struct policy_facts){
        .stage = s->stages[a->stage].id,
        .mode = a->mode,
        .findings = &a->findings,
        .author = a->author,
        .provider_kind = provider_kind(s, a),
        .provider = a->provider,
        .box = box,
        .board_virtual = board && board->is_virtual,
        .over_budget = over_budget(a),
        .author_is_decider = a->author_by[0] && str_eq(a->author_by, who),
    };
}

/* ---- which words there are ---- */

static const char *check_word(const char *word, const char *const *words, size_t n)
{
    static char text[300]; /* one thread, used up before the next call */
    const char *near = str_nearest(word, words, n);
    int used;

    for (size_t i = 0; i < n; i++) {
        if (str_eq(word, words[i]))
            return NULL;
    }
    if (near) {
        snprintf(text, sizeof(text), "did you mean %s?", near);
        return text;
    }
    used = snprintf(text, sizeof(text), "it is one of");
    for (size_t i = 0; i < n && i < 12 && used < (int)sizeof(text) - 40; i++)
        used += snprintf(text + used, sizeof(text) - (size_t)used, "%s %s", i ? "," : "", words[i]);
    snprintf(text + used, sizeof(text) - (size_t)used, "%s.", n > 12 ? ", …" : "");
    return text;
}

#define CHECK(word, ...) \
    check_word(word, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

const char *policy_check_stage(const char *word)
{
    const char *words[STATE_STAGES_MAX];
    size_t n = 0;

    for (; stage_table[n] && n < STATE_STAGES_MAX; n++)
        words[n] = stage_table[n]->id;
    return check_word(word, words, n);
}

const char *policy_check_mode(const char *word)
{
    const char *words[MODE_MANUAL + 1];

    for (int m = MODE_SYMBOLIC; m <= MODE_MANUAL; m++)
        words[m] = state_mode_name((enum state_mode)m);
    return check_word(word, words, MODE_MANUAL + 1);
}

const char *policy_check_worst(const char *word)
{
    return CHECK(word, "none", "note", "warning", "error");
}

const char *policy_check_category(const char *word)
{
    const char *words[FINDING_CATEGORIES];

    for (int i = 1; i < FINDING_CATEGORIES; i++)
        words[i - 1] = finding_categories[i].id;
    return check_word(word, words, FINDING_CATEGORIES - 1);
}

const char *policy_check_cause(const char *word)
{
    const char *words[WORDS_MAX];
    size_t n = 0;

    for (; n < (size_t)failure_cause_count && n < WORDS_MAX; n++)
        words[n] = failure_causes[n].id;
    return check_word(word, words, n);
}

const char *policy_check_budget(const char *word)
{
    return CHECK(word, "within", "over");
}

const char *policy_check_box(const char *word)
{
    return CHECK(word, exec_level_name(EXEC_FULL), exec_level_name(EXEC_PARTIAL));
}

const char *policy_check_board(const char *word)
{
    return CHECK(word, "virtual", "real");
}

const char *policy_check_author(const char *word)
{
    return CHECK(word, "model", "generator", "person", "repair");
}

const char *policy_check_flag(const char *word)
{
    return CHECK(word, "true", "false");
}
