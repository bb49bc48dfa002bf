/* SPDX-License-Identifier: Apache-2.0 */
/* The flatbuffers headers ask for this name on Arduino. */
#include <utility>
