/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/config/user.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/str.h"

enum { KEY_MAX = 4096 };

static const char *const provider_kinds[] = {"auto", "openai", "cassette", "none", NULL};

static const char *check_some(const char *value)
{
    return *value ? NULL : "it cannot be empty.";
}

static const char *check_url(const char *value)
{
    if (!str_starts(value, "https://") && !str_starts(value, "http://"))
        return "an address starts with https:// (or http:// for this machine).";
    return strpbrk(value, " @?#") ? "an address holds no name, password, query or space." : NULL;
}

static const char *check_absolute(const char *value)
{
    return *value == '/' ? NULL : "write the full path, from / on.";
}

static const char *check_variable(const char *value)
{
    if (!isalpha((unsigned char)*value) && *value != '_')
        return "this names an environment variable; the key itself does not stand here.";
    for (; *value; value++) {
        if (!isalnum((unsigned char)*value) && *value != '_')
            return "this names an environment variable; the key itself does not stand here.";
    }
    return NULL;
}

static bool split_price(const char *value, double *ret_input, double *ret_output)
{
    char first[32];
    const char *space = strchr(value, ' ');
    size_t n = space ? (size_t)(space - value) : 0;

    if (n == 0 || n >= sizeof(first))
        return false;
    memcpy(first, value, n);
    first[n] = '\0';
    while (*space == ' ')
        space++;
    return str_to_double(first, ret_input) && str_to_double(space, ret_output) && *ret_input >= 0 &&
           *ret_output >= 0;
}

static const char *check_price(const char *value)
{
    double in, out;

    return split_price(value, &in, &out)
               ? NULL : "a price is two numbers, input and output dollars per million tokens, as in 1.25 10.";
}

#define ROW(STRUCT, MEMBER, TYPE) .key = #MEMBER, .type = TYPE, .offset = offsetof(struct STRUCT, MEMBER)

static const struct config_field provider_fields[] = {
    {ROW(user_provider, kind, CONFIG_CHOICE), .choices = provider_kinds, .preset = "auto",
     .help = "auto: OpenAI-compatible when base_url or a key is there, else no model."},
    {ROW(user_provider, base_url, CONFIG_STRING), .check = check_url,
     .help = "Address of an OpenAI-compatible server, up to and with /v1."},
    {ROW(user_provider, model, CONFIG_STRING), .check = check_some, .help = "Model to ask."},
    {ROW(user_provider, cassette, CONFIG_STRING), .check = check_some,
     .help = "File of recorded replies, for kind: cassette."},
    {ROW(user_provider, key_env, CONFIG_STRING), .check = check_variable, .preset = "OPENAI_API_KEY",
     .help = "Environment variable that holds the key."},
    {ROW(user_provider, key_file, CONFIG_STRING), .check = check_absolute,
     .help = "File that holds the key and that only you can read (0600)."},
    {ROW(user_provider, key_command, CONFIG_STRINGS), .check = check_some,
     .help = "Program and arguments that print the key; no shell."},
    {ROW(user_provider, max_tokens, CONFIG_INT), .min = 0, .max = 1e6, .preset = "0",
     .help = "Most tokens of one reply; 0: the server's choice."},
    {ROW(user_provider, temperature, CONFIG_NUMBER), .min = -1, .max = 2, .preset = "-1",
     .help = "Sampling temperature; -1: the server's choice."},
    {.key = NULL},
};

#define INSIDE "it belongs into the section provider."

const struct config_field user_fields[] = {
    {ROW(user_config, provider, CONFIG_SECTION), .section = provider_fields, .help = "Where models are asked."},
    {ROW(user_config, prices, CONFIG_MAP), .check = check_price,
     .help = "Model: input and output price in US dollars per million tokens, as in 1.25 10."},
    {ROW(user_config, theme, CONFIG_STRING), .check = check_some, .preset = "default",
     .help = "Name of a theme, or the path of one."},
    {ROW(user_config, mouse, CONFIG_BOOL), .preset = "false", .help = "Use the mouse."},
    {ROW(user_config, escape_ms, CONFIG_INT), .min = 10, .max = 1000, .preset = "50",
     .help = "Milliseconds that a lone Escape waits for the rest of a key's sequence."},
    {ROW(user_config, keys, CONFIG_MAP), .check = check_some, .help = "Action: key."},
    {ROW(user_config, policy, CONFIG_STRING), .check = check_some,
     .help = "Policy that may decide in your place: trust-clean, or the path of a file; left out: you are asked."},
    {ROW(user_config, editor, CONFIG_STRINGS), .check = check_some,
     .help = "Program and arguments that edit a file, as in [vim, -n]; left out: $VISUAL, $EDITOR."},
    {ROW(user_config, pager, CONFIG_STRINGS), .check = check_some,
     .help = "Program and arguments that show a file; left out: $PAGER."},
    {ROW(user_config, name, CONFIG_STRING), .check = check_some,
     .help = "Your name in decisions; left out: your login name."},
    {ROW(user_config, caps, CONFIG_SECTION), .section = project_cap_fields,
     .help = "Hard limits for every project; a project can only lower them."},
    {.key = "base_url", .forbidden = INSIDE},
    {.key = "model", .forbidden = INSIDE},
    {.key = "key_env", .forbidden = INSIDE},
    {.key = "key_file", .forbidden = INSIDE},
    {.key = "key_command", .forbidden = INSIDE},
    {.key = "key", .forbidden = "keys do not stand in this file; use provider.key_env or provider.key_file."},
    {.key = "api_key", .forbidden = "keys do not stand in this file; use provider.key_env or provider.key_file."},
    {.key = NULL},
};

