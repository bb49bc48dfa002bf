/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/event.h"

#include "core/base/str.h"

const struct event_row event_table[EVENT_KINDS] = {
    [EVENT_UNKNOWN] = {"", "kept, and changes nothing"},
    [EVENT_PROJECT_CREATED] = {"project.created", "the history begins: random project id"},
    [EVENT_PROJECT_LOADED] = {"project.loaded", "name, board, task and data as the project file says now"},
    [EVENT_RUN_STARTED] = {"run.started", "stages, policy and provider of a run"},
    [EVENT_RUN_RESUMED] = {"run.resumed", "a decision lets the run that asked go on"},
    [EVENT_RUN_ENDED] = {"run.ended", "how it ended: exit code and sentence"},
    [EVENT_STAGE_PLANNED] = {"stage.planned", "the steps of a stage with their specs"},
    [EVENT_STAGE_STALE] = {"stage.stale", "an input changed: which, and what that makes of the stage"},
    [EVENT_STAGE_FAILED] = {"stage.failed", "no attempts left, or stopped: why"},
    [EVENT_ATTEMPT_STARTED] = {"attempt.started", "mode, provider, prompt, inputs"},
    [EVENT_ATTEMPT_PROMPTED] = {"attempt.prompted", "the whole prompt as a blob, before it is sent"},
    [EVENT_ATTEMPT_REPLIED] = {"attempt.replied", "the finished reply: blob, how it ended, tokens, time"},
    [EVENT_ATTEMPT_ARTIFACT] = {"attempt.artifact", "the artifact: identity, blob, name, author"},
    [EVENT_ATTEMPT_CHECKED] = {"attempt.checked", "findings of the gates before the decision"},
    [EVENT_ATTEMPT_SETTLED] = {"attempt.settled", "passed or failed, findings, metrics, one sentence"},
    [EVENT_ATTEMPT_INTERRUPTED] = {"attempt.interrupted", "the program ended in the middle of it"},
    [EVENT_ATTEMPT_CANCELED] = {"attempt.canceled", "a person stopped it"},
    [EVENT_DECISION] = {"decision", "who decided what about which bytes, when and why"},
    [EVENT_EXECUTION_STARTED] = {"execution.started", "job, sandbox level, tool versions"},
    [EVENT_EXECUTION_FINISHED] = {"execution.finished", "how the job ended, its output and results"},
    [EVENT_MESSAGE] = {"message", "a sentence for the message log"},
};

enum event_kind event_find(const char *name)
{
    for (int i = 1; i < EVENT_KINDS; i++) {
        if (str_eq(event_table[i].name, name))
            return (enum event_kind)i;
    }
    return EVENT_UNKNOWN;
}
