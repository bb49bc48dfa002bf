/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions that do not compile here; force-included into every source file by the build.
 * Each has a bounded or reentrant replacement in core/base: str_copy, buf_putf, str_to_long, clock_format.
 */
#ifndef CORE_BASE_BANNED_H
#define CORE_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison sprintf vsprintf strcpy strcat strncpy strtok gets system popen
#undef alloca
#pragma GCC poison gmtime localtime ctime asctime mktemp tmpnam atoi atol atof alloca

#endif
