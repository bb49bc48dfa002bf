/* SPDX-License-Identifier: Apache-2.0 */
#include "Adafruit_TCS34725.h"
#include "feed.h"

Adafruit_TCS34725::Adafruit_TCS34725(uint8_t integration, tcs34725Gain_t) : integration_(integration)
{
}

bool Adafruit_TCS34725::begin(uint8_t, TwoWire *)
{
    return true;
}

bool Adafruit_TCS34725::begin()
{
    return true;
}

bool Adafruit_TCS34725::init()
{
    return true;
}

void Adafruit_TCS34725::setIntegrationTime(uint8_t integration)
{
    integration_ = integration;
}

void Adafruit_TCS34725::setGain(tcs34725Gain_t)
{
}

void Adafruit_TCS34725::getRawData(uint16_t *r, uint16_t *g, uint16_t *b, uint16_t *c)
{
    float values[4];

    feed_read(FEED_COLOR, values);
    *r = (uint16_t)lroundf(values[0]);
    *g = (uint16_t)lroundf(values[1]);
    *b = (uint16_t)lroundf(values[2]);
    *c = (uint16_t)lroundf(values[3]);
    delay((256u - integration_) * 12 / 5 + 1);
}

void Adafruit_TCS34725::getRawDataOneShot(uint16_t *r, uint16_t *g, uint16_t *b, uint16_t *c)
{
    getRawData(r, g, b, c);
}

void Adafruit_TCS34725::getRGB(float *r, float *g, float *b)
{
    uint16_t red, green, blue, clear;

    getRawData(&red, &green, &blue, &clear);
    if (!clear) {
        *r = *g = *b = 0;
        return;
    }
    *r = (float)red / clear * 255.0f;
    *g = (float)green / clear * 255.0f;
    *b = (float)blue / clear * 255.0f;
}

/* McCamy's formula on the chip's typical color matrix */
uint16_t Adafruit_TCS34725::calculateColorTemperature(uint16_t r, uint16_t g, uint16_t b)
{
    if (!r && !g && !b)
        return 0;
    float x = -0.14282f * r + 1.54924f * g - 0.95641f * b;
    float y = -0.32466f * r + 1.57837f * g - 0.73191f * b;
    float z = -0.68202f * r + 0.77073f * g + 0.56332f * b;
    float xc = x / (x + y + z), yc = y / (x + y + z);
    float n = (xc - 0.3320f) / (0.1858f - yc);

    return (uint16_t)(449.0f * n * n * n + 3525.0f * n * n + 6823.3f * n + 5520.33f);
}

uint16_t Adafruit_TCS34725::calculateColorTemperature_dn40(uint16_t r, uint16_t g, uint16_t b, uint16_t)
{
    return calculateColorTemperature(r, g, b);
}

uint16_t Adafruit_TCS34725::calculateLux(uint16_t r, uint16_t g, uint16_t b)
{
    return (uint16_t)(-0.32466f * r + 1.57837f * g - 0.73191f * b);
}

void Adafruit_TCS34725::setInterrupt(bool)
{
}

void Adafruit_TCS34725::clearInterrupt()
{
}

void Adafruit_TCS34725::setIntLimits(uint16_t, uint16_t)
{
}

void Adafruit_TCS34725::enable()
{
}

void Adafruit_TCS34725::disable()
{
}
