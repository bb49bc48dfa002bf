/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED for int8 (weights scaled per tensor or per unit) and for float32. The runtime of 2020
   takes weights scaled per unit without a word and computes with the first scale. */
#include "board_kernels.h"
#include "tensorflow/lite/kernels/internal/common.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

using namespace tflite;

namespace {

struct layer {
    int32_t low, high;                   /* int8: range of the fused activation */
    int32_t *multiplier, *shift;         /* int8: one per unit */
    float float_low, float_high;
};

struct tensors {
    const TfLiteTensor *input, *weights, *bias;
    TfLiteTensor *output;
    int units, depth, batches;
};

tensors get(TfLiteContext *context, TfLiteNode *node)
{
    tensors t;

    t.input = GetInput(context, node, 0);
    t.weights = GetInput(context, node, 1);
    t.bias = NumInputs(node) > 2 ? GetOptionalInputTensor(context, node, 2) : nullptr;
    t.output = GetOutput(context, node, 0);
    t.units = t.weights->dims->data[0];
    t.depth = t.weights->dims->data[1];
    t.batches = NumElements(t.input) / t.depth;
    return t;
}

void *init(TfLiteContext *context, const char *, size_t)
{
    void *memory = nullptr;

    if (context->AllocatePersistentBuffer(context, sizeof(layer), &memory) != kTfLiteOk)
        return nullptr;
    return memory;
}

bool types_known(const tensors &t)
{
    TfLiteType bias = t.bias ? t.bias->type : kTfLiteNoType;

    if (t.input->type == kTfLiteInt8)
        return t.weights->type == kTfLiteInt8 && t.output->type == kTfLiteInt8 &&
               (!t.bias || bias == kTfLiteInt32);
    return t.input->type == kTfLiteFloat32 && t.weights->type == kTfLiteFloat32 &&
           t.output->type == kTfLiteFloat32 && (!t.bias || bias == kTfLiteFloat32);
}

TfLiteStatus prepare_int8(TfLiteContext *context, const tensors &t, layer *l, TfLiteFusedActivation activation)
{
    const auto *q = static_cast<const TfLiteAffineQuantization *>(t.weights->quantization.params);
    void *memory;

    TF_LITE_ENSURE(context, q && q->scale && (q->scale->size == 1 || q->scale->size == t.units));
    for (int i = 0; i < q->zero_point->size; i++)
        TF_LITE_ENSURE_EQ(context, q->zero_point->data[i], 0);
    TF_LITE_ENSURE_STATUS(context->AllocatePersistentBuffer(context, (size_t)t.units * 8, &memory));
    l->multiplier = static_cast<int32_t *>(memory);
    l->shift = l->multiplier + t.units;
    for (int unit = 0; unit < t.units; unit++) {
        double weight_scale = q->scale->data[q->scale->size == 1 ? 0 : unit];
        int shift;
        QuantizeMultiplier(t.input->params.scale * weight_scale / t.output->params.scale,
                           &l->multiplier[unit], &shift);
        l->shift[unit] = shift;
    }
    return CalculateActivationRangeQuantized(context, activation, t.output, &l->low, &l->high);
}

TfLiteStatus prepare(TfLiteContext *context, TfLiteNode *node)
{
    const auto *parameters = static_cast<const TfLiteFullyConnectedParams *>(node->builtin_data);
    layer *l = static_cast<layer *>(node->user_data);
    tensors t = get(context, node);

    TF_LITE_ENSURE(context, l != nullptr);
    if (!types_known(t)) {
        TF_LITE_KERNEL_LOG(context, "FULLY_CONNECTED: input %s with weights %s is not on this board",
                           TfLiteTypeGetName(t.input->type), TfLiteTypeGetName(t.weights->type));
        return kTfLiteError;
    }
    TF_LITE_ENSURE_EQ(context, parameters->weights_format, kTfLiteFullyConnectedWeightsFormatDefault);
    TF_LITE_ENSURE_EQ(context, NumElements(t.output), t.batches * t.units);
    if (t.input->type == kTfLiteInt8)
        return prepare_int8(context, t, l, parameters->activation);
    CalculateActivationRange(parameters->activation, &l->float_low, &l->float_high);
    return kTfLiteOk;
}

void run_int8(const tensors &t, const layer *l, int batch)
{
    const int8_t *x = t.input->data.int8 + batch * t.depth;
    const int8_t *w = t.weights->data.int8;
    int8_t *y = t.output->data.int8 + batch * t.units;
    const int32_t offset = -t.input->params.zero_point;

    for (int unit = 0; unit < t.units; unit++, w += t.depth) {
        int32_t sum = t.bias ? t.bias->data.i32[unit] : 0;
        for (int i = 0; i < t.depth; i++)
            sum += (x[i] + offset) * w[i];
        sum = MultiplyByQuantizedMultiplier(sum, l->multiplier[unit], l->shift[unit]);
        sum += t.output->params.zero_point;
        y[unit] = (int8_t)(sum < l->low ? l->low : sum > l->high ? l->high : sum);
    }
}

void run_float(const tensors &t, const layer *l, int batch)
{
    const float *x = t.input->data.f + batch * t.depth;
    const float *w = t.weights->data.f;
    float *y = t.output->data.f + batch * t.units;

    for (int unit = 0; unit < t.units; unit++, w += t.depth) {
        float sum = 0;
        for (int i = 0; i < t.depth; i++)
            sum += x[i] * w[i];
        if (t.bias)
            sum += t.bias->data.f[unit];
        y[unit] = sum < l->float_low ? l->float_low : sum > l->float_high ? l->float_high : sum;
    }
}

TfLiteStatus invoke(TfLiteContext *context, TfLiteNode *node)
{
    const layer *l = static_cast<const layer *>(node->user_data);
    tensors t = get(context, node);

    for (int batch = 0; batch < t.batches; batch++) {
        if (t.input->type == kTfLiteInt8)
            run_int8(t, l, batch);
        else
            run_float(t, l, batch);
    }
    return kTfLiteOk;
}

}  // namespace

extern "C" TfLiteRegistration *board_register_FULLY_CONNECTED()
{
    static TfLiteRegistration r;

    r.init = init;
    r.prepare = prepare;
    r.invoke = invoke;
    return &r;
}
