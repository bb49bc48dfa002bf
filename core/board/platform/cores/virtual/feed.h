/* SPDX-License-Identifier: Apache-2.0 */
/* What the board's sensors see. The host puts a text image at FEED_BASE; it holds rows, and a row holds
   samples per sensor. The drivers of the libraries and Serial1 read from here. Format: README. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FEED_BASE 0x21000000u
enum { FEED_SIZE = 16 * 1024 * 1024 };

enum feed_sensor {
    FEED_COLOR, FEED_PROXIMITY, FEED_GESTURE, FEED_ACCEL, FEED_GYRO, FEED_MAG, FEED_TEMPERATURE,
    FEED_HUMIDITY, FEED_PRESSURE, FEED_A0, FEED_A1, FEED_A2, FEED_A3, FEED_A4, FEED_A5, FEED_A6, FEED_A7,
    FEED_LINE,                           /* a line received on Serial1 */
    FEED_USB,                            /* a line received on Serial */
    FEED_SENSORS
};

enum { FEED_MAX_VALUES = 4 };

void feed_start(void);                   /* reads the header; a bad one ends the run by name */
bool feed_present(void);

/* Is a sample there that was not read yet? Sleeps two milliseconds before it says no. */
bool feed_ready(enum feed_sensor sensor);

/* Has the row that is open any sample of the sensor? Without one the sensor is at rest. */
bool feed_has(enum feed_sensor sensor);

/* Fills `values` (as many as the sensor has) with the next sample, else with the last one. */
void feed_read(enum feed_sensor sensor, float *values);

/* Bytes received on a serial port. `same_message` keeps a call that collects one message (readString)
   from running on into the next row. */
int feed_bytes_ready(enum feed_sensor port);
int feed_bytes_peek(enum feed_sensor port);
int feed_bytes_read(enum feed_sensor port);
void feed_hold(enum feed_sensor port, bool same_message);

/* Counts what the sketch reads and prints. */
uint32_t feed_activity(void);

/* Signs that the sketch reacted to a row. */
void feed_saw_output(void);
void feed_saw_interpreter(void);
void feed_saw_invoke(void);
void feed_tick(void);                    /* at least every 100 ms, from the interrupt */

#ifdef __cplusplus
}
#endif
