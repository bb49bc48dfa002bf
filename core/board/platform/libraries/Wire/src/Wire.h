/* SPDX-License-Identifier: Apache-2.0 */
/* The I2C bus. The virtual board has no device on it: addresses answer NACK (2), reads give nothing. The
   sensors' libraries do not go through it. */
#pragma once
#include <Arduino.h>

class TwoWire : public Stream {
public:
    void begin() {}
    void begin(uint8_t) {}
    void end() {}
    void setClock(uint32_t) {}
    void beginTransmission(uint8_t) {}
    uint8_t endTransmission(bool = true) { return 2; }
    size_t requestFrom(uint8_t, size_t, bool = true) { return 0; }
    void onReceive(void (*)(int)) {}
    void onRequest(void (*)()) {}
    size_t write(uint8_t) override { return 1; }
    using Print::write;
    int available() override { return 0; }
    int read() override { return -1; }
    int peek() override { return -1; }
};

extern TwoWire Wire, Wire1;
