/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime's own kernels behind a check. Without it some of them take what they cannot do: a float
   convolution with int8 weights reads the weights as floats, a concatenation ignores the scales. */
#include "board_kernels.h"
#include "checks.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"

enum scales { ANY_SCALE, SAME_SCALE };
enum { ALL_INPUTS = 0 };

static TfLiteStatus check(TfLiteContext *context, TfLiteNode *node, const char *name, int inputs, scales rule)
{
    int n = inputs == ALL_INPUTS ? tflite::NumInputs(node) : inputs;
    TfLiteStatus status = board::check_types(context, node, name, n);

    if (status == kTfLiteOk && rule == SAME_SCALE)
        status = board::check_same_scale(context, node, name, n);
    return status;
}

/* Prepare = the check, then the runtime's prepare where the kernel has one. */
#define CHECKED(op, inputs, rule, more)                                                          \
    static TfLiteStatus prepare_##op(TfLiteContext *context, TfLiteNode *node)                   \
    {                                                                                            \
        TfLiteRegistration *runtime = tflite::ops::micro::Register_##op();                       \
        TF_LITE_ENSURE_STATUS(check(context, node, #op, inputs, rule));                          \
        TF_LITE_ENSURE_STATUS(more);                                                             \
        return runtime->prepare ? runtime->prepare(context, node) : kTfLiteOk;                   \
    }                                                                                            \
    extern "C" TfLiteRegistration *board_register_##op()                                         \
    {                                                                                            \
        static TfLiteRegistration checked;                                                       \
        checked = *tflite::ops::micro::Register_##op();                                          \
        checked.prepare = prepare_##op;                                                          \
        return &checked;                                                                         \
    }

CHECKED(ADD, 2, ANY_SCALE, kTfLiteOk)
CHECKED(AVERAGE_POOL_2D, 1, SAME_SCALE, kTfLiteOk)
CHECKED(CONCATENATION, ALL_INPUTS, SAME_SCALE, kTfLiteOk)
CHECKED(CONV_2D, 2, ANY_SCALE, kTfLiteOk)
CHECKED(DEPTHWISE_CONV_2D, 2, ANY_SCALE, kTfLiteOk)
CHECKED(LOGISTIC, 1, ANY_SCALE, board::check_output_scale(context, node, "LOGISTIC", 1.0f / 256, -128))
CHECKED(MAX_POOL_2D, 1, SAME_SCALE, kTfLiteOk)
CHECKED(MUL, 2, ANY_SCALE, kTfLiteOk)
CHECKED(PAD, 1, SAME_SCALE, kTfLiteOk)
CHECKED(RELU6, 1, SAME_SCALE, kTfLiteOk)
CHECKED(SOFTMAX, 1, ANY_SCALE, board::check_output_scale(context, node, "SOFTMAX", 1.0f / 256, -128))
CHECKED(SUB, 2, ANY_SCALE, kTfLiteOk)
CHECKED(TANH, 1, ANY_SCALE, board::check_output_scale(context, node, "TANH", 1.0f / 128, 0))

/* these two check for themselves */
extern "C" TfLiteRegistration *board_register_DEQUANTIZE()
{
    return tflite::ops::micro::Register_DEQUANTIZE();
}

extern "C" TfLiteRegistration *board_register_RESHAPE()
{
    return tflite::ops::micro::Register_RESHAPE();
}
