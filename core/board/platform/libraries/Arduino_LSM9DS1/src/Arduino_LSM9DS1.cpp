/* SPDX-License-Identifier: Apache-2.0 */
#include "Arduino_LSM9DS1.h"
#include "feed.h"

LSM9DS1Class IMU(Wire);

static int read_axes(bool begun, feed_sensor sensor, float &x, float &y, float &z)
{
    float values[3];

    if (!begun) {
        x = y = z = NAN;
        return 0;
    }
    feed_read(sensor, values);
    x = values[0];
    y = values[1];
    z = values[2];
    return 1;
}

LSM9DS1Class::LSM9DS1Class(TwoWire &)
{
}

LSM9DS1Class::~LSM9DS1Class()
{
}

int LSM9DS1Class::begin()
{
    begun_ = true;
    return 1;
}

void LSM9DS1Class::end()
{
    begun_ = false;
}

void LSM9DS1Class::setContinuousMode()
{
}

void LSM9DS1Class::setOneShotMode()
{
}

int LSM9DS1Class::readAcceleration(float &x, float &y, float &z)
{
    return read_axes(begun_, FEED_ACCEL, x, y, z);
}

int LSM9DS1Class::accelerationAvailable()
{
    return begun_ && feed_ready(FEED_ACCEL);
}

float LSM9DS1Class::accelerationSampleRate()
{
    return 119.0f;
}

int LSM9DS1Class::readGyroscope(float &x, float &y, float &z)
{
    return read_axes(begun_, FEED_GYRO, x, y, z);
}

int LSM9DS1Class::gyroscopeAvailable()
{
    return begun_ && feed_ready(FEED_GYRO);
}

float LSM9DS1Class::gyroscopeSampleRate()
{
    return 119.0f;
}

int LSM9DS1Class::readMagneticField(float &x, float &y, float &z)
{
    return read_axes(begun_, FEED_MAG, x, y, z);
}

int LSM9DS1Class::magneticFieldAvailable()
{
    return begun_ && feed_ready(FEED_MAG);
}

float LSM9DS1Class::magneticFieldSampleRate()
{
    return 20.0f;
}
