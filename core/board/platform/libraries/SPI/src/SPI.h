/* SPDX-License-Identifier: Apache-2.0 */
/* The SPI bus. The virtual board has no device on it: it reads 0xff. */
#pragma once
#include <Arduino.h>

#define SPI_MODE0 0
#define SPI_MODE1 1
#define SPI_MODE2 2
#define SPI_MODE3 3

struct SPISettings {
    SPISettings(uint32_t = 4000000, int = MSBFIRST, int = SPI_MODE0) {}
};

class SPIClass {
public:
    void begin() {}
    void end() {}
    void beginTransaction(SPISettings) {}
    void endTransaction() {}
    uint8_t transfer(uint8_t) { return 0xff; }
    uint16_t transfer16(uint16_t) { return 0xffff; }
    void transfer(void *bytes, size_t count) { memset(bytes, 0xff, count); }
};

extern SPIClass SPI;
