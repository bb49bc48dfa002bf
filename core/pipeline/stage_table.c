/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pipeline/stage_table.h"

const struct stage_ops *const stage_table[] = {
    &stage_data, &stage_train, &stage_convert, &stage_sketch, &stage_compile, &stage_run, NULL,
};
