/* SPDX-License-Identifier: Apache-2.0 */
#include "SPI.h"

SPIClass SPI;
