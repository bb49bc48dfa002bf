# SPDX-License-Identifier: GPL-3.0-or-later
# The scripted model server as a program of its own, for shell tests and benchmarks.
add_executable(stub_server ${CMAKE_SOURCE_DIR}/tests/protocol/server/main.c ${CMAKE_SOURCE_DIR}/tests/protocol/stub.c)
target_link_libraries(stub_server PRIVATE house)
