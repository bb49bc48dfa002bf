/* SPDX-License-Identifier: Apache-2.0 */
/* MicroInterpreter of the 2.4 line. Beside what the runtime's own does it takes a null error reporter, keeps
   a failed AllocateTensors() failed, and writes each inference to the control channel. */
#pragma once
#define MicroInterpreter RuntimeInterpreter
#include_next "tensorflow/lite/micro/micro_interpreter.h"
#undef MicroInterpreter

namespace tflite {

class Profiler;

class MicroInterpreter : public RuntimeInterpreter {
public:
    MicroInterpreter(const Model *model, const MicroOpResolver &resolver, uint8_t *arena, size_t arena_size,
                     ErrorReporter *reporter, Profiler *profiler = nullptr);

    TfLiteStatus AllocateTensors();
    TfLiteStatus Invoke();
    size_t arena_used_bytes() const { return arena_used_; }

private:
    size_t arena_size_;
    size_t arena_used_ = 0;
    enum { NEW, READY, FAILED } state_ = NEW;
};

}  // namespace tflite
