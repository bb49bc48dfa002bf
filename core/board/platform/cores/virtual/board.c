/* SPDX-License-Identifier: Apache-2.0 */
/* Channels, clock, limits and the way out. */
#include "board.h"
#include "control.h"
#include "feed.h"

enum { UART_DATA = 0, UART_STATE = 4, UART_TX_FULL = 1 };
enum { WATCHDOG_CHUNK_MS = 60000 };      /* the 32-bit counter holds 171 s */

#define UART_BASE(n) (0x40004000u + 0x1000u * (uint32_t)(n))
#define FPGAIO_COUNTER BOARD_REG(0x40028018)             /* 25 MHz, up, 32 bit */
#define WATCHDOG_LOAD BOARD_REG(0x40008000)
#define WATCHDOG_CONTROL BOARD_REG(0x40008008)
#define WATCHDOG_CLEAR BOARD_REG(0x4000800c)
#define SYSTICK_CONTROL BOARD_REG(0xE000E010)
#define SYSTICK_RELOAD BOARD_REG(0xE000E014)
#define SYSTICK_VALUE BOARD_REG(0xE000E018)
#define SYSTEM_RESET BOARD_REG(0xE000ED0C)

extern uint32_t __stack_low, __stack_top;

static uint32_t serial_count;
static uint32_t serial_limit = 1024 * 1024;
static uint32_t ticks_low, ticks_high;
static uint32_t limit_left_ms;
static uint32_t invoke_count, invoke_end_ms;
static uint64_t invoke_begin_ticks;
static volatile bool in_invoke;

void board_channel_put(enum board_channel channel, char c)
{
    while (BOARD_REG(UART_BASE(channel) + UART_STATE) & UART_TX_FULL) {
    }
    BOARD_REG(UART_BASE(channel) + UART_DATA) = (uint8_t)c;
}

void board_serial_write(const void *bytes, size_t count)
{
    const char *b = bytes;

    for (size_t i = 0; i < count; i++) {
        if (serial_count >= serial_limit)
            board_exit(EXIT_OUTPUT_LIMIT, "output-limit");
        serial_count++;
        board_channel_put(BOARD_SERIAL, b[i]);
    }
    feed_saw_output();
}

uint32_t board_serial_count(void)
{
    return serial_count;
}

void board_serial_limit(uint32_t bytes)
{
    serial_limit = bytes;
}

/* The counter wraps every 171 s; SysTick calls this ten times a second, so no wrap is missed. */
uint64_t board_ticks(void)
{
    uint32_t mask, now;
    uint64_t ticks;

    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(mask)::"memory");
    now = FPGAIO_COUNTER;
    if (now < ticks_low)
        ticks_high++;
    ticks_low = now;
    ticks = ((uint64_t)ticks_high << 32) | now;
    __asm volatile("msr primask, %0" ::"r"(mask) : "memory");
    return ticks;
}

uint32_t board_ms(void)
{
    return (uint32_t)(board_ticks() / BOARD_TICKS_PER_MS);
}

uint64_t board_instructions(void)
{
    return board_ticks() * 5 / 2;
}

static void clock_period(uint32_t ticks)
{
    SYSTICK_RELOAD = ticks - 1;
    SYSTICK_VALUE = 0;
}

/* The interrupt comes every 100 ms, and earlier only for a sleep that ends earlier: each one costs the host
   20 microseconds, and a run of a hundred virtual seconds should not. */
void board_clock_start(void)
{
    clock_period(BOARD_LONGEST_SLEEP);
    SYSTICK_CONTROL = 7;
}

void board_sleep(uint32_t ticks)
{
    if (ticks > BOARD_LONGEST_SLEEP)
        ticks = BOARD_LONGEST_SLEEP;
    if (ticks < 100)
        return;
    clock_period(ticks);
    __asm volatile("wfi");
    clock_period(BOARD_LONGEST_SLEEP);
}

static void watchdog_start(void)
{
    uint32_t ms = limit_left_ms < WATCHDOG_CHUNK_MS ? limit_left_ms : WATCHDOG_CHUNK_MS;

    limit_left_ms -= ms;
    WATCHDOG_LOAD = ms * BOARD_TICKS_PER_MS;
    WATCHDOG_CLEAR = 1;
    WATCHDOG_CONTROL = 1;
}

void board_time_limit(uint32_t ms)
{
    limit_left_ms = ms ? ms : 1;
    watchdog_start();
}

/* The watchdog's line is the non-maskable interrupt: noInterrupts() and an endless loop do not hide from it. */
void NMI_Handler(void)
{
    if (!limit_left_ms)
        board_exit(EXIT_TIME_LIMIT, "time-limit");
    watchdog_start();
}

static uint32_t stack_used(void)
{
    const uint32_t *p = &__stack_low;

    while (p < &__stack_top && *p == 0xa5a5a5a5u)
        p++;
    return (uint32_t)((const char *)&__stack_top - (const char *)p);
}

void board_exit(int code, const char *reason)
{
    __asm volatile("cpsid i");
    WATCHDOG_CONTROL = 0;
    control_begin("STACK");
    control_number("used", stack_used());
    control_number("size", (uint32_t)((char *)&__stack_top - (char *)&__stack_low));
    control_end();
    control_begin("HEAP");
    control_number("used", board_heap_peak());
    control_number("size", board_heap_size());
    control_end();
    control_begin("EXIT");
    control_signed("", code);
    control_text(reason);
    control_number("ms", board_ticks() / BOARD_TICKS_PER_MS);
    control_number("serial", serial_count);
    control_number("invokes", invoke_count);
    control_end();
    SYSTEM_RESET = 0x05FA0004;           /* with -no-reboot the emulator ends here */
    for (;;) {
    }
}

void board_refuse(const char *sentence)
{
    static const char end[] = "\r\n";
    size_t n = 0;

    while (sentence[n])
        n++;
    board_serial_write(sentence, n);
    board_serial_write(end, 2);
    control_begin("REFUSED");
    control_text(sentence);
    control_end();
    board_exit(EXIT_REFUSED, "refused");
}

void board_invoke_begin(void)
{
    in_invoke = true;
    invoke_begin_ticks = board_ticks();
}

uint64_t board_invoke_end(void)
{
    uint64_t ticks = board_ticks() - invoke_begin_ticks;

    invoke_count++;
    invoke_end_ms = board_ms();
    in_invoke = false;
    return ticks;
}

bool board_in_invoke(void)
{
    return in_invoke;
}

uint32_t board_invoke_end_ms(void)
{
    return invoke_end_ms;
}

uint32_t board_invoke_count(void)
{
    return invoke_count;
}
