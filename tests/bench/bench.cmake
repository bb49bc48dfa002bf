# SPDX-License-Identifier: GPL-3.0-or-later
# What tests/bench/run needs. bench_slow_disk is the workbench with a disk whose sync takes 20 ms.
add_executable(make_history ${CMAKE_SOURCE_DIR}/tests/bench/make_history.c)
target_link_libraries(make_history PRIVATE core)
add_executable(bench_screen ${CMAKE_SOURCE_DIR}/tests/bench/bench.c ${CMAKE_SOURCE_DIR}/tests/bench/screen.c
  ${CMAKE_SOURCE_DIR}/tests/bench/wire.c)
target_link_libraries(bench_screen PRIVATE house util)
add_executable(bench_slow_disk ${CMAKE_SOURCE_DIR}/tests/bench/slow_disk.c ${CMAKE_SOURCE_DIR}/tui/app/main.c)
target_link_libraries(bench_slow_disk PRIVATE front core)
