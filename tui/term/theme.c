/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/term/theme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/config/config.h"
#include "embed/themes_dark_yaml.h"
#include "embed/themes_default_yaml.h"
#include "embed/themes_light_yaml.h"
#include "embed/themes_mono_yaml.h"

struct theme_file {
    char *name, *help, *background, *text;
    struct config_pairs level[THEME_LEVELS];
};

static const struct config_field rows[] = {
    {.key = "name", .type = CONFIG_STRING, .offset = offsetof(struct theme_file, name), .required = true,
     .help = "Name for --theme and :theme."},
    {.key = "help", .type = CONFIG_STRING, .offset = offsetof(struct theme_file, help),
     .help = "One sentence for the list."},
    {.key = "background", .type = CONFIG_STRING, .offset = offsetof(struct theme_file, background),
     .help = "The terminal background the RGB colors were made for; it is never painted."},
    {.key = "text", .type = CONFIG_STRING, .offset = offsetof(struct theme_file, text),
     .help = "The terminal's text color assumed where a role has none."},
    {.key = "rgb", .type = CONFIG_MAP, .offset = offsetof(struct theme_file, level[THEME_RGB]),
     .help = "Role: \"#rrggbb [on #rrggbb] [bold] [dim] [italic] [underline] [reverse]\"."},
    {.key = "ansi256", .type = CONFIG_MAP, .offset = offsetof(struct theme_file, level[THEME_256]),
     .help = "As rgb with numbers 0-255; left out, the nearest of rgb."},
    {.key = "ansi16", .type = CONFIG_MAP, .offset = offsetof(struct theme_file, level[THEME_16]),
     .help = "As rgb with color names."},
    {.key = "mono", .type = CONFIG_MAP, .offset = offsetof(struct theme_file, level[THEME_MONO]),
     .help = "As rgb, attributes only."},
    {0},
};

static const char *const colors[] = {
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta",
    "bright-cyan", "bright-white",
};

static const struct { const char *name; int bit; } attrs[] = {
    {"bold", THEME_BOLD}, {"dim", THEME_DIM}, {"italic", THEME_ITALIC},
    {"underline", THEME_UNDERLINE}, {"reverse", THEME_REVERSE},
};

static int parse_color(const char *word, int *ret)
{
    int64_t n;
    char *end;

    if (word[0] == '#' && strlen(word) == 7) {
        long v = strtol(word + 1, &end, 16);
        if (*end)
            return -1;
        *ret = (int)v;
        return 0;
    }
    if (str_eq(word, "-")) {
        *ret = -1;
        return 0;
    }
    for (size_t i = 0; i < sizeof(colors) / sizeof(*colors); i++) {
        if (str_eq(word, colors[i])) {
            *ret = (int)i;
            return 0;
        }
    }
    if (!str_to_long(word, &n) || n < 0 || n > 255)
        return -1;
    *ret = (int)n;
    return 0;
}

static int parse_word(struct theme_style *s, const char *word, bool *on)
{
    for (size_t i = 0; i < sizeof(attrs) / sizeof(*attrs); i++) {
        if (str_eq(word, attrs[i].name)) {
            s->attr |= attrs[i].bit;
            return 0;
        }
    }
    if (str_eq(word, "on")) {
        *on = true;
        return 0;
    }
    return parse_color(word, *on ? &s->bg : &s->fg);
}

static int parse_style(struct theme_style *s, const char *text)
{
    bool on = false;

    while (*text) {
        char word[24];
        size_t n = strcspn(text, " ");
        if (n >= sizeof(word))
            return -1;
        memcpy(word, text, n);
        word[n] = '\0';
        if (n && parse_word(s, word, &on) < 0)
            return -1;
        text += n + (text[n] == ' ');
    }
    return 0;
}

static int read_level(struct theme *t, enum theme_level level, const struct config_pairs *pairs,
                      const char *file, struct err *err)
{
    const char *known[ROLES];

    for (int i = 0; i < ROLES; i++) {
        known[i] = role_table[i].name;
        t->styles[level][i] = (struct theme_style){-1, -1, 0};
    }
    t->has[level] = pairs->n > 0;
    for (int i = 0; i < pairs->n; i++) {
        const struct config_pair *p = &pairs->items[i];
        enum role role = role_find(p->key);
        if (!str_eq(role_table[role].name, p->key)) {
            const char *near = str_nearest(p->key, known, ROLES);
            err_at(err, ERR_INVALID, file, p->line, p->column, "there is no color role \"%s\"", p->key);
            if (near)
                err_hint(err, "the nearest known role is \"%s\"", near);
            return -ERR_INVALID;
        }
        if (parse_style(&t->styles[level][role], p->value) < 0)
            return err_at(err, ERR_INVALID, file, p->line, p->column, "\"%s\" is not a color style", p->value);
    }
    return 0;
}

