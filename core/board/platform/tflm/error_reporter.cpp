/* SPDX-License-Identifier: Apache-2.0 */
/* The reporter's base class. Sketches pass a null reporter, and the runtime's first message would jump
   through it; here it says the message without one. Built with -fno-delete-null-pointer-checks. */
#include "tensorflow/lite/core/api/error_reporter.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include <cstdarg>

namespace tflite {

static int report(ErrorReporter *reporter, const char *format, va_list arguments)
{
    MicroErrorReporter own;

    return reporter ? reporter->Report(format, arguments) : own.Report(format, arguments);
}

int ErrorReporter::Report(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int code = report(this, format, arguments);
    va_end(arguments);
    return code;
}

int ErrorReporter::ReportError(void *, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int code = report(this, format, arguments);
    va_end(arguments);
    return code;
}

}  // namespace tflite
