/* SPDX-License-Identifier: Apache-2.0 */
/* Serial (to the host's screen) and Serial1. Both receive the lines that the sensor feed holds for them. */
#pragma once
#include "Stream.h"
#include "board.h"
#include "feed.h"

#define SERIAL_8N1 0x413
#define SERIAL_8E1 0x423
#define SERIAL_8O1 0x433

class HardwareSerial : public Stream {
public:
    HardwareSerial(board_channel channel, feed_sensor port) : channel_(channel), port_(port) {}
    void begin(unsigned long) {}
    void begin(unsigned long, uint16_t) {}
    void end() {}
    operator bool() { return true; }
    int available() override { return feed_bytes_ready(port_); }
    int peek() override { return feed_bytes_peek(port_); }
    int read() override { return feed_bytes_read(port_); }
    void flush() override {}
    size_t write(uint8_t byte) override { return write(&byte, 1); }
    size_t write(const uint8_t *bytes, size_t count) override;
    using Print::write;

protected:
    void message(bool started) override { feed_hold(port_, started); }

private:
    board_channel channel_;
    feed_sensor port_;
};

typedef HardwareSerial UART;
typedef HardwareSerial USBSerial;

extern HardwareSerial Serial, Serial1;
#define SerialUSB Serial
