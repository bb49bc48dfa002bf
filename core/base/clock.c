/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/clock.h"

#include <stdio.h>
#include <time.h>

const char *clock_iso(int64_t wall_ms, char *dst, size_t size)
{
    time_t s = (time_t)(wall_ms / 1000);
    struct tm t;
    char text[32];

    gmtime_r(&s, &t);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &t);
    snprintf(dst, size, "%s.%03dZ", text, (int)(wall_ms % 1000));
    return dst;
}

const char *clock_span(int64_t ms, char *dst, size_t size)
{
    int64_t s = (ms + 500) / 1000;

    if (ms < 10000)
        snprintf(dst, size, "%lld.%lld s", (long long)(ms / 1000), (long long)(ms % 1000 / 100));
    else if (s < 120)
        snprintf(dst, size, "%lld s", (long long)s);
    else
        snprintf(dst, size, "%lld:%02lld min", (long long)(s / 60), (long long)(s % 60));
    return dst;
}
