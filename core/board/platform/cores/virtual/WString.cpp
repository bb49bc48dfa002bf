/* SPDX-License-Identifier: Apache-2.0 */
#include "WString.h"
#include <stdio.h>
#include <strings.h>

bool String::reserve(unsigned size)
{
    if (text_ && size <= size_)
        return true;
    char *bigger = (char *)realloc(text_, size + 1);
    if (!bigger)
        return false;
    if (!text_)
        bigger[0] = 0;
    text_ = bigger;
    size_ = size;
    return true;
}

void String::assign(const char *text, unsigned length)
{
    if (!reserve(length))
        return;
    memmove(text_, text, length);
    text_[length] = 0;
    length_ = length;
}

void String::number(unsigned long long value, bool negative, unsigned base)
{
    char digits[66];
    unsigned at = sizeof digits;

    if (base < 2 || base > 36)
        base = 10;
    do {
        digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % base];
        value /= base;
    } while (value);
    if (negative)
        digits[--at] = '-';
    assign(digits + at, sizeof digits - at);
}

static bool is_negative(long long value, unsigned base)
{
    return value < 0 && base == 10;
}

static unsigned long long magnitude(long long value, bool negative)
{
    return negative ? 0ull - (unsigned long long)value : (unsigned long long)value;
}

String::String(const char *text)
{
    if (text)
        assign(text, strlen(text));
}

String::String(const char *text, unsigned length)
{
    assign(text, length);
}

String::String(const __FlashStringHelper *text) : String((const char *)text)
{
}

String::String(const String &other)
{
    assign(other.c_str(), other.length_);
}

String::String(String &&other) : text_(other.text_), length_(other.length_), size_(other.size_)
{
    other.text_ = nullptr;
    other.length_ = other.size_ = 0;
}

String::String(char c)
{
    assign(&c, 1);
}

String::String(unsigned char value, unsigned char base)
{
    number(value, false, base);
}

String::String(int value, unsigned char base)
{
    bool negative = is_negative(value, base);
    number(negative ? magnitude(value, true) : (unsigned int)value, negative, base);
}

String::String(unsigned int value, unsigned char base)
{
    number(value, false, base);
}

String::String(long value, unsigned char base)
{
    bool negative = is_negative(value, base);
    number(negative ? magnitude(value, true) : (unsigned long)value, negative, base);
}

String::String(unsigned long value, unsigned char base)
{
    number(value, false, base);
}

String::String(long long value, unsigned char base)
{
    bool negative = is_negative(value, base);
    number(magnitude(value, negative), negative, base);
}

String::String(unsigned long long value, unsigned char base)
{
    number(value, false, base);
}

String::String(float value, unsigned char decimals) : String((double)value, decimals)
{
}

String::String(double value, unsigned char decimals)
{
    char digits[80];

    if (decimals > 20)
        decimals = 20;
    int n = snprintf(digits, sizeof digits, "%.*f", decimals, value);
    assign(digits, n < (int)sizeof digits ? (unsigned)n : sizeof digits - 1);
}

String::~String()
{
    free(text_);
}

String &String::operator=(const String &other)
{
    if (this != &other)
        assign(other.c_str(), other.length_);
    return *this;
}

String &String::operator=(String &&other)
{
    if (this == &other)
        return *this;
    free(text_);
    text_ = other.text_;
    length_ = other.length_;
    size_ = other.size_;
    other.text_ = nullptr;
    other.length_ = other.size_ = 0;
    return *this;
}

String &String::operator=(const char *text)
{
    assign(text ? text : "", text ? strlen(text) : 0);
    return *this;
}

String &String::operator=(const __FlashStringHelper *text)
{
    return *this = (const char *)text;
}

bool String::concat(const char *text, unsigned length)
{
    bool own = text_ && text >= text_ && text <= text_ + length_;
    unsigned offset = own ? (unsigned)(text - text_) : 0;

    if (length_ + length > size_ && !reserve(length_ + length + length_ / 2))
        return false;
    if (!text_ && !reserve(0))
        return false;
    memmove(text_ + length_, own ? text_ + offset : text, length);
    length_ += length;
    text_[length_] = 0;
    return true;
}

