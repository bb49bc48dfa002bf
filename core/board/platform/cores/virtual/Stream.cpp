/* SPDX-License-Identifier: Apache-2.0 */
#include "Arduino.h"

int Stream::timedRead()
{
    uint32_t start = board_ms();

    do {
        int c = read();
        if (c >= 0)
            return c;
    } while (board_ms() - start < timeout_);
    return -1;
}

int Stream::timedPeek()
{
    uint32_t start = board_ms();

    do {
        int c = peek();
        if (c >= 0)
            return c;
    } while (board_ms() - start < timeout_);
    return -1;
}

static bool skippable(int c, LookaheadMode mode)
{
    return mode == SKIP_ALL || (mode == SKIP_WHITESPACE && (c == ' ' || c == '\t' || c == '\r' || c == '\n'));
}

int Stream::peekDigit(LookaheadMode mode, bool decimals)
{
    for (;;) {
        int c = timedPeek();
        if (c < 0 || c == '-' || isdigit(c) || (decimals && c == '.'))
            return c;
        if (!skippable(c, mode))
            return -1;
        read();
    }
}

double Stream::parseNumber(LookaheadMode mode, char ignore, bool decimals)
{
    bool negative = false, point = false;
    double value = 0, unit = 1;
    int c = peekDigit(mode, decimals);

    if (c < 0)
        return 0;
    do {
        if (c == '-') {
            negative = true;
        } else if (c == '.' && decimals) {
            point = true;
        } else if (isdigit(c)) {
            value = value * 10 + (c - '0');
            unit = point ? unit * 10 : unit;
        }
        read();
        c = timedPeek();
    } while (isdigit(c) || (decimals && c == '.' && !point) || c == ignore);
    value /= unit;
    return negative ? -value : value;
}

long Stream::parseInt(LookaheadMode mode, char ignore)
{
    return (long)parseNumber(mode, ignore, false);
}

float Stream::parseFloat(LookaheadMode mode, char ignore)
{
    return (float)parseNumber(mode, ignore, true);
}

bool Stream::find(const char *target, size_t length)
{
    size_t matched = 0;

    while (matched < length) {
        int c = timedRead();
        if (c < 0)
            return false;
        if (c == target[matched])
            matched++;
        else
            matched = c == target[0];
    }
    return true;
}

size_t Stream::readBytes(char *buffer, size_t size)
{
    size_t n = 0;

    for (int c; n < size && (c = timedRead()) >= 0; message(true))
        buffer[n++] = (char)c;
    message(false);
    return n;
}

size_t Stream::readBytesUntil(char terminator, char *buffer, size_t size)
{
    size_t n = 0;

    for (int c; n < size && (c = timedRead()) >= 0 && c != terminator; message(true))
        buffer[n++] = (char)c;
    message(false);
    return n;
}

String Stream::readString()
{
    String text;

    for (int c; (c = timedRead()) >= 0; message(true))
        text += (char)c;
    message(false);
    return text;
}

String Stream::readStringUntil(char terminator)
{
    String text;

    for (int c; (c = timedRead()) >= 0 && c != terminator; message(true))
        text += (char)c;
    message(false);
    return text;
}
