# SPDX-License-Identifier: BSL-1.0
# Compares the sizes and the allocations that sizes.cpp prints, and the lines that headers add to those of the standard headers
# that they are built on, with limits.txt.
include(${CMAKE_CURRENT_LIST_DIR}/limits.cmake)
skip_other_compilers()

execute_process(
  COMMAND ${COMPILER} -std=c++20 -O2 -w -I${INCLUDE} ${SOURCES}/sizes.cpp -o ${BINARY}
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${BINARY} OUTPUT_VARIABLE report COMMAND_ERROR_IS_FATAL ANY)
message("                       counted  at most")
foreach(kind bytes allocations)
  limits_of(${kind} names)
  foreach(name IN LISTS names)
    if(NOT report MATCHES "${kind} ${name} ([0-9]+)\n")
      message(FATAL_ERROR "sizes.cpp says nothing of ${kind} ${name}:\n${report}")
    endif()
    compare(${kind} ${name} ${CMAKE_MATCH_1})
  endforeach()
endforeach()

# How many lines the preprocessor makes of headers.
function(preprocessed result)
  string(REPLACE ";" ">\n#include <" text "${ARGN}")
  file(WRITE ${BINARY}.headers.cpp "#include <${text}>\n")
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -I${INCLUDE} -E ${BINARY}.headers.cpp
    COMMAND grep -c ""
    OUTPUT_VARIABLE lines OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${result} ${lines} PARENT_SCOPE)
endfunction()

limits_of(lines headers)
foreach(header IN LISTS headers)
  set(base system_error)
  if(NOT header STREQUAL "session.hpp")
    list(APPEND base atomic)
  endif()
  preprocessed(before ${base})
  preprocessed(after ${base} wrapup/${header})
  math(EXPR more "${after} - ${before}")
  compare(lines ${header} ${more})
endforeach()
fail_where_exceeded()
