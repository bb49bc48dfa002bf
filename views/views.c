/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "views/views.h"

const struct view_ops *const view_table[VIEWS] = {
    [VIEW_DATA] = &data_ops, [VIEW_TRACE] = &trace_ops, [VIEW_QUEUE] = &queue_ops,
    [VIEW_HOME] = &home_ops, [VIEW_STAGES] = &stages_ops, [VIEW_BUDGET] = &budget_ops,
    [VIEW_ATTEMPTS] = &attempts_ops, [VIEW_STREAM] = &stream_ops, [VIEW_ARTIFACT] = &artifact_ops,
    [VIEW_DIFF] = &diff_ops, [VIEW_FINDINGS] = &findings_ops, [VIEW_PROMPT] = &prompt_ops,
    [VIEW_RUN] = &run_ops, [VIEW_HELP] = &help_ops, [VIEW_MESSAGES] = &messages_ops,
    [VIEW_WELCOME] = &welcome_ops, [VIEW_HISTORY] = &history_ops,
    [VIEW_REVIEW] = &review_ops, [VIEW_DECISION] = &decision_ops, [VIEW_FEEDBACK] = &feedback_ops,
};
