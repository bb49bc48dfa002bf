/* SPDX-License-Identifier: Apache-2.0 */
/* Time, pins and numbers. Pins keep what is written to them; analog inputs read the sensor feed. */
#include "Arduino.h"
#include "feed.h"

enum { PINS = 40, ANALOG_PINS = 8 };
/* polling: this many calls, each less than 1,000 instructions after the one before */
enum { POLLS = 8, LONG_POLLS = 28, POLLING_TICKS = 400 };

HardwareSerial Serial(BOARD_SERIAL, FEED_USB);
HardwareSerial Serial1(BOARD_SERIAL1, FEED_LINE);

static uint8_t pin_values[PINS];
static uint32_t random_state = 1;

size_t HardwareSerial::write(const uint8_t *bytes, size_t count)
{
    if (channel_ == BOARD_SERIAL) {
        board_serial_write(bytes, count);
        return count;
    }
    for (size_t i = 0; i < count; i++)
        board_channel_put(channel_, (char)bytes[i]);
    return count;
}

/* A loop that does little but ask for the time (and neither reads nor prints) sleeps until the time changes, and after a while five
   milliseconds at once; it saves the host the spinning. */
unsigned long millis(void)
{
    static uint64_t last;
    static uint32_t last_activity;
    static unsigned polls;
    uint64_t now = board_ticks();
    bool idle = feed_activity() == last_activity && now - last < POLLING_TICKS;

    polls = idle ? polls + 1 : 0;
    last_activity = feed_activity();
    if (polls >= POLLS) {
        uint32_t ms = polls >= LONG_POLLS ? 5 : 1;
        board_sleep(ms * BOARD_TICKS_PER_MS - (uint32_t)(now % BOARD_TICKS_PER_MS));
        now = board_ticks();
    }
    last = now;
    return (unsigned long)(now / BOARD_TICKS_PER_MS);
}

unsigned long micros(void)
{
    return (unsigned long)(board_ticks() / (BOARD_TICKS_PER_MS / 1000));
}

void delay(unsigned long ms)
{
    uint64_t end = board_ticks() + (uint64_t)ms * BOARD_TICKS_PER_MS;

    for (uint64_t now = board_ticks(); now < end; now = board_ticks())
        board_sleep((uint32_t)min(end - now, (uint64_t)BOARD_LONGEST_SLEEP));
}

void delayMicroseconds(unsigned int us)
{
    uint64_t end = board_ticks() + (uint64_t)us * (BOARD_TICKS_PER_MS / 1000);

    while (board_ticks() < end) {
    }
}

void yield(void)
{
}

void pinMode(pin_size_t, int)
{
}

void digitalWrite(pin_size_t pin, int value)
{
    if (pin < PINS)
        pin_values[pin] = value != 0;
}

int digitalRead(pin_size_t pin)
{
    return pin < PINS ? pin_values[pin] : 0;
}

int analogRead(pin_size_t pin)
{
    float value;

    if (pin >= A0)
        pin = (pin_size_t)(pin - A0);
    if (pin >= ANALOG_PINS)
        return 0;
    feed_read((feed_sensor)(FEED_A0 + pin), &value);
    return (int)value;
}

void analogWrite(pin_size_t pin, int value)
{
    digitalWrite(pin, value > 127);
}

void analogReadResolution(int)
{
}

void analogWriteResolution(int)
{
}

void analogReference(uint8_t)
{
}

void attachInterrupt(pin_size_t, voidFuncPtr, int)
{
}

void detachInterrupt(pin_size_t)
{
}

void tone(uint8_t, unsigned, unsigned long)
{
}

void noTone(uint8_t)
{
}

unsigned long pulseIn(pin_size_t, uint8_t, unsigned long)
{
    return 0;
}

char *dtostrf(double value, signed char width, unsigned char decimals, char *text)
{
    enum { AVR_LIBC_LIMIT = 85 };        /* nobody says how large the caller's buffer is */

    snprintf(text, AVR_LIBC_LIMIT, "%*.*f", width, decimals, value);
    return text;
}

char *ltoa(long value, char *text, int base)
{
    return itoa((int)value, text, base);
}

char *ultoa(unsigned long value, char *text, int base)
{
    return utoa((unsigned)value, text, base);
}

long map(long value, long from_low, long from_high, long to_low, long to_high)
{
    return (value - from_low) * (to_high - to_low) / (from_high - from_low) + to_low;
}

long random(long below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return below > 0 ? (long)((random_state >> 8) % (uint32_t)below) : 0;
}

long random(long from, long below)
{
    return from < below ? from + random(below - from) : from;
}

void randomSeed(unsigned long seed)
{
    if (seed)
        random_state = seed;
}
