# SPDX-License-Identifier: GPL-3.0-or-later
# embed_text(TARGET FILE…): see CMakeLists.txt. Works as a function and, run with -P, as the converter.
if(CMAKE_SCRIPT_MODE_FILE AND IN)
  file(READ "${IN}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
  file(WRITE "${OUT}" "#include <stddef.h>\nextern const char ${NAME}[];\nextern const size_t ${NAME}_len;\nconst char ${NAME}[] = {\n${bytes}0};\nconst size_t ${NAME}_len = sizeof(${NAME}) - 1;\n")
  return()
endif()

function(embed_text target)
  foreach(path ${ARGN})
    file(RELATIVE_PATH rel ${CMAKE_SOURCE_DIR} ${path})
    string(REGEX REPLACE "[^A-Za-z0-9]" "_" name "${rel}")
    set(out ${CMAKE_BINARY_DIR}/generated/embed/${name}.c)
    add_custom_command(OUTPUT ${out}
      COMMAND ${CMAKE_COMMAND} -DIN=${path} -DOUT=${out} -DNAME=${name} -P ${CMAKE_SOURCE_DIR}/core/base/embed.cmake
      DEPENDS ${path} ${CMAKE_SOURCE_DIR}/core/base/embed.cmake VERBATIM)
    file(WRITE ${CMAKE_BINARY_DIR}/generated/embed/${name}.h
      "#pragma once\n#include <stddef.h>\nextern const char ${name}[];\nextern const size_t ${name}_len;\n")
    target_sources(${target} PRIVATE ${out})
  endforeach()
endfunction()
