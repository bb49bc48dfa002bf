# SPDX-License-Identifier: Apache-2.0
# The flags that library, core and sketch must share. A differing TF_LITE_ define changes the layout of
# TfLiteTensor: it links, runs and prints zeros.

BOARD_ARCH := -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard
BOARD_DEFINES := -DTF_LITE_STATIC_MEMORY -DTF_LITE_MCU_DEBUG_LOG -DGEMMLOWP_ALLOW_SLOW_SCALAR_FALLBACK -DNDEBUG
