# SPDX-License-Identifier: GPL-3.0-or-later
# The workbench over states made by hand: what the screen tests drive on a pty.
if(TARGET front)
  file(GLOB fake_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/screen/app/*.c)
  add_executable(fake_app ${fake_sources})
  target_link_libraries(fake_app PRIVATE front core)
  # The same over the real engine on a tiny project.
  add_executable(walk_app ${CMAKE_SOURCE_DIR}/tests/screen/walk/walk_app.c)
  target_link_libraries(walk_app PRIVATE front core PkgConfig::CMOCKA)
  set_target_properties(fake_app walk_app PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endif()
