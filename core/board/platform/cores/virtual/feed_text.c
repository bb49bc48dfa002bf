/* SPDX-License-Identifier: Apache-2.0 */
#include "feed_text.h"
#include "feed.h"
#include <stddef.h>

enum { MAX_DIGITS = 15, MAX_POWER = 22 };

const char *feed_text_word(const char *line, const char *word)
{
    while (*word && *line == *word) {
        line++;
        word++;
    }
    if (*word || (*line != ' ' && *line != '\n'))
        return NULL;
    return *line == ' ' ? line + 1 : line;
}

const char *feed_text_next_line(const char *line)
{
    const char *end = (const char *)(FEED_BASE + FEED_SIZE);

    while (line < end && *line && *line != '\n')
        line++;
    if (line + 1 >= end || !*line || !line[1])
        return NULL;
    return line + 1;
}

uint32_t feed_text_line_number(const char *start, const char *line)
{
    uint32_t n = 1;

    for (; start < line; start++)
        n += *start == '\n';
    return n;
}

/* Digits before and after the point; leading zeros do not count. */
static bool read_digits(const char **text, uint64_t *digits, int *power)
{
    const char *p = *text;
    int count = 0;
    bool point = false, any = false;

    for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        any = true;
        *digits = *digits * 10 + (uint64_t)(*p - '0');
        if (*digits && ++count > MAX_DIGITS)
            return false;
        *power -= point;
    }
    *text = p;
    return any;
}

static bool read_exponent(const char **text, int *power)
{
    const char *p = *text;
    int exponent = 0;
    bool negative;

    if (*p != 'e' && *p != 'E')
        return true;
    p++;
    negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++)
        if (exponent < 1000)
            exponent = exponent * 10 + (*p - '0');
    *power += negative ? -exponent : exponent;
    *text = p;
    return true;
}

/* 10^22 is the largest power of ten that a double holds exactly, so one operation rounds once. */
static double scale(uint64_t digits, int power)
{
    double tens = 1;

    for (int i = power < 0 ? -power : power; i > 0; i--)
        tens *= 10;
    return power < 0 ? (double)digits / tens : (double)digits * tens;
}

bool feed_text_number(const char **text, float *number)
{
    const char *p = *text;
    uint64_t digits = 0;
    int power = 0;
    bool negative = *p == '-';
    double value;

    if (*p == '-' || *p == '+')
        p++;
    if (!read_digits(&p, &digits, &power) || !read_exponent(&p, &power))
        return false;
    if (!digits)
        power = 0;
    if (power < -MAX_POWER || power > MAX_POWER || (*p != ' ' && *p != '\n'))
        return false;
    value = scale(digits, power);
    *number = (float)(negative ? -value : value);
    *text = *p == ' ' ? p + 1 : p;
    return true;
}
