/* SPDX-License-Identifier: Apache-2.0 */
/* Pin numbers of the Nano 33 BLE. */
#pragma once

enum { D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, D10, D11, D12, D13 };

#define PINS_COUNT 33
#define NUM_DIGITAL_PINS 33
#define NUM_ANALOG_INPUTS 8

#define LED_BUILTIN 13
#define PIN_LED 13
#define LEDR 22
#define LEDG 23
#define LEDB 24
#define LED_RED LEDR
#define LED_GREEN LEDG
#define LED_BLUE LEDB
#define LED_PWR 25
#define PIN_ENABLE_SENSORS_3V3 32
#define PIN_ENABLE_I2C_PULLUP 31
#define INT_APDS 26

#define PIN_A0 14
#define PIN_A1 15
#define PIN_A2 16
#define PIN_A3 17
#define PIN_A4 18
#define PIN_A5 19
#define PIN_A6 20
#define PIN_A7 21

static const uint8_t A0 = PIN_A0;
static const uint8_t A1 = PIN_A1;
static const uint8_t A2 = PIN_A2;
static const uint8_t A3 = PIN_A3;
static const uint8_t A4 = PIN_A4;
static const uint8_t A5 = PIN_A5;
static const uint8_t A6 = PIN_A6;
static const uint8_t A7 = PIN_A7;

static const uint8_t SS = 10, MOSI = 11, MISO = 12, SCK = 13;
static const uint8_t SDA = 18, SCL = 19;
