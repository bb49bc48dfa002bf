/* SPDX-License-Identifier: Apache-2.0 */
/* MEAN over all spatial axes (global average pooling), int8 and float32; the arithmetic of today's
   reference kernel, so that the bytes are those of the host. */
#include "board_kernels.h"
#include "checks.h"
#include "tensorflow/lite/kernels/internal/common.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

using namespace tflite;

namespace {

int spatial_size(const TfLiteTensor *input)
{
    int size = 1;

    for (int i = 1; i < input->dims->size - 1; i++)
        size *= input->dims->data[i];
    return size;
}

/* True when the axes name every spatial dimension that is larger than one, and no other. */
bool all_spatial(const TfLiteTensor *input, const TfLiteTensor *axes)
{
    int last = input->dims->size - 1, covered = 1;

    for (int i = 0; i < NumElements(axes); i++) {
        int axis = axes->data.i32[i] < 0 ? axes->data.i32[i] + input->dims->size : axes->data.i32[i];
        if (axis < 1 || axis >= last)
            return false;
        covered *= input->dims->data[axis];
    }
    return covered == spatial_size(input);
}

TfLiteStatus prepare(TfLiteContext *context, TfLiteNode *node)
{
    const TfLiteTensor *input = GetInput(context, node, 0), *axes = GetInput(context, node, 1);

    TF_LITE_ENSURE_STATUS(board::check_types(context, node, "MEAN", 1));
    TF_LITE_ENSURE_EQ(context, axes->type, kTfLiteInt32);
    if (IsConstantTensor(axes) && input->dims->size >= 3 && input->dims->size <= 4 &&
        input->dims->data[0] == 1 && all_spatial(input, axes))
        return kTfLiteOk;
    TF_LITE_KERNEL_LOG(context, "MEAN: the board has the mean over all spatial axes, batch 1, only");
    return kTfLiteError;
}

/* 1/n goes into the multiplier: shifted up by as many bits as fit, as the reference kernel does. */
void fold_division(int32_t *multiplier, int *shift, int n)
{
    int bits = 63 - __builtin_clzll((uint64_t)n);

    bits = bits > 32 ? 32 : bits;
    bits = bits > 31 + *shift ? 31 + *shift : bits;
    *multiplier = (int32_t)(((int64_t)*multiplier << bits) / n);
    *shift -= bits;
}

void run_int8(const TfLiteTensor *input, TfLiteTensor *output, int n, int channels)
{
    int32_t multiplier;
    int shift;

    QuantizeMultiplier((double)input->params.scale / (double)output->params.scale, &multiplier, &shift);
    fold_division(&multiplier, &shift, n);
    for (int c = 0; c < channels; c++) {
        int32_t sum = 0;
        for (int i = 0; i < n; i++)
            sum += input->data.int8[i * channels + c] - input->params.zero_point;
        sum = MultiplyByQuantizedMultiplier(sum, multiplier, shift) + output->params.zero_point;
        output->data.int8[c] = (int8_t)(sum < -128 ? -128 : sum > 127 ? 127 : sum);
    }
}

void run_float(const TfLiteTensor *input, TfLiteTensor *output, int n, int channels)
{
    for (int c = 0; c < channels; c++) {
        float sum = 0;
        for (int i = 0; i < n; i++)
            sum += input->data.f[i * channels + c];
        output->data.f[c] = sum / (float)n;
    }
}

TfLiteStatus invoke(TfLiteContext *context, TfLiteNode *node)
{
    const TfLiteTensor *input = GetInput(context, node, 0);
    TfLiteTensor *output = GetOutput(context, node, 0);
    int channels = input->dims->data[input->dims->size - 1];

    if (input->type == kTfLiteInt8)
        run_int8(input, output, spatial_size(input), channels);
    else
        run_float(input, output, spatial_size(input), channels);
    return kTfLiteOk;
}

}  // namespace

extern "C" TfLiteRegistration *board_register_MEAN()
{
    static TfLiteRegistration r;

    r.prepare = prepare;
    r.invoke = invoke;
    return &r;
}
