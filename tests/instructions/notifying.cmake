# SPDX-License-Identifier: BSL-1.0
# Counts the instructions of each verb in notifying.cpp, and compares with limits.txt.
include(${CMAKE_CURRENT_LIST_DIR}/limits.cmake)
if(NOT VALGRIND)
  message("SKIPPED: valgrind was not found")
  return()
endif()
skip_other_compilers()

execute_process(
  COMMAND ${COMPILER} -std=c++20 -O2 -w ${MORE} -I${INCLUDE} ${SOURCES}/notifying.cpp -o ${BINARY}
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND ${VALGRIND} --tool=callgrind --callgrind-out-file=${BINARY}.callgrind ${BINARY}
  OUTPUT_QUIET ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND ${ANNOTATE} --inclusive=yes --threshold=100 ${BINARY}.callgrind
  OUTPUT_VARIABLE report COMMAND_ERROR_IS_FATAL ANY)

limits_of(instructions verbs)
message("                       counted  at most")
foreach(verb IN LISTS verbs)
  if(NOT report MATCHES "\n *([0-9,]+) [^\n]*:verb_${verb} ")
    message(FATAL_ERROR "callgrind has not seen ${verb}:\n${report}")
  endif()
  string(REPLACE "," "" counted "${CMAKE_MATCH_1}")
  # Of a thousand: what the dynamic linker does the first time is left out.
  math(EXPR counted "${counted} / 1000")
  compare(instructions ${verb} ${counted})
endforeach()
fail_where_exceeded()