static void derive_256(struct theme *t)
{
    for (int i = 0; i < ROLES; i++) {
        struct theme_style s = t->styles[THEME_RGB][i];
        s.fg = s.fg < 0 ? -1 : theme_nearest_256(s.fg);
        s.bg = s.bg < 0 ? -1 : theme_nearest_256(s.bg);
        t->styles[THEME_256][i] = s;
    }
    t->has[THEME_256] = true;
}

int theme_read(struct theme *t, const char *name, const char *yaml, size_t n, struct err *err)
{
    struct theme_file f = {0};
    struct config_errors errors = {0};
    int rc = config_read(name, yaml, n, rows, &f, &errors);

    memset(t, 0, sizeof(*t));
    if (rc < 0 && err)
        *err = errors.items[0];
    for (int i = 0; rc >= 0 && i < THEME_LEVELS; i++)
        rc = read_level(t, (enum theme_level)i, &f.level[i], name, err);
    if (rc >= 0) {
        str_copy(t->name, sizeof(t->name), f.name);
        str_copy(t->help, sizeof(t->help), f.help ? f.help : "");
        t->background = 0;
        t->text = 0xFFFFFF;
        if ((f.background && parse_color(f.background, &t->background) < 0) ||
            (f.text && parse_color(f.text, &t->text) < 0))
            rc = err_set(err, ERR_INVALID, "%s: background and text are colors like \"#1d1f21\"", name);
        else if (t->has[THEME_RGB] && !t->has[THEME_256])
            derive_256(t);
    }
    config_done(rows, &f);
    return rc;
}

static const struct { const char *name, *file, *text; const size_t *len; } themes[] = {
    {"default", "themes/default.yaml", themes_default_yaml, &themes_default_yaml_len},
    {"dark", "themes/dark.yaml", themes_dark_yaml, &themes_dark_yaml_len},
    {"light", "themes/light.yaml", themes_light_yaml, &themes_light_yaml_len},
    {"mono", "themes/mono.yaml", themes_mono_yaml, &themes_mono_yaml_len},
};

const char *const *theme_names(void)
{
    static const char *const names[] = {"default", "dark", "light", "mono", NULL};

    return names;
}

int theme_load(struct theme *t, const char *name, struct err *err)
{
    int rc;

    for (size_t i = 0; i < sizeof(themes) / sizeof(*themes); i++) {
        if (!str_eq(themes[i].name, name))
            continue;
        rc = theme_read(t, themes[i].file, themes[i].text, *themes[i].len, err);
        if (rc >= 0 && !t->has[THEME_MONO] && i > 0) {
            struct theme base;
            rc = theme_load(&base, themes[0].name, err);
            memcpy(t->styles[THEME_MONO], base.styles[THEME_MONO], sizeof(t->styles[THEME_MONO]));
        }
        return rc;
    }
    err_set(err, ERR_USAGE, "there is no theme \"%s\"", name);
    err_hint(err, "the themes are default, dark, light and mono");
    return -ERR_USAGE;
}

const struct theme_style *theme_style(const struct theme *t, enum theme_level level, enum role role)
{
    int l = level;

    while (l > THEME_MONO && !t->has[l])
        l--;
    return &t->styles[l][role];
}

static double linear(int channel)
{
    double c = channel / 255.0;

    return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int rgb)
{
    return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
}

double theme_contrast(int a, int b)
{
    double la = luminance(a), lb = luminance(b);

    return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

static int palette_rgb(int i)
{
    static const int step[] = {0, 95, 135, 175, 215, 255};

    if (i >= 232)
        return (8 + 10 * (i - 232)) * 0x010101;
    i -= 16;
    return step[i / 36] << 16 | step[i / 6 % 6] << 8 | step[i % 6];
}

int theme_nearest_256(int rgb)
{
    int best = 16, best_d = 1 << 30;

    for (int i = 16; i < 256; i++) {
        int p = palette_rgb(i), d = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int diff = (p >> shift & 255) - (rgb >> shift & 255);
            d += diff * diff;
        }
        if (d < best_d) {
            best_d = d;
            best = i;
        }
    }
    return best;
}
