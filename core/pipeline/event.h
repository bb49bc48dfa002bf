/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kinds of events in a project's history, and the version of their bodies. docs/internals/history.md says
 * what each body holds; state_fold is the only reader, the engine the only writer.
 */
#ifndef CORE_PIPELINE_EVENT_H
#define CORE_PIPELINE_EVENT_H

enum { EVENT_VERSION = 1 };

enum event_kind {
    EVENT_UNKNOWN,
    EVENT_PROJECT_CREATED,
    EVENT_PROJECT_LOADED,
    EVENT_RUN_STARTED,
    EVENT_RUN_RESUMED,
    EVENT_RUN_ENDED,
    EVENT_STAGE_PLANNED,
    EVENT_STAGE_STALE,
    EVENT_STAGE_FAILED,
    EVENT_ATTEMPT_STARTED,
    EVENT_ATTEMPT_PROMPTED,
    EVENT_ATTEMPT_REPLIED,
    EVENT_ATTEMPT_ARTIFACT,
    EVENT_ATTEMPT_CHECKED,
    EVENT_ATTEMPT_SETTLED,
    EVENT_ATTEMPT_INTERRUPTED,
    EVENT_ATTEMPT_CANCELED,
    EVENT_DECISION,
    EVENT_EXECUTION_STARTED,
    EVENT_EXECUTION_FINISHED,
    EVENT_MESSAGE,
    EVENT_KINDS
};

struct event_row {
    const char *name; /* in the history and in --json */
    const char *help;
};

extern const struct event_row event_table[EVENT_KINDS];

enum event_kind event_find(const char *name);

#endif
