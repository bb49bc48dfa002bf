/* SPDX-License-Identifier: Apache-2.0 */
/* RELU on its own, int8 and float32. The runtime of 2020 clamps and forgets that the output has another
   scale than the input, which today's converter makes use of. */
#include "board_kernels.h"
#include "checks.h"
#include "tensorflow/lite/kernels/internal/common.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

using namespace tflite;

static TfLiteStatus prepare(TfLiteContext *context, TfLiteNode *node)
{
    return board::check_types(context, node, "RELU", 1);
}

static void run_int8(const TfLiteTensor *input, TfLiteTensor *output)
{
    const int32_t zero = output->params.zero_point;
    int32_t multiplier;
    int shift;

    QuantizeMultiplier((double)input->params.scale / (double)output->params.scale, &multiplier, &shift);
    for (int i = 0; i < NumElements(input); i++) {
        int32_t value = input->data.int8[i] - input->params.zero_point;
        value = MultiplyByQuantizedMultiplier(value, multiplier, shift) + zero;
        output->data.int8[i] = (int8_t)(value < zero ? zero : value > 127 ? 127 : value);
    }
}

static TfLiteStatus invoke(TfLiteContext *context, TfLiteNode *node)
{
    const TfLiteTensor *input = GetInput(context, node, 0);
    TfLiteTensor *output = GetOutput(context, node, 0);

    if (input->type == kTfLiteInt8) {
        run_int8(input, output);
        return kTfLiteOk;
    }
    for (int i = 0; i < NumElements(input); i++)
        output->data.f[i] = input->data.f[i] < 0 ? 0 : input->data.f[i];
    return kTfLiteOk;
}

extern "C" TfLiteRegistration *board_register_RELU()
{
    static TfLiteRegistration r;

    r.prepare = prepare;
    r.invoke = invoke;
    return &r;
}
