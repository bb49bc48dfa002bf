# SPDX-License-Identifier: GPL-3.0-or-later
# The helper that is the first process inside the sandbox: small, static, without sanitizers (they need
# address space that its limits forbid), and needing nothing from the machine it is shown.
file(GLOB BOX_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/exec/box_*.c)
add_executable(tinywright-box ${BOX_SOURCES})
target_compile_options(tinywright-box PRIVATE -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wwrite-strings -Wformat-security -Wvla -Werror -fstack-protector-strong
  -include ${CMAKE_SOURCE_DIR}/core/base/banned.h)
target_compile_definitions(tinywright-box PRIVATE _GNU_SOURCE)
target_include_directories(tinywright-box PRIVATE ${CMAKE_SOURCE_DIR})
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static)
check_c_source_compiles("int main(void) { return 0; }" TINYWRIGHT_STATIC_BOX)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
if(TINYWRIGHT_STATIC_BOX)
  target_link_options(tinywright-box PRIVATE -static)
endif()
install(TARGETS tinywright-box RUNTIME DESTINATION libexec/tinywright)
foreach(target core)
  add_dependencies(${target} tinywright-box)
endforeach()
