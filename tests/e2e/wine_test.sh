#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The wine example the whole way on real tools, symbolic; its data comes from the installed package.
. "$(dirname "$0")/lib.sh"
needs_runtime
tw example wine "$work/wine" --runtime "$runtime"
expect 0 "the example is made"
whole_way wine
finish
