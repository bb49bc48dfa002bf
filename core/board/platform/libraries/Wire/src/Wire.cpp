/* SPDX-License-Identifier: Apache-2.0 */
#include "Wire.h"

TwoWire Wire, Wire1;
