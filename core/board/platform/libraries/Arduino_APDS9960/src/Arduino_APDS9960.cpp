/* SPDX-License-Identifier: Apache-2.0 */
#include "Arduino_APDS9960.h"
#include "control.h"
#include "feed.h"

APDS9960 APDS(Wire, INT_APDS);

static void note_engine_off()
{
    static bool said;

    if (said)
        return;
    said = true;
    control_begin("NOTE");
    control_text("color-engine-off readColor() without colorAvailable() before it gives old values or zeros");
    control_end();
}

APDS9960::APDS9960(TwoWire &, int)
{
}

APDS9960::~APDS9960()
{
}

bool APDS9960::begin()
{
    begun_ = true;
    return true;
}

void APDS9960::end()
{
    begun_ = color_on_ = false;
}

int APDS9960::colorAvailable()
{
    if (!begun_)
        return 0;
    color_on_ = true;
    return feed_ready(FEED_COLOR);
}

bool APDS9960::readColor(int &r, int &g, int &b)
{
    int c;

    return readColor(r, g, b, c);
}

/* The row is taken either way, so that a run with a sketch that never asks comes to its end too. */
bool APDS9960::readColor(int &r, int &g, int &b, int &c)
{
    float values[4];

    feed_read(FEED_COLOR, values);
    for (int i = 0; i < 4 && color_on_; i++)
        registers_[i] = (int)lroundf(values[i]);
    if (!color_on_)
        note_engine_off();
    color_on_ = false;
    r = registers_[0];
    g = registers_[1];
    b = registers_[2];
    c = registers_[3];
    return begun_;
}

int APDS9960::proximityAvailable()
{
    return begun_ && feed_ready(FEED_PROXIMITY);
}

int APDS9960::readProximity()
{
    float value;

    if (!begun_)
        return -1;
    feed_read(FEED_PROXIMITY, &value);
    return (int)value;
}

int APDS9960::gestureAvailable()
{
    return begun_ && feed_has(FEED_GESTURE) && feed_ready(FEED_GESTURE);
}

int APDS9960::readGesture()
{
    float value;

    if (!begun_)
        return GESTURE_NONE;
    feed_read(FEED_GESTURE, &value);
    return (int)value;
}

void APDS9960::setGestureSensitivity(uint8_t)
{
}

void APDS9960::setInterruptPin(int)
{
}

bool APDS9960::setLEDBoost(uint8_t)
{
    return begun_;
}
