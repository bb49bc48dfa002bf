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

/* the message channel of the TensorFlow Lite runtime */
extern "C" void DebugLog(const char *text)
{
    Serial.print(text);
}
