/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"
#include "control.h"
#include "feed.h"
/* angle brackets: found in this folder first, a header could not reach the runtime's of the same name */
#include <tensorflow/lite/micro/micro_error_reporter.h>
#include <tensorflow/lite/micro/micro_interpreter.h>
#include <stdio.h>

namespace {

enum { MAX_INVOKE_LINES = 100000, MAX_OUTPUT_BYTES = 64 };

tflite::ErrorReporter *default_reporter()
{
    static tflite::MicroErrorReporter reporter;

    return &reporter;
}

/* Runs before the interpreter's base class looks into the model. It is the root table, not the array. */
const tflite::Model *checked(const tflite::Model *model)
{
    if (!model)
        board_refuse("Refused: the interpreter's model pointer is null.");
    return model;
}

uint32_t crc32(const uint8_t *bytes, size_t count)
{
    uint32_t crc = ~0u;

    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
    }
    return ~crc;
}

void control_tensor(const char *key, const TfLiteTensor *t)
{
    control_text(key);
    for (int i = 0; i < t->dims->size; i++)
        control_number("", (uint32_t)t->dims->data[i]);
}

void report_arena(tflite::MicroInterpreter *interpreter, size_t size)
{
    control_begin("ARENA");
    control_number("used", interpreter->arena_used_bytes());
    control_number("size", size);
    control_text("input");
    control_text(TfLiteTypeGetName(interpreter->input(0)->type));
    control_tensor("dims", interpreter->input(0));
    control_text("output");
    control_text(TfLiteTypeGetName(interpreter->output(0)->type));
    control_tensor("dims", interpreter->output(0));
    control_end();
}

void report_invoke(tflite::MicroInterpreter *interpreter, TfLiteStatus status, uint64_t ticks, uint32_t input)
{
    const TfLiteTensor *output = interpreter->output(0);
    uint32_t shown = output->bytes;

    if (shown > MAX_OUTPUT_BYTES)
        shown = MAX_OUTPUT_BYTES;
    if (board_invoke_count() > MAX_INVOKE_LINES)
        return;
    control_begin("INVOKE");
    control_number("", board_invoke_count() - 1);
    control_number("ticks", ticks);
    control_number("arena", interpreter->arena_used_bytes());
    control_number("status", status);
    control_hex("in", input);
    control_bytes("out", output->data.raw, shown);
    control_end();
}

void refuse_unaligned(const void *bytes)
{
    static char sentence[160];

    snprintf(sentence, sizeof sentence,
             "Refused: the model array lies at 0x%08lx, which is not a multiple of 4; declare it alignas(16) "
             "const unsigned char.",
             (unsigned long)bytes);
    board_refuse(sentence);
}

}  // namespace

extern "C" void board_check_model(const void *bytes)
{
    const char *b = static_cast<const char *>(bytes);

    if (!bytes)
        board_refuse("Refused: the model pointer is null.");
    if (reinterpret_cast<uintptr_t>(bytes) % 4)
        refuse_unaligned(bytes);
    if (memcmp(b + 4, "TFL3", 4))
        board_refuse("Refused: the model array is not a TensorFlow Lite model (TFL3 is missing at byte 4).");
}

namespace tflite {

MicroInterpreter::MicroInterpreter(const Model *model, const MicroOpResolver &resolver, uint8_t *arena,
                                   size_t arena_size, ErrorReporter *reporter, Profiler *)
    : RuntimeInterpreter(checked(model), resolver, arena, arena_size, reporter ? reporter : default_reporter()),
      arena_size_(arena_size)
{
    feed_saw_interpreter();
}

TfLiteStatus MicroInterpreter::AllocateTensors()
{
    if (state_ == NEW)
        state_ = RuntimeInterpreter::AllocateTensors() == kTfLiteOk ? READY : FAILED;
    if (state_ == READY) {
        if (!arena_used_) {
            board_log_mute(true);        /* the runtime of 2020 prints while it counts */
            arena_used_ = RuntimeInterpreter::arena_used_bytes();
            board_log_mute(false);
            report_arena(this, arena_size_);
        }
        return kTfLiteOk;
    }
    control_begin("NOTE");
    control_text("allocate-failed AllocateTensors() failed, arena");
    control_number("size", arena_size_);
    control_end();
    return kTfLiteError;
}

TfLiteStatus MicroInterpreter::Invoke()
{
    uint32_t input_crc;
    TfLiteStatus status;

    if (state_ == NEW)
        AllocateTensors();
    if (state_ != READY)
        return kTfLiteError;
    input_crc = crc32(input(0)->data.uint8, input(0)->bytes);
    board_invoke_begin();
    status = RuntimeInterpreter::Invoke();
    uint64_t ticks = board_invoke_end();
    feed_saw_invoke();
    report_invoke(this, status, ticks, input_crc);
    return status;
}

}  // namespace tflite
