/* SPDX-License-Identifier: Apache-2.0 */
/* Arduino_TensorFlowLite 2.4.0-ALPHA: this header makes the include path known, nothing else. */
#pragma once
#include <Arduino.h>
