/* SPDX-License-Identifier: Apache-2.0 */
/* Precompiled; included in front of every sketch, as every Arduino build does with Arduino.h. */
#include <Arduino.h>
