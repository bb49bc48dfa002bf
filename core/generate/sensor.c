/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/generate/sensor.h"

#include <ctype.h>
#include <string.h>

#define ANALOG(id, pin)                                                                                               \
    {.ids = id, .words = id ":0", .units = "counts", .unit = "counts", .channels = "*", .whole = true, .min = 0,      \
     .max = 1023, .values = 1, .type = "int", .variable = "pin_" id, .read = "pin_" id "[0] = analogRead(" pin ");"}

const struct sensor_row sensor_table[] = {
    {.ids = "color", .words = "red:0 green:1 blue:2 clear:3 ambient:3 r:0 g:1 b:2", .units = "counts", .unit = "counts",
     .channels = "r g b c", .whole = true, .min = 0, .max = 65535, .values = 4, .begin = "APDS.begin()", .available = "APDS.colorAvailable()",
     .type = "int", .variable = "color", .read = "APDS.readColor(color[0], color[1], color[2], color[3]);"},
    {.ids = "accel acc acceleration", .words = "acc:* accel:* acceleration:* accelerometer:* a:*", .units = "g G", .other = "ms2 mss m s2", .unit = "g",
     .min = -16, .max = 16, .channels = "x y z", .values = 3, .begin = "IMU.begin()", .available = "IMU.accelerationAvailable()",
     .type = "float", .variable = "accel", .read = "IMU.readAcceleration(accel[0], accel[1], accel[2]);"},
    {.ids = "gyro gyr gyroscope", .words = "gyr:* gyro:* gyroscope:* g:*", .units = "dps deg/s °/s", .other = "rad rads", .unit = "degrees per second",
     .min = -2000, .max = 2000, .channels = "x y z", .values = 3, .begin = "IMU.begin()", .available = "IMU.gyroscopeAvailable()",
     .type = "float", .variable = "gyro", .read = "IMU.readGyroscope(gyro[0], gyro[1], gyro[2]);"},
    {.ids = "mag magnetic magnetometer", .words = "mag:* magnetic:* magnetometer:*", .units = "uT µT μT", .unit = "microtesla",
     .min = -1600, .max = 1600, .channels = "x y z", .values = 3, .begin = "IMU.begin()", .available = "IMU.magneticFieldAvailable()",
     .type = "float", .variable = "mag", .read = "IMU.readMagneticField(mag[0], mag[1], mag[2]);"},
    {.ids = "temperature temp", .words = "temperature:0 temp:0", .units = "°C C degC", .other = "f fahrenheit k kelvin", .unit = "°C", .min = -40, .max = 120,
     .channels = "*", .values = 1, .begin = "HTS.begin()", .type = "float", .variable = "temperature",
     .read = "temperature[0] = HTS.readTemperature();"},
    {.ids = "humidity hum", .words = "humidity:0 hum:0 rh:0", .units = "% %RH", .unit = "% relative humidity", .min = 0,
     .max = 100, .channels = "*", .values = 1, .begin = "HTS.begin()", .type = "float", .variable = "humidity",
     .read = "humidity[0] = HTS.readHumidity();"},
    {.ids = "pressure baro", .words = "pressure:0 press:0 baro:0 barometer:0", .units = "kPa", .other = "hpa mbar bar psi pa mmhg", .unit = "kPa", .min = 26,
     .max = 126, .channels = "*", .values = 1, .begin = "BARO.begin()", .type = "float", .variable = "pressure",
     .read = "pressure[0] = BARO.readPressure();"},
    {.ids = "proximity prox", .words = "proximity:0 prox:0", .units = "counts", .unit = "counts", .whole = true, .min = 0,
     .max = 255, .channels = "*", .values = 1, .begin = "APDS.begin()", .available = "APDS.proximityAvailable()", .type = "int",
     .variable = "proximity", .read = "proximity[0] = APDS.readProximity();"},
    ANALOG("a0", "A0"),
    ANALOG("a1", "A1"),
    ANALOG("a2", "A2"),
    ANALOG("a3", "A3"),
    ANALOG("a4", "A4"),
    ANALOG("a5", "A5"),
    ANALOG("a6", "A6"),
    ANALOG("a7", "A7"),
};
const int sensor_count = sizeof(sensor_table) / sizeof(*sensor_table);

