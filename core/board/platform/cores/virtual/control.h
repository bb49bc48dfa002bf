/* SPDX-License-Identifier: Apache-2.0 */
/* Writes control lines on UART2. A line is begun, filled with fields and ended; a line that an interrupt
   cut is closed before the next one starts. The grammar is in the platform's README. */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void control_begin(const char *word);
void control_end(void);
void control_text(const char *text);                     /* " text" */
void control_number(const char *key, uint64_t value);    /* " key=value"; key "" gives " value" */
void control_signed(const char *key, int32_t value);
void control_hex(const char *key, uint32_t value);       /* " key=0xXXXXXXXX" */
void control_bytes(const char *key, const void *bytes, uint32_t count);

#ifdef __cplusplus
}
#endif
