/* SPDX-License-Identifier: Apache-2.0 */
#include "checks.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace board {

TfLiteStatus check_types(TfLiteContext *context, TfLiteNode *node, const char *name, int inputs)
{
    TfLiteType type = tflite::GetOutput(context, node, 0)->type;
    bool known = type == kTfLiteFloat32 || type == kTfLiteInt8;

    for (int i = 0; i < inputs; i++) {
        const TfLiteTensor *input = tflite::GetInput(context, node, i);
        if (known && input->type == type)
            continue;
        TF_LITE_KERNEL_LOG(context, "%s: input %d is %s and the output %s; the board has float32 and int8",
                           name, i, TfLiteTypeGetName(input->type), TfLiteTypeGetName(type));
        return kTfLiteError;
    }
    return kTfLiteOk;
}

static bool same(const TfLiteQuantizationParams &a, const TfLiteQuantizationParams &b)
{
    return a.scale == b.scale && a.zero_point == b.zero_point;
}

TfLiteStatus check_same_scale(TfLiteContext *context, TfLiteNode *node, const char *name, int inputs)
{
    const TfLiteTensor *output = tflite::GetOutput(context, node, 0);

    for (int i = 0; i < inputs && output->type == kTfLiteInt8; i++) {
        if (same(tflite::GetInput(context, node, i)->params, output->params))
            continue;
        TF_LITE_KERNEL_LOG(context, "%s: input %d and the output have different scales", name, i);
        return kTfLiteError;
    }
    return kTfLiteOk;
}

TfLiteStatus check_output_scale(TfLiteContext *context, TfLiteNode *node, const char *name, float scale,
                                int zero_point)
{
    const TfLiteTensor *output = tflite::GetOutput(context, node, 0);
    TfLiteQuantizationParams wanted = {scale, zero_point};

    if (output->type != kTfLiteInt8 || same(output->params, wanted))
        return kTfLiteOk;
    TF_LITE_KERNEL_LOG(context, "%s: the output's scale or zero point is not the one of this operator", name);
    return kTfLiteError;
}

}  // namespace board
