/* SPDX-License-Identifier: Apache-2.0 */
#include "Arduino_LPS22HB.h"
#include "feed.h"

LPS22HBClass BARO(Wire);

LPS22HBClass::LPS22HBClass(TwoWire &)
{
}

int LPS22HBClass::begin()
{
    return 1;
}

void LPS22HBClass::end()
{
}

float LPS22HBClass::readPressure(int units)
{
    float kilopascal;

    feed_read(FEED_PRESSURE, &kilopascal);
    if (units == MILLIBAR)
        return kilopascal * 10;
    return units == PSI ? kilopascal * 0.145038f : kilopascal;
}

float LPS22HBClass::readTemperature()
{
    float celsius;

    feed_read(FEED_TEMPERATURE, &celsius);
    return celsius;
}
