/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "Print.h"

enum LookaheadMode { SKIP_ALL, SKIP_NONE, SKIP_WHITESPACE };

class Stream : public Print {
public:
    virtual int available() = 0;
    virtual int read() = 0;
    virtual int peek() = 0;

    void setTimeout(unsigned long ms) { timeout_ = ms; }
    unsigned long getTimeout() const { return timeout_; }

    bool find(const char *target) { return find(target, strlen(target)); }
    bool find(const char *target, size_t length);
    bool find(char target) { return find(&target, 1); }
    long parseInt(LookaheadMode mode = SKIP_ALL, char ignore = '\x01');
    float parseFloat(LookaheadMode mode = SKIP_ALL, char ignore = '\x01');
    size_t readBytes(char *buffer, size_t size);
    size_t readBytes(uint8_t *buffer, size_t size) { return readBytes((char *)buffer, size); }
    size_t readBytesUntil(char terminator, char *buffer, size_t size);
    size_t readBytesUntil(char terminator, uint8_t *buffer, size_t size)
    {
        return readBytesUntil(terminator, (char *)buffer, size);
    }
    String readString();
    String readStringUntil(char terminator);

protected:
    /* A call that collects one message: what comes after a pause is the next message. */
    virtual void message(bool started) { (void)started; }
    int timedRead();
    int timedPeek();

private:
    int peekDigit(LookaheadMode mode, bool decimals);
    double parseNumber(LookaheadMode mode, char ignore, bool decimals);

    unsigned long timeout_ = 1000;
};
