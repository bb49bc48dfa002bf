/* SPDX-License-Identifier: Apache-2.0 */
#include "Arduino_HTS221.h"
#include "feed.h"

HTS221Class HTS(Wire);

HTS221Class::HTS221Class(TwoWire &)
{
}

int HTS221Class::begin()
{
    return 1;
}

void HTS221Class::end()
{
}

float HTS221Class::readTemperature(int units)
{
    float celsius;

    feed_read(FEED_TEMPERATURE, &celsius);
    return units == FAHRENHEIT ? celsius * 9 / 5 + 32 : celsius;
}

float HTS221Class::readHumidity()
{
    float percent;

    feed_read(FEED_HUMIDITY, &percent);
    return percent;
}
