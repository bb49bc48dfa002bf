# SPDX-License-Identifier: GPL-3.0-or-later
# The scripted model server as a program of its own, for shell tests, and the benchmark that uses it.
add_executable(stub_server ${CMAKE_SOURCE_DIR}/tests/protocol/server/main.c ${CMAKE_SOURCE_DIR}/tests/protocol/stub.c)
target_link_libraries(stub_server PRIVATE house)
add_executable(bench_stream ${CMAKE_SOURCE_DIR}/tests/bench/stream.c)
target_link_libraries(bench_stream PRIVATE core)
