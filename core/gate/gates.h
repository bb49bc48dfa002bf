/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gates themselves, one per file of this folder: gate_NAME lives in NAME.c. To add one, write
 * its file, name it here and give it a row in gate.c.
 */
#ifndef CORE_GATE_GATES_H
#define CORE_GATE_GATES_H

#include "core/gate/gate.h"

#define GATE_CODE (1u << ARTIFACT_PYTHON | 1u << ARTIFACT_SKETCH | 1u << ARTIFACT_HEADER)
#define GATE_CPP (1u << ARTIFACT_SKETCH | 1u << ARTIFACT_HEADER)
#define GATE_WRITTEN (GATE_CODE | 1u << ARTIFACT_JSON | 1u << ARTIFACT_YAML | 1u << ARTIFACT_TEXT)
#define GATE_EVERY ((1u << ARTIFACT_KINDS) - 1)

extern const struct gate gate_format, gate_paths, gate_structure, gate_semantics, gate_contract,
    gate_operators, gate_syntax, gate_box, gate_outputs, gate_csv, gate_budget;

#endif
