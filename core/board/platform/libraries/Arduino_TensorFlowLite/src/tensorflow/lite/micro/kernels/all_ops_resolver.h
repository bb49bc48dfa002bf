/* SPDX-License-Identifier: Apache-2.0 */
/* The place of the header in the 2.1 to 2.3 line. */
#pragma once
#include "tensorflow/lite/micro/all_ops_resolver.h"
