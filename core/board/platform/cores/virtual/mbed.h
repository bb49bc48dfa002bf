/* SPDX-License-Identifier: Apache-2.0 */
/* The few names of Mbed OS that sketches use beside the Arduino language. There are no threads here. */
#pragma once
#include "Arduino.h"

typedef int PinName;

namespace mbed {

class DigitalOut {
public:
    DigitalOut(PinName pin, int value = 0) : pin_((pin_size_t)pin) { write(value); }
    void write(int value) { digitalWrite(pin_, value); }
    int read() { return digitalRead(pin_); }
    DigitalOut &operator=(int value)
    {
        write(value);
        return *this;
    }
    operator int() { return read(); }

private:
    pin_size_t pin_;
};

class Timer {
public:
    void start()
    {
        if (!running_)
            begin_ = micros();
        running_ = true;
    }
    void stop()
    {
        sum_ += running_ ? micros() - begin_ : 0;
        running_ = false;
    }
    void reset()
    {
        sum_ = 0;
        begin_ = micros();
    }
    int read_us() { return (int)(sum_ + (running_ ? micros() - begin_ : 0)); }
    int read_ms() { return read_us() / 1000; }
    float read() { return (float)read_us() * 1e-6f; }

private:
    unsigned long begin_ = 0, sum_ = 0;
    bool running_ = false;
};

}  // namespace mbed

namespace rtos {
namespace ThisThread {
inline void sleep_for(uint32_t ms)
{
    delay(ms);
}
inline void yield() {}
}  // namespace ThisThread
}  // namespace rtos

inline void wait_us(int us)
{
    delayMicroseconds((unsigned)us);
}

inline void thread_sleep_for(uint32_t ms)
{
    delay(ms);
}

inline void NVIC_SystemReset()
{
    board_exit(0, "reset");
}
