/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/board/board.h"
#include "core/gate/gates.h"

#define ID "budget"

enum { TIGHT = 90 }; /* percent from which a warning is due */

static const struct gate_note
    flash = {"flash-overflow", FINDING_ERROR, FINDING_OTHER,
             "Use a smaller network, int8, or fewer operators in the resolver.", NULL},
    ram = {"ram-overflow", FINDING_ERROR, FINDING_OTHER,
           "Use a smaller arena, smaller buffers or a smaller network.", NULL},
    arena = {"arena-too-small", FINDING_ERROR, FINDING_E1, "Make the arena larger.", NULL},
    tight_flash = {"flash-overflow", FINDING_WARNING, FINDING_OTHER, "Keep some flash free.", NULL},
    tight_ram = {"ram-overflow", FINDING_WARNING, FINDING_OTHER,
                 "Keep some RAM free for the stack.", NULL},
    tight_arena = {"arena-too-small", FINDING_WARNING, FINDING_E1, "Leave the arena a margin.",
                   NULL};

static void compare(const struct gate_artifact *a, struct finding_list *out, const char *what,
                    int64_t used, int64_t max, const struct gate_note *over,
                    const struct gate_note *tight)
{
    if (used <= 0 || max <= 0)
        return;
    if (used > max)
        gate_say(out, ID, over, a, 0, 0, "The %s needs %lld bytes, but only %lld are there.", what,
                 (long long)used, (long long)max);
    else if (used * 100 >= max * TIGHT)
        gate_say(out, ID, tight, a, 0, 0,
                 "The %s needs %lld of %lld bytes: less than %d %% are free.", what,
                 (long long)used, (long long)max, 100 - TIGHT);
}

static void check(const struct gate_artifact *a, const struct gate_context *c,
                  const struct job_result *result, struct finding_list *out)
{
    (void)result;
    if (c->size) {
        int64_t flash_max = c->size->flash_max ? c->size->flash_max
                            : c->board         ? c->board->flash
                                               : 0;
        int64_t ram_max = c->size->ram_max ? c->size->ram_max : c->board ? c->board->ram : 0;
        compare(a, out, "firmware's code", c->size->flash, flash_max, &flash, &tight_flash);
        compare(a, out, "firmware's memory", c->size->ram, ram_max, &ram, &tight_ram);
    }
    compare(a, out, "tensor arena", c->arena_used, c->arena_size, &arena, &tight_arena);
}

const struct gate gate_budget = {
    ID,         "Flash, RAM and tensor arena against what the board has.",
    GATE_AFTER, 1u << ARTIFACT_SKETCH | 1u << ARTIFACT_ELF,
    NULL,       check,
};
