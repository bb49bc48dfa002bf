/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of Arduino_APDS9960 1.0.4. As in the real library, only colorAvailable() switches the color
   engine on and readColor() switches it off again: without it readColor() gives zeros. */
#pragma once
#include <Arduino.h>
#include <Wire.h>

enum { GESTURE_NONE = -1, GESTURE_UP = 0, GESTURE_DOWN = 1, GESTURE_LEFT = 2, GESTURE_RIGHT = 3 };

class APDS9960 {
public:
    APDS9960(TwoWire &wire, int interrupt_pin);
    virtual ~APDS9960();
    bool begin();
    void end();
    int gestureAvailable();
    int readGesture();
    int colorAvailable();
    bool readColor(int &r, int &g, int &b);
    bool readColor(int &r, int &g, int &b, int &c);
    int proximityAvailable();
    int readProximity();
    void setGestureSensitivity(uint8_t sensitivity);
    void setInterruptPin(int pin);
    bool setLEDBoost(uint8_t boost);

private:
    bool begun_ = false;
    bool color_on_ = false;
    int registers_[4] = {0, 0, 0, 0};
};

extern APDS9960 APDS;
