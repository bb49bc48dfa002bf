/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of Arduino_LPS22HB 1.0.2. The feed is in kilopascal; the temperature is the HTS221's. */
#pragma once
#include <Arduino.h>
#include <Wire.h>

enum { PSI, MILLIBAR, KILOPASCAL };

class LPS22HBClass {
public:
    LPS22HBClass(TwoWire &wire);
    int begin();
    void end();
    float readPressure(int units = KILOPASCAL);
    float readTemperature();
};

extern LPS22HBClass BARO;
