/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/action.h"

#include "core/base/str.h"

#define MOVE "Moving"
#define SHOW "What is shown"
#define WORK "Work"
#define PROGRAM "Program"
#define REVIEW "In a review, hunk by hunk"

const char action_review[] = REVIEW;

const struct action_row action_table[ACTIONS] = {
    [ACTION_NONE] = {"none", "", "", "", ""},
    [ACTION_UP] = {"up", "k, Up", MOVE, "", "One row up."},
    [ACTION_DOWN] = {"down", "j, Down", MOVE, "", "One row down."},
    [ACTION_PAGE_UP] = {"page-up", "PgUp, C-b", MOVE, "", "One page up."},
    [ACTION_PAGE_DOWN] = {"page-down", "Space, PgDn, C-f", MOVE, "", "One page down."},
    [ACTION_HALF_UP] = {"half-up", "C-u", MOVE, "", "Half a page up."},
    [ACTION_HALF_DOWN] = {"half-down", "C-d", MOVE, "", "Half a page down."},
    [ACTION_TOP] = {"top", "g g, Home", MOVE, "", "To the first row."},
    [ACTION_BOTTOM] = {"bottom", "G, End", MOVE, "", "To the last row; a stream is followed again."},
    [ACTION_LEFT] = {"left", "Left", MOVE, "", "Eight columns to the left."},
    [ACTION_RIGHT] = {"right", "Right", MOVE, "", "Eight columns to the right."},
    [ACTION_OPEN] = {"open", "Enter", MOVE, "open", "Opens the chosen row: a project, an attempt, the line of a finding."},
    [ACTION_SEARCH] = {"search", "/", MOVE, "search", "Searches the pane; letter case counts only when you type a capital."},
    [ACTION_SEARCH_NEXT] = {"search-next", "n", MOVE, "", "The next match."},
    [ACTION_SEARCH_PREVIOUS] = {"search-previous", "N", MOVE, "", "The match before."},
    [ACTION_FOLLOW] = {"follow", "f", MOVE, "follow", "Follows the end of a text that grows; scrolling up stops that."},
    [ACTION_WRAP] = {"wrap", "w", SHOW, "", "Wraps long lines, or lets them run out to the right."},
    [ACTION_MARK_NEXT] = {"next", "J, )", MOVE, "next hunk", "The next hunk, finding or wrong row."},
    [ACTION_MARK_PREVIOUS] = {"previous", "K, (", MOVE, "", "The hunk, finding or wrong row before."},
    [ACTION_BASE_OLDER] = {"compare-older", ",", SHOW, "", "Compares with an older attempt."},
    [ACTION_BASE_NEWER] = {"compare-newer", ".", SHOW, "", "Compares with a newer attempt."},
    [ACTION_STREAM] = {"stream", "1", SHOW, "", "The reply of the model, live while it comes."},
    [ACTION_ARTIFACT] = {"artifact", "2", SHOW, "", "The artifact with line numbers and findings."},
    [ACTION_DIFF] = {"diff", "3", SHOW, "", "What changed against the attempt before."},
    [ACTION_FINDINGS] = {"findings", "4", SHOW, "", "Everything that is wrong or worth knowing."},
    [ACTION_PROMPT] = {"prompt", "5", SHOW, "", "What was sent to the model."},
    [ACTION_RUN_VIEW] = {"run-view", "6", SHOW, "", "The run on the board: expected and printed rows, serial output."},
    [ACTION_PANE_NEXT] = {"pane-next", "Tab", SHOW, "pane", "Gives the keys to the next pane."},
    [ACTION_PANE_PREVIOUS] = {"pane-previous", "S-Tab", SHOW, "", "Gives the keys to the pane before."},
    [ACTION_ZOOM] = {"zoom", "z", SHOW, "", "The pane alone on the screen, and back."},
    [ACTION_STAGES] = {"stages", "g s", SHOW, "", "Gives the keys to the stages."},
    [ACTION_ATTEMPTS] = {"attempts", "g a", SHOW, "", "Gives the keys to the attempts."},
    [ACTION_ATTEMPT_NEXT] = {"attempt-next", "]", SHOW, "", "The next attempt of the stage."},
    [ACTION_ATTEMPT_PREVIOUS] = {"attempt-previous", "[", SHOW, "attempt", "The attempt before."},
    [ACTION_STAGE_NEXT] = {"stage-next", "}", SHOW, "", "The next stage."},
    [ACTION_STAGE_PREVIOUS] = {"stage-previous", "{", SHOW, "", "The stage before."},
    [ACTION_WAITING] = {"waiting", "W", SHOW, "", "Goes to the oldest question that waits for you."},
    [ACTION_HISTORY] = {"history", "L, g r", SHOW, "", "The retry history of the stage: attempts, causes, what came and went."},
    [ACTION_PICK] = {"pick", "m", SHOW, "", "In the retry history: marks an attempt; the second one opens the diff."},
    [ACTION_DATA] = {"data", "D, g d", SHOW, "", "The data: columns, ranges, shapes, class balance, and what each step made of it."},
    [ACTION_SIDE] = {"side", "b", SHOW, "", "In the data: the table before or after the chosen step."},
    [ACTION_TRACE] = {"trace", "c, g c", SHOW, "", "Every model call: sizes, times, cost; / searches prompts and replies."},
    [ACTION_QUEUE] = {"queue", "u, g q", SHOW, "queue", "What waits for your decision, over all projects."},
    [ACTION_COPY] = {"copy", "y", SHOW, "", "Sends the artifact to the terminal's clipboard; :write FILE saves it."},
    [ACTION_REVIEW] = {"review", "h", SHOW, "", "Takes and leaves single hunks of what waits for you."},
    [ACTION_OUTSIDE] = {"outside", "O", WORK, "", "What another program changed in the sketch of out/: the difference, and taking it over."},
    [ACTION_HUNK_TAKE] = {"hunk-take", "Space", REVIEW, "take/leave", "Takes the hunk, or leaves it out."},
    [ACTION_HUNK_SPLIT] = {"hunk-split", "s", REVIEW, "split", "Splits the hunk at its unchanged lines."},
    [ACTION_HUNK_EDIT] = {"hunk-edit", "E", REVIEW, "edit", "Opens the hunk in your editor, in place of what was proposed."},
    [ACTION_HUNK_REASON] = {"hunk-reason", "c", REVIEW, "why not", "Leaves the hunk out and says why; the reason goes into the next prompt."},
    [ACTION_GO] = {"go", "o", WORK, "go on", "Runs the pipeline until it is done or a question comes up."},
    [ACTION_CANCEL] = {"cancel", "C-c", WORK, "", "Stops the stream or job at once; twice with nothing to stop leaves the program."},
    [ACTION_REVOKE] = {"revoke", "V", WORK, "", "Undoes the approval of the chosen attempt, after asking."},
    [ACTION_STOP] = {"stop", "S", WORK, "", "Ends the run here, after asking; everything so far is kept."},
    [ACTION_TAKE_OVER] = {"take-over", "t", WORK, "", "You write the artifact yourself in your editor."},
    [ACTION_HOME] = {"home", "g h, H", PROGRAM, "", "The list of projects."},
    [ACTION_HELP] = {"help", "?, F1", PROGRAM, "help", "Keys and actions."},
    [ACTION_MESSAGES] = {"messages", "g m, M", PROGRAM, "", "The log of messages."},
    [ACTION_COMMAND] = {"command", ":", PROGRAM, "", "A command by name, with completion."},
    [ACTION_THEME] = {"theme", "T", PROGRAM, "", "The next color theme; :theme NAME picks one."},
    [ACTION_PAGER] = {"pager", "v", SHOW, "", "The text of the pane in your $PAGER."},
    [ACTION_BACK] = {"back", "Esc", PROGRAM, "", "One step back; it never approves anything."},
    [ACTION_REDRAW] = {"redraw", "C-l", PROGRAM, "", "Paints the screen afresh."},
    [ACTION_SUSPEND] = {"suspend", "C-z", PROGRAM, "", "Stops the program; fg brings it back."},
    [ACTION_QUIT] = {"quit", "q, Q", PROGRAM, "quit", "Leaves; asks first while something runs."},
};

enum action action_find(const char *id)
{
    for (int i = 1; i < ACTIONS; i++) {
        if (str_eq(action_table[i].id, id))
            return (enum action)i;
    }
    return ACTION_NONE;
}
