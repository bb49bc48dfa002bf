/* SPDX-License-Identifier: Apache-2.0 */
/* Reset, memory protection and vectors. The sketch runs in thread mode on its own stack, which lies at the
   bottom of RAM above a page without access, so that it runs into the guard and not into data. */
#include "board.h"
#include "control.h"
#include "feed.h"
#include <string.h>

extern uint32_t __stack_low, __stack_top, __handler_stack_top;
extern uint32_t __data_start, __data_end, __data_load, __bss_start, __bss_end;
extern char __ram_start, __guard_end;

extern void __libc_init_array(void);
extern int main(void);
extern void Fault_Handler(void);
extern void NMI_Handler(void);

#define CPACR BOARD_REG(0xE000ED88)
#define CCR BOARD_REG(0xE000ED14)
#define SHCSR BOARD_REG(0xE000ED24)
#define MPU_CONTROL BOARD_REG(0xE000ED94)
#define MPU_REGION BOARD_REG(0xE000ED98)
#define MPU_BASE BOARD_REG(0xE000ED9C)
#define MPU_ATTRIBUTES BOARD_REG(0xE000EDA0)
#define UART_CONTROL(n) BOARD_REG(0x40004008u + 0x1000u * (n))
#define UART_DIVIDER(n) BOARD_REG(0x40004010u + 0x1000u * (n))

enum { DEFAULT_LIMIT_MS = 10000 };
enum { NO_ACCESS = 0, READ_WRITE = 3, READ_ONLY = 6 };
enum { NO_EXECUTE = 1 << 28 };

static void mpu_region(uint32_t number, uint32_t base, uint32_t log2_size, uint32_t access, uint32_t flags)
{
    MPU_REGION = number;
    MPU_BASE = base;
    MPU_ATTRIBUTES = flags | access << 24 | (log2_size - 1) << 1 | 1;
}

/* A higher number wins where two overlap. No background region: everything not named here faults. */
static void mpu_start(void)
{
    mpu_region(0, 0x00000000, 20, READ_ONLY, 0);                    /* 1 MB flash */
    mpu_region(1, 0x20000000, 18, READ_WRITE, NO_EXECUTE);          /* 256 KB RAM */
    mpu_region(2, 0x40000000, 29, READ_WRITE, NO_EXECUTE);          /* peripherals */
    mpu_region(3, 0x20000000, 8, NO_ACCESS, NO_EXECUTE);            /* guard below the stack */
    mpu_region(4, FEED_BASE, 24, READ_ONLY, NO_EXECUTE);            /* 16 MB image of the sensor feed */
    mpu_region(5, 0x00000000, 8, NO_ACCESS, NO_EXECUTE);            /* vectors: a null pointer faults */
    MPU_CONTROL = 1;
    __asm volatile("dsb\n isb");
}

static void traps_start(void)
{
    SHCSR |= 7u << 16;                   /* memory, bus and usage faults by their own names */
    CCR |= 1u << 4;                      /* integer division by zero */
}

static void report_boot(void)
{
    control_begin("BOOT");
    control_text("board=nano33ble-virtual");
    control_number("contract", 1);
    control_text(feed_present() ? "feed=yes" : "feed=no");
    control_number("data", (uint32_t)((char *)&__bss_end - (char *)&__data_start));
    control_number("heap", board_heap_size());
    control_number("stack", (uint32_t)((char *)&__stack_top - (char *)&__stack_low));
    control_end();
}

__attribute__((used, noreturn)) static void start(void)
{
    CPACR |= 0xFu << 20;                 /* FPU */
    __asm volatile("dsb\n isb");
    memcpy(&__data_start, &__data_load, (size_t)((char *)&__data_end - (char *)&__data_start));
    memset(&__bss_start, 0, (size_t)((char *)&__bss_end - (char *)&__bss_start));
    traps_start();
    mpu_start();
    for (uint32_t n = 0; n < 3; n++) {
        UART_DIVIDER(n) = 16;
        UART_CONTROL(n) = 3;
    }
    board_clock_start();
    board_time_limit(DEFAULT_LIMIT_MS);
    report_boot();
    feed_start();
    __libc_init_array();
    main();
    board_exit(EXIT_OK, "main-returned");
}

/* Paints the stack, so that its deepest use can be read at the end, then moves onto it. */
__attribute__((naked, used)) void Reset_Handler(void)
{
    __asm volatile("ldr r0, =__stack_low\n"
                   "ldr r1, =__stack_top\n"
                   "ldr r2, =0xa5a5a5a5\n"
                   "1: cmp r0, r1\n"
                   "it lo\n"
                   "strlo r2, [r0], #4\n"
                   "blo 1b\n"
                   "msr psp, r1\n"
                   "movs r0, #2\n"
                   "msr control, r0\n"
                   "isb\n"
                   "b start\n");
}

void SysTick_Handler(void)
{
    board_ticks();
    feed_tick();
}

void Default_Handler(void)
{
    board_exit(EXIT_OTHER_FAULT, "unexpected-interrupt");
}

__attribute__((section(".vectors"), used)) void *const board_vectors[16 + 32] = {
    &__handler_stack_top, Reset_Handler, NMI_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
    Fault_Handler, 0, 0, 0, 0, Default_Handler, Default_Handler, 0, Default_Handler, SysTick_Handler,
    [16 ... 47] = Default_Handler,
};
