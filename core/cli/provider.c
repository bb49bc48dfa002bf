/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which provider is at work: the command line, then the user's configuration, then the environment; else none. */
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/str.h"
#include "core/cli/commands.h"
#include "core/config/user.h"
#include "core/llm/cassette.h"
#include "core/llm/openai.h"
#include "core/pipeline/example.h"

enum { CASSETTE_CAP = 64 * 1024 * 1024 };

static struct provider *from_cassette(struct loop *l, const char *file, struct err *err)
{
    struct provider *p = NULL;
    struct buf bytes;

    buf_init(&bytes, CASSETTE_CAP);
    if (str_eq(file, "example")) {
        const struct example *x = example_with_cassette();
        return cassette_new(l, x->cassette, *x->cassette_len, "example", 1, err);
    }
    if (path_read(file, &bytes, err) == 0)
        p = cassette_new(l, buf_text(&bytes), bytes.len, path_base(file), 1, err);
    buf_done(&bytes);
    return p;
}

/* True when only the preset variable names a key, and the host is not the one that this key is for. */
static bool foreign_host(const struct user_config *user)
{
    const struct user_provider *p = &user->provider;

    return p->base_url && !str_starts(p->base_url, "https://api.openai.com/") && !p->key_file &&
           p->key_command.n == 0 && str_eq(p->key_env, "OPENAI_API_KEY");
}

static struct provider *from_openai(struct loop *l, const struct user_config *user, struct err *err)
{
    struct openai_options o = {.max_retries = -1};
    struct provider *p = NULL;
    struct buf key;
    int r;

    buf_init(&key, 64 * 1024);
    /* The key of the environment belongs to its own vendor: another host gets only what is configured for it. */
    if (foreign_host(user))
        r = 1;
    else
        r = user_config_key(user, &key, err);
    if (r == 2)
        r = cli_key_command(&user->provider.key_command, &key, err);
    if (r >= 0) {
        o.base_url = user->provider.base_url ? user->provider.base_url : "https://api.openai.com/v1";
        o.model = user->provider.model ? user->provider.model : "gpt-5";
        o.key = r == 0 ? buf_text(&key) : NULL;
        p = openai_new(l, &o, err);
    }
    if (key.data)
        explicit_bzero(key.data, key.room);
    buf_done(&key);
    return p;
}

static bool openai_wanted(const struct user_config *user)
{
    const struct user_provider *p = &user->provider;
    const char *key = p->key_env ? getenv(p->key_env) : NULL;

    if (p->kind == USER_PROVIDER_OPENAI)
        return true;
    return p->kind == USER_PROVIDER_AUTO && (p->base_url || (key && *key) || p->key_file || p->key_command.n > 0);
}

static int choose(struct loop *l, const char *given, const struct user_config *user, struct provider **ret,
                  struct err *err)
{
    if (given && str_starts(given, "cassette:"))
        *ret = from_cassette(l, given + 9, err);
    else if (given && str_eq(given, "openai"))
        *ret = from_openai(l, user, err);
    else if (given && !str_eq(given, "none")) {
        err_set(err, ERR_USAGE, "There is no provider named %s.", given);
        err_hint(err, "Known are openai, none and cassette:FILE.");
        return -ERR_USAGE;
    } else if (!given && user->provider.kind == USER_PROVIDER_CASSETTE && user->provider.cassette)
        *ret = from_cassette(l, user->provider.cassette, err);
    else if (!given && openai_wanted(user))
        *ret = from_openai(l, user, err);
    else
        return 0;
    return *ret ? 0 : -err->code;
}

int cli_provider(struct loop *l, const char *given, struct provider **ret, struct err *err)
{
    static struct config_errors errors;
    struct user_config user;
    int r = user_config_load(NULL, &user, &errors);

    *ret = NULL;
    if (r)
        *err = errors.items[0];
    else
        r = choose(l, given, &user, ret, err);
    user_config_done(&user);
    return r;
}
