/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/widget/highlight.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/str.h"
#include "tui/term/role.h"

enum { GROUND, BLOCK_COMMENT, TRIPLE_SINGLE, TRIPLE_DOUBLE, INNER_BITS = 4, FENCE_BIT = 1 << 12 };

struct language {
    const char *suffixes, *fences;         /* space-separated */
    const char *keywords, *types;          /* space-separated, with a space at both ends */
    const char *line_comment, *open, *close;
    const char *quotes;
    bool preproc, decorator, triple, keys; /* '#' lines, '@' words, Python's long strings, "key:" */
};

static const struct language languages[HIGHLIGHT_LANGUAGES] = {
    [HIGHLIGHT_CPP] = {
        .suffixes = " ino cpp cc c ", .fences = " cpp c++ arduino ino c ",
        .keywords = " alignas alignof auto break case catch class const constexpr continue decltype default delete "
                    "do else enum explicit extern for friend goto if inline mutable namespace new noexcept nullptr "
                    "operator override private protected public return sizeof static static_assert static_cast "
                    "reinterpret_cast struct switch template this throw try typedef typename union using virtual "
                    "volatile while true false ",
        .types = " bool byte char double float int int8_t int16_t int32_t int64_t long short signed size_t uint8_t "
                 "uint16_t uint32_t uint64_t unsigned void word String Serial Serial1 HIGH LOW INPUT OUTPUT "
                 "LED_BUILTIN NULL ",
        .line_comment = "//", .open = "/*", .close = "*/", .quotes = "\"'", .preproc = true},
    [HIGHLIGHT_HEADER] = {
        .suffixes = " h hpp ", .fences = " h ",
        .keywords = " alignas const constexpr enum extern inline static struct typedef union unsigned volatile ",
        .types = " bool char double float int int8_t int16_t int32_t int64_t long short size_t uint8_t uint16_t "
                 "uint32_t uint64_t void ",
        .line_comment = "//", .open = "/*", .close = "*/", .quotes = "\"'", .preproc = true},
    [HIGHLIGHT_PYTHON] = {
        .suffixes = " py ", .fences = " python py python3 ",
        .keywords = " and as assert async await break class continue def del elif else except finally for from "
                    "global if import in is lambda nonlocal not or pass raise return try while with yield ",
        .types = " None True False self int float str list dict set tuple bool bytes len range print open ",
        .line_comment = "#", .quotes = "\"'", .decorator = true, .triple = true},
    [HIGHLIGHT_YAML] = {
        .suffixes = " yaml yml ", .fences = " yaml yml ",
        .types = " true false null ", .line_comment = "#", .quotes = "\"'", .keys = true},
    [HIGHLIGHT_JSON] = {
        .suffixes = " json ", .fences = " json ", .types = " true false null ", .quotes = "\"", .keys = true},
    [HIGHLIGHT_MARKDOWN] = {.suffixes = " md ", .fences = " markdown md "},
};

struct scan {
    const char *s;
    size_t n, i;
    struct highlight_span *spans;
    int count, max;
};

static void add(struct scan *sc, size_t start, size_t end, int role)
{
    if (end > start && sc->count < sc->max)
        sc->spans[sc->count++] = (struct highlight_span){start, end - start, role};
}

static bool at(const struct scan *sc, const char *word)
{
    size_t n = word ? strlen(word) : 0;

    return n && sc->i + n <= sc->n && memcmp(sc->s + sc->i, word, n) == 0;
}

static bool listed(const char *list, const char *word, size_t n)
{
    char key[40];

    if (!list || n + 3 > sizeof(key))
        return false;
    key[0] = ' ';
    memcpy(key + 1, word, n);
    key[n + 1] = ' ';
    key[n + 2] = '\0';
    return strstr(list, key) != NULL;
}

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Runs to the end marker or the end of the line; true when the marker was there. */
static bool run_to(struct scan *sc, size_t start, const char *end, int role)
{
    while (sc->i < sc->n && !at(sc, end))
        sc->i++;
    bool found = sc->i < sc->n;
    if (found)
        sc->i += strlen(end);
    add(sc, start, sc->i, role);
    return found;
}

static bool is_key(const struct scan *sc, size_t i)
{
    while (i < sc->n && sc->s[i] == ' ')
        i++;
    return i < sc->n && sc->s[i] == ':';
}

static void string(struct scan *sc, const struct language *l)
{
    size_t start = sc->i;
    char quote = sc->s[sc->i++];

    while (sc->i < sc->n && sc->s[sc->i] != quote)
        sc->i += sc->s[sc->i] == '\\' && sc->i + 1 < sc->n ? 2 : 1;
    if (sc->i < sc->n)
        sc->i++;
    add(sc, start, sc->i, l->keys && is_key(sc, sc->i) ? ROLE_PREPROC : ROLE_STRING);
}

static void word(struct scan *sc, const struct language *l)
{
    size_t start = sc->i;

    while (sc->i < sc->n && word_char(sc->s[sc->i]))
        sc->i++;
    if (listed(l->keywords, sc->s + start, sc->i - start))
        add(sc, start, sc->i, ROLE_KEYWORD);
    else if (listed(l->types, sc->s + start, sc->i - start))
        add(sc, start, sc->i, ROLE_TYPE);
    else if (l->keys && is_key(sc, sc->i))
        add(sc, start, sc->i, ROLE_PREPROC);
}

static void number(struct scan *sc)
{
    size_t start = sc->i;

    while (sc->i < sc->n && (word_char(sc->s[sc->i]) || sc->s[sc->i] == '.'))
        sc->i++;
    add(sc, start, sc->i, ROLE_NUMBER);
}

