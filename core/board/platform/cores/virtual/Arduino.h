/* SPDX-License-Identifier: Apache-2.0 */
/* The Arduino language as the Nano 33 BLE's core 4.x offers it, as far as sketches that read sensors and
   run a network use it. */
#pragma once
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "board.h"

typedef enum { LOW = 0, HIGH = 1, CHANGE = 2, FALLING = 3, RISING = 4 } PinStatus;
typedef enum { INPUT = 0, OUTPUT = 1, INPUT_PULLUP = 2, INPUT_PULLDOWN = 3, OUTPUT_OPENDRAIN = 4 } PinMode;
typedef enum { LSBFIRST = 0, MSBFIRST = 1 } BitOrder;
typedef uint8_t pin_size_t;
typedef uint8_t byte;
typedef uint16_t word;
typedef bool boolean;
typedef void (*voidFuncPtr)(void);

#include "pins_arduino.h"

#define PI 3.1415926535897932384626433832795
#define HALF_PI 1.5707963267948966192313216916398
#define TWO_PI 6.283185307179586476925286766559
#define DEG_TO_RAD 0.017453292519943295769236907684886
#define RAD_TO_DEG 57.295779513082320876798154814105
#define EULER 2.718281828459045235360287471352

#define PROGMEM
#define PGM_P const char *
#define PSTR(text) (text)
#define pgm_read_byte(address) (*(const uint8_t *)(address))
#define pgm_read_word(address) (*(const uint16_t *)(address))
#define pgm_read_dword(address) (*(const uint32_t *)(address))
#define pgm_read_float(address) (*(const float *)(address))
#define pgm_read_ptr(address) (*(const void *const *)(address))
#define memcpy_P memcpy
#define strcpy_P strcpy
#define strlen_P strlen
#define strcmp_P strcmp

#define sq(x) ((x) * (x))
#define radians(degree) ((degree) * DEG_TO_RAD)
#define degrees(radian) ((radian) * RAD_TO_DEG)
#define constrain(value, low, high) ((value) < (low) ? (low) : ((value) > (high) ? (high) : (value)))
#define lowByte(value) ((uint8_t)((value) & 0xff))
#define highByte(value) ((uint8_t)((value) >> 8))
#define bit(n) (1UL << (n))
#define bitRead(value, n) (((value) >> (n)) & 1)
#define bitSet(value, n) ((value) |= bit(n))
#define bitClear(value, n) ((value) &= ~bit(n))
#define bitToggle(value, n) ((value) ^= bit(n))
#define bitWrite(value, n, on) ((on) ? bitSet(value, n) : bitClear(value, n))
#define interrupts() __asm volatile("cpsie i" ::: "memory")
#define noInterrupts() __asm volatile("cpsid i" ::: "memory")
#define digitalPinToInterrupt(pin) (pin)

#ifdef __cplusplus
extern "C" {
#endif

unsigned long millis(void);
unsigned long micros(void);
void delay(unsigned long ms);
void delayMicroseconds(unsigned int us);
void yield(void);
void pinMode(pin_size_t pin, int mode);
void digitalWrite(pin_size_t pin, int value);
int digitalRead(pin_size_t pin);
int analogRead(pin_size_t pin);
void analogWrite(pin_size_t pin, int value);
void analogReadResolution(int bits);
void analogWriteResolution(int bits);
void analogReference(uint8_t mode);
void attachInterrupt(pin_size_t pin, voidFuncPtr handler, int mode);
void detachInterrupt(pin_size_t pin);
char *dtostrf(double value, signed char width, unsigned char decimals, char *text);
char *itoa(int value, char *text, int base);
char *utoa(unsigned value, char *text, int base);
char *ltoa(long value, char *text, int base);
char *ultoa(unsigned long value, char *text, int base);

#ifdef __cplusplus
}

#include <algorithm>
#include <cmath>

template <class A, class B> constexpr auto min(const A &a, const B &b) -> decltype(b < a ? b : a)
{
    return b < a ? b : a;
}

template <class A, class B> constexpr auto max(const A &a, const B &b) -> decltype(b < a ? b : a)
{
    return a < b ? b : a;
}

long map(long value, long from_low, long from_high, long to_low, long to_high);
long random(long below);
long random(long from, long below);
void randomSeed(unsigned long seed);
void tone(uint8_t pin, unsigned frequency, unsigned long ms = 0);
void noTone(uint8_t pin);
unsigned long pulseIn(pin_size_t pin, uint8_t state, unsigned long timeout_us = 1000000);

inline bool isAlpha(int c) { return isalpha(c); }
inline bool isAlphaNumeric(int c) { return isalnum(c); }
inline bool isDigit(int c) { return isdigit(c); }
inline bool isSpace(int c) { return isspace(c); }
inline bool isWhitespace(int c) { return c == ' ' || c == '\t'; }
inline bool isPrintable(int c) { return isprint(c); }
inline bool isPunct(int c) { return ispunct(c); }
inline bool isUpperCase(int c) { return isupper(c); }
inline bool isLowerCase(int c) { return islower(c); }
inline uint16_t makeWord(uint8_t high, uint8_t low) { return (uint16_t)(high << 8 | low); }

void setup();
void loop();

#include "HardwareSerial.h"
#endif
