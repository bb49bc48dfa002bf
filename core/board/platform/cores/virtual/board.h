/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual board as the core sees it: registers of QEMU's mps2-an386, the three byte channels to the
   host, the clock, and the ways out. Plain C, usable from interrupt handlers. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BOARD_REG(address) (*(volatile uint32_t *)(address))

enum {
    BOARD_TICKS_PER_MS = 25000,          /* 25 MHz; one tick is 2.5 instructions at -icount shift=4 */
    BOARD_LONGEST_SLEEP = 100 * BOARD_TICKS_PER_MS
};

enum board_channel {
    BOARD_SERIAL = 0,                    /* UART0: what the sketch prints */
    BOARD_SERIAL1 = 1,                   /* UART1: transmit side of Serial1 */
    BOARD_CONTROL = 2                    /* UART2: control lines for the host, see control.h */
};

/* Codes of the EXIT line. 0 and 1..99 belong to the sketch (exit(N)). */
enum board_exit {
    EXIT_OK = 0,
    EXIT_TIME_LIMIT = 120,
    EXIT_OUTPUT_LIMIT = 121,
    EXIT_FEED_BAD = 122,
    EXIT_REFUSED = 123,
    EXIT_ABORT = 134,
    EXIT_STACK_OVERFLOW = 140,
    EXIT_MEMORY = 141,
    EXIT_BUS = 142,
    EXIT_DIVISION = 143,
    EXIT_INSTRUCTION = 144,
    EXIT_UNALIGNED = 145,
    EXIT_NULL_POINTER = 146,
    EXIT_OTHER_FAULT = 147,
    EXIT_HEAP_END = 148
};

void board_channel_put(enum board_channel channel, char c);

/* Serial (UART0) with its byte count and its limit; everything that prints there goes through here. */
void board_serial_write(const void *bytes, size_t count);
uint32_t board_serial_count(void);
void board_serial_limit(uint32_t bytes);

uint64_t board_ticks(void);              /* since start; works with interrupts off */
uint32_t board_ms(void);
uint64_t board_instructions(void);       /* ticks * 2.5: instructions, not cycles */
void board_sleep(uint32_t ticks);        /* up to BOARD_LONGEST_SLEEP; longer is cut */
void board_time_limit(uint32_t ms);      /* from now; enforced by a non-maskable interrupt */

/* Ends the run: writes the last control lines and stops the emulator. `reason` is one word. */
void board_exit(int code, const char *reason) __attribute__((noreturn));

/* Refuses something the board cannot do right: one line on Serial and on control, then EXIT 123. */
void board_refuse(const char *sentence) __attribute__((noreturn));

void board_clock_start(void);

/* Marks for the record of inferences; called by the TensorFlow Lite library's headers. */
void board_invoke_begin(void);
bool board_in_invoke(void);
uint32_t board_invoke_end_ms(void);
uint32_t board_invoke_count(void);
uint64_t board_invoke_end(void);         /* returns the ticks since begin */

void board_log_mute(bool mute);          /* messages of the runtime go nowhere while it holds */

/* start-up and the C library meet here */
size_t board_heap_peak(void);
size_t board_heap_size(void);

#ifdef __cplusplus
}
#endif
