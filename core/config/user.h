/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The user's own configuration ($XDG_CONFIG_HOME/tinywright/config.yaml): provider, key, look, policy, caps.
 * The only file that may say where data goes and which programs run. A missing file means the presets.
 */
#ifndef CORE_CONFIG_USER_H
#define CORE_CONFIG_USER_H

#include "core/config/config.h"
#include "core/config/project.h"

enum user_provider_kind {
    USER_PROVIDER_AUTO,     /* openai when a base_url or a key is there, else none */
    USER_PROVIDER_OPENAI,
    USER_PROVIDER_CASSETTE, /* `cassette` names the file */
    USER_PROVIDER_NONE,
};

struct user_provider {
    int kind;                          /* enum user_provider_kind */
    char *base_url, *model;            /* NULL = preset of the provider */
    char *cassette;                    /* file of recorded replies */
    char *key_env;                     /* name of the environment variable with the key */
    char *key_file;                    /* file with the key; must be the user's and 0600 */
    struct config_strings key_command; /* argv of a program that prints the key; no shell */
    int64_t max_tokens;                /* of one reply; 0 = provider's default */
    double temperature;                /* < 0 = provider's default */
};

/* All pointers are owned by the struct. */
struct user_config {
    struct user_provider provider;
    struct config_pairs prices;  /* model -> "INPUT OUTPUT", US dollars per million tokens */
    char *theme;
    bool mouse;
    int64_t escape_ms;           /* how long a lone ESC waits for the rest of a sequence */
    struct config_pairs keys;    /* action -> key */
    char *policy;                /* NULL = ask for everything */
    struct config_strings editor, pager; /* argv; empty = $VISUAL, $EDITOR / $PAGER */
    char *name;                  /* who decides, as written into decisions; NULL = login name */
    struct project_caps caps;    /* a project may only lower them; 0 = built-in */
};

extern const struct config_field user_fields[]; /* ended by a NULL key */

/* Reads path; NULL means the user's config.yaml. A missing file fills in the presets and is no error.
 * ret is zeroed first; release it with user_config_done either way. */
int user_config_load(const char *path, struct user_config *ret, struct config_errors *errors);
int user_config_read(const char *name, const char *text, size_t n, struct user_config *ret,
                     struct config_errors *errors);
void user_config_done(struct user_config *c);

/* The provider's key from environment or file into out. 0 = there; 1 = none set; 2 = provider.key_command has
 * to be run (by the caller: nothing here spawns); negative with err: unsafe or unreadable key file. */
int user_config_key(const struct user_config *c, struct buf *out, struct err *err);

/* Price of a model in dollars per million tokens; false when the user gave none. */
bool user_config_price(const struct user_config *c, const char *model, double *ret_input,
                       double *ret_output);

#endif
