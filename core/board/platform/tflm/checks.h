/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that a kernel makes on its tensors before it runs. Each says what is wrong and returns an error. */
#pragma once
#include "tensorflow/lite/c/common.h"

namespace board {

/* The first `inputs` inputs and the output have one type, float32 or int8. */
TfLiteStatus check_types(TfLiteContext *context, TfLiteNode *node, const char *name, int inputs);

/* int8: the first `inputs` inputs have the scale and the zero point of the output. */
TfLiteStatus check_same_scale(TfLiteContext *context, TfLiteNode *node, const char *name, int inputs);

/* int8: the output has this scale and zero point, which the kernel takes for granted. */
TfLiteStatus check_output_scale(TfLiteContext *context, TfLiteNode *node, const char *name, float scale,
                                int zero_point);

}  // namespace board
