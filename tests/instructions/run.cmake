# SPDX-License-Identifier: BSL-1.0
if(NOT VALGRIND)
  message("SKIPPED: valgrind was not found")
  return()
endif()

execute_process(
  COMMAND ${COMPILER} -std=c++20 -O2 ${MORE} -I${INCLUDE} ${SOURCES}/lives.cpp ${SOURCES}/external.cpp -o ${BINARY}
  COMMAND_ERROR_IS_FATAL ANY)

# The instructions that a life of `ids` sessions executes.
function(count life result)
  execute_process(
    COMMAND ${VALGRIND} --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=${life} ${BINARY} ${life}
    OUTPUT_VARIABLE sum ERROR_VARIABLE report COMMAND_ERROR_IS_FATAL ANY)
  if(NOT report MATCHES "Collected : ([1-9][0-9]*)")
    message(FATAL_ERROR "callgrind counted nothing for ${life}:\n${report}")
  endif()
  set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
  set(${result}_sum ${sum} PARENT_SCOPE)
endfunction()

set(worse "")
message("instructions for 1000 lives       by hand     wrapup")
foreach(service inlinable external)
  foreach(shape straight conditional stored)
    count(${service}_${shape}_hand hand)
    count(${service}_${shape}_wrapup wrapup)
    message("${service} ${shape}: ${hand} ${wrapup}")
    if(NOT hand_sum STREQUAL wrapup_sum)
      message(FATAL_ERROR "${service} ${shape}: the two do not do the same")
    endif()
    if(wrapup GREATER hand)
      list(APPEND worse "${service} ${shape}")
    endif()
  endforeach()
endforeach()
if(worse)
  message(FATAL_ERROR "wrapup executes more than what was written by hand: ${worse}")
endif()