static size_t first_char(const struct scan *sc)
{
    size_t i = 0;

    while (i < sc->n && (sc->s[i] == ' ' || sc->s[i] == '\t'))
        i++;
    return i;
}

/* "#include <x>" in one role, but comments behind it keep theirs. */
static void preproc(struct scan *sc)
{
    size_t start = sc->i;

    while (sc->i < sc->n && !at(sc, "//") && !at(sc, "/*"))
        sc->i++;
    add(sc, start, sc->i, ROLE_PREPROC);
}

static int triple(struct scan *sc, int kind, size_t start)
{
    return run_to(sc, start, kind == TRIPLE_SINGLE ? "'''" : "\"\"\"", ROLE_STRING) ? GROUND : kind;
}

static int token(struct scan *sc, const struct language *l)
{
    char c = sc->s[sc->i];
    size_t start = sc->i;

    if (at(sc, l->line_comment)) {
        sc->i = sc->n;
        add(sc, start, sc->n, ROLE_COMMENT);
    } else if (at(sc, l->open)) {
        sc->i += strlen(l->open);
        return run_to(sc, start, l->close, ROLE_COMMENT) ? GROUND : BLOCK_COMMENT;
    } else if (l->triple && (at(sc, "\"\"\"") || at(sc, "'''"))) {
        sc->i += 3;
        return triple(sc, c == '"' ? TRIPLE_DOUBLE : TRIPLE_SINGLE, start);
    } else if (l->quotes && c && strchr(l->quotes, c)) {
        string(sc, l);
    } else if (l->preproc && c == '#' && first_char(sc) == sc->i) {
        preproc(sc);
    } else if (l->decorator && c == '@' && first_char(sc) == sc->i) {
        sc->i = sc->n;
        add(sc, start, sc->n, ROLE_PREPROC);
    } else if (isdigit((unsigned char)c)) {
        number(sc);
    } else if (isalpha((unsigned char)c) || c == '_') {
        word(sc, l);
    } else {
        sc->i++;
    }
    return GROUND;
}

static int code_line(struct scan *sc, const struct language *l, int state)
{
    if (state == BLOCK_COMMENT && l->close)
        state = run_to(sc, 0, l->close, ROLE_COMMENT) ? GROUND : BLOCK_COMMENT;
    else if (state == TRIPLE_SINGLE || state == TRIPLE_DOUBLE)
        state = triple(sc, state, 0);
    while (sc->i < sc->n && state == GROUND)
        state = token(sc, l);
    return state;
}

static void inline_marks(struct scan *sc)
{
    while (sc->i < sc->n) {
        size_t start = sc->i;
        if (at(sc, "`")) {
            sc->i++;
            run_to(sc, start, "`", ROLE_STRING);
        } else if (at(sc, "**")) {
            sc->i += 2;
            run_to(sc, start, "**", ROLE_STRONG);
        } else {
            sc->i++;
        }
    }
}

/* Fence state: FENCE_BIT, the language, and that language's own state below. */
static int markdown_line(struct scan *sc, int state)
{
    size_t first = first_char(sc);
    bool fence = first + 3 <= sc->n && memcmp(sc->s + first, "```", 3) == 0;

    if (fence && state & FENCE_BIT) {
        add(sc, 0, sc->n, ROLE_DIM);
        return GROUND;
    }
    if (fence) {
        enum highlight_language lang = highlight_by_fence(sc->s + first + 3, sc->n - first - 3);
        add(sc, 0, sc->n, ROLE_DIM);
        return FENCE_BIT | (int)lang << INNER_BITS;
    }
    if (state & FENCE_BIT) {
        int lang = state >> INNER_BITS & 15, inner = state & ((1 << INNER_BITS) - 1);
        if (lang != HIGHLIGHT_NONE && lang != HIGHLIGHT_MARKDOWN)
            inner = code_line(sc, &languages[lang], inner);
        return FENCE_BIT | lang << INNER_BITS | inner;
    }
    if (sc->n && sc->s[first < sc->n ? first : 0] == '#') {
        add(sc, 0, sc->n, ROLE_HEADING);
        return GROUND;
    }
    inline_marks(sc);
    return GROUND;
}

int highlight_line(enum highlight_language lang, int state, const char *s, size_t n,
                   struct highlight_span *spans, int max, int *ret_state)
{
    struct scan sc = {.s = s, .n = n, .spans = spans, .max = max};

    *ret_state = GROUND;
    if (lang == HIGHLIGHT_MARKDOWN)
        *ret_state = markdown_line(&sc, state);
    else if (lang != HIGHLIGHT_NONE)
        *ret_state = code_line(&sc, &languages[lang], state);
    return sc.count;
}

enum highlight_language highlight_by_name(const char *file_name)
{
    const char *dot = strrchr(file_name, '.');

    for (int i = 1; dot && i < HIGHLIGHT_LANGUAGES; i++) {
        if (listed(languages[i].suffixes, dot + 1, strlen(dot + 1)))
            return (enum highlight_language)i;
    }
    return HIGHLIGHT_NONE;
}

enum highlight_language highlight_by_fence(const char *text, size_t n)
{
    size_t len = 0;

    while (len < n && !isspace((unsigned char)text[len]) && text[len] != '{')
        len++;
    for (int i = 1; len && i < HIGHLIGHT_LANGUAGES; i++) {
        if (listed(languages[i].fences, text, len))
            return (enum highlight_language)i;
    }
    return HIGHLIGHT_NONE;
}
