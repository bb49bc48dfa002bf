/* SPDX-License-Identifier: Apache-2.0 */
/* String of the Arduino language. */
#pragma once
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

class __FlashStringHelper;
#define F(text) (reinterpret_cast<const __FlashStringHelper *>(text))

class String {
public:
    String(const char *text = "");
    String(const char *text, unsigned length);
    String(const __FlashStringHelper *text);
    String(const String &other);
    String(String &&other);
    explicit String(char c);
    explicit String(unsigned char value, unsigned char base = 10);
    explicit String(int value, unsigned char base = 10);
    explicit String(unsigned int value, unsigned char base = 10);
    explicit String(long value, unsigned char base = 10);
    explicit String(unsigned long value, unsigned char base = 10);
    explicit String(long long value, unsigned char base = 10);
    explicit String(unsigned long long value, unsigned char base = 10);
    explicit String(float value, unsigned char decimals = 2);
    explicit String(double value, unsigned char decimals = 2);
    ~String();

    String &operator=(const String &other);
    String &operator=(String &&other);
    String &operator=(const char *text);
    String &operator=(const __FlashStringHelper *text);

    bool concat(const String &other);
    bool concat(const char *text);
    bool concat(const char *text, unsigned length);
    bool concat(const __FlashStringHelper *text);
    bool concat(char c);
    template <class T> bool concat(T value) { return concat(String(value)); }
    template <class T> String &operator+=(const T &value)
    {
        concat(value);
        return *this;
    }

    const char *c_str() const { return text_ ? text_ : ""; }
    char *begin() { return text_; }
    char *end() { return text_ + length_; }
    const char *begin() const { return c_str(); }
    const char *end() const { return c_str() + length_; }
    unsigned length() const { return length_; }
    bool isEmpty() const { return !length_; }
    bool reserve(unsigned size);
    explicit operator bool() const { return text_ != nullptr; }

    char charAt(unsigned index) const { return index < length_ ? text_[index] : 0; }
    void setCharAt(unsigned index, char c);
    char operator[](unsigned index) const { return charAt(index); }
    char &operator[](unsigned index);
    void getBytes(unsigned char *buffer, unsigned size, unsigned index = 0) const;
    void toCharArray(char *buffer, unsigned size, unsigned index = 0) const;

    int compareTo(const String &other) const { return strcmp(c_str(), other.c_str()); }
    bool equals(const String &other) const;
    bool equals(const char *text) const { return !strcmp(c_str(), text ? text : ""); }
    bool equalsIgnoreCase(const String &other) const;
    bool startsWith(const String &prefix, unsigned offset = 0) const;
    bool endsWith(const String &suffix) const;
    bool operator==(const String &other) const { return equals(other); }
    bool operator==(const char *text) const { return equals(text); }
    bool operator!=(const String &other) const { return !equals(other); }
    bool operator!=(const char *text) const { return !equals(text); }
    bool operator<(const String &other) const { return compareTo(other) < 0; }
    bool operator>(const String &other) const { return compareTo(other) > 0; }
    bool operator<=(const String &other) const { return compareTo(other) <= 0; }
    bool operator>=(const String &other) const { return compareTo(other) >= 0; }

    int indexOf(char c, unsigned from = 0) const;
    int indexOf(const String &text, unsigned from = 0) const;
    int lastIndexOf(char c) const { return lastIndexOf(c, length_ - 1); }
    int lastIndexOf(char c, unsigned from) const;
    int lastIndexOf(const String &text) const;
    String substring(unsigned from) const { return substring(from, length_); }
    String substring(unsigned from, unsigned to) const;
    void replace(char find, char with);
    void replace(const String &find, const String &with);
    void remove(unsigned index) { remove(index, length_); }
    void remove(unsigned index, unsigned count);
    void toLowerCase();
    void toUpperCase();
    void trim();
    long toInt() const { return strtol(c_str(), nullptr, 10); }
    float toFloat() const { return (float)toDouble(); }
    double toDouble() const { return strtod(c_str(), nullptr); }

private:
    void assign(const char *text, unsigned length);
    void number(unsigned long long value, bool negative, unsigned base);

    char *text_ = nullptr;
    unsigned length_ = 0;
    unsigned size_ = 0;
};

inline String operator+(const String &a, const String &b)
{
    String sum(a);
    sum.concat(b);
    return sum;
}

template <class T> inline String operator+(const String &a, const T &b)
{
    String sum(a);
    sum.concat(b);
    return sum;
}

inline String operator+(const char *a, const String &b)
{
    return String(a) + b;
}

inline String operator+(char a, const String &b)
{
    return String(a) + b;
}

inline bool operator==(const char *a, const String &b)
{
    return b.equals(a);
}
