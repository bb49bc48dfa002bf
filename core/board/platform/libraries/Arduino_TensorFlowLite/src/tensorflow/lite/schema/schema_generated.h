/* SPDX-License-Identifier: Apache-2.0 */
/* The schema, with a GetModel() that looks at what it gets: a null pointer, an array that is not aligned to
   4 bytes (the processor faults on it, or not, by luck of the layout) and bytes that are no model are
   refused by name. */
#pragma once
#define GetModel GetModelUnchecked
#include_next "tensorflow/lite/schema/schema_generated.h"
#undef GetModel

extern "C" void board_check_model(const void *bytes);

namespace tflite {

inline const Model *GetModel(const void *bytes)
{
    board_check_model(bytes);
    return GetModelUnchecked(bytes);
}

}  // namespace tflite
