/* SPDX-License-Identifier: Apache-2.0 */
/* Precompiled; in front of sketches that themselves include micro_interpreter.h, and of no others: a sketch
   that forgot a header must fail here as it fails on the real board. */
#include <Arduino.h>
#include <tensorflow/lite/micro/micro_interpreter.h>
