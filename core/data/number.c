/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of a cell and of a header: numbers with units, missing values, plain names. */
#include <ctype.h>

#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/data/profile.h"

/* "none" is not among them: it is a class of many gesture data sets. */
const char *const profile_missing_words[] = {"NA", "N/A", "n/a", "na", "NaN", "nan", "NAN", "null", "NULL", "?", "-", NULL};

bool profile_word_missing(const char *cell)
{
    if (!*cell)
        return true;
    if (strlen(cell) > 4)
        return false;
    for (int i = 0; profile_missing_words[i]; i++)
        if (!strcmp(cell, profile_missing_words[i]))
            return true;
    return false;
}

static size_t span_digits(const char *s)
{
    size_t n = 0;

    while (isdigit((unsigned char)s[n]))
        n++;
    return n;
}

bool profile_number(const char *text, double *ret, const char **ret_unit, bool *ret_comma)
{
    char copy[64];
    const char *s = text;
    size_t whole, part = 0, n;

    s += *s == '+' || *s == '-';
    whole = span_digits(s);
    s += whole;
    *ret_comma = *s == ',' && isdigit((unsigned char)s[1]);
    if (*s == '.' || *ret_comma) {
        part = span_digits(s + 1);
        s += 1 + part;
    }
    if (!whole && !part)
        return false;
    if (*s == 'e' || *s == 'E') {
        const char *e = s + 1;
        e += *e == '+' || *e == '-';
        if (isdigit((unsigned char)*e))
            s = e + span_digits(e);
    }
    n = (size_t)(s - text);
    if (n >= sizeof(copy))
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (*ret_comma)
        *strchr(copy, ',') = '.';
    if (!str_to_double(copy + (copy[0] == '+'), ret))
        return false;
    while (*s == ' ')
        s++;
    *ret_unit = s;
    return strlen(s) < 16 && !strpbrk(s, "0123456789:/,;");
}

/* The last "(…)" or "[…]" of a name is its unit. */
static size_t unit_of(const char *name, char unit[16])
{
    size_t n = strlen(name), open;
    char close = n ? name[n - 1] : 0;
    const char *p;

    unit[0] = '\0';
    if (close != ')' && close != ']')
        return n;
    p = strrchr(name, close == ')' ? '(' : '[');
    open = p ? (size_t)(p - name) : 0;
    if (!open || n - open - 2 >= 16 || n - open <= 2)
        return n;
    memcpy(unit, p + 1, n - open - 2);
    unit[n - open - 2] = '\0';
    return open;
}

static void put_plain(char *plain, size_t *len, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (isalnum(c))
            plain[(*len)++] = (char)tolower(c);
        else if (*len && plain[*len - 1] != '_')
            plain[(*len)++] = '_';
    }
}

static bool is_identifier(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

void profile_plain_name(const char *name, char plain[PROFILE_NAME], char unit[16])
{
    size_t base = unit_of(name, unit), len = 0;

    if (is_identifier(name)) {
        str_copy(plain, PROFILE_NAME - 8, name);
        return;
    }
    if (base > PROFILE_NAME - 40)
        base = PROFILE_NAME - 40;
    put_plain(plain, &len, name, base);
    if (*unit) {
        if (len && plain[len - 1] != '_')
            plain[len++] = '_';
        put_plain(plain, &len, unit, strlen(unit));
    }
    while (len && plain[len - 1] == '_')
        len--;
    if (!len || isdigit((unsigned char)plain[0])) {
        memmove(plain + 2, plain, len);
        memcpy(plain, "c_", 2);
        len += 2;
    }
    plain[len] = '\0';
}
