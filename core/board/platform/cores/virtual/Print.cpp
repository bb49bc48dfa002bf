/* SPDX-License-Identifier: Apache-2.0 */
#include "Print.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

size_t Print::write(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        write(bytes[i]);
    return count;
}

size_t Print::number(unsigned long long value, int base)
{
    char digits[64];
    size_t at = sizeof digits;

    if (base < 2)
        base = 10;
    do {
        digits[--at] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % (unsigned)base % 36];
        value /= (unsigned)base;
    } while (value);
    return write((const uint8_t *)digits + at, sizeof digits - at);
}

size_t Print::print(long value, int base)
{
    if (!base)
        return write((uint8_t)value);
    if (base == DEC)
        return print((long long)value, base);
    return number((unsigned long)value, base);
}

size_t Print::print(unsigned long value, int base)
{
    return base ? number(value, base) : write((uint8_t)value);
}

size_t Print::print(long long value, int base)
{
    if (base != DEC || value >= 0)
        return number((unsigned long long)value, base);
    return write((uint8_t)'-') + number(0ull - (unsigned long long)value, DEC);
}

size_t Print::print(unsigned long long value, int base)
{
    return base ? number(value, base) : write((uint8_t)value);
}

/* The rules of ArduinoCore-API: nan, inf, ovf, and rounding by adding half a unit of the last digit. */
size_t Print::print(double value, int digits)
{
    const double too_big = 4294967040.0;
    double rounding = 0.5;
    size_t n = 0;

    if (digits < 0)
        digits = 2;
    if (isnan(value))
        return print("nan");
    if (isinf(value))
        return print("inf");
    if (value > too_big || value < -too_big)
        return print("ovf");
    if (value < 0) {
        n += print('-');
        value = -value;
    }
    for (int i = 0; i < digits; i++)
        rounding /= 10;
    value += rounding;
    unsigned long whole = (unsigned long)value;
    double rest = value - (double)whole;
    n += print(whole);
    if (digits)
        n += print('.');
    while (digits-- > 0) {
        rest *= 10;
        unsigned digit = (unsigned)rest;
        n += print(digit);
        rest -= digit;
    }
    return n;
}

size_t Print::printf(const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return write(text);
}
