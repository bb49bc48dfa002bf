/* SPDX-License-Identifier: Apache-2.0 */
/* QUANTIZE from float32, int8 or uint8 to int8 or uint8; the runtime of 2020 has no int8 to uint8. */
#include "board_kernels.h"
#include "tensorflow/lite/kernels/internal/common.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include <cmath>

using namespace tflite;

namespace {

struct requantize {
    int32_t multiplier;
    int shift;
};

bool byte_type(const TfLiteTensor *t)
{
    return t->type == kTfLiteInt8 || t->type == kTfLiteUInt8;
}

void *init(TfLiteContext *context, const char *, size_t)
{
    void *memory = nullptr;

    if (context->AllocatePersistentBuffer(context, sizeof(requantize), &memory) != kTfLiteOk)
        return nullptr;
    return memory;
}

TfLiteStatus prepare(TfLiteContext *context, TfLiteNode *node)
{
    const TfLiteTensor *input = GetInput(context, node, 0);
    TfLiteTensor *output = GetOutput(context, node, 0);
    requantize *r = static_cast<requantize *>(node->user_data);

    TF_LITE_ENSURE(context, r != nullptr);
    if (!byte_type(output) || !(byte_type(input) || input->type == kTfLiteFloat32)) {
        TF_LITE_KERNEL_LOG(context, "QUANTIZE: %s to %s is not on this board", TfLiteTypeGetName(input->type),
                           TfLiteTypeGetName(output->type));
        return kTfLiteError;
    }
    if (byte_type(input))
        QuantizeMultiplier((double)input->params.scale / (double)output->params.scale, &r->multiplier,
                           &r->shift);
    return kTfLiteOk;
}

int32_t quantized(const TfLiteTensor *input, const TfLiteTensor *output, const requantize *r, int i)
{
    if (input->type == kTfLiteFloat32) {
        float steps = std::round(input->data.f[i] / output->params.scale);
        if (!(steps > -65536))           /* also what is not a number */
            return -65536;
        return (steps > 65536 ? 65536 : (int32_t)steps) + output->params.zero_point;
    }
    int32_t value = input->type == kTfLiteInt8 ? input->data.int8[i] : input->data.uint8[i];
    return MultiplyByQuantizedMultiplier(value - input->params.zero_point, r->multiplier, r->shift) +
           output->params.zero_point;
}

TfLiteStatus invoke(TfLiteContext *context, TfLiteNode *node)
{
    const TfLiteTensor *input = GetInput(context, node, 0);
    TfLiteTensor *output = GetOutput(context, node, 0);
    const requantize *r = static_cast<const requantize *>(node->user_data);
    const int32_t low = output->type == kTfLiteInt8 ? -128 : 0, high = low + 255;

    for (int i = 0; i < NumElements(input); i++) {
        int32_t value = quantized(input, output, r, i);
        value = value < low ? low : value > high ? high : value;
        output->data.uint8[i] = (uint8_t)value;       /* int8 has the same bits */
    }
    return kTfLiteOk;
}

}  // namespace

extern "C" TfLiteRegistration *board_register_QUANTIZE()
{
    static TfLiteRegistration r;

    r.init = init;
    r.prepare = prepare;
    r.invoke = invoke;
    return &r;
}
