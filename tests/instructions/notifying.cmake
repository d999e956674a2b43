# SPDX-License-Identifier: BSL-1.0
# Counts the instructions of each verb in notifying.cpp, and compares with limits.txt.
if(NOT VALGRIND)
  message("SKIPPED: valgrind was not found")
  return()
endif()
if(NOT COMPILER_ID STREQUAL "GNU" OR NOT COMPILER_VERSION MATCHES "^12\\.")
  message("SKIPPED: the limits are those of GCC 12")
  return()
endif()

execute_process(
  COMMAND ${COMPILER} -std=c++20 -O2 -w -I${INCLUDE} ${SOURCES}/notifying.cpp -o ${BINARY}
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND ${VALGRIND} --tool=callgrind --callgrind-out-file=${BINARY}.callgrind ${BINARY}
  OUTPUT_QUIET ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND ${ANNOTATE} --inclusive=yes --threshold=100 ${BINARY}.callgrind
  OUTPUT_VARIABLE report COMMAND_ERROR_IS_FATAL ANY)

set(worse "")
file(STRINGS ${SOURCES}/limits.txt limits REGEX "^[a-z]")
message("instructions           counted  at most")
foreach(limit IN LISTS limits)
  if(NOT limit MATCHES "^([a-z_]+) +([0-9]+)$")
    message(FATAL_ERROR "limits.txt: what is '${limit}'?")
  endif()
  set(verb ${CMAKE_MATCH_1})
  set(most ${CMAKE_MATCH_2})
  if(NOT report MATCHES "\n *([0-9,]+) [^\n]*:verb_${verb} ")
    message(FATAL_ERROR "callgrind has not seen ${verb}:\n${report}")
  endif()
  string(REPLACE "," "" counted "${CMAKE_MATCH_1}")
  # Of a thousand: what the dynamic linker does the first time is left out.
  math(EXPR counted "${counted} / 1000")
  message("${verb}: ${counted} ${most}")
  if(counted GREATER most)
    list(APPEND worse "${verb}")
  endif()
endforeach()
if(worse)
  message(FATAL_ERROR "more than limits.txt allows: ${worse}")
endif()
