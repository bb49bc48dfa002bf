/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which sensor of the board delivers which feature, by name, unit and range, with a reason each. What no sensor
 * measures comes over Serial1: one comma-separated line per moment, in the order of the features.
 */
#ifndef CORE_GENERATE_MAPPING_H
#define CORE_GENERATE_MAPPING_H

#include "core/board/board.h"
#include "core/data/step.h"
#include "core/generate/specs.h"

struct mapping_item {
    char feature[PROFILE_NAME];
    int source;               /* enum spec_source */
    char sensor[32];          /* id in the board's table; "" for Serial1 */
    char channel[16];
    int index;                /* of the channel, -1 for Serial1 */
    char reason[300];         /* one sentence; may quote names from the data: sanitize before showing */
};

struct mapping { VEC(struct mapping_item) v; };

/* A wish from the project file: feature → "color.r" or "serial1". Borrowed. */
struct mapping_wish { const char *feature, *target; };

/* features: as data_features gives them. p: for units and ranges, NULL leaves those checks out. ret zeroed; released by
 * mapping_done. ERR_INVALID for a wish that names no feature, sensor or channel (nearest one in the hint). */
int mapping_propose(const struct data_names *features, const struct profile *p,
                    const struct board_sensor *sensors, int n_sensors, const struct mapping_wish *wishes,
                    int n_wishes, struct mapping *ret, struct err *err);
void mapping_done(struct mapping *m);

/* Name of channel i in a board's sensor ("r g b c"); false when it has fewer. */
bool mapping_channel(const struct board_sensor *s, int i, char dst[16]);

#endif
