/* SPDX-License-Identifier: Apache-2.0 */
/* Says which fault it was, where and with which address. Runs on the handlers' own stack. */
#include "board.h"
#include "control.h"

#define CFSR BOARD_REG(0xE000ED28)
#define HFSR BOARD_REG(0xE000ED2C)
#define MMFAR BOARD_REG(0xE000ED34)
#define BFAR BOARD_REG(0xE000ED38)

extern char __guard_start, __guard_end, __stack_low;

enum {
    MEM_STACKING = 0x10, MEM_ADDRESS_VALID = 0x80, MEM_ANY = 0xff,
    BUS_STACKING = 0x1000, BUS_ADDRESS_VALID = 0x8000, BUS_ANY = 0xff00
};
#define USAGE_UNALIGNED 0x01000000u
#define USAGE_DIVISION 0x02000000u
#define USAGE_ANY 0xffff0000u

enum { RAM_BASE = 0x20000000, RAM_END = 0x20040000, VECTORS_END = 0x100 };

struct fault {
    int code;
    const char *reason;
};

static bool in_guard(uint32_t address)
{
    return address >= (uint32_t)&__guard_start && address < (uint32_t)&__guard_end;
}

/* True when the hardware could not push the frame, so that nothing on the stack can be read. */
static bool frame_lost(uint32_t cfsr)
{
    return cfsr & (MEM_STACKING | BUS_STACKING);
}

static struct fault memory_fault(uint32_t cfsr, uint32_t sp)
{
    if (cfsr & MEM_STACKING || (cfsr & MEM_ADDRESS_VALID && in_guard(MMFAR)) || sp < (uint32_t)&__stack_low)
        return (struct fault){EXIT_STACK_OVERFLOW, "stack-overflow"};
    if (cfsr & MEM_ADDRESS_VALID && MMFAR < VECTORS_END)
        return (struct fault){EXIT_NULL_POINTER, "null-pointer"};
    return (struct fault){EXIT_MEMORY, "memory-protection"};
}

static struct fault classify(uint32_t cfsr, uint32_t sp)
{
    if (cfsr & MEM_ANY)
        return memory_fault(cfsr, sp);
    if (cfsr & BUS_ANY)
        return (struct fault){EXIT_BUS, "bus-error"};
    if (cfsr & USAGE_DIVISION)
        return (struct fault){EXIT_DIVISION, "division-by-zero"};
    if (cfsr & USAGE_UNALIGNED)
        return (struct fault){EXIT_UNALIGNED, "unaligned-access"};
    if (cfsr & USAGE_ANY)
        return (struct fault){EXIT_INSTRUCTION, "illegal-instruction"};
    return (struct fault){EXIT_OTHER_FAULT, "hard-fault"};
}

__attribute__((used)) void fault_report(const uint32_t *frame)
{
    uint32_t cfsr = CFSR, hfsr = HFSR, sp = (uint32_t)frame;
    struct fault f = classify(cfsr, sp);

    control_begin("FAULT");
    control_text(f.reason);
    if (cfsr & MEM_ADDRESS_VALID)
        control_hex("address", MMFAR);
    else if (cfsr & BUS_ADDRESS_VALID)
        control_hex("address", BFAR);
    if (!frame_lost(cfsr) && sp >= (uint32_t)&__stack_low && sp <= RAM_END - 32) {
        control_hex("pc", frame[6]);
        control_hex("lr", frame[5]);
    }
    control_hex("sp", sp);
    control_hex("cfsr", cfsr);
    control_hex("hfsr", hfsr);
    control_end();
    board_exit(f.code, f.reason);
}

/* Bit 2 of the exception return value tells which stack holds the frame. A fault inside a handler used the
   handlers' stack; it is left behind, since nothing returns from here. */
__attribute__((naked)) void Fault_Handler(void)
{
    __asm volatile("tst lr, #4\n"
                   "ite eq\n"
                   "mrseq r0, msp\n"
                   "mrsne r0, psp\n"
                   "ldr r1, =__handler_stack_top\n"
                   "mov sp, r1\n"
                   "b fault_report\n");
}
