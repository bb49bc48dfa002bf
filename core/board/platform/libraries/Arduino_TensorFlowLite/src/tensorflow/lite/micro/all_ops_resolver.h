/* SPDX-License-Identifier: Apache-2.0 */
/* Every operator that the board runs. */
#pragma once
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace tflite {

class AllOpsResolver : public MicroMutableOpResolver<32> {
public:
    AllOpsResolver()
    {
#define BOARD_ADD(method, op, version) Add##method();
        BOARD_OPERATORS(BOARD_ADD)
#undef BOARD_ADD
    }

private:
    TF_LITE_REMOVE_VIRTUAL_DELETE
};

namespace ops {
namespace micro {
using tflite::AllOpsResolver;
}  // namespace micro
}  // namespace ops

}  // namespace tflite
