/* SPDX-License-Identifier: Apache-2.0 */
/* The operators that the board runs: each was compared byte for byte with the host's interpreter. An
   operator, a type or a scale that a kernel would get wrong is refused with its name when the tensors are
   allocated. Order of a row: name of the resolver's method, operator, newest version. */
#pragma once
#include "tensorflow/lite/c/common.h"

#define BOARD_OPERATORS(ROW)                   \
    ROW(Add, ADD, 2)                           \
    ROW(AveragePool2D, AVERAGE_POOL_2D, 2)     \
    ROW(Concatenation, CONCATENATION, 3)       \
    ROW(Conv2D, CONV_2D, 3)                    \
    ROW(DepthwiseConv2D, DEPTHWISE_CONV_2D, 3) \
    ROW(Dequantize, DEQUANTIZE, 3)             \
    ROW(ExpandDims, EXPAND_DIMS, 1)            \
    ROW(FullyConnected, FULLY_CONNECTED, 12)   \
    ROW(Logistic, LOGISTIC, 2)                 \
    ROW(MaxPool2D, MAX_POOL_2D, 2)             \
    ROW(Mean, MEAN, 3)                         \
    ROW(Mul, MUL, 3)                           \
    ROW(Pad, PAD, 2)                           \
    ROW(Quantize, QUANTIZE, 2)                 \
    ROW(Relu, RELU, 2)                         \
    ROW(Relu6, RELU6, 2)                       \
    ROW(Reshape, RESHAPE, 1)                   \
    ROW(Softmax, SOFTMAX, 2)                   \
    ROW(Sub, SUB, 3)                           \
    ROW(Tanh, TANH, 2)

#define BOARD_DECLARE(method, op, version) extern "C" TfLiteRegistration *board_register_##op();
BOARD_OPERATORS(BOARD_DECLARE)
#undef BOARD_DECLARE
