/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All views: one row each. A new view is one file and one row here and in views.c.
 */
#ifndef VIEWS_VIEWS_H
#define VIEWS_VIEWS_H

#include "tui/widget/view.h"

enum view_id {
    VIEW_HOME, VIEW_STAGES, VIEW_BUDGET, VIEW_ATTEMPTS,
    VIEW_STREAM, VIEW_ARTIFACT, VIEW_DIFF, VIEW_FINDINGS, VIEW_PROMPT, VIEW_RUN, /* tabs, in this order */
    VIEW_HELP, VIEW_MESSAGES, VIEW_WELCOME, VIEW_HISTORY, VIEW_DATA, VIEW_TRACE, VIEW_QUEUE,
    VIEW_REVIEW, VIEW_DECISION, VIEW_FEEDBACK, /* in the place of the tabs and their neighbors while hunks are chosen */
    VIEWS
};

extern const struct view_ops *const view_table[VIEWS];

extern const struct view_ops data_ops, trace_ops, queue_ops;
extern const struct view_ops home_ops, stages_ops, budget_ops, attempts_ops, stream_ops, artifact_ops, diff_ops,
    findings_ops, prompt_ops, run_ops, help_ops, messages_ops, welcome_ops, history_ops,
    review_ops, decision_ops, feedback_ops;

#endif
