/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Actions: everything a key or a `:` command can do on the screen. One table gives the enum its ids, default
 * keys, places and help; help screen, completion, man page and configuration come from it.
 */
#ifndef TUI_WIDGET_ACTION_H
#define TUI_WIDGET_ACTION_H

enum action {
    ACTION_NONE,
    ACTION_DATA, ACTION_SIDE, ACTION_TRACE, ACTION_QUEUE, ACTION_COPY,
    ACTION_UP, ACTION_DOWN, ACTION_PAGE_UP, ACTION_PAGE_DOWN, ACTION_HALF_UP, ACTION_HALF_DOWN,
    ACTION_TOP, ACTION_BOTTOM, ACTION_LEFT, ACTION_RIGHT, ACTION_OPEN,
    ACTION_SEARCH, ACTION_SEARCH_NEXT, ACTION_SEARCH_PREVIOUS, ACTION_FOLLOW, ACTION_WRAP,
    ACTION_MARK_NEXT, ACTION_MARK_PREVIOUS, ACTION_BASE_OLDER, ACTION_BASE_NEWER,
    ACTION_STREAM, ACTION_ARTIFACT, ACTION_DIFF, ACTION_FINDINGS, ACTION_PROMPT, ACTION_RUN_VIEW,
    ACTION_PANE_NEXT, ACTION_PANE_PREVIOUS, ACTION_ZOOM, ACTION_STAGES, ACTION_ATTEMPTS,
    ACTION_ATTEMPT_NEXT, ACTION_ATTEMPT_PREVIOUS, ACTION_STAGE_NEXT, ACTION_STAGE_PREVIOUS, ACTION_WAITING,
    ACTION_HISTORY, ACTION_PICK, ACTION_REVIEW, ACTION_OUTSIDE,
    ACTION_HUNK_TAKE, ACTION_HUNK_SPLIT, ACTION_HUNK_EDIT, ACTION_HUNK_REASON,
    ACTION_GO, ACTION_CANCEL, ACTION_REVOKE, ACTION_STOP, ACTION_TAKE_OVER,
    ACTION_HOME, ACTION_HELP, ACTION_MESSAGES, ACTION_COMMAND, ACTION_THEME, ACTION_PAGER,
    ACTION_BACK, ACTION_REDRAW, ACTION_SUSPEND, ACTION_QUIT,
    ACTIONS
};

struct action_row {
    const char *id;    /* in configuration and after ":" */
    const char *keys;  /* default keys, " or "-less: separated by ", "; two keys of a sequence by a space */
    const char *where; /* group on the help screen */
    const char *hint;  /* short word for the bottom line; "" = not shown there */
    const char *help;  /* one sentence */
};

extern const struct action_row action_table[ACTIONS];
extern const char action_review[]; /* the group whose keys count in the review, and there before all others */

enum action action_find(const char *id); /* ACTION_NONE when unknown */

#endif
