/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/board/board.h"
#include "core/gate/gates.h"

#define ID "operators"

static const struct gate_note unsupported = {
    "op-unsupported", FINDING_ERROR, FINDING_E1,
    "Convert a network of supported layers: static batch of 1, no recurrent layers.", "convert"};

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = list; n && (p = strstr(p, word)) != NULL; p += n) {
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
            return true;
    }
    return false;
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    (void)result;
    if (!c->board || !c->board->runtime_ops)
        return;
    for (int i = 0; i < c->n_operators; i++) {
        if (!has_word(c->board->runtime_ops, c->operators[i]))
            gate_say(out, ID, &unsupported, a, 0, 0,
                     "The model uses the operator %s, which the runtime on %s does not have.",
                     c->operators[i], c->board->id);
    }
}

const struct gate gate_operators = {
    ID,          "Every operator of the model exists in the board's runtime.",
    GATE_BEFORE, 1u << ARTIFACT_SKETCH | 1u << ARTIFACT_TFLITE,
    NULL,        check,
};
