/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a sketch (.ino) to C++: #include <Arduino.h>, prototypes of its functions, and #line so that every
 * diagnostic lands on the sketch's own line and column. Pure; own lexer, no external tool.
 *
 * As the Arduino tools do it, prototypes stand before the first function definition (or before the first
 * global that uses one of the functions), templates included; functions in classes and namespaces get none.
 * Unlike theirs: a function inside #if gets its prototype inside the same condition, default arguments stay
 * with the definition, and `static` is taken from the function's own head only. Input is untrusted: any bytes
 * are accepted, time is linear, output is capped.
 */
#ifndef CORE_BOARD_INO_H
#define CORE_BOARD_INO_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum { INO_CAP = 1 << 20, INO_NAME_MAX = 48 }; /* bytes of a sketch; letters of its name */

/* Letters, digits, '_' and '-', not starting with '-': what may stand in #line and as a file name. */
bool ino_name_valid(const char *name);

/* Appends the C++ of sketch NAME.ino to out. ERR_INVALID: bad name, too large, too many functions or
 * conditions; ERR_MACHINE: no memory, or out's cap (give it 4 * INO_CAP). */
int ino_to_cpp(const char *name, const char *ino, size_t n, struct buf *out, struct err *err);

/* True when the sketch includes that header outside every #if. */
bool ino_includes(const char *ino, size_t n, const char *header);

#endif
