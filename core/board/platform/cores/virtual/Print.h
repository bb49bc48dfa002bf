/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "WString.h"
#include <stddef.h>

#define DEC 10
#define HEX 16
#define OCT 8
#define BIN 2

class Print;

class Printable {
public:
    virtual size_t printTo(Print &out) const = 0;
};

class Print {
public:
    virtual size_t write(uint8_t byte) = 0;
    virtual size_t write(const uint8_t *bytes, size_t count);
    size_t write(const char *text) { return text ? write((const uint8_t *)text, strlen(text)) : 0; }
    size_t write(const char *text, size_t count) { return write((const uint8_t *)text, count); }
    virtual int availableForWrite() { return 64; }
    virtual void flush() {}
    int getWriteError() const { return error_; }
    void clearWriteError() { error_ = 0; }

    size_t print(const __FlashStringHelper *text) { return write((const char *)text); }
    size_t print(const String &text) { return write(text.c_str(), text.length()); }
    size_t print(const char text[]) { return write(text); }
    size_t print(char c) { return write((uint8_t)c); }
    size_t print(unsigned char value, int base = DEC) { return print((unsigned long)value, base); }
    size_t print(int value, int base = DEC) { return print((long)value, base); }
    size_t print(unsigned int value, int base = DEC) { return print((unsigned long)value, base); }
    size_t print(long value, int base = DEC);
    size_t print(unsigned long value, int base = DEC);
    size_t print(long long value, int base = DEC);
    size_t print(unsigned long long value, int base = DEC);
    size_t print(double value, int digits = 2);
    size_t print(const Printable &thing) { return thing.printTo(*this); }

    size_t println() { return write("\r\n"); }
    template <class T> size_t println(const T &value)
    {
        size_t n = print(value);
        return n + println();
    }
    template <class T> size_t println(const T &value, int format)
    {
        size_t n = print(value, format);
        return n + println();
    }
    size_t printf(const char *format, ...) __attribute__((format(printf, 2, 3)));

protected:
    void setWriteError(int error = 1) { error_ = error; }

private:
    size_t number(unsigned long long value, int base);

    int error_ = 0;
};