int user_config_read(const char *name, const char *text, size_t n, struct user_config *ret,
                     struct config_errors *errors)
{
    memset(ret, 0, sizeof(*ret));
    return config_read(name, text, n, user_fields, ret, errors);
}

/* Only a file that somebody else could have written is refused: reading it is no secret. */
static bool others_may_write(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && ((st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022));
}

static int load_text(const char *path, struct buf *text, struct err *err)
{
    if (access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (others_may_write(path)) {
        err_set(err, ERR_INVALID, "Others could have written %s, which says where data goes.", path);
        err_hint(err, "If it is yours: chmod 600 it, then look at what it says.");
        return -ERR_INVALID;
    }
    return path_read(path, text, err);
}

int user_config_load(const char *path, struct user_config *ret, struct config_errors *errors)
{
    char folder[PATH_CAP], own[PATH_CAP];
    struct err err = {0};
    struct buf text;
    int r = 0;

    memset(ret, 0, sizeof(*ret));
    errors->n = 0;
    if (!path && path_user('c', folder, sizeof(folder)))
        path = path_join(own, sizeof(own), folder, "config.yaml");
    buf_init(&text, CONFIG_SIZE_MAX);
    if (!path)
        err_set(&err, ERR_INVALID, "The path of the configuration folder is too long.");
    else
        r = load_text(path, &text, &err);
    if (r || !path) {
        errors->items[0] = err;
        errors->n = 1;
        r = -err.code;
    } else {
        r = user_config_read(path, buf_text(&text), text.len, ret, errors);
    }
    buf_done(&text);
    return r;
}

void user_config_done(struct user_config *c)
{
    config_done(user_fields, c);
}

static int read_key(int fd, const char *path, struct buf *out, struct err *err)
{
    char text[KEY_MAX];
    struct stat st;
    ssize_t n;
    size_t len;
    int r = 0;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "The key file %s is not a regular file.", path);
    if (st.st_uid != geteuid() || (st.st_mode & 077)) {
        err_set(err, ERR_INVALID, "The key file %s can be read by others.", path);
        err_hint(err, "Make it yours alone: chmod 600 it.");
        return -ERR_INVALID;
    }
    n = read(fd, text, sizeof(text));
    if (n < 0)
        return err_sys(err, ERR_MACHINE, "The key file %s cannot be read", path);
    len = (size_t)n;
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (len == 0 || len == sizeof(text) || memchr(text, '\n', len) || memchr(text, '\0', len))
        r = err_set(err, ERR_INVALID, "The key file %s does not hold one line with a key.", path);
    else if (buf_put(out, text, len))
        r = err_set(err, ERR_INVALID, "The key in %s is too long.", path);
    explicit_bzero(text, sizeof(text));
    return r;
}

int user_config_key(const struct user_config *c, struct buf *out, struct err *err)
{
    const struct user_provider *p = &c->provider;
    const char *value = p->key_env ? getenv(p->key_env) : NULL;
    int fd, r;

    if (value && *value)
        return buf_puts(out, value) ? err_set(err, ERR_INVALID, "The key in %s is too long.", p->key_env) : 0;
    if (p->key_file) {
        fd = os.open(p->key_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
        if (fd < 0)
            return err_sys(err, ERR_INVALID, "The key file %s cannot be opened", p->key_file);
        r = read_key(fd, p->key_file, out, err);
        close(fd);
        return r;
    }
    return p->key_command.n > 0 ? 2 : 1;
}

bool user_config_price(const struct user_config *c, const char *model, double *ret_input, double *ret_output)
{
    for (int i = 0; i < c->prices.n; i++) {
        if (str_eq(c->prices.items[i].key, model))
            return split_price(c->prices.items[i].value, ret_input, ret_output);
    }
    return false;
}
