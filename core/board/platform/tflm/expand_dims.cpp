/* SPDX-License-Identifier: Apache-2.0 */
/* EXPAND_DIMS: the same data in another shape; the model file holds the shape. */
#include "board_kernels.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include <cstring>

static TfLiteStatus prepare(TfLiteContext *context, TfLiteNode *node)
{
    const TfLiteTensor *input = tflite::GetInput(context, node, 0);
    const TfLiteTensor *output = tflite::GetOutput(context, node, 0);

    TF_LITE_ENSURE_EQ(context, input->type, output->type);
    TF_LITE_ENSURE_EQ(context, input->bytes, output->bytes);
    return kTfLiteOk;
}

static TfLiteStatus invoke(TfLiteContext *context, TfLiteNode *node)
{
    const TfLiteTensor *input = tflite::GetInput(context, node, 0);
    TfLiteTensor *output = tflite::GetOutput(context, node, 0);

    memmove(output->data.raw, input->data.raw_const, input->bytes);
    return kTfLiteOk;
}

extern "C" TfLiteRegistration *board_register_EXPAND_DIMS()
{
    static TfLiteRegistration r;

    r.prepare = prepare;
    r.invoke = invoke;
    return &r;
}
