/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of Arduino_HTS221 1.0.0. The feed is in degrees Celsius and percent. */
#pragma once
#include <Arduino.h>
#include <Wire.h>

enum { FAHRENHEIT, CELSIUS };

class HTS221Class {
public:
    HTS221Class(TwoWire &wire);
    int begin();
    void end();
    float readTemperature(int units = CELSIUS);
    float readHumidity();
};

extern HTS221Class HTS;
