/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/term/role.h"

#include <stddef.h>

#include "core/base/str.h"

const struct role_row role_table[ROLES] = {
    [ROLE_TEXT] = {"text", false, "Everything without a role of its own."},
    [ROLE_DIM] = {"dim", false, "Second-rank text: units, hints, ids."},
    [ROLE_STRONG] = {"strong", false, "Names and values that matter."},
    [ROLE_FRAME] = {"frame", false, "Frames of panes."},
    [ROLE_FOCUS] = {"focus", false, "The frame of the pane that takes the keys."},
    [ROLE_TITLE] = {"title", false, "Titles in frames."},
    [ROLE_TAB] = {"tab", false, "The tab that is shown."},
    [ROLE_KEY] = {"key", false, "A key you can press now."},
    [ROLE_STATUS] = {"status", true, "Background of the first line."},
    [ROLE_CURSOR] = {"cursor", true, "Background of the chosen row where the keys go."},
    [ROLE_SELECTED] = {"selected", true, "Background of the chosen row elsewhere."},
    [ROLE_IDLE] = {"idle", false, "Nothing happened yet."},
    [ROLE_ACTIVE] = {"active", false, "Work under way."},
    [ROLE_WAITS] = {"question", false, "A person is asked."},
    [ROLE_PASSED] = {"good", false, "Done and right."},
    [ROLE_FAILED] = {"bad", false, "Done and wrong."},
    [ROLE_STALE] = {"stale", false, "Was right before an earlier stage changed."},
    [ROLE_ERROR] = {"error", false, "A finding that stops, or a failure."},
    [ROLE_WARNING] = {"warning", false, "A finding that does not stop."},
    [ROLE_NOTE] = {"note", false, "Worth knowing."},
    [ROLE_ADD] = {"add", false, "A line that was added."},
    [ROLE_DEL] = {"del", false, "A line that was removed."},
    [ROLE_ADD_WORD] = {"add-word", true, "The words that are new in an added line."},
    [ROLE_DEL_WORD] = {"del-word", true, "The words that are gone in a removed line."},
    [ROLE_HUNK] = {"hunk", false, "The head of a hunk."},
    [ROLE_NUMBER_LINE] = {"line-number", false, "Line numbers."},
    [ROLE_KEYWORD] = {"keyword", false, "Code: keywords."},
    [ROLE_TYPE] = {"type", false, "Code: types and constants."},
    [ROLE_STRING] = {"string", false, "Code: strings."},
    [ROLE_NUMBER] = {"number", false, "Code: numbers."},
    [ROLE_COMMENT] = {"comment", false, "Code: comments."},
    [ROLE_PREPROC] = {"preproc", false, "Code: preprocessor lines, decorators, keys."},
    [ROLE_HEADING] = {"heading", false, "Headings inside a pane."},
    [ROLE_MATCH] = {"match", true, "What a search found."},
    [ROLE_BAR] = {"bar", false, "The used part of a budget bar."},
    [ROLE_BAR_HIGH] = {"bar-high", false, "A budget bar above nine tenths."},
    [ROLE_BAR_REST] = {"bar-rest", false, "The free part of a budget bar."},
    [ROLE_QUESTION] = {"question-frame", false, "The frame of a question."},
    [ROLE_ARMED] = {"armed", false, "The question can be answered."},
    [ROLE_UNARMED] = {"unarmed", false, "The question waits for your hands to rest."},
};

enum role role_find(const char *name)
{
    for (int i = 0; name && i < ROLES; i++) {
        if (str_eq(role_table[i].name, name))
            return (enum role)i;
    }
    return ROLE_TEXT;
}
