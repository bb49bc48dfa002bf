/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Project states made by hand for screen tests. Synthetic: no tool ran, no model replied.
 */
#ifndef TESTS_SCREEN_APP_FAKE_STATE_H
#define TESTS_SCREEN_APP_FAKE_STATE_H

#include "core/pipeline/state.h"
#include "core/pipeline/table.h"

struct fake_blob { char sha[SHA256_HEX]; char *bytes; size_t len; };

struct fake {
    struct state state;
    struct fake_blob blobs[64];
    int n_blobs;
    struct table tables[8]; /* made at first need */
    int n_tables;
    const char *feed; /* text that streams, piece by piece */
    size_t fed, piece;
    int interval_ms;
    int64_t lines_left;
    bool hostile;
};

/* scene: "waiting", "stream", "verified", "failed", "hostile", "long", "group". false when unknown. */
bool fake_init(struct fake *f, const char *scene);
void fake_done(struct fake *f);
bool fake_stream(struct fake *f); /* appends the next piece; false at the end */
void fake_finish_stream(struct fake *f);
void fake_take(struct fake *f, struct attempt *a, const char *bytes, size_t n); /* a person's bytes become the artifact */

extern const char fake_hostile[]; /* the escape corpus */
extern const size_t fake_hostile_len;

#endif
