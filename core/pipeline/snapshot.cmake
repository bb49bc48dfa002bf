# SPDX-License-Identifier: GPL-3.0-or-later
# generated/snapshot_stamp.h: a hash over the files that say what the bytes of a snapshot mean. A program built from
# others reads no snapshot of this one. Included by CMakeLists.txt; run as a script by the build with -DOUT.
set(SNAPSHOT_FILES core/pipeline/state.h core/pipeline/fold.c core/pipeline/state.c core/pipeline/snapshot.c
  core/pipeline/json.c core/pipeline/event.c core/pipeline/decision.h core/finding/finding.h core/finding/finding.c
  core/artifact/artifact.h core/base/text.c)
if(OUT)
  foreach(file ${SNAPSHOT_FILES})
    file(SHA256 ${SOURCE}/${file} one)
    string(APPEND all ${one})
  endforeach()
  string(SHA256 stamp "${all}")
  file(WRITE ${OUT} "/* generated */\n#define SNAPSHOT_STAMP \"${stamp}\"\n")
else()
  set(SNAPSHOT_STAMP_H ${CMAKE_BINARY_DIR}/generated/snapshot_stamp.h)
  list(TRANSFORM SNAPSHOT_FILES PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE SNAPSHOT_DEPENDS)
  add_custom_command(OUTPUT ${SNAPSHOT_STAMP_H}
    COMMAND ${CMAKE_COMMAND} -DOUT=${SNAPSHOT_STAMP_H} -DSOURCE=${CMAKE_SOURCE_DIR} -P ${CMAKE_CURRENT_LIST_FILE}
    DEPENDS ${SNAPSHOT_DEPENDS} ${CMAKE_CURRENT_LIST_FILE} COMMENT "Stamp of the state's layout")
  target_sources(core PRIVATE ${SNAPSHOT_STAMP_H})
endif()
