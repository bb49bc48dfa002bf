/* SPDX-License-Identifier: Apache-2.0 */
/* The sketch's life, and what C++ needs: an allocation that cannot be served ends the run by name. */
#include "Arduino.h"
#include "control.h"
#include <new>

int main()
{
    setup();
    for (;;)
        loop();
}

static void *allocate(size_t size)
{
    void *memory = malloc(size ? size : 1);

    if (memory)
        return memory;
    control_begin("FAULT");
    control_text("heap-end");
    control_number("asked", size);
    control_end();
    board_exit(EXIT_HEAP_END, "heap-end");
}

void *operator new(size_t size)
{
    return allocate(size);
}

void *operator new[](size_t size)
{
    return allocate(size);
}

void *operator new(size_t size, const std::nothrow_t &) noexcept
{
    return malloc(size);
}

void *operator new[](size_t size, const std::nothrow_t &) noexcept
{
    return malloc(size);
}

void operator delete(void *memory) noexcept
{
    free(memory);
}

void operator delete[](void *memory) noexcept
{
    free(memory);
}

void operator delete(void *memory, size_t) noexcept
{
    free(memory);
}

void operator delete[](void *memory, size_t) noexcept
{
    free(memory);
}

extern "C" void __cxa_pure_virtual(void)
{
    control_begin("FAULT");
    control_text("pure-virtual-call");
    control_end();
    board_exit(EXIT_OTHER_FAULT, "pure-virtual-call");
}

static bool log_muted;

void board_log_mute(bool mute)
{
    log_muted = mute;
}

static void control_log(const char *text)
{
    char line[200];
    size_t n = 0;

    for (; *text && n < sizeof line - 1; text++)
        line[n++] = *text >= ' ' && *text <= '~' ? *text : ' ';
    line[n] = 0;
    control_begin("LOG");
    control_text(line);
    control_end();
}

/* The message channel of the TensorFlow Lite runtime: to the sketch's Serial, as on the real board, and to
   the host, which so can tell the runtime's words from the sketch's. */
extern "C" void DebugLog(const char *text)
{
    if (log_muted)
        return;
    Serial.print(text);
    if (text[strspn(text, "\r\n ")])
        control_log(text);
}