/* Length of the entry of a list that is word (up to ':' or blank); the entry in *ret, NULL without. */
static const char *entry_of(const char *words, const char *word, size_t n)
{
    for (const char *p = words; *p; p += strcspn(p, " "), p += *p == ' ')
        if (strcspn(p, ": ") == n && !strncmp(p, word, n))
            return p;
    return NULL;
}

bool sensor_word_in(const char *words, const char *word)
{
    return *word && entry_of(words, word, strlen(word));
}

const struct sensor_row *sensor_find(const char *id)
{
    for (int i = 0; i < sensor_count; i++)
        if (sensor_word_in(sensor_table[i].ids, id))
            return &sensor_table[i];
    return NULL;
}

enum { TOKENS_MAX = 12, TOKEN = 32 };

/* With humps: "AccX_mean" → acc, x, mean, without: accx, mean. */
static int tokens_of(const char *column, bool humps, char tokens[TOKENS_MAX][TOKEN])
{
    int n = 0;
    size_t len = 0;

    for (const char *c = column;; c++) {
        bool letter = isalnum((unsigned char)*c);
        bool hump = humps && isupper((unsigned char)*c) && c > column && islower((unsigned char)c[-1]);

        if (len && (!letter || hump)) {
            tokens[n++][len] = '\0';
            len = 0;
        }
        if (!*c || n == TOKENS_MAX)
            return n;
        if (letter && len + 1 < TOKEN)
            tokens[n][len++] = (char)tolower((unsigned char)*c);
    }
}

static int axis_of(const char *token)
{
    return token[0] >= 'x' && token[0] <= 'z' && !token[1] ? token[0] - 'x' : -1;
}

/* Channel when tokens[k] (and the axis beside or at its end) names the row; -1. */
static int channel_of(const struct sensor_row *row, char tokens[TOKENS_MAX][TOKEN], int n, int k)
{
    size_t len = strlen(tokens[k]);
    const char *e = entry_of(row->words, tokens[k], len), *colon;

    if (e) {
        colon = strchr(e, ':');
        if (colon[1] != '*') /* a single letter counts only when it is the whole name */
            return len == 1 && n > 1 ? -1 : colon[1] - '0';
        for (int i = 0; i < n; i++)
            if (axis_of(tokens[i]) >= 0)
                return axis_of(tokens[i]);
        return -1;
    }
    e = len > 1 ? entry_of(row->words, tokens[k], len - 1) : NULL;
    if (!e || strchr(e, ':')[1] != '*')
        return -1;
    return axis_of(tokens[k] + len - 1);
}

int sensor_channel(const char *id, const char *channel)
{
    const struct sensor_row *row = sensor_find(id);
    const char *p = row ? row->channels : "";

    for (int i = 0; *p; i++) {
        size_t n = strcspn(p, " ");
        if (*p == '*' || (strlen(channel) == n && !strncmp(p, channel, n)))
            return i;
        p += n;
        p += *p == ' ';
    }
    return -1;
}

bool sensor_other_unit(const struct sensor_row *row, const char *column)
{
    char tokens[TOKENS_MAX][TOKEN];
    int n = tokens_of(column, false, tokens);

    for (int i = 1; i < n && row->other; i++)
        if (sensor_word_in(row->other, tokens[i]))
            return true;
    return false;
}

const struct sensor_row *sensor_by_column(const char *column, int *ret_channel)
{
    char tokens[TOKENS_MAX][TOKEN];
    int n = tokens_of(column, true, tokens);

    for (int k = 0; k < n; k++)
        for (int i = 0; i < sensor_count; i++) {
            int channel = channel_of(&sensor_table[i], tokens, n, k);
            if (channel >= 0) {
                *ret_channel = channel;
                return &sensor_table[i];
            }
        }
    return NULL;
}
