/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"
#include "board.h"

static volatile bool line_open;

static void put(char c)
{
    board_channel_put(BOARD_CONTROL, c);
}

static void put_text(const char *text)
{
    while (*text)
        put(*text++);
}

static void put_number(uint64_t value)
{
    char digits[20];
    int n = 0;

    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (n)
        put(digits[--n]);
}

static void put_hex(uint32_t value, int digits)
{
    for (int shift = 4 * digits - 4; shift >= 0; shift -= 4)
        put("0123456789abcdef"[(value >> shift) & 15]);
}

static void put_key(const char *key)
{
    put(' ');
    if (*key) {
        put_text(key);
        put('=');
    }
}

void control_begin(const char *word)
{
    if (line_open)
        put('\n');
    line_open = true;
    put_text(word);
}

void control_end(void)
{
    put('\n');
    line_open = false;
}

void control_text(const char *text)
{
    put(' ');
    put_text(text);
}

void control_number(const char *key, uint64_t value)
{
    put_key(key);
    put_number(value);
}

void control_signed(const char *key, int32_t value)
{
    put_key(key);
    if (value < 0)
        put('-');
    put_number(value < 0 ? 0u - (uint32_t)value : (uint32_t)value);
}

void control_hex(const char *key, uint32_t value)
{
    put_key(key);
    put_text("0x");
    put_hex(value, 8);
}

void control_bytes(const char *key, const void *bytes, uint32_t count)
{
    const uint8_t *b = bytes;

    put_key(key);
    for (uint32_t i = 0; i < count; i++)
        put_hex(b[i], 2);
}