bool String::concat(const String &other)
{
    return concat(other.c_str(), other.length_);
}

bool String::concat(const char *text)
{
    return text && concat(text, strlen(text));
}

bool String::concat(const __FlashStringHelper *text)
{
    return concat((const char *)text);
}

bool String::concat(char c)
{
    return concat(&c, 1);
}

void String::setCharAt(unsigned index, char c)
{
    if (index < length_)
        text_[index] = c;
}

char &String::operator[](unsigned index)
{
    static char outside;

    if (index < length_)
        return text_[index];
    outside = 0;
    return outside;
}

void String::toCharArray(char *buffer, unsigned size, unsigned index) const
{
    if (!buffer || !size)
        return;
    unsigned n = index < length_ ? length_ - index : 0;
    if (n > size - 1)
        n = size - 1;
    if (n)
        memcpy(buffer, text_ + index, n);
    buffer[n] = 0;
}

void String::getBytes(unsigned char *buffer, unsigned size, unsigned index) const
{
    toCharArray((char *)buffer, size, index);
}

bool String::equals(const String &other) const
{
    return length_ == other.length_ && !memcmp(c_str(), other.c_str(), length_);
}

bool String::equalsIgnoreCase(const String &other) const
{
    return length_ == other.length_ && !strcasecmp(c_str(), other.c_str());
}

bool String::startsWith(const String &prefix, unsigned offset) const
{
    return offset + prefix.length_ <= length_ && !memcmp(c_str() + offset, prefix.c_str(), prefix.length_);
}

bool String::endsWith(const String &suffix) const
{
    return suffix.length_ <= length_ && startsWith(suffix, length_ - suffix.length_);
}

int String::indexOf(char c, unsigned from) const
{
    for (unsigned i = from; i < length_; i++)
        if (text_[i] == c)
            return (int)i;
    return -1;
}

int String::indexOf(const String &text, unsigned from) const
{
    if (from > length_)
        return -1;
    const char *found = strstr(c_str() + from, text.c_str());
    return found ? (int)(found - c_str()) : -1;
}

int String::lastIndexOf(char c, unsigned from) const
{
    for (unsigned i = from < length_ ? from + 1 : length_; i; i--)
        if (text_[i - 1] == c)
            return (int)i - 1;
    return -1;
}

int String::lastIndexOf(const String &text) const
{
    int found = -1;

    for (int at = indexOf(text); at >= 0; at = indexOf(text, (unsigned)at + 1))
        found = at;
    return found;
}

String String::substring(unsigned from, unsigned to) const
{
    if (from > to) {
        unsigned swap = from;
        from = to;
        to = swap;
    }
    if (to > length_)
        to = length_;
    return from < to ? String(text_ + from, to - from) : String();
}

void String::replace(char find, char with)
{
    for (unsigned i = 0; i < length_; i++)
        if (text_[i] == find)
            text_[i] = with;
}

void String::replace(const String &find, const String &with)
{
    String result;
    unsigned from = 0;
    int at;

    if (!find.length_)
        return;
    while ((at = indexOf(find, from)) >= 0) {
        result.concat(text_ + from, (unsigned)at - from);
        result.concat(with);
        from = (unsigned)at + find.length_;
    }
    result.concat(c_str() + from, length_ - from);
    *this = result;
}

void String::remove(unsigned index, unsigned count)
{
    if (index >= length_)
        return;
    if (count > length_ - index)
        count = length_ - index;
    memmove(text_ + index, text_ + index + count, length_ - index - count + 1);
    length_ -= count;
}

void String::toLowerCase()
{
    for (unsigned i = 0; i < length_; i++)
        text_[i] = (char)tolower((unsigned char)text_[i]);
}

void String::toUpperCase()
{
    for (unsigned i = 0; i < length_; i++)
        text_[i] = (char)toupper((unsigned char)text_[i]);
}

void String::trim()
{
    unsigned from = 0, to = length_;

    while (from < to && isspace((unsigned char)text_[from]))
        from++;
    while (to > from && isspace((unsigned char)text_[to - 1]))
        to--;
    if (text_)
        assign(text_ + from, to - from);
}
